# The only command surface: people and CI use the same words.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
GROUPS := ledger directory matcher notifier gateway native dev

.PHONY: help run stop status seed test fuzz check fmt bench bench-ledger bench-gateway soak bench-pages bench-search bench-matching bench-announcing bench-rebuilding audit tamper-drill logs lock clean wipe docs pictures readme-pictures icons
.DEFAULT_GOAL := help

help:  ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# Only when a lock changed; a half-made environment has no stamp and is made again.
$(VENV)/.ready: requirements/dev.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'MCCS needs Python 3.11 or newer: apt-get install python3.11 python3.11-venv'; exit 1; }
	@echo 'Setting up the Python environment (about 180 MB, once) ...'
	@"$(PYTHON)" -m venv --clear $(VENV) || \
	  { echo 'Python cannot make virtual environments: apt-get install python3-venv'; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt || \
	  { echo 'The Python packages could not be installed (see above). Is the package index reachable? Then run the same command again.'; exit 1; }
	@touch $@

run: $(VENV)/.ready  ## Start everything, load demo data, print address and logins (Ctrl-C stops)
	@exec $(BIN)/python -m deploy run

stop: $(VENV)/.ready  ## Stop what `make run` started
	@$(BIN)/python -m deploy stop

status: $(VENV)/.ready  ## Say what runs where
	@$(BIN)/python -m deploy status

seed: $(VENV)/.ready  ## Load the demo data into the running system (a repeat adds nothing)
	@$(BIN)/python -m deploy seed

logs: $(VENV)/.ready  ## Follow the logs of the running system
	@$(BIN)/python -m deploy logs

audit: $(VENV)/.ready  ## Prove the running system's ledger: chain, zero sum, replay from Kafka
	@$(BIN)/python -m deploy audit

tamper-drill: $(VENV)/.ready  ## Attack copies of the ledger's database, show which check finds what (1 minute)
	@$(BIN)/python -m deploy.drill

test: $(VENV)/.ready  ## Run every test on real servers and a real browser, and `check` beside them
	@$(BIN)/python -m tests.run $(MAKE) --no-print-directory check

fuzz: $(VENV)/.ready  ## Draw far more examples than `make test` does, of all that is drawn (an hour)
	@MCCS_EXAMPLES=1000 MCCS_FUZZ_EXAMPLES=50 LEDGER_MODEL_STEPS=500000 $(BIN)/python -m tests.run

check: $(VENV)/.ready  ## Lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: $(VENV)/.ready  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: bench-ledger  ## Measure and print the figures of docs/performance.md
	@$(BIN)/python -m tests.bench.freshness
	@$(BIN)/python -m tests.bench.mailing

bench-ledger: $(VENV)/.ready  ## Measure the ledger's write path beside the textbook writer (15 minutes)
	@$(BIN)/python -m tests.bench

bench-gateway: $(VENV)/.ready  ## Measure the REST API beside a route that only verifies the token (8 minutes)
	@$(BIN)/python -m tests.bench.gateway

soak: $(VENV)/.ready  ## Half an hour of mixed load through the gateway: does anything grow, does anything stay broken?
	@$(BIN)/python -m tests.bench.soak

bench-pages: $(VENV)/.ready  ## Measure pages: servers' time at 10 000 businesses and a million events, paint and bytes in a browser
	@$(BIN)/python -m tests.bench.pages

bench-search: $(VENV)/.ready  ## Measure the search: relevance, and its speed at 10 000 and 100 000 businesses
	@$(BIN)/python -m tests.bench.search

bench-matching: $(VENV)/.ready  ## Measure lists of matches and loops at 10 000 members, without servers
	@$(BIN)/python -m tests.bench.matching

bench-announcing: $(VENV)/.ready  ## Measure how soon the matcher announces a change at 10 000 members
	@$(BIN)/python -m tests.bench.announcing

bench-rebuilding: $(VENV)/.ready  ## Measure how fast the matcher derives 10 000 members again
	@$(BIN)/python -m tests.bench.rebuilding

icons: $(VENV)/.ready  ## Draw the icons of the installed pages again
	@$(BIN)/python -m deploy.icons

docs: $(VENV)/.ready  ## Write the generated documents again
	@$(BIN)/python -m events.asyncapi
	@$(BIN)/python -m services.gateway.publishing

lock:  ## Compile requirements/*.txt with hashes and without index addresses (needs uv)
	@command -v uv >/dev/null || { echo 'uv is missing: pip install uv'; exit 1; }
	@for group in $(GROUPS); do \
	  uv pip compile --quiet --group pyproject.toml:$$group --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/$$group.txt || exit 1; done

clean: $(VENV)/.ready  ## Stop everything and remove what was built; demo data too
	@$(BIN)/python -m deploy stop
	@$(BIN)/python -m deploy wipe
	@rm -rf .run .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(VENV)

pictures: $(VENV)/.ready  ## Take pictures of every page, on phone and laptop, light and dark, into pictures/
	@$(BIN)/python -m tests.pictures

readme-pictures: $(VENV)/.ready  ## Take the README's pictures, of what `make run` runs
	@$(BIN)/python -m tests.pictures.readme
