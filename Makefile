# Every task of the project: people and CI call the same ones.
.DEFAULT_GOAL := help
.PHONY: help demo test test-setups test-rust test-python test-node test-kotlin test-swift test-conformance test-examples test-bench test-release test-platforms bench lint soak fuzz audit licenses msrv semver reproducible dist version clean

# In the order of the suites: what is built first serves the ones after it.
SUITES := $(filter $(patsubst scripts/test-%,%,$(wildcard scripts/test-*)),lint rust python node kotlin swift conformance examples bench release)

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## sets a PIN end to end, on the embedded sandbox
	@scripts/demo

test: ## runs every suite, and installs what it needs
	@scripts/suite $(SUITES)

test-rust: ## runs the Rust suite: core, sandbox, command
	@scripts/suite rust

test-python: ## builds the wheel, and tests it in empty environments of two Pythons
	@scripts/suite python

test-node: ## runs the Node suite on the packed packages
	@scripts/suite node

test-kotlin: ## builds and tests the Kotlin package
	@scripts/suite kotlin

test-swift: ## builds and tests the Swift package, and makes a Swift toolchain where a Debian has none
	@scripts/suite swift

test-conformance: ## runs every built package through the same cases, and compares
	@scripts/suite conformance

test-setups: ## runs the packages in bundlers, frameworks and test runners, which it installs
	@for setups in scripts/test-setups-*; do "$$setups" || [ $$? = 77 ] || exit 1; done # 77: skipped, and said so

test-examples: ## runs the examples on the built packages
	@scripts/suite examples

test-bench: ## counts the core's instructions and allocations against their budget
	@scripts/suite bench

test-release: ## checks versions, and what was built
	@scripts/suite release

test-platforms: ## builds and uses what a release has for each platform that can run here: an hour, 9 GB (scripts/test-platforms NAME: one)
	@scripts/test-platforms

bench: ## measures ours beside the alternatives; QUICK=1: a short run
	@scripts/bench
	@scripts/bench-fleet

lint: ## checks formatting, lints and documentation
	@scripts/suite lint

soak: ## makes 100,000 calls in each language (SOAK_CALLS sets another number), and looks for what grows; then 10,000 through nginx and HAProxy; then kills the command in 2,000 rotations of each kind, and in a night of 10,000 numbers
	@scripts/soak $(SOAK_CALLS)
	@scripts/soak-servers || [ $$? = 77 ] # skipped, and said so
	@scripts/soak-rotation

fuzz: ## fuzzes the parsers, ten minutes each, on a nightly toolchain
	@scripts/fuzz || [ $$? = 77 ] # skipped, and said so

audit: ## checks every dependency's licence, source and known vulnerabilities
	@scripts/audit || [ $$? = 77 ] # skipped, and said so

licenses: ## writes THIRD_PARTY_LICENSES anew, after a change of the dependencies
	@scripts/licenses

msrv: ## builds on the oldest Rust that is promised
	@scripts/msrv || [ $$? = 77 ] # skipped, and said so

semver: ## says what of the crates' API has broken since the last release
	@scripts/semver

reproducible: ## builds the wheel's library in two places, and compares
	@scripts/reproducible

dist: ## builds what a user installs, into dist/
	@for script in scripts/dist-*; do "$$script" || [ $$? = 77 ] || exit; done

version: ## sets the version everywhere: make version X.Y.Z
	@scripts/version $(VERSION)

# The word after "version" is no target of its own.
ifeq ($(firstword $(MAKECMDGOALS)),version)
VERSION ?= $(word 2,$(MAKECMDGOALS))
$(wordlist 2,2,$(MAKECMDGOALS)): ; @:
endif

clean: ## removes what was built
	cargo clean
	rm -rf dist
