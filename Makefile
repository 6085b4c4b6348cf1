# The project's commands. `make run` on a fresh machine is all it takes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
EXTRAS ?=
comma := ,

# torch-scatter is compiled against the installed torch, so it is installed after the rest.
CHOSEN := $(strip $(subst $(comma), ,$(EXTRAS)))
PLAIN_EXTRAS := $(filter-out scatter,$(CHOSEN))
SPACE := $(subst ,, )
# Of the processes that test side by side: a thread each, and compiled modules for those they start.
EACH := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=
STAMP := .venv/installed-$(subst $(SPACE),-,$(CHOSEN))

.PHONY: run test setup study lint audit coverage docs viz viz-build benchmark

run: setup
	$(BIN)/kedro run

test: setup
	$(EACH) $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

study: setup
	@$(BIN)/python tools/study.py "$$NAME"

lint: setup
	$(BIN)/ruff check src tests tools
	$(BIN)/ruff format --check src tests tools
	$(BIN)/python tools/structure.py
	$(BIN)/mypy

audit: setup
	$(BIN)/python tools/audit.py

coverage: setup
	$(EACH) $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov

docs: setup
	$(BIN)/python tools/tables.py
	$(BIN)/python tools/parameters.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

viz: setup
	$(BIN)/kedro viz run

viz-build: setup
	$(BIN)/kedro viz build --include-hooks

benchmark: setup
	$(BIN)/python -m pytest tests/benchmarks -s -o addopts=

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[$(subst $(SPACE),$(comma),$(strip dev $(PLAIN_EXTRAS)))]"
	$(if $(filter scatter,$(CHOSEN)),$(BIN)/python -m pip install --quiet -c constraints.txt --no-build-isolation "torch-scatter>=2.1.2")
	touch $@
