/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stm32f1.h"

#include "firmware-bridge/core/nila_node.h"

/* F103x8 data sheet DS5319, tables 13 and 50 (typical values; the temperature is good to a few degrees only) */
#define REFERENCE_MV 1200U
#define FULL_SCALE   4095U
#define V25_MV       1430
#define SLOPE_UV_C   4300
#define MEAN_OF      16U

/* A conversion takes 21 us. 0: it did not end. */
static uint32_t convert(uint32_t channel)
{
    ADC_SQR3 = channel;
    ADC_CR2 |= ADC_CR2_SWSTART;
    if (!becomes(&ADC_SR, ADC_SR_EOC, true))
        return 0;
    return ADC_DR;
}

void adc_start(void)
{
    ADC_SMPR1 = ADC_SMPR1_SLOW;
    ADC_SMPR2 = ADC_SMPR2_SLOW;
    ADC_CR2 = ADC_CR2_ADON | ADC_CR2_BY_SW | ADC_CR2_TSVREFE;
    ADC_CR2 |= ADC_CR2_RSTCAL;
    if (becomes(&ADC_CR2, ADC_CR2_RSTCAL, false)) {
        ADC_CR2 |= ADC_CR2_CAL;
        (void)becomes(&ADC_CR2, ADC_CR2_CAL, false); /* uncalibrated it is off by a few counts */
    }
}

uint16_t adc_supply_mv(void *arg)
{
    uint32_t got = convert(ADC_REFERENCE);

    (void)arg;
    if (got == 0 || REFERENCE_MV * FULL_SCALE / got > 5000U)
        return 0;
    return (uint16_t)(REFERENCE_MV * FULL_SCALE / got);
}

int16_t adc_temp_x10(void *arg)
{
    const int32_t supply_mv = adc_supply_mv(arg), got = (int32_t)convert(ADC_TEMPERATURE);
    int32_t mv;

    if (supply_mv == 0 || got == 0)
        return NILA_BOARD_TEMP_NONE;
    mv = got * supply_mv / (int32_t)FULL_SCALE;
    return (int16_t)((V25_MV - mv) * 10000 / SLOPE_UV_C + 250);
}

bool adc_microvolts(uint32_t channel, int32_t *uv)
{
    const uint32_t supply_mv = adc_supply_mv((void *)0);
    uint32_t sum = 0;

    if (supply_mv == 0)
        return false;
    for (unsigned i = 0; i < MEAN_OF; i++) {
        ADC_SQR3 = channel;
        ADC_CR2 |= ADC_CR2_SWSTART;
        if (!becomes(&ADC_SR, ADC_SR_EOC, true))
            return false;
        sum += ADC_DR;
    }
    /* sum x mV is at most 328 million, and a 4095th of it times 1000 at most 80 million */
    *uv = (int32_t)(sum * supply_mv / FULL_SCALE * 1000U / MEAN_OF);
    return true;
}
