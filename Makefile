# The two commands of the README, and what CI runs. Each sets up what it needs in VENV.

PYTHON ?= python3
VENV ?= .venv
SITUATION ?= dadaab-2011
RUN = $(VENV)/bin
SOURCES = pyproject.toml $(shell find engine cli rules scenarios -name '*.py')

.PHONY: assess test lint types format docs clean

assess: $(VENV)/.runtime
	$(RUN)/comity assess $(SITUATION)

test: $(VENV)/.development
	$(RUN)/python -m pytest -q -rs -n auto
	$(RUN)/comity check
	$(RUN)/comity test
	$(RUN)/comity prove

lint: $(VENV)/.development
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy -p comity.engine -p comity.cli -p pytest_comity
	$(RUN)/mypy --explicit-package-bases tests benchmarks

format: $(VENV)/.development
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

coverage: $(VENV)/.development
	$(RUN)/python -m coverage run -m pytest -q -p no:xdist
	$(RUN)/python -m coverage report --show-missing --include='*/engine/language/*,*/engine/assessment/*'

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .coverage

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(SOURCES) | $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable . --config-settings editable_mode=strict
	touch $@

$(VENV)/.development: $(SOURCES) requirements-dev.txt | $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . --config-settings editable_mode=strict
	touch $@ $(VENV)/.runtime
