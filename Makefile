# Two commands: `make up` starts the platform, `make test` proves it. Each installs what it needs.
PORT ?= 8000
DATA ?= var
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: up test check soak bench clean

up: $(VENV)/.platform
	@sh scripts/debian_packages.sh mosquitto
	$(BIN)/citybrain up --data $(DATA) --port $(PORT)

test: $(VENV)/.development
	@sh scripts/debian_packages.sh mosquitto postgresql
	$(MAKE) --no-print-directory check
	$(BIN)/python scripts/run_tests.py

check: $(VENV)/.development
	$(BIN)/python scripts/check.py

soak: $(VENV)/.development
	CITYBRAIN_KILLS=100 $(BIN)/pytest -m "soak or processes" --timeout 3600 tests

bench: $(VENV)/.development
	@for one in spine cases; do $(BIN)/python bench/$$one.py || exit 1; done

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.platform: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/.platform

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache
