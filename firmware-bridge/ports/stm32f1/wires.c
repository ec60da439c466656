/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What probes are connected to: USART2 (PA2 TX, PA3 RX) an EZO circuit; USART3 (PB10 TX open drain and PB11 RX on one wire with 4.7 kOhm to
 * 3.3 V) a DS18B20; PA0 pH, PA1 conductivity, PA4 oxygen as voltages of 0 to 3.3 V. */
#include "firmware-bridge/ports/common/probing.h"
#include "stm32f1.h"

struct wire {
    uint32_t base;
    unsigned irq;
    struct probing_ring ring;
};

static struct wire ezo = {.base = USART2, .irq = USART2_IRQ};
static struct wire thermometer = {.base = USART3, .irq = USART3_IRQ};
static uint32_t wires_hz;

void wires_start(uint32_t clock_hz)
{
    wires_hz = clock_hz;
    RCC_APB1ENR |= RCC_APB1ENR_USART2 | RCC_APB1ENR_USART3;
    /* PA0, PA1, PA4 analog; PA2 alternate output, PA3 input with pull-up; the rest floating */
    GPIO_BSRR(GPIOA) = 1U << 3;
    GPIO_CRL(GPIOA) = 0x44408A00U;
    /* PB10 alternate open drain, PB11 floating, PB12 the relay's output */
    GPIO_CRH(GPIOB) = 0x44424E44U;
}

static void open(void *arg, uint32_t baud)
{
    struct wire *w = arg;

    UART_CR1(w->base) = 0;
    UART_BRR(w->base) = (wires_hz + baud / 2U) / baud;
    ring_clear(&w->ring);
    UART_CR1(w->base) = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;
    irq_enable(w->irq);
}

static bool ready(void *arg)
{
    return (UART_SR(((struct wire *)arg)->base) & USART_SR_TXE) != 0;
}

static void put(void *arg, uint8_t byte)
{
    UART_DR(((struct wire *)arg)->base) = byte;
}

static bool get(void *arg, uint8_t *byte)
{
    return ring_get(&((struct wire *)arg)->ring, byte);
}

static void receive(struct wire *w)
{
    while ((UART_SR(w->base) & (USART_SR_RXNE | USART_SR_ORE)) != 0)
        ring_put(&w->ring, (uint8_t)UART_DR(w->base));
}

void usart2(void)
{
    receive(&ezo);
}

void usart3(void)
{
    receive(&thermometer);
}

static bool microvolts(void *arg, unsigned source, int32_t *uv)
{
    (void)arg;
    return adc_microvolts(source == NILA_SOURCE_PH_MV   ? 0U
                          : source == NILA_SOURCE_EC_MV ? 1U
                                                        : 4U,
                          uv);
}

static const struct nila_wire EZO = {&ezo, open, ready, put, get};
static const struct nila_wire THERMOMETER = {&thermometer, open, ready, put, get};
const struct nila_probe_gear GEAR = {
    .ezo = &EZO, .thermometer = &THERMOMETER, .microvolts = microvolts};
