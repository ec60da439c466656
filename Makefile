# SPDX-License-Identifier: GPL-3.0-or-later
# Lumbung Nila: one Makefile, non-recursive. `make help` lists what it can do.
# SAN=1 address and undefined-behaviour sanitizers, COV=1 coverage, V=1 shows commands, WERROR=1 stops at warnings;
# CC, CFLAGS, CPPFLAGS, LDFLAGS, DESTDIR, PREFIX, BUILD are honoured.

SHELL := /bin/bash
VERSION := 0.1.0
BUILD ?= build$(if $(SAN),-san)$(if $(COV),-cov)$(if $(findstring clang,$(CC)),-clang)
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
Q := $(if $(V),,@)
ARM_CC ?= arm-none-eabi-gcc

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla \
        -Wformat=2 -Wswitch-enum -Wconversion $(if $(WERROR),-Werror)
HARD := $(if $(SAN)$(COV),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
comma := ,
INSTR := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
         $(if $(COV),--coverage -O0)
PKGS := libmodbus libcurl libcjson sqlite3 libmicrohttpd gsl zlib
# pkg-config is asked once, and only when a recipe needs it: on a fresh machine it comes with install-deps.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
ALL_CFLAGS = -std=c11 -D_DEFAULT_SOURCE -DNILA_VERSION='"$(VERSION)"' -I. -MMD -MP -fPIE -pthread \
             -ffp-contract=off $(HARD) $(PKG_CFLAGS) $(WARN) $(CPPFLAGS) $(CFLAGS) $(INSTR)
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
USES_core      := support core
USES_bridge    := support bridge core common
USES_collector := support collector core common
USES_analytics := support analytics common
USES_bench     := support collector analytics bridge core common

PROGRAMS := $(BUILD)/bin/nila-collector $(BUILD)/bin/nila-bridge $(BUILD)/bin/nila-analytics
ALL_SRC := $(foreach r,$(ROOMS),$(SRC_$(r))) $(wildcard collector/main.c firmware-bridge/linux/main.c analytics/main.c) \
           $(wildcard tests/*/test_*.c tests/fuzz/fuzz_*.c tests/bench/bench_*.c)
ALL_HDR := $(wildcard collector/*.h collector/common/*.h firmware-bridge/*/*.h analytics/*.h analytics/*/*.h tests/*/*.h)
SCRIPTS := .ci/run $(wildcard tests/*.sh tests/*/*.sh deploy/install-deps deploy/demo/run)

objs = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
libs = $(patsubst %,$(BUILD)/lib%.a,$(1))

.PHONY: all check check-built check-long unit house firmware demo bench lint format fuzz coverage install clean help deps-check
.SECONDARY:
all: deps-check $(PROGRAMS) $(BUILD)/libcore.a

deps-check:
	@command -v pkg-config >/dev/null && pkg-config --exists $(PKGS) || { \
	  echo "libraries are missing: run deploy/install-deps build (Debian 12 or Raspberry Pi OS)"; exit 1; }

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC      $<")
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(filter firmware-bridge/core/%,$<),-Wdouble-promotion) -c $< -o $@

define room_rules
$(BUILD)/lib$(1).a: $(call objs,$(SRC_$(1)))
	@mkdir -p $$(@D)
	$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))

link = @mkdir -p $(@D); $(if $(V),,echo "  LD      $@"); $(if $(V),set -x;) $(CC) $(ALL_LDFLAGS) $(1) -o $@ $(2) $(PKG_LIBS) -lm
$(BUILD)/bin/nila-collector: $(BUILD)/obj/collector/main.o $(call libs,collector common)
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
HOUSE := $(wildcard tests/house/test_*.sh)

# make unit ROOM=core runs one room's tests.
unit: $(if $(ROOM),$(UNIT_$(ROOM)),$(UNITS))
	$(Q)BUILD=$(BUILD) tests/run.sh $^
house: all
	$(Q)BUILD=$(BUILD) tests/run.sh $(HOUSE)

check:
	$(Q)deploy/install-deps build test
	$(Q)$(MAKE) --no-print-directory check-built
check-built: all $(UNITS) firmware $(if $(FUZZERS),fuzz-smoke)
	$(Q)BUILD=$(BUILD) CC=$(CC) tests/run.sh tests/doors.sh $(UNITS) $(HOUSE)
check-long: all $(UNITS)
	$(Q)BUILD=$(BUILD) NILA_LONG=1 tests/run.sh $(UNITS) $(HOUSE)

# The firmware core, freestanding, for the board's processor: it must compile without a C library.
ARM_OBJS := $(patsubst %.c,$(BUILD)/firmware/%.o,$(SRC_core))
firmware: $(BUILD)/firmware/libnila-core.a
$(BUILD)/firmware/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ARM-CC  $<")
	$(Q)$(ARM_CC) -std=c11 -Os -mcpu=cortex-m3 -mthumb -ffreestanding -ffunction-sections -I. -MMD -MP $(WARN) -Wdouble-promotion -Werror -c $< -o $@
$(BUILD)/firmware/libnila-core.a: $(ARM_OBJS)
	$(Q)rm -f $@ && arm-none-eabi-ar rcs $@ $^ && arm-none-eabi-size -t $@ | tail -1

demo:
	$(Q)deploy/install-deps build demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD=$(BUILD) deploy/demo/run

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
