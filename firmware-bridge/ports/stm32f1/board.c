/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STM32F103C8 "Blue Pill" and relatives; the same image starts in qemu-system-arm -M stm32vldiscovery.
 *
 *   PA9 TX, PA10 RX   RS-485 transceiver         PA8   its driver and /receiver enable
 *   PB12              relay, high is on          8 MHz crystal; the probes' pins: wires.c
 *
 * 24 MHz from the crystal, or from the internal oscillator when it is missing: 1 % and worse over temperature, which a UART can
 * stand. The emulator has neither clocks nor watchdog, ADC and flash controller: their registers read 0 there, every wait ends,
 * and what depends on them reads as "not measured". It is known by the internal oscillator's ready bit, which on a real
 * processor is set whenever the program runs (RM0008 7.3.1). */
#include "firmware-bridge/ports/common/pattern.h"
#include "firmware-bridge/ports/common/port.h"
#include "firmware-bridge/ports/common/probing.h"
#include "firmware-bridge/ports/cortexm/guard.h"
#include "stm32f1.h"

#define DRIVER_PIN 8U  /* A */
#define RELAY_PIN  12U /* B */

static bool emulated(void)
{
    return (RCC_CR & RCC_CR_HSIRDY) == 0;
}

/* ---- clocks ---- */

/* 24 MHz: crystal 8 MHz x 3, or half of the internal 8 MHz x 6. No wait state is needed. False: still the internal 8 MHz. */
static bool clocks(void)
{
    uint32_t pll = RCC_CFGR_PLL_X(6U);

    RCC_CR |= RCC_CR_HSEON;
    if (becomes(&RCC_CR, RCC_CR_HSERDY, true))
        pll = RCC_CFGR_PLL_HSE | RCC_CFGR_PLL_X(3U);
    RCC_CFGR = pll | RCC_CFGR_ADC_DIV2;
    RCC_CR |= RCC_CR_PLLON;
    if (!becomes(&RCC_CR, RCC_CR_PLLRDY, true))
        return false;
    RCC_CFGR |= RCC_CFGR_SW_PLL;
    return becomes(&RCC_CFGR, RCC_CFGR_SWS_PLL, true);
}

/* ---- the line ---- */

static uint32_t clock_hz = CLOCK_HZ;

static bool uart_open(void *arg, uint32_t baud, uint16_t parity)
{
    uint32_t cr1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;

    (void)arg;
    if (parity != 0)
        cr1 |= USART_CR1_M | USART_CR1_PCE; /* nine bits, of which one is the parity */
    if (parity == 2)
        cr1 |= USART_CR1_PS;
    UART_CR1(USART1) = 0;
    UART_BRR(USART1) = (clock_hz + baud / 2U) / baud;
    UART_CR1(USART1) = cr1;
    return true;
}

static void drive(void *arg, bool on)
{
    (void)arg;
    GPIO_BSRR(GPIOA) = 1U << (on ? DRIVER_PIN : DRIVER_PIN + 16U);
}

static void transmit(void *arg)
{
    (void)arg;
    UART_CR1(USART1) |= USART_CR1_TXEIE;
    irq_pend(USART1_IRQ); /* the emulator's transmitter has no interrupt of its own */
}

static bool rx_waiting(void *arg)
{
    (void)arg;
    return (UART_SR(USART1) & USART_SR_RXNE) != 0;
}

static void usart1(void)
{
    uint32_t sr;

    /* Reading the status and then the data clears the flags of just this byte (RM0008 27.6.1). */
    while (((sr = UART_SR(USART1)) & (USART_SR_RXNE | USART_SR_ORE)) != 0) {
        uint8_t byte = (uint8_t)UART_DR(USART1);
        nila_line_heard(&app.line, byte, (sr & USART_SR_ERRORS) != 0);
    }
    while ((UART_CR1(USART1) & USART_CR1_TXEIE) != 0 && (UART_SR(USART1) & USART_SR_TXE) != 0) {
        int byte = nila_line_next(&app.line);
        if (byte >= 0)
            UART_DR(USART1) = (uint32_t)byte;
        else
            UART_CR1(USART1) = (UART_CR1(USART1) & ~USART_CR1_TXEIE) | USART_CR1_TCIE;
    }
    if ((UART_CR1(USART1) & USART_CR1_TCIE) != 0 && (UART_SR(USART1) & USART_SR_TC) != 0) {
        UART_CR1(USART1) &= ~USART_CR1_TCIE;
        nila_line_sent(&app.line);
    }
}

/* ---- the board ---- */

static void feed(void *arg)
{
    (void)arg;
    guard_feed();
}

static void relay(void *arg, bool on)
{
    (void)arg;
    GPIO_BSRR(GPIOB) = 1U << (on ? RELAY_PIN : RELAY_PIN + 16U);
}

/* Below 2.9 V: no flash memory is written, and should power go now, it was a brown-out. */
static bool supply_low(void *arg)
{
    bool low = (PWR_CSR & PWR_CSR_PVDO) != 0;

    (void)arg;
    survivor.was_low = low;
    return low;
}

static void sample(void *arg, struct nila_node *node)
{
    if (emulated() && !nila_probes_any(&probes))
        pattern_sample(arg, node);
    else
        probing_sample(arg, node);
}

/* Why the processor started (RM0008 7.3.10). Memory may outlive a short dip, and then remembers that the supply was low. */
static uint16_t reset_cause(bool survived)
{
    uint32_t csr = RCC_CSR;

    RCC_CSR = RCC_CSR_RMVF;
    if ((csr & RCC_CSR_POR) != 0)
        return survived && survivor.was_low != 0 ? NILA_RESET_BROWNOUT : NILA_RESET_POWER;
    if ((csr & RCC_CSR_IWDG) != 0)
        return NILA_RESET_WATCHDOG;
    if ((csr & RCC_CSR_SOFTWARE) != 0)
        return NILA_RESET_SOFTWARE;
    if ((csr & RCC_CSR_PIN) != 0)
        return NILA_RESET_PIN;
    if (!survived)
        return NILA_RESET_POWER; /* the emulator */
    return survivor.cause;
}

static void pins(void)
{
    RCC_APB2ENR |= RCC_APB2ENR_IOPA | RCC_APB2ENR_IOPB | RCC_APB2ENR_ADC1 | RCC_APB2ENR_USART1;
    GPIO_BSRR(GPIOA) = 1U << (DRIVER_PIN + 16U);
    GPIO_BSRR(GPIOB) = 1U << (RELAY_PIN + 16U);
    GPIO_BSRR(GPIOA) = 1U << 10; /* RX pulled up: silence when nothing is connected */
    /* PA8 output 2 MHz, PA9 alternate output 2 MHz, PA10 input with pull, the rest as after reset (floating) */
    GPIO_CRH(GPIOA) = 0x444448A2U;
    GPIO_CRH(GPIOB) = 0x44424444U; /* PB12 output 2 MHz */
    wires_start(clock_hz);
}

void port_start(struct port_start *out)
{
    bool survived = survivor_start();

    *out = (struct port_start){
        .product_id = NILA_PRODUCT_BOARD, .boots = survivor.boots, .model = "stm32f1"};
    out->reset_cause = reset_cause(survived);
    survivor.cause = NILA_RESET_UNKNOWN;
    guard_start();
    if (emulated()) {
        out->product_id = NILA_PRODUCT_EMULATED;
        out->model = "stm32vldiscovery";
    } else {
        clock_hz = clocks() ? CLOCK_HZ : CLOCK_HZ / 3U;
        out->serial = UNIQUE_ID(0) ^ UNIQUE_ID(1) ^ UNIQUE_ID(2);
    }
    pins();
    adc_start();
    clock_start(clock_hz);
    irq_enable(USART1_IRQ);
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
                                 .supply_mv = adc_supply_mv,
                                 .temp_x10 = adc_temp_x10,
                                 .supply_low = supply_low,
                                 .sample = sample,
                                 .step = probing_step,
                                 .recall = probing_recall,
                                 .keep = probing_keep};

__attribute__((section(".vectors"), used)) static const vector VECTORS[16 + USART3_IRQ + 1] = {
    (vector)(uintptr_t)stack_top,
    start_up,
    fault, /* NMI */
    fault,
    fault,
    fault,
    fault,
    [11] = fault,
    [12] = fault,
    [14] = fault,
    [15] = systick,
    [16 + USART1_IRQ] = usart1,
    [16 + USART2_IRQ] = usart2,
    [16 + USART3_IRQ] = usart3,
};
