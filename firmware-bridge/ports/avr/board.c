/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ATmega328P at 16 MHz (Arduino Uno and Nano class): built to see that the node fits so small a processor. It was never run on a
 * board, measures nothing, and no probe could be connected to its only UART beside the line.
 *
 *   PD0 RX, PD1 TX   RS-485 transceiver     PD2   its driver and /receiver enable     PB0   relay, high is on
 *
 * Registers: ATmega328P data sheet DS40002061B. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "firmware-bridge/ports/common/port.h"

#define TICK_US    4U /* timer 1, 16 MHz / 64 */
#define DRIVER_BIT (1U << PD2)
#define RELAY_BIT  (1U << PB0)
#define RX_ERRORS  (1U << FE0 | 1U << DOR0 | 1U << UPE0)

static volatile uint16_t overflows;
static uint32_t boots __attribute__((section(".noinit")));
static uint16_t boots_magic __attribute__((section(".noinit")));
#define BOOTS_MAGIC 0x4E49U

ISR(TIMER1_OVF_vect)
{
    overflows++;
}

static uint32_t tick_us(void *arg)
{
    uint8_t sreg = SREG;
    uint16_t high, low;

    (void)arg;
    cli();
    low = TCNT1;
    high = overflows;
    if ((TIFR1 & 1U << TOV1) != 0 && low < 0x8000U)
        high++; /* it is over, and not yet counted */
    SREG = sreg;
    return ((uint32_t)high << 16 | low) * TICK_US;
}

static bool uart_open(void *arg, uint32_t baud, uint16_t parity)
{
    (void)arg;
    if (baud > 57600UL)
        return false; /* 16 MHz misses 115200 by 2.1 %, and the interrupts would not keep up */
    UCSR0B = 0;
    UCSR0A = 1U << U2X0;
    UBRR0 = (uint16_t)((F_CPU / 4UL / baud - 1UL) / 2UL);
    UCSR0C = (uint8_t)(1U << UCSZ01 | 1U << UCSZ00 |
                       (parity == 0   ? 0U
                        : parity == 1 ? 1U << UPM01
                                      : 1U << UPM01 | 1U << UPM00));
    UCSR0B = 1U << RXEN0 | 1U << TXEN0 | 1U << RXCIE0;
    return true;
}

static void drive(void *arg, bool on)
{
    (void)arg;
    if (on)
        PORTD |= DRIVER_BIT;
    else
        PORTD &= (uint8_t)~DRIVER_BIT;
}

static void transmit(void *arg)
{
    (void)arg;
    UCSR0A = 1U << U2X0 | 1U << TXC0; /* writing 1 clears it */
    UCSR0B |= 1U << UDRIE0;
}

static bool rx_waiting(void *arg)
{
    (void)arg;
    return (UCSR0A & 1U << RXC0) != 0;
}

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A, byte = UDR0; /* in this order: reading the byte forgets its errors */

    nila_line_heard(&app.line, byte, (status & RX_ERRORS) != 0);
}

ISR(USART_UDRE_vect)
{
    int byte = nila_line_next(&app.line);

    if (byte >= 0) {
        UDR0 = (uint8_t)byte;
        UCSR0A = 1U << U2X0 | 1U << TXC0; /* of the byte before: only the last one's counts */
    } else {
        UCSR0B = (uint8_t)((UCSR0B & ~(1U << UDRIE0)) | 1U << TXCIE0);
    }
}

ISR(USART_TX_vect)
{
    UCSR0B &= (uint8_t) ~(1U << TXCIE0);
    nila_line_sent(&app.line);
}

static void feed(void *arg)
{
    (void)arg;
    wdt_reset();
}

static void relay(void *arg, bool on)
{
    (void)arg;
    if (on)
        PORTB |= RELAY_BIT;
    else
        PORTB &= (uint8_t)~RELAY_BIT;
}

static uint16_t reset_cause(uint8_t reset_flags)
{
    if ((reset_flags & 1U << PORF) != 0)
        return NILA_RESET_POWER;
    if ((reset_flags & 1U << BORF) != 0)
        return NILA_RESET_BROWNOUT;
    if ((reset_flags & 1U << WDRF) != 0)
        return NILA_RESET_WATCHDOG;
    if ((reset_flags & 1U << EXTRF) != 0)
        return NILA_RESET_PIN;
    return NILA_RESET_UNKNOWN;
}

void port_start(struct port_start *out)
{
    const uint8_t reset_flags = MCUSR;

    /* First of all: a watchdog that has bitten stays on with its shortest time until its flag is cleared (10.8.2). A boot loader
     * may have cleared the flags before us; the cause is then unknown. */
    MCUSR = 0;
    wdt_disable();
    if (boots_magic != BOOTS_MAGIC) {
        boots_magic = BOOTS_MAGIC;
        boots = 0;
    }
    boots++;
    *out = (struct port_start){.product_id = NILA_PRODUCT_BOARD,
                               .reset_cause = reset_cause(reset_flags),
                               .boots = boots,
                               .model = "atmega328p"};
    PORTD |= 1U << PD0; /* pulled up: silence when nothing is connected */
    DDRD |= DRIVER_BIT;
    DDRB |= RELAY_BIT;
    TCCR1B = 1U << CS11 | 1U << CS10;
    TIMSK1 = 1U << TOIE1;
    wdt_enable(WDTO_4S);
    sei();
}

/* Interrupts come with each byte and each 262 ms only; the line is looked at more often: no sleep. */
void port_sleep(void)
{
}

const struct nila_port PORT = {.tick_us = tick_us,
                               .open = uart_open,
                               .drive = drive,
                               .transmit = transmit,
                               .rx_waiting = rx_waiting};
const struct nila_board BOARD = {.feed = feed, .relay = relay};
