# Everything here is one line that calls a script or the Swift toolchain; `make help` lists it.
PREFIX ?= /usr/local
DESTDIR ?=
RELEASE = swift build -c release --static-swift-stdlib

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

build: ## the three programs, in release mode
	scripts/install-dependencies build && $(RELEASE)

test: ## every check
	scripts/test

demo: ## records, uploads, wipes and proves it, on this machine
	scripts/demo

format: ## formats the sources in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## format and scripts
	scripts/test format scripts

tsan: ## the tests under ThreadSanitizer
	scripts/test tsan

asan: ## the tests under AddressSanitizer
	scripts/test asan

fuzz: ## each fuzz target for FUZZ_SECONDS (12)
	scripts/test fuzz

bare: ## the README's two commands in minimal trees of Debian 12 and 13
	scripts/bare

soak: ## kill -9 at random instants, ROUNDS times (60) each of server, client and both
	scripts/soak $(ROUNDS)

attacks: ## the attacks that docs/THREAT_MODEL.md lists, with 1000 samples where times are compared
	scripts/soak attacks

page: ## a file of 3 GiB by the page, in Chromium and Firefox, with each trouble on its way
	scripts/soak page

logins: ## 10,000 wrong logins at the admin site beside a working admin
	scripts/soak logins

listing: ## 50 browsers that list and download beside 500 devices
	scripts/soak listing

catalogue: ## how long questions for files take of an index of a million
	scripts/soak catalogue

faults: ## each call of the file system that fails, a power cut at each, links that break at each place; takes hours
	scripts/soak faults

powercut: ## the power cut at any point of what FS (all) write: POINTS times (300) each, in runs of SECONDS_EACH (35); SEED
	scripts/powercut

filesystems: ## the table of docs/FILESYSTEMS.md, tried anew with what this kernel has
	scripts/filesystems

recorders: ## real recorders and senders beside a client that wipes
	scripts/recorders

bench: ## against what users would pick instead, in the same run
	Benchmarks/run

growth: ## how cost grows with files, users and connections, as plots
	Benchmarks/growth

man: ## manual pages of the built programs
	scripts/manual-pages

install: ## the built programs into PREFIX/bin (/usr/local), documents and manual pages into PREFIX/share
	scripts/install "$(DESTDIR)$(PREFIX)"

package: ## the Debian packages, into .build/packages
	scripts/package

package-test: ## the packages in fresh trees of Debian 12 and 13: installed, run, upgraded, purged
	scripts/package-test

clean: ## removes what was built
	rm -rf .build .build-tsan .build-asan Benchmarks/results

.PHONY: help build test demo format lint tsan asan fuzz bare soak logins listing catalogue faults attacks page powercut filesystems recorders bench growth man install package package-test clean
