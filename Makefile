# ppflow: what a newcomer types. `make run` is the demo, `make test` the whole suite; both start from bare Python 3.11+.
# PORT, PPFLOW_DATA_DIR, PPFLOW_DATABASE_URL, PPFLOW_MAIL_SERVER and PPFLOW_MAIL_PORT are honoured by `make run`.

ENV := .venv
BIN := $(ENV)/bin
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for candidate in $(CANDIDATES); do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$candidate; break; }; done)
LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help run test lint bench crash lock clean

help:
	@echo "make run     the demo, at http://127.0.0.1:8000 (PORT=9000 make run)"
	@echo "make test    the whole suite (ARGS='tests/people -k name' for a part)"
	@echo "make lint    ruff and mypy"
	@echo "make crash   kill web and worker under load, on both databases; nothing may be lost"
	@echo "make bench   measure; writes bench/RESULTS.md (ARGS=million: the queue among a million, PostgreSQL, to bench/MILLION.md)"
	@echo "make lock    choose versions anew after a change in pyproject.toml (needs uv)"
	@echo "make clean   remove the environment and every cache; data is kept"

run: $(ENV)/run.stamp
	@exec $(BIN)/ppflow run

test: $(ENV)/dev.stamp
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(ENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(ENV)/dev.stamp
	@$(BIN)/python -m bench $(ARGS)

crash: $(ENV)/dev.stamp
	@$(BIN)/python -m pytest -m crash $(ARGS) tests/reliability

lock:
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf $(ENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is newer than its lock file when nothing is to be done.

define install
@echo "Installing the locked packages of $(1) ..."
@if command -v uv >/dev/null; \
	then uv pip install --compile-bytecode --python $(BIN)/python --no-deps --require-hashes --requirement $(1); \
	else $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null && \
		PIP_ROOT_USER_ACTION=ignore $(BIN)/python -m pip install --disable-pip-version-check \
		--no-deps --require-hashes --requirement $(1); fi
@touch $@
endef

$(ENV)/run.stamp: requirements.txt | $(BIN)/ppflow
	$(call install,requirements.txt)

$(ENV)/dev.stamp: requirements-dev.txt | $(BIN)/ppflow
	$(call install,requirements-dev.txt)

$(BIN)/ppflow:
	@test -n "$(PYTHON)" || { echo "ppflow needs Python 3.11 or later. Install it, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Making the Python environment in $(ENV) ..."
	@if command -v uv >/dev/null; then uv venv --quiet --clear --python "$(PYTHON)" $(ENV); \
		else "$(PYTHON)" -m venv --clear $(ENV) || { rm -rf $(ENV); \
		echo "Python cannot make an environment here. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; fi
	@echo "$(CURDIR)" > "$$(echo $(ENV)/lib/python3*/site-packages)/ppflow.pth"
	@printf '%s\n' '#!/bin/sh' "'''exec' \"$(CURDIR)/$(BIN)/python\" \"\$$0\" \"\$$@\"" "' '''" \
		'import sys' 'from ppflow.cli import main' 'sys.exit(main())' > $@
	@chmod +x $@
