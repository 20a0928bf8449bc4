# Needs Python 3.11 or newer, make and git. Everything else is installed into build/.
PYTHON ?= python3

BIN := build/venv/bin
ADDON := build/demo/otf-addons-myservice
UV_PIP := $(BIN)/uv pip install --quiet --python build/venv
# One process for each core; an idle process takes tests from the others.
PYTEST := $(BIN)/pytest -n auto --dist worksteal

.PHONY: help demo dev check test test-all lint bench clean

# Such as ANSWERS="transfer_client=http execution=http"; the addon is in build/dev/$(NAME).
NAME ?= addon
ANSWERS ?=

help:
	@echo 'make demo      bake an addon, install it and move a file with it'
	@echo 'make dev       an addon of links to the template, to edit and run: ANSWERS="execution=http"'
	@echo 'make check     what takes seconds: lint, types, every combination, tests of each client'
	@echo 'make test      lint, and every test that takes seconds (minutes in all)'
	@echo 'make test-all  the slow tests too: other versions of Python'
	@echo 'make lint      ruff and mypy on the template itself, and proselint on its texts'
	@echo 'make bench     how long a new addon takes until all is green, and how fast addons move files'
	@echo 'make clean     remove build/ and all caches'

# Each command is printed as you would type it.
demo: $(BIN)/cookiecutter
	rm -rf build/demo
	$(BIN)/cookiecutter --default-config --no-input --output-dir build/demo .
	$(PYTHON) -m venv $(ADDON)/.venv
	$(ADDON)/.venv/bin/pip install --quiet $(ADDON)
	cd $(ADDON) && .venv/bin/task-run -c cfg -t download-myservice
	cat $(ADDON)/demo/myservice/worker/incoming/orders.csv

dev: $(BIN)/pytest
	$(BIN)/python -m tools.dev $(NAME) $(ANSWERS)

check: lint
	$(BIN)/pytest -q -n auto tests/test_render.py -k named
	$(BIN)/python -m tools.check

test: lint
	$(PYTEST) -m 'not slow'

test-all: lint
	$(PYTEST)

lint: $(BIN)/pytest
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m tools.prose

bench: $(BIN)/pytest
	$(BIN)/python bench/startup.py
	$(BIN)/python -m bench.first_check
	$(BIN)/python -m bench.transfers

clean:
	rm -rf build .venv .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		f"$(PYTHON) is Python {sys.version.split()[0]}; 3.11 is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv build/venv

$(BIN)/uv: | $(BIN)/python
	$(BIN)/pip install --quiet uv

$(BIN)/cookiecutter: pyproject.toml | $(BIN)/uv
	$(UV_PIP) -r pyproject.toml
	@touch $@

$(BIN)/pytest: pyproject.toml | $(BIN)/uv
	$(UV_PIP) -r pyproject.toml --group test
	@touch $@
