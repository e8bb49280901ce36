# The whole workflow. `make` lists it. Needs python3 (3.11 or newer), pip and make; nothing else has to be installed.
#
#     make run      serve on this machine, without any credentials
#     make test     everything but the browser tests

PY ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The venv is made without a pip of its own (Debian's python3 alone cannot give it one); the system's pip fills it.
PIP := $(PY) -m pip --python $(BIN)/python --disable-pip-version-check --no-input -q
INSTALL := $(PIP) install --no-compile --require-hashes --only-binary :all: -r
# What a start reads is compiled here: else every start takes three seconds more wherever the environment forbids Python to
# write what it compiled, and a test run starts hundreds of processes.
COMPILE := PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import alembic.command, bot.app, bot.cli, bot.desk' && $(BIN)/python -m compileall -qq -j 0 bot
unexport PYTHONDONTWRITEBYTECODE
EDITABLE := $(PIP) install --no-deps --no-build-isolation -e .
SHELL_FILES := .ci/run $(wildcard deploy/*.sh tools/*.sh)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test check e2e faults bench lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.run  ## make .venv with the `wargi` command

run: $(VENV)/.run  ## serve the chat, the desk and the webhooks (ARGS="--roles desk" and the like)
	@$(BIN)/wargi run $(ARGS)

test: $(VENV)/.test  ## all tests but those with a browser, on SQLite and a real PostgreSQL (ARGS="-k words")
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev  ## lint, format, types, layers, flows, translations, Dockerfile, shell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wargi flow check
	$(BIN)/wargi locale check
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck $(SHELL_FILES)

e2e: $(VENV)/.dev  ## tests in a real browser (Debian: apt-get install chromium)
	$(BIN)/python -m pytest -m e2e $(ARGS)

bench: $(VENV)/.test  ## measure this machine against the floor, five minutes (ARGS="--to docs/speed.md" writes it down)
	$(BIN)/python -m tests.bench.table $(ARGS)

faults: $(VENV)/.test  ## break everything that may break, and judge what came of it (ARGS="--only F08", "--defects", "--list")
	$(BIN)/python -m tests.faults.battery $(ARGS)

# dev.txt holds everything, so it is made first and the others may not differ from it. Hashes, but no address of any
# registry: whoever installs uses the one that their own pip is set to. UPGRADE=--upgrade takes the newest versions.
LOCK = $(BIN)/uv --no-config pip compile -q pyproject.toml --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build
lock: $(VENV)/.dev  ## write requirements/*.txt after a change in pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(LOCK) $(UPGRADE) --all-extras --group dev -o requirements/dev.txt
	$(LOCK) $(UPGRADE) -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) $(UPGRADE) -c requirements/dev.txt --extra postgres --extra s3 -o requirements/server.txt
	$(LOCK) $(UPGRADE) -c requirements/dev.txt --extra postgres --extra s3 --extra parquet --group test -o requirements/test.txt

clean:  ## remove .venv and caches; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov build dist
	find bot tests tools -name __pycache__ -prune -exec rm -rf {} +

# One stamp a lock: a second `make run` finds it and starts at once. A larger set contains the smaller ones.
$(BIN)/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wargi needs Python 3.11 or newer: make PY=python3.11 …")'
	@$(PY) -m pip --version >/dev/null || { echo "Wargi needs pip: apt-get install python3-pip"; exit 1; }
	@echo "Making $(VENV)"
	@$(PY) -m venv --without-pip $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the server needs into $(VENV) (15 to 40 seconds, the first time only)"
	@$(INSTALL) requirements/run.txt
	@$(EDITABLE)
	@$(COMPILE)
	@touch $@

$(VENV)/.test: requirements/test.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into $(VENV), a PostgreSQL among it (20 to 40 seconds, the first time only)"
	@$(INSTALL) requirements/test.txt
	@$(EDITABLE)
	@$(COMPILE)
	@touch $(VENV)/.run $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing the development tools into $(VENV) (half a minute or more, the first time only)"
	@$(INSTALL) requirements/dev.txt
	@$(EDITABLE)
	@$(COMPILE)
	@touch $(VENV)/.run $(VENV)/.test $@
