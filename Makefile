# Everything that one does with Trellis on a machine. `make` alone says what there is.
# Settings: LISTEN=127.0.0.1:8080  DATA_DIR=.trellis  CARGO_TARGET_DIR=target  TRELLIS_DATABASE_URL=postgres://…

LISTEN   ?= $(or $(TRELLIS_LISTEN),127.0.0.1:8080)
DATA_DIR ?= $(or $(TRELLIS_DATA_DIR),.trellis)
TARGET   := $(or $(CARGO_TARGET_DIR),target)
TRELLIS  := $(TARGET)/release/trellis
NEED     := tests/setup/need.sh

# rustup leaves cargo here, and a shell opened before it does not know.
export PATH := $(PATH):$(HOME)/.cargo/bin

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run test build ui fmt lint bench clean help FORCE

run: ## Install what is missing, build, start with demo data
	@$(NEED) cargo cc node $(if $(TRELLIS_DATABASE_URL),,postgres)
	@$(MAKE) --no-print-directory build
	@exec $(TRELLIS) serve --demo --listen $(LISTEN) --data-dir $(DATA_DIR)

test: ## Install what is missing, run every test: Rust, UI, browser
	@$(NEED) cargo cc node postgres chromium python
	@tests/setup/all.sh

build: ui ## Build the UI and target/release/trellis
	cargo build --release --locked -p server

ui: admin-ui/node_modules/.built ## Build the UI when its sources are newer

fmt: ## Format Rust and UI
	cargo fmt --all
	cd admin-ui && npm run format

lint: ## Check format, clippy and the rules of the house
	@tests/setup/all.sh fmt clippy tidy ui-lint

bench: ## Run the benchmarks (release build)
	@$(NEED) cargo cc postgres
	cargo run --release --locked -p bench

clean: ## Remove what was built (the data directory stays)
	cargo clean
	rm -rf admin-ui/dist admin-ui/node_modules tests/browser/node_modules tests/browser/results
	rm -rf tests/clients/node_modules tests/clients/linters/node_modules tests/clients/made

help: ## Say what there is
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# The UI is stale when a source, or a folder (something was added or removed), is newer than the last build,
# or when that build is gone.
UI_SOURCES := $(shell find admin-ui -mindepth 1 \( -name node_modules -o -name dist \) -prune -o -print 2>/dev/null)

admin-ui/node_modules/.built: admin-ui/node_modules/.package-lock.json $(UI_SOURCES) $(if $(wildcard admin-ui/dist/assets),,FORCE)
	cd admin-ui && npm run build
	@touch $@

admin-ui/node_modules/.package-lock.json: admin-ui/package.json admin-ui/package-lock.json
	@$(NEED) node
	cd admin-ui && npm ci --no-audit --no-fund
	@touch $@
