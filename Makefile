# Waymark. `make run`, `make test`, `make check`, `make bench` make the environment they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced-dev
RUN_STAMP := $(VENV)/.synced-run
SHELL := /bin/sh

# Byte code is most of what makes a second start quick.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.PHONY: help run test check format bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run      everything, at http://127.0.0.1:8000/  (PORT=, VAR_DIR=)"
	@echo "make test     the tests  (ONLY=accounts or a path, SLOW=1)"
	@echo "make check    format, lint, types, imports, migrations, deployment, templates, links"
	@echo "make format   put the code in order"
	@echo "make bench    the benchmarks  (ONLY=name, SIZE=n)"
	@echo "make lock     compile requirements/*.txt anew"
	@echo "make clean    remove the environment and the caches; the data in var/ stays"

run: $(RUN_STAMP)
	@exec $(BIN)/python -m config.embedded

test: $(STAMP)
	@exec $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(if $(SLOW),,-m "not slow") $(if $(wildcard tests/$(ONLY)),tests/$(ONLY),$(ONLY))

# Settings as in production, for what reads settings without starting anything.
AS_IN_PRODUCTION = env -u WAYMARK_EMBEDDED DEBUG=0 SITE_URL=https://waymark.example ALLOWED_HOSTS=waymark.example \
	DATABASE_URL=postgres://waymark@localhost/waymark REDIS_URL=redis://localhost EMAIL_URL=smtp://localhost \
	DEFAULT_FROM_EMAIL=waymark@waymark.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(AS_IN_PRODUCTION) $(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(AS_IN_PRODUCTION) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(AS_IN_PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/codespell
	@$(BIN)/deptry .
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/python -m pytest -q tests/test_conventions.py tests/test_documents.py
	@echo "Everything checked."

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(STAMP)
	@exec $(BIN)/python -m bench $(ONLY) $(if $(SIZE),--size $(SIZE))

# --- The environment --------------------------------------------------------------------------------------------------

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Waymark needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv module is missing. Install it: apt-get install -y python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): requirements/dev.txt | $(BIN)/uv
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	@touch $@

# `make run` needs less than half of the packages; an environment for development is good for it too.
$(RUN_STAMP): requirements/embedded.txt | $(BIN)/uv
	@if [ ! $(STAMP) -nt requirements/dev.txt ]; then \
		rm -f $(STAMP); \
		VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/embedded.txt; \
	fi
	@touch $@

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml

lock: | $(BIN)/uv
	$(COMPILE) --output-file requirements/base.txt
	$(COMPILE) --group embedded --constraints requirements/base.txt --output-file requirements/embedded.txt
	$(COMPILE) --group dev --constraints requirements/base.txt --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
