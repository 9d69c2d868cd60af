# One line a command. The environment is made when a command first needs it, and again when a pin changes.
# `make demo` and `make test` need Python 3.11 (or 3.12, 3.13) and make; nothing else by hand.
.DEFAULT_GOAL := help
.PHONY: help demo test up check bench bench-long score mutations nights faults docs house chromium libreoffice pgbouncer systemd
SHELL := /bin/sh
PY := .venv/bin/python
SEED ?= 1
DOSSIERS ?= 20000
COUNT ?= 50

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/installed ## the whole job on a made-up province: SEED=1 DOSSIERS=20000
	@$(PY) -m flows.commands.demo --seed $(SEED) --dossiers $(DOSSIERS)

# Three workers for two cores: a part of the time is waiting for clocks. Files whole and in the order of tests/order.py: the
# longest begin first and no worker waits for the other at the end. Bytecode is kept, because tests start many processes.
TESTED := env -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest

test: .venv/installed chromium systemd ## all tests: about three quarters of an hour on two cores; the aim is five minutes
	@$(TESTED) -n 3 --dist loadfile --no-loadscope-reorder --durations 20 --durations-min 4

up: .venv/installed ## warehouse, Prefect server with its UI, scheduled runs, until stopped; DEMO=1 for those of make demo
	@$(if $(DEMO),$(PY) -m flows.commands.demo --up --seed $(SEED) --dossiers $(DOSSIERS),.venv/bin/motcua up)

check: .venv/installed .venv/audit/installed ## style, types, import contracts, house, unit and legal tests: the inner loop, at most 90 s on two quiet cores
	@begun=$$(date +%s); $(TESTED) -n 2 --dist worksteal tests/house tests/unit tests/legal; ended=$$?; \
	$(PY) -m tests.advisories .venv/audit/bin/pip-audit || ended=1; \
	echo "make check: $$(($$(date +%s) - begun)) s"; exit $$ended

bench: .venv/installed .venv/peers/installed ## ratios of speed, a line each; ONLY=name for one, ONLY=days for those of a module
	@$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY))

bench-long: .venv/installed ## the same at a million dossiers, in most of an hour: docs/scale.md; BENCH_DOSSIERS=250000 for fewer, BENCH_HOME=folder to keep them
	@$(PY) -m tests.bench --long $(if $(ONLY),--only $(ONLY))

score: .venv/installed .venv/axe/installed chromium libreoffice ## accuracy against known truths, a line each, and every reason; ONLY=name for one, SEEDS=10 for more provinces, ONLY=spoilt SPOILT_SEEDS=2 for fewer spoilt ones
	@$(PY) -m tests.bench.score $(if $(ONLY),--only $(ONLY)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SPOILT_SEEDS),--spoilt-seeds $(SPOILT_SEEDS))

mutations: .venv/installed .venv/mutations/installed ## changes the rules in 50 places, one at a time, and counts those that legal and unit tests catch; SEED=2 for others, COUNT=10 for fewer
	@.venv/mutations/bin/python -m tests.mutations --seed $(SEED) --count $(COUNT)

nights: .venv/installed pgbouncer ## makes each fault of the night, a row each: seconds until the next good run, hands, sentence; ONLY=name for one
	@$(PY) -m tests.nights $(if $(ONLY),--only $(ONLY))

faults: .venv/installed ## hostile records, files and configurations by the hundred thousand, kills, random sequences, and what came of each; ONLY=name for one row, SEED=2 for others, FAULTS=1000 for fewer
	@$(PY) -m tests.matrix --seed $(SEED) $(if $(ONLY),--only $(ONLY)) $(if $(FAULTS),--count $(FAULTS))

docs: .venv/installed ## write the generated pages
	@$(PY) -m schemas.documentation && $(PY) -m schemas.privacy_page && $(PY) -m tests.house.picture && $(PY) -m tests.house.source_keys

house: .venv/installed ## the figures of the house: rooms, references, names, circles, places to touch
	@$(PY) -m tests.house.figures

# uv installs the whole set in seconds and compiles it, so that imports are quick even where bytecode is not written. Like pip it
# trusts whom the machine trusts: many offices read along on their own network.
.venv/installed: pyproject.toml constraints.txt
	@python=; for p in python3.11 python3.12 python3.13 python3; do \
	  "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && python=$$p && break; done; \
	test -n "$$python" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found; install it, e.g. apt install python3 python3-venv."; exit 1; }; \
	$(PY) -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear .venv >/dev/null 2>&1 \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null && "$$python" -m venv --clear .venv; } \
	  || { echo "$$python cannot make an environment; install its venv module, e.g. apt install python3-venv."; exit 1; }
	@echo "Installing the pinned packages into .venv ..."
	@$(PY) -m pip install -q --disable-pip-version-check -c constraints.txt uv
	@$(PY) -m uv pip install -q --system-certs --python $(PY) --compile-bytecode -b constraints.txt -c constraints.txt -e '.[dev,cluster]' \
	  || $(PY) -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,cluster]'
	@touch $@

# What the product is measured against has an environment of its own.
.venv/peers/installed: .venv/installed tests/bench/peers.txt
	@$(PY) -m uv venv -q --clear --python $(PY) .venv/peers
	@$(PY) -m uv pip install -q --system-certs --python .venv/peers/bin/python -r tests/bench/peers.txt
	@touch $@

# axe looks at the page. Where npm cannot fetch it, its line fails and says so, and the others are scored.
.venv/axe/installed: .venv/installed
	@npm install --silent --no-fund --no-audit --prefix .venv/axe axe-core@4.14.1 >/dev/null && touch $@ || echo "npm could not fetch axe-core; the line axe fails"

# So has what changes the rules to see whether a test notices.
.venv/mutations/installed: .venv/installed tests/mutations/requirements.txt
	@$(PY) -m uv venv -q --clear --python $(PY) .venv/mutations
	@$(PY) -m uv pip install -q --system-certs --python .venv/mutations/bin/python -r tests/mutations/requirements.txt
	@touch $@

# So has what asks about known faults of the pinned packages. Where it cannot be fetched, the question is not asked, and that is said.
.venv/audit/installed: .venv/installed tests/advisories.txt
	@{ $(PY) -m uv venv -q --clear --python $(PY) .venv/audit \
	  && $(PY) -m uv pip install -q --system-certs --python .venv/audit/bin/python -r tests/advisories.txt; } 2>/dev/null && touch $@ || true

# A program of Debian's that tests run for real: $(1) finds it, $(2) are its packages. Where it cannot be installed, they fail and say so.
define debian
@command -v $(1) >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
  || { echo "Installing $(firstword $(2)) ..."; apt-get update -qq; apt-get install -qq -y --no-install-recommends $(2) >/dev/null; }
endef

# The browser tests.
chromium:
	$(call debian,chromium,chromium fonts-dejavu-core)

# Work packages are saved by another program than the one that made them.
libreoffice:
	$(call debian,soffice,libreoffice-calc)

# One of the nights has a connection pooler before the database.
pgbouncer:
	$(call debian,/usr/sbin/pgbouncer,pgbouncer)

# The units in deploy/systemd are read by systemd's own program.
systemd:
	$(call debian,systemd-analyze,systemd)
