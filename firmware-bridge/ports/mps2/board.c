/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ARM's MPS2 board with the AN385 image, as qemu-system-arm -M mps2-an385 emulates it: the reference for tests, no product.
 * Addresses: ARM Application Note AN385 and the Cortex-M System Design Kit TRM (DDI 0479): APB UART, APB watchdog. The relay and
 * the line driver are LED 0 and 1. The UART has no "transmission complete"; the emulator has no line that would need it. */
#include "firmware-bridge/ports/common/pattern.h"
#include "firmware-bridge/ports/common/port.h"
#include "firmware-bridge/ports/common/probing.h"
#include "firmware-bridge/ports/cortexm/cortexm.h"
#include "firmware-bridge/ports/cortexm/guard.h"
#include "mps2.h"

#define CLOCK_HZ      25000000U

#define UART0         0x40004000U
#define UART_DATA     REG32(UART0 + 0x00U)
#define UART_STATE    REG32(UART0 + 0x04U)
#define UART_CTRL     REG32(UART0 + 0x08U)
#define UART_INT      REG32(UART0 + 0x0CU) /* write 1 to clear */
#define UART_BAUDDIV  REG32(UART0 + 0x10U)
#define STATE_TX_FULL 1U
#define STATE_RX_FULL 2U
#define STATE_RX_OVER 8U
#define CTRL_ON       0xFU /* transmitter, receiver, and both interrupts */
#define INT_TX        1U
#define INT_RX        2U
#define IRQ_RX        0U
#define IRQ_TX        1U

/* UARTs 1 and 2: an EZO circuit and a thermometer, or what a test plays there */
#define WIRE(n)       (UART0 + 0x1000U * (n))
#define WIRE_DATA(n)  REG32(WIRE(n) + 0x00U)
#define WIRE_STATE(n) REG32(WIRE(n) + 0x04U)
#define WIRE_CTRL(n)  REG32(WIRE(n) + 0x08U)
#define WIRE_INT(n)   REG32(WIRE(n) + 0x0CU)
#define WIRE_BAUD(n)  REG32(WIRE(n) + 0x10U)
#define WIRE_ON       0xBU /* transmitter, receiver, receive interrupt */
#define IRQ_WIRE_1    2U
#define IRQ_WIRE_2    4U

#define LEDS          REG32(0x40028000U)
#define LED_RELAY     1U
#define LED_DRIVER    2U

/* Faults that a test may ask for, since this board exists for tests: holding register 99. */
#define FAULT_REGISTER 99U
#define FAULT_HANG     1U /* the main loop stands still */
#define FAULT_DEAF     2U /* the receiver's interrupt is lost */
#define FAULT_CRASH    3U /* the processor meets an impossible address */

static uint16_t wanted_fault;

static bool uart_open(void *arg, uint32_t baud, uint16_t parity)
{
    (void)arg;
    (void)parity; /* this UART has none; a socket would not carry it */
    UART_CTRL = 0;
    UART_BAUDDIV = CLOCK_HZ / baud;
    UART_INT = INT_RX | INT_TX;
    UART_CTRL = CTRL_ON;
    return true;
}

static void led(uint32_t which, bool on)
{
    LEDS = on ? LEDS | which : LEDS & ~which;
}

static void drive(void *arg, bool on)
{
    (void)arg;
    led(LED_DRIVER, on);
}

static void transmit(void *arg)
{
    (void)arg;
    irq_pend(IRQ_TX);
}

static bool rx_waiting(void *arg)
{
    (void)arg;
    return (UART_STATE & STATE_RX_FULL) != 0;
}

static void uart_rx(void)
{
    UART_INT = INT_RX; /* before the data: a byte that comes now asks again */
    while ((UART_STATE & STATE_RX_FULL) != 0) {
        uint8_t byte = (uint8_t)UART_DATA;
        bool over = (UART_STATE & STATE_RX_OVER) != 0;
        if (over)
            UART_STATE = STATE_RX_OVER;
        nila_line_heard(&app.line, byte, over);
    }
}

/* The transmitter is empty, or has just been started. The emulator hands a byte on the moment it is written, and a master without
 * line time may ask again before another interrupt comes: so the end is noticed in the interrupt that wrote the last byte. */
static void uart_tx(void)
{
    UART_INT = INT_TX;
    while ((UART_STATE & STATE_TX_FULL) == 0) {
        int byte = nila_line_next(&app.line);
        if (byte < 0) {
            nila_line_sent(&app.line);
            return;
        }
        UART_DATA = (uint32_t)byte;
    }
}

static void feed(void *arg)
{
    (void)arg;
    guard_feed();
}

/* The watchdog's first call; a second one would be the reset itself. */
static void watchdog(void)
{
    reset_for(NILA_RESET_WATCHDOG);
}

static void relay(void *arg, bool on)
{
    (void)arg;
    led(LED_RELAY, on);
}

/* ---- probes ---- */

static struct probing_ring wire_ring[2];

static unsigned wire_of(const void *arg)
{
    return arg == &wire_ring[0] ? 1 : 2;
}

static void wire_open(void *arg, uint32_t baud)
{
    const unsigned n = wire_of(arg);

    WIRE_CTRL(n) = 0;
    WIRE_BAUD(n) = CLOCK_HZ / baud;
    ring_clear(arg);
    WIRE_CTRL(n) = WIRE_ON;
    irq_enable(n == 1 ? IRQ_WIRE_1 : IRQ_WIRE_2);
}

static bool wire_ready(void *arg)
{
    return (WIRE_STATE(wire_of(arg)) & STATE_TX_FULL) == 0;
}

static void wire_put(void *arg, uint8_t byte)
{
    WIRE_DATA(wire_of(arg)) = byte;
}

static bool wire_get(void *arg, uint8_t *byte)
{
    return ring_get(arg, byte);
}

static void wire_rx(unsigned n)
{
    WIRE_INT(n) = INT_RX;
    while ((WIRE_STATE(n) & STATE_RX_FULL) != 0)
        ring_put(&wire_ring[n - 1], (uint8_t)WIRE_DATA(n));
}

static void wire_1(void)
{
    wire_rx(1);
}

static void wire_2(void)
{
    wire_rx(2);
}

static const struct nila_wire WIRES[2] = {
    {&wire_ring[0], wire_open, wire_ready, wire_put, wire_get},
    {&wire_ring[1], wire_open, wire_ready, wire_put, wire_get},
};
const struct nila_probe_gear GEAR = {.ezo = &WIRES[0], .thermometer = &WIRES[1]};

/* ---- faults ---- */

static void sample(void *arg, struct nila_node *node)
{
    if (nila_probes_any(&probes))
        probing_sample(arg, node);
    else
        pattern_sample(arg, node);
    if (wanted_fault == FAULT_HANG)
        for (;;) {
        }
    if (wanted_fault == FAULT_CRASH)
        (void)REG32(0x60000000U);
    if (wanted_fault == FAULT_DEAF)
        UART_CTRL = CTRL_ON & ~8U;
}

static void fault_read(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    (void)offset;
    (void)count;
    value[0] = *(const uint16_t *)arg;
}

static uint8_t fault_check(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                           bool open, bool broadcast)
{
    (void)arg;
    (void)offset;
    (void)count;
    return value[0] > FAULT_CRASH || !open || broadcast ? NILA_EXCEPTION_VALUE
                                                        : NILA_EXCEPTION_NONE;
}

static void fault_apply(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    (void)offset;
    (void)count;
    *(uint16_t *)arg = value[0];
}

static const struct nila_block FAULT = {FAULT_REGISTER, 1,           &wanted_fault,
                                        fault_read,     fault_check, fault_apply};

void port_start(struct port_start *out)
{
    bool survived = survivor_start();

    *out = (struct port_start){.product_id = NILA_PRODUCT_EMULATED,
                               .reset_cause = survived ? survivor.cause : NILA_RESET_POWER,
                               .boots = survivor.boots,
                               .model = "mps2-an385"};
    survivor.cause = NILA_RESET_UNKNOWN;
    flash_unpack();
    LEDS = 0;
    clock_start(CLOCK_HZ);
    guard_start();
    irq_enable(IRQ_RX);
    irq_enable(IRQ_TX);
}

void port_sleep(void)
{
    cpu_sleep();
}

const struct nila_port PORT = {.tick_us = clock_us,
                               .open = uart_open,
                               .drive = drive,
                               .transmit = transmit,
                               .rx_waiting = rx_waiting};
const struct nila_board BOARD = {.feed = feed,
                                 .relay = relay,
                                 .sample = sample,
                                 .step = probing_step,
                                 .recall = probing_recall,
                                 .keep = probing_keep,
                                 .block = &FAULT,
                                 .blocks = 1};

__attribute__((section(".vectors"), used)) static const vector VECTORS[16 + 32] = {
    (vector)(uintptr_t)stack_top,
    start_up,
    watchdog, /* NMI */
    fault,
    fault,
    fault,
    fault,
    [11] = fault,
    [12] = fault,
    [14] = fault,
    [15] = systick,
    [16 + IRQ_RX] = uart_rx,
    [16 + IRQ_TX] = uart_tx,
    [16 + IRQ_WIRE_1] = wire_1,
    [16 + IRQ_WIRE_2] = wire_2,
};
