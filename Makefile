PORT ?= 8000

runtime := .venv/.runtime
development := .venv/.development
renderer := .venv/.renderer
browser := .venv/.browser

.PHONY: run test chaos hive check bench nightly fields supergraph graphiql

run: $(runtime) $(renderer)
	@exec .venv/bin/nivaa up --demo --port $(PORT)

# One worker more than processors: a test waits for other processes as often as it computes.
test: $(development) $(renderer) $(browser)
	.venv/bin/python -m pytest --numprocesses $$(( $$(nproc) + 1 )) --dist worksteal

# More made-up organisations and supergraphs than a build has time for, other ones each time, which need node; and pages in
# the colours, scenarios in the forms, the bot and the crawl on the databases that a build leaves out.
nightly: $(development) $(browser) tests/federation/fuzz/node_modules
	CRAWL_ON_SERVERS=1 .venv/bin/python -m pytest tests/crawl --numprocesses 0
	ORACLE_EXAMPLES=2000 .venv/bin/python -m pytest tests/oracle --numprocesses auto
	FUZZ_OPERATIONS=10000 FUZZ_SEED=$$(date +%s) .venv/bin/python -m pytest tests/federation/fuzz --numprocesses auto
	.venv/bin/python -m pytest tests/web tests/system tests/services/bot -m thorough

# Months of 400 invoices while services are killed and servers come and go, and a thousand alerts at once: a quarter of an
# hour.
chaos: $(development) $(renderer)
	.venv/bin/python -m pytest tests/chaos -m chaos

# Thousands of operations made up from each service's schema, other ones each time.
fuzz: $(development) $(renderer)
	FUZZ_EXAMPLES=1600 FUZZ_SEED=0 .venv/bin/python -m pytest tests/fuzz -n0 -s

# The scenarios with @graphql-hive/gateway in front of our services. Needs node.
hive: $(development) $(renderer) bench/node_gateways/node_modules
	.venv/bin/python -m pytest tests/system/test_main_job.py tests/system/test_worked_month.py tests/system/test_refusals.py -m hive

check: $(development)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy shared services nivaa deploy tools bench tests
	.venv/bin/lint-imports
	.venv/bin/python -m shared.database.makemigrations --check packages billing invoicing bot
	.venv/bin/python -m tools.audit

# The gateways' and the lists' peers need node.
bench: $(development) tools/supergraph/node_modules bench/node_gateways/node_modules
	.venv/bin/python -m bench.events
	.venv/bin/python -m bench.documents
	.venv/bin/python -m bench.cycle
	.venv/bin/python -m bench.approvals
	.venv/bin/python -m bench.imports
	.venv/bin/python -m bench.lists
	.venv/bin/python -m bench.gateway
	.venv/bin/python -m bench.gateway_services
	.venv/bin/python -m bench.pages

# The page docs/fields.md, from the services' tables of who may see which field.
fields: $(development)
	.venv/bin/python -m tools.fields

# The files of the page that browsers get at /graphql, when strawberry names other ones.
graphiql: $(development) tools/graphiql/node_modules
	.venv/bin/python -m tools.graphiql

tools/graphiql/node_modules: tools/graphiql/package-lock.json
	npm ci --legacy-peer-deps --prefix tools/graphiql
	@touch $@

# Development only: needs node.
bench/node_gateways/node_modules: bench/node_gateways/package-lock.json
	npm ci --prefix bench/node_gateways
	@touch $@

tools/protocols/node_modules: tools/protocols/package-lock.json
	npm ci --prefix tools/protocols
	@touch $@

tools/provider/node_modules: tools/provider/package-lock.json
	npm ci --prefix tools/provider
	@touch $@

# Development only: needs node.
supergraph: $(development) tools/supergraph/node_modules
	.venv/bin/python -m tools.supergraph
	.venv/bin/python -m tools.fields

$(runtime): requirements.lock setup/python.sh
	@setup/python.sh requirements.lock
	@touch $@

$(development): requirements-dev.lock setup/python.sh
	@setup/python.sh requirements-dev.lock
	@touch $(runtime) $@

$(renderer): setup/renderer.sh
	@setup/renderer.sh $@

$(browser): setup/browser.sh setup/privilege.sh
	@setup/browser.sh $@

tests/federation/fuzz/node_modules: tests/federation/fuzz/package-lock.json
	npm ci --prefix tests/federation/fuzz
	@touch $@

tools/supergraph/node_modules: tools/supergraph/package-lock.json
	npm ci --prefix tools/supergraph
	@touch $@
