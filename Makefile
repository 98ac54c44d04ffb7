# Percorso. A fresh machine needs Python >= 3.11, Node >= 20 and make; everything else is installed below this folder.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
PYTEST := $(BIN)/pytest
WORKERS ?= 2
SPREAD := --dist loadfile --no-loadscope-reorder --ignore tests/browser
PAGES := src/percorso/web/dist/index.html src/percorso/web/tag/tag.js
# Python keeps what it compiled, whatever the machine says: tests start many processes, and each would compile all anew.
unexport PYTHONDONTWRITEBYTECODE
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null)
TAG_SOURCES := $(shell find tag -path tag/node_modules -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-all test-sdks soak check format bench client tag docs sizes migration clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# ---- start

setup: .venv/.ready web/node_modules/.ready tag/node_modules/.ready $(PAGES) ## install what is needed, below this folder only

demo: setup ## start the example company, with its year of history and live traffic
	$(BIN)/percorso demo

run: setup ## start your own company in ./percorso-data
	$(BIN)/percorso up

# ---- test

test: setup chromium ## every test that needs no outside service, in under five minutes
	cd web && npm test --silent
	cd tag && npm test --silent
	$(PYTEST) -n $(WORKERS) $(SPREAD) -m "not slow and not fault and not postgres and not sdk"
	$(PYTEST) -m "not slow" tests/browser

test-all: setup chromium postgresql brokers test-sdks .tools/pm4py/.ready ## all tests: PostgreSQL, SDKs, the whole browser suite, short fault rounds
	cd web && npm test --silent
	cd tag && npm test --silent
	PERCORSO_TEST_LONG=1 PERCORSO_TEST_POSTGRES=required PERCORSO_TEST_BROKERS=required $(PYTEST) -n $(WORKERS) $(SPREAD) -m "not fault and not sdk"
	$(PYTEST) tests/browser
	PERCORSO_TEST_POSTGRES=required PERCORSO_TEST_BROKERS=required $(PYTEST) -m fault

test-sdks: setup chromium .tools/sdks/.ready ## real clients of Segment, RudderStack and Jitsu against a server of ours
	PERCORSO_TEST_SDKS=required $(PYTEST) -m sdk tests/sdks

soak: setup postgresql brokers ## the long rounds of faults and of hostile input, whose figures go into closing notes
	PERCORSO_TEST_POSTGRES=required PERCORSO_TEST_BROKERS=required PERCORSO_FAULT_ROUNDS=50 $(PYTEST) -m fault -rA -s
	PERCORSO_FUZZ_S=600 $(PYTEST) -rA -s tests/fuzz

check: setup ## format, lint, types, import contracts, lock files, docs
	$(UV) lock --check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@test -z "$(wildcard docs/*.md)" || $(BIN)/cog --check -I . $(wildcard docs/*.md)
	cd web && npm run --silent lint && npm run --silent types
	cd tag && npm run --silent lint && npm run --silent types

format: setup ## put the code into its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup ## the figures of this machine, in one table
	$(BIN)/python -m bench.run

# ---- generated files

client: .venv/.ready web/node_modules/.ready ## the web client's types, from the API
	$(BIN)/percorso openapi > web/openapi.json
	cd web && npm run --silent client

tag: src/percorso/web/tag/tag.js ## the tag for pages, as the server serves it

docs: setup ## print help, settings and codes into the docs
	$(BIN)/cog -r -I . $(wildcard docs/*.md)

migration: setup ## a new revision of the tables: make migration line=state about="what it does"
	$(BIN)/python -m percorso.adapters.sql.migrations.write $(line) "$(about)"

sizes: ## the longest files, and what is shipped
	@git ls-files 'src/*.py' 'web/src/*.ts*' 'tag/src/*.ts' | xargs wc -l | sort -rn | sed -n '2,16p'
	@echo; du -sh src/percorso/web/dist src/percorso/web/tag 2>/dev/null || true

clean: ## remove what was installed and built; never data
	rm -rf .tools .venv web/node_modules tag/node_modules src/percorso/web/dist src/percorso/web/tag .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# ---- how it is done

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Percorso needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: uv.lock pyproject.toml | $(UV)
	$(UV) sync --quiet --frozen --compile-bytecode --python "$$(command -v $(PYTHON))"
	@touch $@

web/node_modules/.ready: web/package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { echo "Percorso needs Node 20 or newer"; exit 1; }
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Each Python client has an environment of its own: they want different versions of the same things, and we none of them.
.tools/sdks/.ready: $(wildcard tests/sdks/python/*.txt) tests/sdks/node/package-lock.json | $(UV)
	rm -rf .tools/sdks && mkdir -p .tools/sdks/node
	set -e; for client in $(basename $(notdir $(wildcard tests/sdks/python/*.txt))); do \
		$(UV) venv --quiet --python "$$(command -v $(PYTHON))" .tools/sdks/$$client; \
		$(UV) pip install --quiet --python .tools/sdks/$$client -r tests/sdks/python/$$client.txt; done
	cp tests/sdks/node/package.json tests/sdks/node/package-lock.json tests/sdks/node/.npmrc .tools/sdks/node
	cd .tools/sdks/node && npm install --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# pm4py is AGPL and only an oracle: it is run beside us, in an environment that nothing of ours is installed into.
.tools/pm4py/.ready: | $(UV)
	$(UV) venv --quiet --python "$$(command -v $(PYTHON))" .tools/pm4py
	$(UV) pip install --quiet --python .tools/pm4py "pm4py==2.7.23.11" "pyarrow>=22,<27"
	@touch $@

tag/node_modules/.ready: tag/package-lock.json web/node_modules/.ready
	cd tag && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

src/percorso/web/dist/index.html: web/node_modules/.ready $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

src/percorso/web/tag/tag.js: tag/node_modules/.ready $(TAG_SOURCES)
	cd tag && npm run --silent build
	@touch $@

.PHONY: chromium postgresql brokers
chromium:
	@.ci/need chromium

postgresql:
	@.ci/need postgresql

brokers:
	@.ci/need mosquitto
	@.ci/need dovecot-imapd
	@.ci/need openssh-server
