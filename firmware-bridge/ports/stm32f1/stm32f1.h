/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stm32f1: the registers this port uses; ST RM0008 (F103) and RM0041 (F100), which agree on them. */
#ifndef PORTS_STM32F1_H
#define PORTS_STM32F1_H

#include "firmware-bridge/ports/cortexm/cortexm.h"

/* Reset and clocks, RM0008 7.3 */
#define RCC_CR             REG32(0x40021000U)
#define RCC_CR_HSIRDY      (1U << 1)
#define RCC_CR_HSEON       (1U << 16)
#define RCC_CR_HSERDY      (1U << 17)
#define RCC_CR_PLLON       (1U << 24)
#define RCC_CR_PLLRDY      (1U << 25)
#define RCC_CFGR           REG32(0x40021004U)
#define RCC_CFGR_SW_PLL    2U
#define RCC_CFGR_SWS_PLL   (2U << 2) /* status: the PLL is the clock */
#define RCC_CFGR_ADC_DIV2  (0U << 14)
#define RCC_CFGR_PLL_HSE   (1U << 16)
#define RCC_CFGR_PLL_X(n)  (((n)-2U) << 18)
#define RCC_APB2ENR        REG32(0x40021018U)
#define RCC_APB2ENR_IOPA   (1U << 2)
#define RCC_APB2ENR_IOPB   (1U << 3)
#define RCC_APB2ENR_ADC1   (1U << 9)
#define RCC_APB2ENR_USART1 (1U << 14)
#define RCC_APB1ENR        REG32(0x4002101CU)
#define RCC_APB1ENR_USART2 (1U << 17)
#define RCC_APB1ENR_USART3 (1U << 18)
#define RCC_APB1ENR_PWR    (1U << 28)
#define RCC_CSR            REG32(0x40021024U)
#define RCC_CSR_RMVF       (1U << 24)
#define RCC_CSR_PIN        (1U << 26)
#define RCC_CSR_POR        (1U << 27)
#define RCC_CSR_SOFTWARE   (1U << 28)
#define RCC_CSR_IWDG       (1U << 29)

/* Pins, RM0008 9.2 */
#define GPIOA           0x40010800U
#define GPIOB           0x40010C00U
#define GPIO_CRL(port)  REG32((port) + 0x00U)
#define GPIO_CRH(port)  REG32((port) + 0x04U)
#define GPIO_BSRR(port) REG32((port) + 0x10U)

/* USARTs, RM0008 27.6; 1 is the line's */
#define USART1           0x40013800U
#define USART2           0x40004400U
#define USART3           0x40004800U
#define UART_SR(base)    REG32((base) + 0x00U)
#define UART_DR(base)    REG32((base) + 0x04U)
#define UART_BRR(base)   REG32((base) + 0x08U)
#define UART_CR1(base)   REG32((base) + 0x0CU)
#define USART_SR_ERRORS  0xFU /* parity, framing, noise, overrun */
#define USART_SR_ORE     (1U << 3)
#define USART_SR_RXNE    (1U << 5)
#define USART_SR_TC      (1U << 6)
#define USART_SR_TXE     (1U << 7)
#define USART_CR1_RE     (1U << 2)
#define USART_CR1_TE     (1U << 3)
#define USART_CR1_RXNEIE (1U << 5)
#define USART_CR1_TCIE   (1U << 6)
#define USART_CR1_TXEIE  (1U << 7)
#define USART_CR1_PS     (1U << 9)
#define USART_CR1_PCE    (1U << 10)
#define USART_CR1_M      (1U << 12)
#define USART_CR1_UE     (1U << 13)
#define USART1_IRQ       37U
#define USART2_IRQ       38U
#define USART3_IRQ       39U

/* Independent watchdog, RM0008 19.4 */
#define IWDG_KR         REG32(0x40003000U)
#define IWDG_PR         REG32(0x40003004U)
#define IWDG_RLR        REG32(0x40003008U)
#define IWDG_KEY_FEED   0xAAAAU
#define IWDG_KEY_ACCESS 0x5555U
#define IWDG_KEY_START  0xCCCCU

/* Power control, RM0008 5.4: the voltage detector */
#define PWR_CR         REG32(0x40007000U)
#define PWR_CR_PVDE    (1U << 4)
#define PWR_CR_PLS_2V9 (7U << 5)
#define PWR_CSR        REG32(0x40007004U)
#define PWR_CSR_PVDO   (1U << 2)

/* ADC1, RM0008 11.12 */
#define ADC_SR          REG32(0x40012400U)
#define ADC_SR_EOC      (1U << 1)
#define ADC_CR2         REG32(0x40012408U)
#define ADC_CR2_ADON    (1U << 0)
#define ADC_CR2_CAL     (1U << 2)
#define ADC_CR2_RSTCAL  (1U << 3)
#define ADC_CR2_BY_SW   (7U << 17 | 1U << 20) /* EXTSEL = SWSTART, EXTTRIG */
#define ADC_CR2_SWSTART (1U << 22)
#define ADC_CR2_TSVREFE (1U << 23)
#define ADC_SMPR1       REG32(0x4001240CU)
#define ADC_SMPR1_SLOW  (7U << 18 | 7U << 21) /* channels 16 and 17: 239.5 cycles */
#define ADC_SMPR2       REG32(0x40012410U)
#define ADC_SMPR2_SLOW  (7U << 0 | 7U << 3 | 7U << 12) /* channels 0, 1 and 4 */
#define ADC_SQR3        REG32(0x40012434U)
#define ADC_DR          REG32(0x4001244CU)
#define ADC_TEMPERATURE 16U
#define ADC_REFERENCE   17U

/* Flash memory, RM0008 3.3 and PM0075 */
#define FLASH_KEYR        REG32(0x40022004U)
#define FLASH_KEY1        0x45670123U
#define FLASH_KEY2        0xCDEF89ABU
#define FLASH_SR          REG32(0x4002200CU)
#define FLASH_SR_BSY      (1U << 0)
#define FLASH_SR_PGERR    (1U << 2)
#define FLASH_SR_WRPRTERR (1U << 4)
#define FLASH_SR_EOP      (1U << 5)
#define FLASH_CR          REG32(0x40022010U)
#define FLASH_CR_PG       (1U << 0)
#define FLASH_CR_PER      (1U << 1)
#define FLASH_CR_STRT     (1U << 6)
#define FLASH_CR_LOCK     (1U << 7)
#define FLASH_AR          REG32(0x40022014U)

/* Number of the processor, RM0008 30.2 */
#define UNIQUE_ID(word) REG32(0x1FFFF7E8U + 4U * (word))

#define CLOCK_HZ        24000000U

/* Waits until bits of a register that the hardware sets or clears are so, but not for ever: a crystal may be missing, and an
 * emulator without this part never sets its bits. False: they did not become so. */
bool becomes(volatile const uint32_t *reg, uint32_t bits, bool set);

/* Supply (mV) and processor temperature (0.1 C) by the internal reference; as nila_board. */
void adc_start(void);
uint16_t adc_supply_mv(void *arg);
int16_t adc_temp_x10(void *arg);

/* Microvolts at channel 0 to 15 (pin PA0 to PA7, ...), the mean of sixteen; false: not measured. Takes 0.4 ms. */
bool adc_microvolts(uint32_t channel, int32_t *uv);

/* Pins and clocks of the probes' wires; their interrupts (wires.c). */
void wires_start(uint32_t clock_hz);
void usart2(void);
void usart3(void);

#endif
