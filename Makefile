# Two commands: `make up` starts the platform, `make test` proves it. Each installs what it needs.
PORT ?= 8000
DATA ?= var
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=2
endif

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -not -name '.*' -not -name 'schema.d.ts' -print 2>/dev/null)

.PHONY: up web test check soak bench clean

up: $(VENV)/.platform web
	@sh scripts/debian_packages.sh mosquitto libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk
	$(BIN)/citybrain up --data $(DATA) --port $(PORT)

web: web/.built

test: $(VENV)/.development web
	@sh scripts/debian_packages.sh mosquitto postgresql chromium libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk
	$(MAKE) --no-print-directory check
	$(BIN)/python scripts/run_tests.py

check: $(VENV)/.development web/.installed
	$(BIN)/python scripts/check.py

soak: $(VENV)/.development
	CITYBRAIN_KILLS=100 $(BIN)/pytest -m "(soak or processes) and not journey" --timeout 3600 tests

bench: $(VENV)/.development
	@for one in spine cases web indicators cases_list cockpit audit; do $(BIN)/python bench/$$one.py || exit 1; done

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.platform: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/.platform

web/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/.built: web/package-lock.json $(WEB_SOURCES)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web/.installed \
	  && (cd web && npm run --silent build -- --logLevel warn) && touch $@; \
	else echo "pages: off, because Node.js 20 is not installed (the API stays open)"; fi

clean:
	rm -rf web/node_modules web/.installed web/.built src/citybrain/site/pages/built* $(VENV) build .mypy_cache .ruff_cache .import_linter_cache
