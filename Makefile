# Each target sets up what it needs; `make demo` and `make test` work on a machine with Python, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What is compiled once is kept: each of the many processes of a run would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test fulltest changed check format bench soak lock clean

help:            ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)   ## an evening on a simulated Discord in the browser; ARGS=--exit plays it as a transcript
	$(BIN)/dojo demo $(ARGS)

test: $(READY)   ## the tests without the slowest, in parallel; services on SQLite, storage on PostgreSQL too
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

fulltest: $(READY) ## every test, each service on PostgreSQL too, as continuous integration does
	DOJO_FULL=1 $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

changed: $(READY) ## only the tests of what has changed since main, or since SINCE=<commit>
	$(BIN)/python -m tests.changed $(if $(SINCE),--since $(SINCE)) -- $(ARGS)

check: $(READY)  ## lint, formatting, types, the order of the folders
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(READY) ## mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## measure the budgets of docs/operations.md
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(READY)   ## kill one bot, and three that share a database, 300 times each; ARGS="--kills 20" for less
	$(BIN)/python -m tests.soak $(ARGS)

lock: $(READY)   ## write requirements.lock anew from pyproject.toml
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@PATH="$$PATH:$(BIN)" uv pip compile --universal --generate-hashes --all-extras --no-header --python-version 3.11 \
		--quiet --upgrade --no-emit-index-url --output-file requirements.lock pyproject.toml

clean:           ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks demo-out
