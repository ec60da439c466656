# SPDX-License-Identifier: GPL-3.0-or-later
# The node's firmware: the core and a port, freestanding, without a C library. `make firmware` builds every board's image and
# measures it: flash and memory with the deepest stack, against the limits of measure.sh.

PORTS := mps2 stm32f1 avr
PORT_DIR := firmware-bridge/ports
PORT_CORE := $(filter-out %/nila_mbap.c,$(wildcard firmware-bridge/core/*.c))
PORT_ALL := $(PORT_CORE) $(wildcard $(PORT_DIR)/common/*.c)

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

LINK_arm = -nostdlib -Wl,--gc-sections,--fatal-warnings -L$(PORT_DIR)/cortexm -T $(PORT_DIR)/$(1)/memory.ld
LINK_mps2 = $(call LINK_arm,mps2)
LINK_stm32f1 = $(call LINK_arm,stm32f1)
LINK_avr := -Wl,--gc-sections

# What the image says of itself: version, and a hash over all it is made of.
PORT_VERSION := $(subst ., ,$(VERSION))
PORT_NUMBER := ($(word 1,$(PORT_VERSION))<<8|$(word 2,$(PORT_VERSION)))
PORT_FILES := $(wildcard firmware-bridge/core/*.[ch] $(PORT_DIR)/*/*.[ch] $(PORT_DIR)/*/*.ld)
PORT_HASH = $(eval PORT_HASH := 0x$$(shell cat $(PORT_FILES) Makefile $(PORT_DIR)/ports.mk | sha256sum | cut -c1-8)u)$(PORT_HASH)

# -Wconversion would speak of each promotion to the AVR's int of 16 bits
PORT_WARN := $(filter-out -Werror -Wconversion,$(WARN)) -Wdouble-promotion -Werror
PORT_CFLAGS = -std=gnu11 -Os -g -ffreestanding -ffunction-sections -fdata-sections -fno-common -fstack-usage \
              -fno-tree-loop-distribute-patterns -DNILA_VERSION='"$(VERSION)"' -I. -MMD -MP $(PORT_WARN)

define port_rules
OBJ_$(1) := $$(patsubst %.c,$(BUILD)/firmware/$(1)/%.o,$$(SRC_$(1)))
$(BUILD)/firmware/$(1)/%.o: %.c Makefile $(PORT_DIR)/ports.mk
	@mkdir -p $$(@D)
	$$(if $$(V),,@echo "  $(1)  $$<")
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(PORT_CFLAGS) $$(if $$(filter avr,$(1)),,-Wconversion) $$(PORT_DEFS) -c $$< -o $$@
# only main.c carries the hash: whatever changes, it is compiled anew
$(BUILD)/firmware/$(1)/$(PORT_DIR)/common/main.o: $(PORT_FILES)
$(BUILD)/firmware/$(1)/$(PORT_DIR)/common/main.o: PORT_DEFS = -DNILA_FIRMWARE='$$(PORT_NUMBER)' -DNILA_BUILD=$$(PORT_HASH)
$(BUILD)/firmware/$(1).elf: $$(OBJ_$(1)) $(wildcard $(PORT_DIR)/*/*.ld)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(LINK_$(1)) $$(OBJ_$(1)) -o $$@ -lgcc
endef
$(foreach p,$(PORTS),$(eval $(call port_rules,$(p))))

$(BUILD)/firmware/%.bin: $(BUILD)/firmware/%.elf
	$(Q)arm-none-eabi-objcopy -O binary $< $@
$(BUILD)/firmware/%.hex: $(BUILD)/firmware/%.elf
	$(Q)avr-objcopy -O ihex -R .eeprom $< $@

IMAGES := $(PORTS:%=$(BUILD)/firmware/%.elf)
firmware: $(IMAGES) $(BUILD)/firmware/stm32f1.bin $(BUILD)/firmware/avr.hex
	$(Q)$(PORT_DIR)/measure.sh $(BUILD)/firmware $(PORTS)
