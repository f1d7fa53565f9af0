# What can be done here: a bare `make` lists it. Everything installs what it needs into .venv first.

PYTHON ?= python3
BIN := .venv/bin
HOME_DIR ?= demo-home
PORT ?= 8000
KILLS ?= 300
YEARS ?= 1000
FIRST ?= 1
N ?=

.DEFAULT_GOAL := help
.PHONY: fuzz-engines fuzz-native help demo large serve test lint fix quick crash mutate simulate bench lock screens clean

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/ready  ## run a whole day of a sample practice, to the last cent (ENCOUNTERS=200 SEED=1)
	@if [ -e $(HOME_DIR)/office.sqlite3 ]; then echo "$(HOME_DIR) holds an office already. Look at it: make serve. A fresh one: make demo HOME_DIR=another" >&2; exit 2; fi
	$(BIN)/claimwright demo --home $(HOME_DIR) $(if $(ENCOUNTERS),--encounters $(ENCOUNTERS)) $(if $(SEED),--seed $(SEED))

large:  ## the same with 5,000 visits, in a home of its own
	$(MAKE) demo ENCOUNTERS=5000 HOME_DIR=$(if $(filter file default,$(origin HOME_DIR)),large-home,$(HOME_DIR))

serve: .venv/ready  ## look at it: the office on http://127.0.0.1:8000 (HOME_DIR=..., PORT=...)
	$(BIN)/claimwright serve --home $(HOME_DIR) --port $(PORT)

test: lint  ## run every check: lint, then all tests, on the embedded database and on PostgreSQL
	$(BIN)/python -m pytest -n 2
	$(BIN)/python -m tests.postgresql $(BIN)/python -m pytest -n 2 tests/office

quick: .venv/ready-dev  ## the tests without the office, in a few seconds
	$(BIN)/python -m pytest -q tests --ignore tests/office --ignore tests/crash --ignore tests/journeys

lint: .venv/ready-dev  ## check style, types and the layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

fix: .venv/ready-dev  ## mend what the style check can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz-engines: .venv/ready-dev  ## hold the engines in C and Python equal on damaged files (N=200000)
	$(BIN)/python -m tests.fuzz.engines $(or $(N),200000)

fuzz-native: .venv/ready-dev  ## mutate what the core in C reads, under the sanitizers (N=2000000; needs gcc)
	$(BIN)/python -m tests.fuzz.native $(or $(N),2000000)
	$(BIN)/python -m tests.fuzz.columns $(or $(N),2000000)

crash: .venv/ready-dev  ## kill the posting hundreds of times, on both databases (KILLS=300)
	CLAIMWRIGHT_KILLS=$(KILLS) $(BIN)/python -m pytest --log-cli-level INFO tests/crash

mutate: .venv/ready-dev  ## plant small mistakes where money is posted, and count those that no test notices (ROOM=office/ledger)
	$(BIN)/python -m tests.mutation $(or $(ROOM),remittance)

simulate: .venv/ready-dev  ## play seeded years of a small practice against difficult payers (YEARS=1000 FIRST=1)
	$(BIN)/python -m tests.simulation --first $(FIRST) --years $(YEARS)

bench: .venv/ready-bench  ## measure speed, beside other tools in the same run
	$(BIN)/python -m bench

lock: .venv/ready-dev  ## resolve the dependencies anew into requirements*.lock
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" --extra office pyproject.toml requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" --extra office --group dev pyproject.toml requirements.in -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make lock" --group bench pyproject.toml -o requirements-bench.lock

screens: .venv/ready-dev  ## take the guide's pictures anew (needs Chromium)
	$(BIN)/python -m tests.docs.screens

clean:  ## remove the environment and what tools left behind
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build src/*.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("claimwright needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/ready: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/ready-bench: requirements-bench.lock .venv/ready-dev
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@
