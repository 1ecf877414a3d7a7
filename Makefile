# Everything this project can be asked to do. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
CODE := portal console shared tests wsgi.py
RUN_READY := .venv/.ready-to-run
TEST_READY := .venv/.ready-to-test
BROWSER_READY := .venv/.ready-to-browse
export RESCIND_BROWSER ?=
# Settings of the shell would change what the tests see.
CLEAN := env -u RESCIND_MODE -u RESCIND_TESTKIT -u RESCIND_DATABASE_URL -u RESCIND_DATABASE_OWNER_URL \
	-u RESCIND_SECRET_KEYS -u RESCIND_BASE_URL -u RESCIND_SMTP_URL -u RESCIND_FACES -u RESCIND_DATA_DIR -u PORT

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(RUN_READY) ## Start the product with a demo shop (PORT=… moves it; Ctrl-C stops it)
	@exec $(BIN)/rescind run --ends-with-parent

.PHONY: stop
stop: ## End what a killed run has left
	@if [ -x $(BIN)/rescind ]; then exec $(BIN)/rescind stop; else echo "Nothing was running."; fi

.PHONY: setup
setup: $(TEST_READY) $(BROWSER_READY) ## Install everything that running and testing need

.PHONY: test
test: unit e2e ## Run every test: unit, then end to end

.PHONY: unit
unit: $(TEST_READY) ## Run the unit tests
	@$(CLEAN) $(BIN)/python -m pytest tests/unit -q -n 2

.PHONY: e2e
e2e: $(TEST_READY) $(BROWSER_READY) ## Run the end-to-end tests in a browser
	@$(CLEAN) RESCIND_BROWSER="$$(cat $(BROWSER_READY))" $(BIN)/python -m pytest tests/e2e -q -n 2

.PHONY: gauntlet
gauntlet: $(TEST_READY) ## Draw many more random lives, races and batches than `make test` does (LIVES=… ROUNDS=… BATCHES=…)
	@$(CLEAN) LIVES=$${LIVES:-10000} ROUNDS=$${ROUNDS:-200} BATCHES=$${BATCHES:-500} $(BIN)/python -m pytest -q -n 2 \
		tests/unit/actions/test_order_lives.py tests/unit/races tests/unit/actions/test_bulk_whole.py \
		tests/unit/actions/test_bulk_cancel.py

.PHONY: check
check: ## What CI runs: format, lint, types, contracts, then all tests with coverage floors
	@$(MAKE) --no-print-directory format-check lint arch types covered

.PHONY: covered
covered: $(TEST_READY) $(BROWSER_READY)
	@rm -f .coverage .coverage.*
	@$(CLEAN) $(BIN)/python -m pytest tests/unit -q -n 2 --cov --cov-report=
	@$(CLEAN) RESCIND_BROWSER="$$(cat $(BROWSER_READY))" $(BIN)/python -m pytest tests/e2e -q -n 2
	@echo "Coverage of shared/domain (floor 100 %):"
	@$(BIN)/coverage report --include='shared/domain/*' --fail-under=100
	@echo "Coverage of the rest (floor 95 %):"
	@$(BIN)/coverage report --omit='shared/domain/*,shared/storage/migrations/*' --fail-under=95

.PHONY: bench
bench: $(TEST_READY) ## Measure how near the product comes to its limits (BENCH="B1 B3" for some)
	@$(CLEAN) $(BIN)/python -m tests.bench $(BENCH)

.PHONY: fmt
fmt: $(TEST_READY) ## Format the code and mend what can be mended by itself
	@$(BIN)/ruff format -q $(wildcard $(CODE))
	@$(BIN)/ruff check -q --fix-only $(wildcard $(CODE))

.PHONY: format-check
format-check: $(TEST_READY)
	@$(BIN)/ruff format --check -q --diff $(wildcard $(CODE))

.PHONY: lint
lint: $(TEST_READY) ## Look for mistakes: ruff, codespell, djlint, deptry
	@$(BIN)/ruff check -q $(wildcard $(CODE))
	@$(BIN)/codespell $(wildcard $(CODE) templates *.md)
	@$(BIN)/djlint --quiet --lint $(wildcard templates)
	@$(BIN)/deptry --no-ansi .

.PHONY: types
types: $(TEST_READY) ## Check the types, strictly
	@$(BIN)/mypy --no-error-summary

.PHONY: arch
arch: $(TEST_READY) ## Check which part may import which
	@$(BIN)/lint-imports --no-logo

.PHONY: lock
lock: $(TEST_READY) ## Pin and hash every dependency anew, from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --group build -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --group build --group test --group lint -o requirements-dev.txt

.PHONY: words
words: $(TEST_READY) ## Gather the words of pages and e-mails for translators
	@$(BIN)/pybabel -q extract -F shared/locale/extraction.ini -k N_ --no-location --sort-output --omit-header \
		-o shared/locale/messages.pot portal console shared templates

# The dependencies of a target are files, so that the second time takes no time.

$(BIN)/python:
	@.ci/make-venv "$(PYTHON)"

$(RUN_READY): requirements.txt pyproject.toml | $(BIN)/python
	@if [ ! -e $(TEST_READY) ]; then .ci/install requirements.txt; else .ci/install requirements-dev.txt; fi
	@touch $@

$(TEST_READY): requirements-dev.txt pyproject.toml | $(BIN)/python
	@.ci/install requirements-dev.txt
	@touch $@ $(RUN_READY)

$(BROWSER_READY): | $(TEST_READY)
	@.ci/find-browser > $@.new
	@mv $@.new $@
