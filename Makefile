# Resynapse. `make` alone lists what there is. Everything runs in .venv, which tools/setup.sh makes on first use.
#   make demo PYTHON=/usr/bin/python3.12    another interpreter (3.11, 3.12 or 3.13)
#   make test ARGS="tests/engine -k bolus"  some of the tests
.DEFAULT_GOAL := help
.PHONY: help demo test lint format types check verify report fuzz bench lock hooks setup setup-dev clean distclean

PYTHON ?=
ARGS ?=
BIN := .venv/bin
# -n 0 runs the tests in one process (for a debugger).
TEST_WORKERS ?= 2

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: setup ## set up and run the first study: one infusion in treatment-resistant depression
	@$(BIN)/resynapse run studies/trd_single_infusion.yaml --out runs/demo $(ARGS)

test: setup-dev ## set up and run the tests
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile $(ARGS)

lint: setup-dev ## ruff: rules and layout
	@$(BIN)/python -m ruff check . && $(BIN)/python -m ruff format --check tests/test_architecture.py tests/test_repository.py

format: setup-dev ## let ruff mend what it can
	@$(BIN)/python -m ruff check --fix . && $(BIN)/python -m ruff format tests/test_architecture.py tests/test_repository.py

types: setup-dev ## basedpyright over src
	@$(BIN)/python -m basedpyright

check: test lint types ## test, lint and types

verify: setup-dev ## the slow checks: theory and peers, then the model against all the evidence (runs/qualify)
	@if [ -d verification ]; then $(BIN)/python -m pytest verification; fi
	@$(BIN)/resynapse qualify --evidence evidence --out runs/qualify $(ARGS)

report: setup-dev ## the qualification report in docs: every trial judged by a fit that never saw it, beside statistics alone (minutes; ARGS=--arrows)
	@$(BIN)/python -m verification.baselines
	@$(BIN)/resynapse qualify --evidence evidence --evidence docs/statistics_alone.csv --fit "newest without trial" --out docs/qualification $(ARGS)
	@mv docs/qualification/report.html docs/qualification.html && $(BIN)/python tools/golden.py

fuzz: setup-dev ## try odd studies, evidence and patients for MINUTES=10; ARGS="--patients 1000000" solves odd people
	@$(BIN)/python -m verification.fuzz --minutes $(or $(MINUTES),10) $(ARGS)

bench: setup-dev ## patients per second, cold and warm start; ARGS=peers, scale or ceiling for more
	@$(BIN)/python -m benchmarks $(ARGS)

lock: setup-dev ## pin the newest versions that fit (UPGRADE=1), or add what pyproject.toml newly asks for
	@sh tools/lock.sh $(if $(UPGRADE),--upgrade)

hooks: setup-dev ## run lint and types before every commit
	@$(BIN)/python -m pre_commit install

setup:
	@PYTHON="$(PYTHON)" sh tools/setup.sh base

setup-dev:
	@PYTHON="$(PYTHON)" sh tools/setup.sh dev

clean: ## remove caches and build products
	@rm -rf build dist src/*.egg-info .pytest_cache .ruff_cache .hypothesis
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## the same and .venv
	@rm -rf .venv
