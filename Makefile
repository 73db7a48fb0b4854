# `make` alone lists the targets. Only Python >= 3.11 with venv, and make, are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test setup fmt lint types reference docs bench bench-audit release

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: $(VENV)/.demo ## Set everything up, then write the report of examples/beva-tace
	$(BIN)/hepatica report examples/beva-tace

test: $(VENV)/.test ## Set everything up, then run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

setup: $(VENV)/.test ## Install Hepatica with its development tools into .venv

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hepatica needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[audit,imaging,report]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[audit,imaging,report,scale,test]'
	@touch $@ $(VENV)/.demo

fmt: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: setup ## Style, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: setup ## Types, strict
	$(BIN)/mypy

reference: setup ## Only the tests that hold our numbers to R and the published ones
	$(BIN)/python -m pytest -n 2 tests/reference

docs: setup ## Generate the reference part of the manual
	$(BIN)/python docs/generate.py

bench: setup ## Time our work beside its peers, in one run
	$(INSTALL) '.[bench]' || echo 'bench: peers not installed; their rows are skipped'
	$(BIN)/python -m bench

bench-audit: setup ## Soundness and power of the audit on simulated papers
	$(BIN)/python bench/audit.py

release: lint types test ## Build the wheel and the source archive
	$(INSTALL) build && $(BIN)/python -m build
