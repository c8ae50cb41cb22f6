"""What Seisan promises, test by test; README.md beside this file says how they are laid out."""
