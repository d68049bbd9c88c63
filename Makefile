# Each target sets up what it needs; `make demo` and `make test` work on a machine with Python, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What is compiled once is kept: each of the many processes of a run would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test fulltest changed check format bench soak audit lock imagelock clean

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

check: $(READY)  ## lint, formatting, types, the order of the folders, the files of deploy/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/yamllint --strict deploy .github
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(BIN)/kubernetes-validate --strict --quiet deploy/kubernetes/*.yaml deploy/kubernetes/example/*.yaml

format: $(READY) ## mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## measure the budgets of docs/operations.md
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(READY)   ## kill one bot, and three that share a database, 300 times each; ARGS="--kills 20" for less
	$(BIN)/python -m tests.soak $(ARGS)

audit: $(READY)  ## list the parts, look at their licences and known weaknesses; needs the network
	$(BIN)/python -m tests.audit

# Three locks, all with hashes: everything, what an installed bot needs, what builds it. The last two
# follow the first, so that what runs is what was tested.
COMPILE := uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet --no-emit-index-url

lock: $(READY)   ## write the locks anew from pyproject.toml
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@PATH="$$PATH:$(BIN)" $(COMPILE) --all-extras --upgrade --output-file requirements.lock pyproject.toml
	@$(MAKE) --no-print-directory imagelock

imagelock: $(READY) ## write the two locks of deploy/ anew, by the versions of requirements.lock
	@PATH="$$PATH:$(BIN)" $(COMPILE) --no-annotate --constraint requirements.lock \
		--output-file deploy/requirements.lock pyproject.toml
	@sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | PATH="$$PATH:$(BIN)" $(COMPILE) --no-annotate \
		--constraint requirements.lock --output-file deploy/build.lock -

clean:           ## remove what the other targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks demo-out
