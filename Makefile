# The commands of a person at a fresh clone. `make help` lists them.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed.lock
ROOMS := $(patsubst %/__init__.py,%,$(wildcard actors/__init__.py messages/__init__.py exchange/__init__.py \
	state/__init__.py config/__init__.py backtest/__init__.py))
CODE := $(ROOMS) $(wildcard main.py)

# What the bot's page draws charts with: no part of it is fetched while anything runs.
CHARTS := lightweight-charts
CHARTS_VERSION := 5.2.1
CHARTS_SHA512 := IVwoK1RLFiLPubaKIjNbtjWLnpPMqiABSrTay6whmNa8L1+19292VtHJ+BWyPUuLCwF0tcQlhEWd1CLB2a1nsQ==
CHARTS_FOLDER := actors/page/static/vendor/$(CHARTS)

.DEFAULT_GOAL := help
.PHONY: help run test monitoring install lock dashboards vendor clean

# What `make monitoring` watches, where it answers, and where it keeps its figures.
TARGET ?= 127.0.0.1:9108
LISTEN ?= 127.0.0.1:9090
FIGURES ?= data/prometheus

help: ## Show this list
	@echo "sol-trader: a hedge-mode grid on Bybit USDT perpetuals"
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20
	@echo 'Options of the command are passed on: make run ARGS="--for 20s"'

run: install ## Trade simulated prices: the local venue and the bot (ARGS="--for 20s --seed 3")
	@echo "==> $(BIN)/python main.py run $(ARGS)"
	@exec $(BIN)/python main.py run $(ARGS)

test: install ## Check everything: style, types, tests (the architecture's rules among them)
	@echo "==> ruff: style and likely mistakes"
	@$(BIN)/python -m ruff check .
	@echo "==> mypy --strict: types of $(CODE)"
	@$(BIN)/python -m mypy --strict $(CODE)
	@echo "==> pytest: behaviour and architecture"
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

monitoring: ## Watch the running bot with Prometheus and its alert rules (TARGET=127.0.0.1:9108)
	@command -v prometheus >/dev/null || { \
		echo "prometheus is not on the PATH. Install it (Debian: apt-get install prometheus), or use Docker," >&2; \
		echo "which brings Grafana, too: docker compose -f config/monitoring/compose.yml up" >&2; exit 1; }
	@mkdir -p $(FIGURES)
	@sed -e 's|127.0.0.1:9108|$(TARGET)|' -e 's|rules/|$(CURDIR)/config/monitoring/rules/|' \
		config/monitoring/prometheus.yml > $(FIGURES)/prometheus.yml
	@echo "==> Prometheus scrapes $(TARGET) and answers on http://$(LISTEN)/alerts (figures in $(FIGURES); Ctrl-C ends it)"
	@exec prometheus --config.file=$(FIGURES)/prometheus.yml --storage.tsdb.path=$(FIGURES) \
		--storage.tsdb.retention.time=90d --web.listen-address=$(LISTEN) --log.level=warn

# Made anew only when the lock's content changed: a checkout that only touches the file costs nothing.
install: ## Make .venv from requirements.lock, if it isn't there or is out of date
	@if cmp -s requirements.lock $(INSTALLED) && $(BIN)/python -c '' 2>/dev/null; then \
		echo "==> $(VENV) is up to date with requirements.lock"; \
	else $(MAKE) --no-print-directory $(VENV); fi

.PHONY: $(VENV)
$(VENV): need-python
	@echo "==> making $(VENV) with $$($(PYTHON) --version)"
	@rm -f $(INSTALLED)
	@$(PYTHON) -m venv $(VENV)
	@echo "==> installing the packages of requirements.lock, each checked by its hash (about a minute)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@cp requirements.lock $(INSTALLED)
	@echo "==> $(VENV) is ready"

.PHONY: need-python
need-python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
		echo "sol-trader needs Python 3.11 with venv, and '$(PYTHON)' is not that." >&2; \
		echo "Install it (Debian: python3.11 and python3.11-venv) or name yours, e.g. make run PYTHON=/opt/python3.11/bin/python" >&2; \
		exit 1; }

lock: need-python ## Resolve setup.cfg anew into requirements.lock, with hashes (then run make test)
	@echo "==> resolving setup.cfg with pip-tools"
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; $(PYTHON) -m venv "$$tools"; \
	"$$tools/bin/python" -m pip install -qq --disable-pip-version-check pip-tools; \
	"$$tools/bin/python" -m piptools compile --quiet --upgrade --extra dev --generate-hashes --strip-extras \
		--allow-unsafe --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock setup.cfg
	@echo "==> requirements.lock is written; make test takes it up"

dashboards: install ## Write Grafana's dashboards anew from config/dashboards
	@echo "==> $(BIN)/python -m config.dashboards: config/monitoring/grafana/dashboards"
	@$(BIN)/python -m config.dashboards

vendor: need-python ## Fetch the page's chart library anew, checked by its hash (needs npm)
	@echo "==> fetching $(CHARTS) $(CHARTS_VERSION) with npm"
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	npm pack --silent --pack-destination "$$folder" $(CHARTS)@$(CHARTS_VERSION) >/dev/null; \
	$(PYTHON) -c 'import base64, hashlib, sys; \
		found = base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode(); \
		sys.exit(found != sys.argv[2] and f"its hash is {found}, not {sys.argv[2]}: nothing is changed")' \
		"$$folder/$(CHARTS)-$(CHARTS_VERSION).tgz" "$(CHARTS_SHA512)"; \
	tar -xzf "$$folder/$(CHARTS)-$(CHARTS_VERSION).tgz" -C "$$folder"; \
	cp "$$folder/package/LICENSE" "$$folder/package/dist/$(CHARTS).standalone.production.mjs" $(CHARTS_FOLDER)/
	@echo "==> $(CHARTS_FOLDER) is as published; NOTICE beside it is ours to keep true"

clean: ## Remove what make and the tools made; data/ stays
	@echo "==> removing $(VENV) and caches (data/ stays)"
	@rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
