# Two commands do everything: `make demo` and `make test`. Each makes the environment (.venv) it needs.
# Needs Python >= 3.11 with pip, and make. Another Python: make demo PYTHON=/path/to/python3.12

AT_LEAST := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c '$(AT_LEAST)' 2>/dev/null && echo $(name))))

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
NBCLEAN := $(PY) -m nbconvert --clear-output --inplace

.DEFAULT_GOAL := help
.PHONY: help demo test check format reference picture notebooks lab bench clean

help:
	@echo "make demo       run the sample area end to end: maps, workbook, plan"
	@echo "make test       all tests, doctests and notebooks"
	@echo "make check      lint, format, types, floors of the code"
	@echo "make format     mend what lint and format can mend"
	@echo "make reference  write docs/reference.md anew"
	@echo "make picture    draw the picture of the READMEs anew"
	@echo "make lab        JupyterLab on the notebooks"
	@echo "make notebooks  take the outputs out of the notebooks"
	@echo "make bench      the benchmarks, printed as tables"
	@echo "make clean      remove the environment and the caches"

demo: $(VENV)/.run
	$(BIN)/huajie demo

test: $(VENV)/.test
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --doctest-modules tests pipeline

check: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

reference: $(VENV)/.run
	$(PY) docs/generate_reference.py

picture: $(VENV)/.run
	$(PY) docs/draw_picture.py

notebooks: $(VENV)/.test
	$(NBCLEAN) notebooks/*.ipynb

lab: $(VENV)/.test
	$(PY) -m jupyter lab notebooks

bench: $(VENV)/.test
	$(PY) benchmarks/startup.py
	$(PY) benchmarks/run_sample.py
	$(PY) benchmarks/thirty_thousand.py
	$(PY) benchmarks/splits.py
	$(PY) benchmarks/reading.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# One stamp for each thing installed, so that a change of pyproject.toml installs it anew and nothing else does.
# Where venv comes without pip (some Linux packages leave it out), the pip of the system puts one in.
$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "huajie needs Python 3.11 or newer, and none was found. Install one, or: make PYTHON=/path/to/python3.12"; \
		exit 1; fi
	@echo "making the environment in $(VENV); the first time takes a minute or two"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) \
		&& $(PYTHON) -m pip --python $(VENV)/bin/python install --quiet pip; }

# Dependency groups need pip 25.1, and Python 3.11 brings an older one; an environment made by uv has none.
$(VENV)/.run: pyproject.toml | $(PY)
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	$(PIP) --upgrade "pip>=25.1"
	$(PIP) --editable .
	@touch $@

$(VENV)/.test $(VENV)/.dev: $(VENV)/.%: pyproject.toml $(VENV)/.run
	$(PIP) --group $*
	@touch $@
