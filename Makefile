# Two commands matter: `make up` runs the service, `make test` checks everything.
# Each sets up what it needs, into this checkout only.

PYTHON ?= python3
PORT ?= 8080
STATE ?= .waybill
# Two tests at a time: each process keeps engines of its own, and a machine may have two cores.
WORKERS ?= 2
SEEDS ?= 10000
KILLS ?= 2000
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url

.PHONY: help up test check simulate crash-matrix kills bench lock clean set-up
.DEFAULT_GOAL := help

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

up:  ## Run the service on http://127.0.0.1:8080 (PORT= and STATE= change port and folder)
	@$(PYTHON) requirements/set_up.py
	@exec $(BIN)/waybill up --port $(PORT) --state $(STATE)

test: set-up check  ## Set up, check the house rules, run every test
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: set-up  ## House rules only: style, types, imports, template
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint infra/template.yaml

simulate: set-up  ## Run SEEDS=10000 schedules of crashes and other trouble against the invariants
	$(BIN)/python -m tests.simulation.commerce.planting --canary
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

crash-matrix: set-up  ## Stop each handler and command at each port call: build/crash-matrix/index.html
	$(BIN)/python -m tests.simulation.matrix $(ARGS)

kills: set-up  ## Kill KILLS=2000 real processes at their requests to DynamoDB Local
	$(BIN)/python -m tests.kills --kills $(KILLS) $(ARGS)

bench: set-up  ## Measure the budgets, one at a time (ARGS=--json for programs)
	@$(BIN)/python -m tests.bench $(ARGS)

lock: set-up  ## Write the locks anew from requirements/*.in and package.json
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts

clean:  ## Remove what set-up and tests made; the service's state stays
	rm -rf .venv node_modules build *.egg-info .set-up.lock
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

set-up:
	@$(PYTHON) requirements/set_up.py --tests
