# Everything a developer or an operator does from a checkout. Needs Python 3.11 or later, no more.
# All paths are relative and programs run as `python -m`, so that the folder's name may hold spaces.

SHELL := /bin/sh
PYTHON := .venv/bin/python
STAMP := .venv/installed.stamp
# In the order of the folders: what takes long comes first, and does not keep one core busy at the end.
SIDE_BY_SIDE := $(PYTHON) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
LOCK := $(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help setup run portal test proof lint format screenshots sdl lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## install everything into .venv (nothing to do while the lock files stay the same)

run: $(STAMP) ## start it all: database, migrations, demo data, server
	@exec $(PYTHON) -m tradeline_server.cli run

portal: $(STAMP) ## build the portal now (`make run` does so behind the server)
	@exec $(PYTHON) -m tradeline_server.portal_build

# What measures time or memory has the machine to itself (tests/e2e/conftest.py says which).
test: lint portal ## lint, types, import contracts, and all tests
	$(SIDE_BY_SIDE) tests/integration tests/property tests/unit
	$(SIDE_BY_SIDE) -m "not alone" tests/e2e
	$(PYTHON) -m pytest -m alone tests/e2e

proof: $(STAMP) ## races, crashes and attacks of orders and checkout at full length (minutes; `make test` runs them short)
	TRADELINE_PROOF=full $(PYTHON) -m pytest tests/e2e/intake tests/e2e/shopping tests/e2e/hostile \
		tests/e2e/test_bench.py

lint: $(STAMP) ## style, formatting, types, import contracts, and the portal's own checks
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
	$(PYTHON) -m tradeline_server.portal_build check

format: $(STAMP) ## put the code into shape
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

screenshots: $(STAMP) portal ## take the pictures of the README anew, into infra/screenshots/
	TRADELINE_SCREENSHOTS=1 $(PYTHON) -m pytest tests/e2e/portal

sdl: $(STAMP) ## write graphql/schema.graphql from the code, and the mini-program's manifest
	$(PYTHON) -c 'from tradeline_graph.schema import schema; print(schema.as_str())' \
		> .tradeline-sdl.tmp && mv .tradeline-sdl.tmp graphql/schema.graphql
	$(PYTHON) -m tradeline_graph.manifest

lock: $(STAMP) ## bring the lock files up to date with pyproject.toml
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock pyproject.toml \
		--output-file requirements-dev.lock

clean: ## remove what tools have left behind; the database and .venv stay
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist portal/dist
	find backend graphql tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment knows its own place: after a move or a copy it is made anew.
ifneq "$(shell cat .venv/place 2>/dev/null)" "$(CURDIR)"
.PHONY: $(STAMP)
endif

$(STAMP): requirements-dev.lock pyproject.toml
	@sh .ci/setup
