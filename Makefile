# make app runs the product; make test checks it. Each makes what it needs.
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
# The first Python from 3.11 to 3.14 that really runs (version managers leave names that do not).
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && echo $$name && break; done)
PORT ?= 8501
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# pip compiles on one processor, a file after the other; all of them take half the time or less.
# Some libraries bring examples that no Python compiles, so its word is not asked.
COMPILE = $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true

.PHONY: help app test lint types layout bench samples clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.14 is needed and was not found."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip

$(VENV)/.app: requirements.txt requirements-formats.txt | $(BIN)/python
	$(PIP) --no-compile -r requirements-formats.txt
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(PIP) --no-compile -r requirements-dev.txt
	@$(COMPILE)
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	$(PIP) -r requirements-bench.txt
	@touch $@

$(VENV)-peers/.done: requirements-peers.txt $(VENV)/.dev
	$(BIN)/python -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-peers.txt
	@touch $@

app: $(VENV)/.app ## run the app on http://localhost:8501 (PORT=... for another)
	$(BIN)/python -m streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/.dev ## run every test, browser tests included
	CHROMIUM="$$(PYTHON=$(BIN)/python sh tests/browser/chromium.sh)" $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev ## check style
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(VENV)/.dev ## check types (strict on core)
	$(BIN)/python -m mypy --num-workers 2

layout: $(VENV)/.dev ## check the shape of the tree
	$(BIN)/python -m pytest tests/test_layout.py

bench: $(VENV)/.bench $(VENV)-peers/.done ## measure against the peers, side by side (ONLY=name for one)
	CHROMIUM="$$(PYTHON=$(BIN)/python sh tests/browser/chromium.sh)" PEERS=$(VENV)-peers/bin/python $(BIN)/python -m benchmarks $(ONLY)

samples: $(VENV)/.app ## build the sample models and tables again
	$(BIN)/python sample_models/build.py

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) $(VENV)-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis
