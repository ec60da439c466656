# SPDX-License-Identifier: GPL-3.0-or-later
# The node's firmware: the core and a port, freestanding, without a C library. `make firmware` builds every board's images and
# measures them: flash and memory with the deepest stack, against the limits of measure.sh.
#
#   PORT.elf          the node alone, for processors without room for two images
#   PORT-boot.elf     the bootloader; PORT-a.elf, PORT-b.elf the node for slot A and B (boards of SLOTTED)
#   PORT-a.bin, -b    bodies for nila-bridge sign; PORT-workshop.bin bootloader and slot A for a programmer
#   next/mps2-*.bin   the same node with the next version number, for tests of updates
#
# KEY=FILE: the office's public key (what nila-bridge keygen printed). Without it the development key is built in, with which
# anybody can sign; the images say so.

PORTS := mps2 stm32f1 avr
SLOTTED := mps2 stm32f1
PORT_DIR := firmware-bridge/ports
KEY ?= $(PORT_DIR)/development.pub
PORT_CORE := $(filter-out %/nila_mbap.c,$(wildcard firmware-bridge/core/*.c))
PORT_ALL := $(PORT_CORE) $(wildcard $(PORT_DIR)/common/*.c)
PORT_PLAIN := $(PORT_DIR)/plain/window.c
PORT_SLOTS := $(PORT_DIR)/slots/window.c

# the last three make it smaller by half a per cent each
ARM_FLAGS := -mcpu=cortex-m3 -mthumb -DNILA_LINE_RING=128 -fno-schedule-insns2 -fno-guess-branch-probability -fno-tree-sra
ARM_SRC := $(PORT_ALL) $(wildcard $(PORT_DIR)/cortexm/*.c)
AVR_CC ?= avr-gcc

CC_mps2 = $(ARM_CC)
FLAGS_mps2 := $(ARM_FLAGS)
SRC_mps2 := $(ARM_SRC) $(wildcard $(PORT_DIR)/mps2/*.c)
CC_stm32f1 = $(ARM_CC)
FLAGS_stm32f1 := $(ARM_FLAGS)
SRC_stm32f1 := $(ARM_SRC) $(wildcard $(PORT_DIR)/stm32f1/*.c)
CC_avr = $(AVR_CC)
FLAGS_avr := -mmcu=atmega328p -DF_CPU=16000000UL -DNILA_LINE_RING=32
# no probes, and no room for two images
SRC_avr := $(filter-out %/pattern.c %/probing.c %/nila_update.c %/nila_boot.c %/nila_lms.c %/nila_sha256.c,$(PORT_ALL)) $(wildcard $(PORT_DIR)/avr/*.c)
# what a bootloader consists of
BOOT_SRC = $(PORT_DIR)/boot/boot.c $(addprefix firmware-bridge/core/,nila_boot.c nila_store.c nila_crc32.c) \
           $(PORT_DIR)/cortexm/start.c $(PORT_DIR)/cortexm/memory.c $(PORT_DIR)/$(1)/flash.c $(PORT_DIR)/$(1)/guard.c

LINK_arm = -nostdlib -Wl,--gc-sections,--fatal-warnings -L$(PORT_DIR)/cortexm -T $(PORT_DIR)/$(1)/$(2).ld
LINK_mps2 = $(call LINK_arm,mps2,$(1))
LINK_stm32f1 = $(call LINK_arm,stm32f1,$(1))
LINK_avr := -Wl,--gc-sections

# What the image says of itself: version, and a hash over all it is made of.
PORT_VERSION := $(subst ., ,$(VERSION))
PORT_NUMBER := ($(word 1,$(PORT_VERSION))<<8|$(word 2,$(PORT_VERSION)))
PORT_NEXT := ($(PORT_NUMBER)+1)
PORT_FILES := $(wildcard firmware-bridge/core/*.[ch] $(PORT_DIR)/*/*.[ch] $(PORT_DIR)/*/*.ld)
PORT_HASH = $(eval PORT_HASH := 0x$$(shell cat $(PORT_FILES) $(KEY) Makefile $(PORT_DIR)/ports.mk | sha256sum | cut -c1-8)u)$(PORT_HASH)

# -Wconversion would speak of each promotion to the AVR's int of 16 bits
PORT_WARN := $(filter-out -Werror -Wconversion,$(WARN)) -Wdouble-promotion -Werror
PORT_CFLAGS = -std=gnu11 -Os -g -ffreestanding -ffunction-sections -fdata-sections -fno-common -fstack-usage \
              -fno-tree-loop-distribute-patterns -DNILA_VERSION='"$(VERSION)"' -I. -MMD -MP $(PORT_WARN)
PORT_CC = $(CC_$(1)) $(FLAGS_$(1)) $(PORT_CFLAGS) $(if $(filter avr,$(1)),,-Wconversion)

# $(1) port. Only main.c and window.c carry version and hash: whatever changes, they are compiled anew.
define port_rules
OBJ_$(1) := $$(patsubst %.c,$(BUILD)/firmware/$(1)/%.o,$$(SRC_$(1)))
$(BUILD)/firmware/$(1)/%.o: %.c Makefile $(PORT_DIR)/ports.mk
	@mkdir -p $$(@D)
	$$(if $$(V),,@echo "  $(1)  $$<")
	$$(Q)$$(call PORT_CC,$(1)) $$(PORT_DEFS) -c $$< -o $$@
$(BUILD)/firmware/$(1)/$(PORT_DIR)/common/main.o $(BUILD)/firmware/$(1)/$(PORT_SLOTS:.c=.o): $(PORT_FILES) $(BUILD)/firmware/key.c
$(BUILD)/firmware/$(1)/$(PORT_DIR)/common/main.o $(BUILD)/firmware/$(1)/$(PORT_SLOTS:.c=.o): \
  PORT_DEFS = -DNILA_FIRMWARE='$$(PORT_NUMBER)' -DNILA_BUILD=$$(PORT_HASH)
$(BUILD)/firmware/$(1).elf: $$(OBJ_$(1)) $(BUILD)/firmware/$(1)/$(PORT_PLAIN:.c=.o) $(wildcard $(PORT_DIR)/*/*.ld)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(call LINK_$(1),plain) $$(filter %.o,$$^) -o $$@ -lgcc
endef
$(foreach p,$(PORTS),$(eval $(call port_rules,$(p))))

# $(1) port, $(2) slot
define slot_rules
$(BUILD)/firmware/$(1)-$(2).elf: $$(OBJ_$(1)) $(BUILD)/firmware/$(1)/$(PORT_SLOTS:.c=.o) $(BUILD)/firmware/$(1)/key.o $(wildcard $(PORT_DIR)/*/*.ld)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(call LINK_$(1),$(2)) $$(filter %.o,$$^) -o $$@ -lgcc
$(BUILD)/firmware/next/$(1)-$(2).elf: $$(filter-out %/common/main.o,$$(OBJ_$(1))) $(BUILD)/firmware/next/$(1)/main.o $(BUILD)/firmware/next/$(1)/window.o \
                                      $(BUILD)/firmware/$(1)/key.o $(wildcard $(PORT_DIR)/*/*.ld)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(call LINK_$(1),$(2)) $$(filter %.o,$$^) -o $$@ -lgcc
endef
define slotted_rules
$(BUILD)/firmware/$(1)/key.o: $(BUILD)/firmware/key.c
	@mkdir -p $$(@D)
	$$(Q)$$(call PORT_CC,$(1)) -c $$< -o $$@
$(BUILD)/firmware/next/$(1)/main.o: $(BUILD)/firmware/$(1)/$(PORT_DIR)/common/main.o
	@mkdir -p $$(@D)
	$$(Q)$$(call PORT_CC,$(1)) -DNILA_FIRMWARE='$$(PORT_NEXT)' -DNILA_BUILD=$$(PORT_HASH) -c $(PORT_DIR)/common/main.c -o $$@
$(BUILD)/firmware/next/$(1)/window.o: $(BUILD)/firmware/$(1)/$(PORT_SLOTS:.c=.o)
	@mkdir -p $$(@D)
	$$(Q)$$(call PORT_CC,$(1)) -DNILA_FIRMWARE='$$(PORT_NEXT)' -DNILA_BUILD=$$(PORT_HASH) -c $(PORT_SLOTS) -o $$@
$(BUILD)/firmware/$(1)-boot.elf: $$(patsubst %.c,$(BUILD)/firmware/$(1)/%.o,$$(call BOOT_SRC,$(1))) $(wildcard $(PORT_DIR)/*/*.ld)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(call LINK_$(1),boot) $$(filter %.o,$$^) -o $$@ -lgcc
$(BUILD)/firmware/$(1)-workshop.bin: $(BUILD)/firmware/$(1)-boot.bin $(BUILD)/firmware/$(1)-a.bin
	$$(Q)$(PORT_DIR)/workshop.sh $$^ >$$@
$(foreach s,a b,$(call slot_rules,$(1),$(s))
)
endef
$(foreach p,$(SLOTTED),$(eval $(call slotted_rules,$(p))))

$(BUILD)/firmware/key.c: $(KEY) $(PORT_DIR)/key.sh FORCE
	@mkdir -p $(@D)
	$(Q)$(PORT_DIR)/key.sh $(KEY) >$@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }
$(BUILD)/firmware/%.bin: $(BUILD)/firmware/%.elf
	$(Q)arm-none-eabi-objcopy -O binary $< $@
$(BUILD)/firmware/%.hex: $(BUILD)/firmware/%.elf
	$(Q)avr-objcopy -O ihex -R .eeprom $< $@

SLOT_IMAGES := $(foreach p,$(SLOTTED),$(p)-boot $(p)-a $(p)-b)
IMAGES := $(PORTS:%=$(BUILD)/firmware/%.elf) $(SLOT_IMAGES:%=$(BUILD)/firmware/%.bin) $(SLOTTED:%=$(BUILD)/firmware/%-workshop.bin) \
          $(BUILD)/firmware/next/mps2-a.bin $(BUILD)/firmware/next/mps2-b.bin
firmware: $(IMAGES) $(BUILD)/firmware/stm32f1.bin $(BUILD)/firmware/avr.hex
	$(Q)$(PORT_DIR)/measure.sh $(BUILD)/firmware $(PORTS) $(SLOT_IMAGES)
	$(Q)! cmp -s $(KEY) $(PORT_DIR)/development.pub || echo "firmware: built with the DEVELOPMENT KEY, with which anybody can sign; for a pond: make firmware KEY=FILE"
