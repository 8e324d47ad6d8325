# Needs GNU make and Python 3.11 or newer; everything else is installed into .venv.
# PYTHON=/path/to/python chooses the interpreter.

export PYTHON

PY := .venv/bin/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two pips at once would corrupt the one .venv.
.NOTPARALLEL:
.PHONY: help demo test test-quick test-integrations test-beam check docs bench bench-check fuzz simulate format clean FORCE

help: ## list these targets
	@echo "usage: make TARGET [PYTHON=/path/to/python]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name text; do printf '  %-18s %s\n' "$$name" "$$text"; done

demo: .venv/.stamp-run ## score the sample corpus (installs the run-time dependencies only)
	@echo '$$ spanf1 score corpora/sample/english.spacy.conll'
	@.venv/bin/spanf1 score corpora/sample/english.spacy.conll
	@echo; echo 'the command is .venv/bin/spanf1'

test: .venv/.stamp-test ## run all the tests, on all cores
	$(PY) -m pytest --numprocesses auto

test-quick: .venv/.stamp-test ## run the tests that take no time
	$(PY) -m pytest --numprocesses auto -m 'not slow' --ignore tests/integrations

# A file of tests runs in one process: clusters, and the page in the browser, are started once.
test-integrations: .venv/.stamp-integrations ## test the adaptors against the libraries they adapt (large installs)
	$(PY) -m pytest --numprocesses auto --dist loadfile tests/integrations tests/formats/test_arrays.py

test-beam: .venv/.stamp-beam ## test the adaptor to Beam, in an environment of its own
	.venv/beam/bin/python -m pytest --numprocesses auto tests/integrations/test_beam.py

check: .venv/.stamp-check ## lint, check the formatting and check the types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

docs: .venv/.stamp-docs ## build the pages into site/, and run every block of them
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

bench: .venv/.stamp-bench ## time spanf1 against other scorers
	$(PY) -m tests.benchmarks

bench-check: .venv/.stamp-bench ## check quickly that the scorers in the benchmark agree
	$(PY) -m tests.benchmarks --check

simulate: .venv/.stamp-run ## simulate how often intervals hold the truth (some minutes)
	$(PY) -m tests.simulations

fuzz: .venv/.stamp-test ## try hostile input for a minute: make fuzz SECONDS=600 SEED=1
	$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60) --seed $(or $(SEED),0)

format: .venv/.stamp-check ## format the code and apply the linter's safe fixes
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

clean: ## remove .venv, build products and caches
	rm -rf .venv build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

# pip can leave a package half installed when it is killed and later take it for a whole one.
# .unfinished outlives such an install, and .stamp-venv then starts again from nothing. pip's
# own errors (1 and 2) are failed downloads and the like, which leave the .venv usable.
define install
	@echo "installing into .venv: $(strip $(1))"
	@touch .venv/.unfinished
	@$(PY) -m pip install --quiet --disable-pip-version-check $(1) || { \
	  code=$$?; test $$code -gt 2 || rm -f .venv/.unfinished; exit $$code; }
	@rm -f .venv/.unfinished
	@touch $@
endef

# Each install names the project, so that pip weighs its dependencies together with the group's.
.venv/.stamp-run: pyproject.toml .venv/.stamp-venv
	$(call install,--editable .)

.venv/.stamp-test .venv/.stamp-check .venv/.stamp-docs .venv/.stamp-bench .venv/.stamp-integrations: .venv/.stamp-%: .venv/.stamp-run
	$(call install,--editable . --group $*)

# Beam wants older libraries than the rest. What it is in goes with the .venv.
.venv/.stamp-beam: pyproject.toml .venv/.stamp-venv
	@echo "installing into .venv/beam: --editable . --group beam"
	@rm -rf .venv/beam && $(PY) -m venv --without-pip .venv/beam
	@$(PY) -m pip --python .venv/beam install --quiet --disable-pip-version-check \
	  --editable . --group beam
	@touch $@

# Looked at every time, rewritten only when the .venv is missing, half made, broken, moved or
# asked for with another PYTHON. A .venv holds absolute paths, so it cannot move with the folder.
# An activated .venv must not be rebuilt with its own interpreter: hence _base_executable.
.venv/.stamp-venv: FORCE
	@want="$$(pwd -P) $$PYTHON"; \
	if test "$$(cat $@ 2>/dev/null)" = "$$want" && test ! -e .venv/.unfinished && \
	  $(PY) -c '' 2>/dev/null; then exit 0; fi; \
	set -- python3.14 python3.13 python3.12 python3.11 python3; \
	if test -n "$$PYTHON"; then set -- "$$PYTHON"; fi; \
	for name; do \
	  python=$$("$$name" -c 'import sys, venv, ensurepip; sys.version_info < (3, 11) and sys.exit(1); print(sys._base_executable)' 2>/dev/null) && break; \
	  python=; \
	done; \
	if test -z "$$python"; then \
	  echo "error: no Python 3.11 or newer with venv in $${PYTHON:-PATH}; set PYTHON=/path/to/one" >&2; \
	  exit 1; \
	fi; \
	echo "making .venv with $$python"; \
	rm -rf .venv && "$$python" -m venv .venv && \
	$(PY) -m pip install --quiet --disable-pip-version-check 'pip>=25.1' && \
	printf '%s\n' "$$want" > $@
