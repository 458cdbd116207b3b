# Everything a person does here. A machine needs make, git and Python 3.11 or later with venv.

.DEFAULT_GOAL := help
PORT ?= 8000
# The first Python that is new enough; `make PYTHON=…` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PROGRAM := .venv/bin/python
UV := .tools/bin/uv

help: ## List what can be done
	@echo "make <target>"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' Makefile | expand -t 18

run: environment-run ## Start the whole portal on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(PROGRAM) manage.py run_embedded --port $(PORT)

test: environment-dev ## Run every test, on SQLite and on PostgreSQL with Redis (ARGS="-k word" for pytest)
	@exec $(PROGRAM) -m tests.run $(ARGS)

test-embedded: environment-dev ## Run every test on SQLite only
	@exec $(PROGRAM) -m tests.run --embedded-only $(ARGS)

lint: environment-dev ## Check style, types, imports, templates, compose file and Dockerfile
	@exec $(PROGRAM) -m tools.lint

format: environment-dev ## Put code and templates into the project's form
	$(PROGRAM) -m ruff check --fix-only --quiet .
	$(PROGRAM) -m ruff format .
	@find templates */templates -name '*.html' 2>/dev/null | xargs -r .venv/bin/djade --target-version 5.2

bench: environment-dev ## Measure pages and searches among 1k to 100k listings (ARGS="--sizes 1000,1000000 --database postgresql")
	@exec $(PROGRAM) -m benchmarks $(ARGS)

bench-alerts: environment-dev ## Measure matching, composing and sending (ARGS="--subscriptions 1000000")
	@exec $(PROGRAM) -m benchmarks.alerting $(ARGS)

faults: environment-dev ## Kill, freeze and starve the portal while it sends, the long form (some 20 minutes)
	@exec $(PROGRAM) -m tests.faults --long $(ARGS)

lock: environment-uv ## Write both lock files again from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(UV) pip compile --universal --generate-hashes $(UPGRADE) --quiet pyproject.toml -o requirements.lock
	$(UV) pip compile --universal --generate-hashes $(UPGRADE) --quiet --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

screenshots: environment-dev ## Take the pictures of docs/images again (look at each before committing it)
	@UPDATE_SCREENSHOTS=1 $(PROGRAM) -m pytest -q tests/journeys

vendor: ## Build the style sheets and scripts under static/ again (needs Node)
	cd frontend && npm ci && npm run build

messages: environment-dev ## Collect the strings to translate and compile the catalogues (needs GNU gettext)
	@exec $(PROGRAM) -m tools.messages

clean: ## Remove environments, caches and test output; what the portal stored (var/) stays
	rm -rf .venv .tools test-output staticfiles .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment-%:
	@test -n "$(PYTHON)" || { echo "The portal needs Python 3.11 or later; none was found." >&2; exit 1; }
	@$(PYTHON) tools/environment.py $*

.PHONY: help run test test-embedded lint format bench bench-alerts faults lock screenshots vendor clean
