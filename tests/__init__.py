"""What Seisan promises, test by test; README.md beside this file says how they are laid out."""

import os

# What makes Typer colour its pages wherever they go, and hosted CI sets; it is asked for when Typer is imported.
for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"):
    os.environ.pop(name, None)
