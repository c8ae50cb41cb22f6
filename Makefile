# make demo    a made-up month, from input files to workbook, in the folder demo
# make quick   what a change of a rule, a report or a refusal needs, on SQLite, within a minute
# make test    that nothing is broken, on SQLite and on PostgreSQL (of long tables a part: tests/spread.py)
# Needed are python3 (3.11 or newer) and make; everything else goes into .venv on first use.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
PIP := pip --disable-pip-version-check --quiet
LANGUAGES := ja en

# What is compiled is kept: tests start the program many times.
unexport PYTHONDONTWRITEBYTECODE

UPDATE := -D seisan -i build/seisan.pot -d ledger/locales --no-wrap \
	--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

.PHONY: demo quick test tables mutants test-hledger test-office soak check messages messages-check wheel pictures lock bench clean

demo: $(READY)
	$(BIN)/seisan demo demo

quick: $(READY)
	$(BIN)/pytest -q -n 2 --dist worksteal --engine sqlite -m "not hledger and not office and not thorough"

test: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal -m "not hledger and not office"

# Every condition of every notice changed in one place: which case tells it.
mutants: $(READY)
	$(BIN)/python -m tests.mutants

# hledger is a program of its own (Debian: apt install hledger), so it is asked for here and nowhere else.
test-hledger: $(READY)
	@command -v hledger >/dev/null || { echo "hledger is not installed: apt install hledger" >&2; exit 1; }
	$(BIN)/pytest -m hledger

# So is LibreOffice (Debian: apt install libreoffice-calc): letters printed, forms that it saved again.
test-office: $(READY)
	@command -v soffice >/dev/null || { echo "LibreOffice is not installed: apt install libreoffice-calc" >&2; exit 1; }
	$(BIN)/pytest -m office

# 2,000 random sequences of 50 commands, each on SQLite and on PostgreSQL; and every test with nothing left out
# (tests/spread.py): 64 clients at 2,000 applications, a kill at every point of every command,
# 100,000 changed files of each format: hours on two cores.
soak: $(READY)
	SEISAN_SEQUENCES=2000 SEISAN_STEPS=50 $(BIN)/pytest -n 2 tests/test_model.py
	SEISAN_SOAK=1 $(BIN)/pytest -n 2 --dist worksteal -m "not hledger and not office" --deselect tests/test_model.py

check: $(READY) messages-check
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows -p ledger -p exports -p migrations -m cli
	$(BIN)/lint-imports --no-logo

# The catalogues follow the sentences in the code; translations stay, dates and line numbers do not move.
messages: $(READY) build/seisan.pot
	for language in $(LANGUAGES); do $(BIN)/pybabel -q update $(UPDATE) --init-missing -l $$language || exit 1; done
	$(BIN)/pybabel -q compile -D seisan -d ledger/locales

messages-check: $(READY) build/seisan.pot
	@$(BIN)/pybabel -q update $(UPDATE) --check || { echo "write them anew: make messages" >&2; exit 1; }

.PHONY: build/seisan.pot
build/seisan.pot: $(READY)
	@mkdir -p build
	@$(BIN)/python -m babel.messages.frontend -q extract -F pyproject.toml --no-default-keywords -k _ -k N_ -k ngettext:1,2 --add-location=file --sort-by-file \
		--no-wrap --project=Seisan --version=1 --header-comment="# The sentences of Seisan." \
		--last-translator="the Seisan authors" --msgid-bugs-address="the Seisan authors" -o $@ .

# What is declared in ledger/models, as the program reads it.
tables: $(READY)
	$(BIN)/python -m ledger.models

# What an office installs: pipx install build/wheel/seisan-….whl
wheel: $(READY)
	rm -rf build/lib build/bdist.* build/wheel
	$(BIN)/$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	@ls build/wheel/*.whl

# The pictures of the README; LibreOffice and a Japanese font are needed (Debian: libreoffice-calc, fonts-ipafont-gothic).
pictures: $(READY)
	$(PYTHON) -m venv build/pictures
	build/pictures/bin/$(PIP) install pypdfium2 pillow
	PDFIUM=build/pictures/bin/pypdfium2 $(BIN)/python -m tests.pictures

# The versions that a fresh installation gets today, written down for every later one.
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/$(PIP) install ".[dev]"
	build/lock/bin/$(PIP) freeze --all --exclude pip --exclude seisan > build/lock/pinned
	{ echo "# Every package for work on Seisan, pinned; written by: make lock"; cat build/lock/pinned; } > requirements-dev.lock
	rm -rf build/lock build/lib build/bdist.*

# Every command at 10,000 and at 100,000 made-up applications: an hour, and 2 GB for a while.
bench: $(READY)
	PYTHONPATH=. $(BIN)/python benchmarks/scale.py

clean:
	rm -rf .venv build demo seisan.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Seisan needs Python 3.11: make PYTHON=python3.11")'
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/$(PIP) install -r requirements-dev.lock
	@$(BIN)/$(PIP) install --no-build-isolation --no-deps -e .
	@$(BIN)/python -m compileall -q cli.py exports ledger migrations
	@touch $@
