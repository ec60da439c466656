# SPDX-License-Identifier: GPL-3.0-or-later
# Lumbung Nila: one Makefile, non-recursive. `make help` lists what it can do.
# SAN=1 address and undefined-behaviour sanitizers, COV=1 coverage, V=1 shows commands, WERROR=1 stops at warnings;
# CC, CFLAGS, CPPFLAGS, LDFLAGS, DESTDIR, PREFIX, BUILD are honoured.

SHELL := /bin/bash
VERSION := 0.1.0
BUILD ?= build$(if $(SAN),-san)$(if $(COV),-cov)$(if $(findstring clang,$(CC)),-clang)
PREFIX ?= /usr/local
DATADIR = $(PREFIX)/share/lumbung-nila
DOCDIR = $(PREFIX)/share/doc/lumbung-nila
CFLAGS ?= -O2 -g
Q := $(if $(V),,@)
ARM_CC ?= arm-none-eabi-gcc
PKG_CONFIG ?= pkg-config

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla \
        -Wformat=2 -Wswitch-enum -Wconversion $(if $(WERROR),-Werror)
HARD := $(if $(SAN)$(COV),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
comma := ,
INSTR := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
         $(if $(COV),--coverage -O0)
PKGS := libmodbus libcurl libcjson sqlite3 libmicrohttpd gsl zlib libcrypt xlsxwriter
# pkg-config is asked once, and only when a recipe needs it: on a fresh machine it comes with install-deps.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell $(PKG_CONFIG) --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell $(PKG_CONFIG) --libs $(PKGS)))$(PKG_LIBS)
ALL_CFLAGS = -std=c11 -D_DEFAULT_SOURCE -DNILA_VERSION='"$(VERSION)"' -DNILA_DATADIR='"$(DATADIR)"' -I. -MMD -MP -fPIE -pthread \
             -ffp-contract=off -fno-math-errno -fno-trapping-math $(HARD) $(PKG_CFLAGS) $(WARN) $(CPPFLAGS) $(CFLAGS) $(INSTR)
ALL_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS) $(INSTR)

# A room is a folder (or several) that becomes one archive; a program is its main.c and the archives it may use.
SRC_common    := $(wildcard collector/common/*.c)
SRC_collector := $(filter-out %/main.c,$(wildcard collector/*.c))
SRC_core      := $(wildcard firmware-bridge/core/*.c)
SRC_bridge    := $(filter-out %/main.c,$(wildcard firmware-bridge/linux/*.c))
SRC_analytics := $(filter-out %/main.c,$(wildcard analytics/*.c analytics/*/*.c))
SRC_support   := $(wildcard tests/support/*.c)
ROOMS := common collector core bridge analytics support

USES_common    := support common
USES_core      := support core common
USES_bridge    := support analytics bridge collector core common
USES_collector := support collector core common
USES_analytics := support analytics common
USES_bench     := support collector analytics bridge core common

PROGRAMS := $(BUILD)/bin/nila-collector $(BUILD)/bin/nila-bridge $(BUILD)/bin/nila-analytics
ALL_SRC := $(foreach r,$(ROOMS),$(SRC_$(r))) $(wildcard collector/main.c firmware-bridge/linux/main.c analytics/main.c) \
           $(wildcard tests/*/test_*.c tests/torture/*.c tests/fuzz/fuzz_*.c tests/bench/bench_*.c)
PORT_SRC := $(wildcard firmware-bridge/ports/*/*.c)
ALL_HDR := $(wildcard collector/*.h collector/common/*.h firmware-bridge/*/*.h firmware-bridge/ports/*/*.h analytics/*.h analytics/*/*.h tests/*/*.h)
SCRIPTS := .ci/run $(wildcard tests/*.sh tests/*/*.sh deploy/install-deps deploy/check-floors deploy/sbom deploy/deb deploy/man/generate deploy/demo/run firmware-bridge/ports/*.sh)

objs = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
libs = $(patsubst %,$(BUILD)/lib%.a,$(1))

.PHONY: all deb sbom check check-built check-long unit house firmware demo bench lint format fuzz coverage install clean help deps-check
.SECONDARY:
all: deps-check $(PROGRAMS) $(BUILD)/libcore.a

deps-check:
	@command -v $(PKG_CONFIG) >/dev/null && $(PKG_CONFIG) --exists $(PKGS) || { \
	  echo "libraries are missing: run deploy/install-deps build (Debian 12 or Raspberry Pi OS)"; exit 1; }

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $<")
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(filter firmware-bridge/core/%,$<),-Wdouble-promotion) -c $< -o $@

# Where profiles are looked for is built in: with another PREFIX than last time these are compiled anew.
$(BUILD)/obj/collector/main.o $(BUILD)/obj/collector/setup.o $(BUILD)/obj/firmware-bridge/linux/profiles.o $(BUILD)/obj/firmware-bridge/linux/bundle_command.o: $(BUILD)/datadir
$(BUILD)/datadir: FORCE
	@mkdir -p $(@D)
	@[ "$$(cat $@ 2>/dev/null)" = "$(DATADIR)" ] || echo "$(DATADIR)" >$@
.PHONY: FORCE
FORCE:

# The style sheet, the script and the API's description are built in with .incbin, which the compiler's dependency file does not name.
$(BUILD)/obj/analytics/web/assets.o: analytics/web/style.css analytics/web/script.js analytics/web/technician.js analytics/web/photo.js analytics/web/openapi.json

define room_rules
$(BUILD)/lib$(1).a: $(call objs,$(SRC_$(1)))
	@mkdir -p $$(@D)
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))

link = @mkdir -p $(@D); $(if $(V),set -x,echo "  LD      $@"); $(CC) $(ALL_LDFLAGS) $(1) -o $@ $(2) $(PKG_LIBS) -lm
$(BUILD)/bin/nila-collector: $(BUILD)/obj/collector/main.o $(call libs,collector core common)
	$(call link,,$^)
$(BUILD)/bin/nila-bridge: $(BUILD)/obj/firmware-bridge/linux/main.o $(call libs,bridge core common)
	$(call link,,$^)
$(BUILD)/bin/nila-analytics: $(BUILD)/obj/analytics/main.o $(call libs,analytics common)
	$(call link,,$^)

# Tests: tests/<room>/test_<module>.c, one executable each, linked with that room and what it may use.
define test_rules
$(BUILD)/tests/$(1)/%: $(BUILD)/obj/tests/$(1)/%.o $(call libs,$(USES_$(1)))
	$$(call link,,$$^ -lcmocka)
UNIT_$(1) := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/$(1)/test_*.c))
UNITS += $$(UNIT_$(1))
endef
$(foreach r,common core bridge collector analytics,$(eval $(call test_rules,$(r))))
# Millions of foreign frames: the core with sanitizers, whatever the rest is built with.
$(BUILD)/tests/core/test_nila_frames: tests/core/test_nila_frames.c $(SRC_core) $(wildcard firmware-bridge/core/*.h) tests/support/support.h Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC LD   $@")
	$(Q)$(CC) -std=c11 -D_DEFAULT_SOURCE -I. -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	  tests/core/test_nila_frames.c $(SRC_core) -o $@ -lcmocka
# Some run the program itself.
$(UNIT_bridge): | $(BUILD)/bin/nila-bridge
$(UNIT_collector): | $(BUILD)/bin/nila-collector
# Whole-house tests are scripts that run the real programs; the small C tools they use stand beside them.
HOUSE := $(wildcard tests/house/test_*.sh)
HOUSE_TOOLS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/house/*.c))
$(BUILD)/tests/house/%: $(BUILD)/obj/tests/house/%.o $(call libs,$(USES_collector))
	$(call link,,$^ -lcmocka)

# Fuzz targets, tests/fuzz/fuzz_<x>.c with tests/fuzz/corpus/<x>/: in `make check` an ordinary driver runs the corpus and
# seeded mutations of it; `make fuzz` builds them with libFuzzer.
FUZZ := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_LINK := $(if $(LIBFUZZER),-fsanitize=fuzzer,)
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(if $(LIBFUZZER),,$(BUILD)/obj/tests/fuzz/driver.o) $(call libs,$(USES_bench))
	$(call link,$(FUZZ_LINK),$^ -lcmocka)

BENCH := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/bench_*.c))
$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(call libs,$(USES_bench))
	$(call link,,$^ -lcmocka)

# The torture programme: tests/torture/<x>.c, one program a kind of fault, each with the simulated card under it; run.sh has the
# rows. make torture FOR=10m SEED=7 ROW=C2
TORTURE_HELP := card card_cut meals torture world
TORTURE := $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out $(TORTURE_HELP:%=tests/torture/%.c),$(wildcard tests/torture/*.c)))
$(BUILD)/tests/torture/%: $(BUILD)/obj/tests/torture/%.o $(TORTURE_HELP:%=$(BUILD)/obj/tests/torture/%.o) $(call libs,$(USES_bench))
	$(call link,$(foreach f,rename unlink fsync,-Wl$(comma)--wrap=$(f)),$^ -lcmocka)

# Rows that an ordinary test proves run it with further seeds.
torture: all $(TORTURE) $(HOUSE_TOOLS) $(FUZZ) $(BUILD)/tests/collector/test_journal_damage $(BUILD)/tests/collector/test_outage
	$(Q)BUILD=$(BUILD) tests/torture/run.sh $(if $(filter command environment,$(firstword $(origin FOR))),--for $(FOR)) \
	  $(if $(SEED),--seed $(SEED)) $(ROW:%=--row %)
.PHONY: torture

# make unit ROOM=core runs one room's tests.
unit: $(if $(ROOM),$(UNIT_$(ROOM)),$(UNITS))
	$(Q)BUILD=$(BUILD) tests/run.sh $^
house: all $(HOUSE_TOOLS) $(IMAGES)
	$(Q)BUILD=$(BUILD) tests/run.sh $(HOUSE)

check:
	$(Q)deploy/install-deps build test
	$(Q)$(MAKE) --no-print-directory check-built
check-built: all $(UNITS) $(FUZZ) $(HOUSE_TOOLS) $(TORTURE) firmware
	$(Q)BUILD=$(BUILD) tests/run.sh tests/doors.sh $(HOUSE) tests/torture/test_torture.sh $(FUZZ) $(UNITS)
check-long:
	$(Q)deploy/install-deps build test deb
	$(Q)NILA_LONG=1 NILA_TEST_LIMIT=7200 $(MAKE) --no-print-directory check-built

include firmware-bridge/ports/ports.mk

# The tables of the register map in firmware-bridge/README.md.
firmware-map: $(BUILD)/tests/core/test_nila_regmap
	$(Q)NILA_WRITE_MAP=1 $<
.PHONY: firmware-map

demo:
	$(Q)deploy/install-deps build demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD=$(BUILD) deploy/demo/run

bench: all $(BENCH)
	$(Q)for b in $(BENCH); do echo "== $$(basename $$b)"; $$b || exit 1; done

# FOR=10m is the time each target gets.
FOR ?= 60s
fuzz:
	$(Q)deploy/install-deps lint
	$(Q)$(MAKE) --no-print-directory fuzz-run BUILD=build-fuzz CC=clang SAN=1 LIBFUZZER=1 CPPFLAGS="$(CPPFLAGS) -fsanitize=fuzzer-no-link"
.PHONY: fuzz-run
fuzz-run: $(FUZZ)
	$(Q)tests/fuzz/run.sh $(FOR) $(FUZZ)

lint:
	$(Q)deploy/install-deps lint
	$(Q)echo "  clang-format"; clang-format --dry-run -Werror $(ALL_SRC) $(PORT_SRC) $(ALL_HDR)
	$(Q)echo "  shellcheck"; shellcheck -x $(SCRIPTS)
	$(Q)tests/doors.sh
	$(Q)echo "  gcc -Werror"; $(MAKE) --no-print-directory all $(UNITS:$(BUILD)/%=build-lint/%) BUILD=build-lint WERROR=1
	$(Q)echo "  cppcheck"; cppcheck -q -j2 --enable=warning,style,performance,portability --std=c11 --inline-suppr \
	  --suppressions-list=.cppcheck --error-exitcode=1 -I. $(filter-out tests/%,$(ALL_SRC)) $(PORT_SRC)
	$(Q)echo "  clang-tidy"; printf '%s\n' $(filter-out tests/%,$(ALL_SRC)) | xargs -P2 -n1 sh -c 'clang-tidy --quiet "$$@" -- \
	  -std=c11 -D_DEFAULT_SOURCE -DNILA_VERSION=\"lint\" -DNILA_DATADIR=\"/usr/share\" -I. $(PKG_CFLAGS) 2>/dev/null' _
	$(Q)echo "lint: clean"

format:
	$(Q)clang-format -i $(ALL_SRC) $(PORT_SRC) $(ALL_HDR)

coverage:
	$(Q)$(MAKE) --no-print-directory COV=1 unit
	$(Q)tests/coverage.sh build-cov

# UNITDIR=/lib/systemd/system: the units, too. CROSS=1: programs that can't run here make no manual pages.
# In the folders of the source, so that the links in README.md lead somewhere.
DOCS := $(wildcard deploy/config/*.json deploy/os/*.conf deploy/grafana/provisioning/*/*.yaml) \
        collector/common/site.schema.json collector/common/profile.schema.json \
        $(foreach d,collector collector/common analytics firmware-bridge deploy,$(d)/README.md) deploy/security.md
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(DATADIR)/devices $(DESTDIR)$(DOCDIR)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 collector/devices/*.json $(DESTDIR)$(DATADIR)/devices
	install -m 644 README.md CHANGELOG.md LICENSE $(DESTDIR)$(DOCDIR)
	install -D -m 644 -t $(DESTDIR)$(DATADIR)/grafana deploy/grafana/dashboards/*.json
	for f in $(DOCS); do install -D -m 644 $$f $(DESTDIR)$(DOCDIR)/$$f || exit 1; done
	$(if $(CROSS),,deploy/man/generate $(BUILD)/bin $(BUILD)/man $(VERSION) $$(date -u -d @$${SOURCE_DATE_EPOCH:-$$(date +%s)} +%F) && \
	  cd $(BUILD)/man && find . -type f -exec install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX)/share/man)/{} \;)
	for p in collector bridge analytics; do \
	  install -D -m 644 deploy/completion/nila $(DESTDIR)$(PREFIX)/share/bash-completion/completions/nila-$$p || exit 1; done
	$(if $(UNITDIR),install -d $(DESTDIR)$(UNITDIR) && install -m 644 deploy/systemd/*.service deploy/systemd/*.timer $(DESTDIR)$(UNITDIR))

# What the programs are made of on this machine (SPDX, JSON).
sbom: all
	$(Q)deploy/sbom --version $(VERSION) $(PROGRAMS) >$(BUILD)/sbom.spdx.json.new && mv $(BUILD)/sbom.spdx.json.new $(BUILD)/sbom.spdx.json
	@echo "$(BUILD)/sbom.spdx.json"

ARCH ?= amd64
SUITE ?= bookworm
deb:
	$(Q)deploy/install-deps deb
	$(Q)deploy/deb --arch $(ARCH) --suite $(SUITE)

# Only what this Makefile and its scripts make; build/deps (unpacked daemons) goes too.
clean:
	rm -rf build build-san build-cov build-clang build-san-clang build-lint build-fuzz

help:
	@echo "make              programs (build/bin) and firmware core"
	@echo "make demo         the whole road on real parts: sensors, database, pages; Ctrl-C ends it"
	@echo "make check        installs what the tests need, builds, tests"
	@echo "make check-long   the same with long seeded runs"
	@echo "make unit ROOM=core   one room's tests (common core bridge collector analytics)"
	@echo "make house        the tests that run the real programs together"
	@echo "make bench        ratios against bare loops and peers, measured in one run"
	@echo "make lint         formatting, compilers' and checkers' warnings"
	@echo "make format       formats the sources"
	@echo "make fuzz FOR=10m fuzzers, each that long"
	@echo "make torture      every fault in turn: power cuts, kill -9, bad cards, servers and clocks (FOR=10m SEED=7 ROW=C2)"
	@echo "make coverage     line coverage a room"
	@echo "make firmware     the node's images (mps2, stm32f1, avr) and their sizes"
	@echo "make firmware-map the register map's tables in firmware-bridge/README.md"
	@echo "make deb          Debian packages in build/deb (ARCH=amd64|arm64|armhf SUITE=bookworm|trixie; as root)"
	@echo "make sbom         what the programs are made of here: $(BUILD)/sbom.spdx.json"
	@echo "make install      to DESTDIR and PREFIX (/usr/local)"
	@echo "make clean"
	@echo "SAN=1 sanitizers  COV=1 coverage  CC=clang  V=1 shows commands  WERROR=1"

-include $(shell find $(BUILD)/obj $(BUILD)/firmware -name '*.d' 2>/dev/null)
