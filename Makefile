# Everything a newcomer needs: `make demo` and `make test`. They set up .venv by themselves.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN    := $(VENV)/Scripts
endif
PY     := $(BIN)/python
STAMP  := $(VENV)/.medcab-ready
JOBS   ?= 2

.PHONY: demo demo-lta test coverage setup lint types contracts docs docs-check catalogue bench accuracy fuzz smoke pki ci clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q --disable-pip-version-check --upgrade "pip>=25.1"
	$(PY) -m pip install -q --disable-pip-version-check --group dev -e .
	@touch $(STAMP)

demo: setup
	@$(PY) tools/demo.py

test: setup
	$(PY) -m pytest -q -n $(JOBS) --dist loadfile

# The walks over every byte are left out here: docs-check makes them, and measured they take minutes.
coverage: setup
	$(PY) -m pytest -q -n $(JOBS) --dist loadfile -m "not exhaustive" --cov --cov-branch --cov-report=term --cov-fail-under=85

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

catalogue: setup
	$(PY) tools/catalogue.py

docs: setup catalogue
	$(PY) tools/docs.py

docs-check: setup
	$(PY) tools/catalogue.py --check
	$(PY) tools/docs.py --check

bench: setup
	$(PY) tools/bench.py

smoke: setup
	$(PY) tools/smoke.py

accuracy: setup
	$(PY) tools/accuracy.py

fuzz: setup
	$(PY) tools/fuzz.py

ci: lint types contracts docs-check coverage smoke

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

demo-lta: setup
	@$(PY) tools/demo_lta.py

# A time-stamping authority, OCSP and CRL on loopback, to try the long-term levels out.
pki: setup
	$(PY) tools/pki.py
