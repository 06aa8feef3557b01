# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
export CREDITS_PORT ?= 8080
# Tests wait as much as they compute, so three run at once even on two cores; 0 runs them one by one.
WORKERS ?= 3

.PHONY: help demo demo-reset test test-cluster check format types lint imports bench picture web web-check lock snapshots clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "credits needs Python 3.11 or newer; none was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(PYTHON) is not a Python 3.11 or newer. Name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Could not make .venv. On Debian or Ubuntu: apt install python3-venv"; exit 1; }

.venv/.runtime: requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing into .venv (once) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing what the tests need into .venv (once) …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/.runtime ## try it in a browser: no Slack, no Redis
	@exec $(BIN)/credits demo

demo-reset: .venv/.runtime ## empty the demo: balance, history, messages
	@$(BIN)/credits demo-reset

test: .venv/.dev ## every test; those that need a browser where there is one
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-cluster: .venv/.dev ## the ledger's tests on a Redis Cluster that they start
	@CREDITS_TEST_CLUSTER=1 CREDITS_TEST_EXAMPLES=200 $(BIN)/python -m pytest -q -n 2 --dist worksteal -m redis tests/store tests/faults/test_cluster.py

bench: .venv/.dev ## measure it, beside ceilings and peers (ONLY=name for one figure)
	@$(BIN)/python -m tests.benchmarks $(ONLY)

check: format-check lint types imports test ## format, lint, strict types, the import law, tests

.PHONY: format-check
format-check: .venv/.dev
	@$(BIN)/ruff format --check .

format: .venv/.dev ## put the formatting right
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only --quiet .

lint: .venv/.dev
	@$(BIN)/ruff check .

types: .venv/.dev
	@$(BIN)/mypy

imports: .venv/.dev
	@$(BIN)/lint-imports

web: ## build the playground's page (needs Node 20 and npm)
	@cd bot/playground/web && npm ci --silent && npm run --silent build

web-check: ## prove that the committed page is what its source builds
	@$(MAKE) --no-print-directory web
	@cd bot/playground/web && npm run --silent check
	@test -z "$$(git status --porcelain -- bot/playground/static)" || { git status --short -- bot/playground/static; echo "bot/playground/static differs from its source: run 'make web' and commit"; exit 1; }

snapshots: .venv/.dev ## accept the present rendering of every message and view
	@$(BIN)/python -m pytest -q --snapshot-update tests/handlers/test_views.py

lock: .venv/.dev ## resolve the two lock files anew: versions and hashes only
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade -q -c requirements.lock -o requirements-dev.lock

picture: .venv/.dev ## take the README's picture anew (needs a Chromium)
	@CREDITS_PICTURE=docs/playground.png $(BIN)/python -m pytest -q tests/browser -k recharged

clean: ## remove what was installed and built here (not data/)
	@rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis bot/playground/web/node_modules
