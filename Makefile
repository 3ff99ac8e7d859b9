# One command each to run, show, test and check Balai. Every command first sets up what it needs,
# and says so; a second run finds the stamps and needs no network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each worker brings its own database and browser; WORKERS=0 runs the tests one after another.
# One more than the smallest machine has cores, because browsers and printers are often waited for.
WORKERS ?= 3
# A file stays with one worker, and the files go in the order of tests/conftest.py: slow ones first.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
CORE := $(VENV)/.core-installed
DEV := $(VENV)/.dev-installed
NODE_RUN := node_modules/.run-installed
NODE_DEV := node_modules/.dev-installed
SHEET := counter/static/vendor/icons.svg
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
# Node and npm come from .venv, so that the machine itself needs neither.
NPM_CI := PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --loglevel=error
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" node
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--python-version 3.11 pyproject.toml --group setup

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test quick again long cover check format bench pictures reference assets setup setup-dev browser lock clean

help:
	@echo "make run      start Balai with an example mall"
	@echo "make demo     play a whole day of the example mall"
	@echo "make test     check the code and run all tests"
	@echo "make quick    run the tests of rules and HTTP, for while one works"
	@echo "make again    run what failed last once more, one after the other"
	@echo "make long     run the tests that take minutes: random days, power cuts"
	@echo "make cover    name the lines that no test of rules and HTTP reaches"
	@echo "make check    check the code only"
	@echo "make format   lay out the code"
	@echo "make bench    measure, against a floor"
	@echo "make pictures take the pictures of the documents again"
	@echo "make reference write docs/reference again from the code"
	@echo "make assets   build the browser files again"
	@echo "make lock     choose the newest versions and pin them"
	@echo "make clean    remove all that set-up made"

run: setup
	$(BIN)/python -m counter run

demo: setup
	$(BIN)/python -m counter demo

bench: setup-dev
	$(BIN)/python -m benchmarks

pictures: setup-dev browser
	$(BIN)/python -m docs.pictures

reference: $(CORE)
	$(BIN)/python -m docs.reference

test: check browser
	$(PYTEST) -m "not long"

# No browser, no PostgreSQL, nothing slow. What takes longest is named, so that nothing slow comes
# in unseen.
quick: setup-dev
	$(PYTEST) -m "not (browser or postgres or slow or long)" --durations=5 --durations-min=2

again: browser
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

# What takes longer than a change should wait for: many random days, many power cuts.
long: browser
	$(PYTEST) -m long

# By itself, because counting the lines takes a third as long again as the tests do. What a browser
# looks at runs in a process of its own, and each rule is played on SQLite too: neither is counted.
cover: setup-dev
	$(PYTEST) -m "not (browser or postgres or long)" --cov

check: setup-dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(NODE) node_modules/typescript/bin/tsc -p tsconfig.json
	$(NODE) node_modules/typescript/bin/tsc -p tsconfig.boards.json
	$(NODE) tests/es2018.mjs

format: $(DEV)
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format

setup: $(CORE) $(SHEET)

# The order matters: npm's full set first, so that the smaller one counts as installed too.
setup-dev: $(DEV) $(NODE_DEV) $(SHEET)

assets: $(CORE) $(NODE_RUN)
	$(BIN)/python -m counter.assets

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Balai needs Python 3.11 or newer; $(PYTHON) is older or missing."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make a virtual environment here."; \
		echo "On Debian, install the package python3-venv and run make again."; exit 1; }
	@echo "Making a Python environment in $(VENV)."
	@$(PYTHON) -m venv $(VENV)

$(CORE): requirements.lock | $(BIN)/pip
	@echo "Installing Balai's Python packages, each checked by its hash."
	@$(PIP) -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/pip
	@echo "Installing the Python packages for running, testing and checking."
	@$(PIP) -r requirements-dev.lock
	@touch $(CORE) $@

$(NODE_RUN): package-lock.json | $(CORE)
	@echo "Fetching the browser packages."
	@$(NPM_CI) --omit=dev
	@touch $@

$(NODE_DEV): package-lock.json | $(DEV)
	@echo "Fetching the browser packages and the tools that check the pages."
	@$(NPM_CI)
	@touch $(NODE_RUN) $@

$(SHEET): counter/assets.py counter/faces.py counter/static/shared/icons.txt $(NODE_RUN) | $(CORE)
	@$(BIN)/python -m counter.assets

browser:
	@bash tests/get-chromium

lock: $(DEV)
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --upgrade --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) node_modules counter/static/vendor
