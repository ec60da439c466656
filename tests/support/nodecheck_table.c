/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests as bytes and the answers that Modbus Application Protocol V1.1b3 and Modbus over Serial Line V1.02 ask of this node.
 * Hexadecimal; "|" stands for the right CRC of the frame so far, ":" begins one behind junk; "_" is a silence of 12 ms, "=" one of 80 ms; in an answer
 * ".." is any byte and "*" any further ones. "" is no answer. The rows are asked in this order: what one writes the next
 * ones see. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/nodecheck.h"

enum {
    ALL,
    BOARD
};

static const struct {
    const char *says, *request, *answer;
    int only;
} ROW[] = {
    /* clang-format off */
    {"8,1 restarts and clears the counters", "01 08 0001 0000|", "01 08 0001 0000|", ALL},
    {"4: magic and version", "01 04 0000 0002|", "01 04 04 4E4C 0001|", ALL},
    {"4: own unit id", "01 04 000F 0001|", "01 04 02 0001|", ALL},
    {"4: the whole block in one", "01 04 0000 0078|", "01 04 F0 4E4C 0001*|", ALL},
    {"4: the last register", "01 04 0077 0001|", "01 04 02 ....|", ALL},
    {"4: one beyond the last", "01 04 0078 0001|", "01 84 02|", ALL},
    {"4: over the end", "01 04 0077 0002|", "01 84 02|", ALL},
    {"4: 125, more than there are", "01 04 0000 007D|", "01 84 02|", ALL},
    {"4: count 0", "01 04 0000 0000|", "01 84 03|", ALL},
    {"4: count 126", "01 04 0000 007E|", "01 84 03|", ALL},
    {"4: count 257", "01 04 0000 0101|", "01 84 03|", ALL},
    {"4: addresses do not wrap", "01 04 FFFF 0002|", "01 84 02|", ALL},
    {"4: too short", "01 04 0000 00|", "01 84 03|", ALL},
    {"4: an address that looks like an answer's length", "01 04 0300 0001|", "01 84 02|", ALL},
    {"4: too long", "01 04 0000 0001 00|", "01 84 03|", ALL},
    {"3: the settings", "01 03 0000 0002|", "01 03 04 0000 0001|", ALL},
    {"3: what does not exist", "01 03 0006 0001|", "01 83 02|", ALL},
    {"3: into what does not exist", "01 03 0003 0064|", "01 83 02|", ALL},
    {"3: count 0", "01 03 0000 0000|", "01 83 03|", ALL},
    {"6: locked", "01 06 0003 003C|", "01 86 03|", ALL},
    {"6: the key", "01 06 0000 5A17|", "01 06 0000 5A17|", ALL},
    {"3: open", "01 03 0000 0001|", "01 03 02 0001|", ALL},
    {"6: delay beyond its range, which locks again", "01 06 0002 03E9|", "01 86 03|", ALL},
    {"3: locked", "01 03 0000 0001|", "01 03 02 0000|", ALL},
    {"6: a reserved register", "01 06 0009 0001|", "01 86 02|", ALL},
    {"6: too short", "01 06 0000 5A|", "01 86 03|", ALL},
    {"16: key, id, delay, period in one", "01 10 0000 0004 08 5A17 0001 0014 003C|", "01 10 0000 0004|", ALL},
    {"3: as written", "01 03 0001 0003|", "01 03 06 0001 0014 003C|", ALL},
    {"16: none when one is wrong", "01 10 0000 0004 08 5A17 0001 0000 0000|", "01 90 03|", ALL},
    {"3: still as before", "01 03 0001 0003|", "01 03 06 0001 0014 003C|", ALL},
    {"16: delay gone, period 1 s", "01 10 0000 0004 08 5A17 0001 0000 0001|", "01 10 0000 0004|", ALL},
    {"16: locked", "01 10 0003 0001 02 003C|", "01 90 03|", ALL},
    {"16: count 0", "01 10 0000 0000 00|", "01 90 03|", ALL},
    {"16: count 124", "01 10 0000 007C F8 5A17|", "01 90 03|", ALL},
    {"16: byte count too small", "01 10 0000 0002 02 5A17|", "01 90 03|", ALL},
    {"16: byte count too large", "01 10 0000 0001 04 5A17|", "01 90 03|", ALL},
    {"16: reserved", "01 10 0008 0001 02 003C|", "01 90 02|", ALL},
    {"16: addresses do not wrap", "01 10 FFFF 0002 04 003C 0001|", "01 90 02|", ALL},
    {"3: line registers", "01 03 0004 0002|", "01 03 04 0060 0000|", BOARD},
    {"6: no such baud rate", "01 10 0000 0005 0A 5A17 0001 0000 0001 0061|", "01 90 03|", BOARD},
    {"6: relay off, without a lock", "01 06 000A 0000|", "01 06 000A 0000|", BOARD},
    {"4: it is off, and no longer in its safe state", "01 04 0014 0002|", "01 04 04 000[01234567] 0000|", BOARD},
    {"6: relay on", "01 06 000A 0001|", "01 06 000A 0001|", BOARD},
    {"3: on", "01 03 000A 0003|", "01 03 06 0001 0001 000A|", BOARD},
    {"6: a relay knows two states", "01 06 000A 0002|", "01 86 03|", BOARD},
    {"6: its safe state is locked", "01 06 000B 0000|", "01 86 03|", BOARD},
    {"17: who is there", "01 11|", "01 11 .. 01 FF*|", ALL},
    {"17: too long", "01 11 00|", "01 91 03|", ALL},
    {"43/14: basic", "01 2B 0E 01 00|", "01 2B 0E 01 8[12] 00 00 03 00 0C 4C756D62756E67204E696C61*|", ALL},
    {"43/14: one object", "01 2B 0E 04 00|", "01 2B 0E 04 8[12] 00 00 01 00 0C 4C756D62756E67204E696C61|", ALL},
    {"43/14: regular", "01 2B 0E 02 00|", "01 2B 0E 02 82 00 00 06 00 0C 4C756D62756E67204E696C61*|", BOARD},
    {"43/14: an object nobody has", "01 2B 0E 04 80|", "01 AB 02|", ALL},
    {"43/14: read code 5", "01 2B 0E 05 00|", "01 AB 03|", ALL},
    {"43/13", "01 2B 0D 00 00|", "01 AB 01|", ALL},
    {"8,0 echo", "01 08 0000 A537|", "01 08 0000 A537|", ALL},
    {"8,0 long echo", "01 08 0000 A537 1234 5678|", "01 08 0000 A537 1234 5678|", ALL},
    {"8,2 is not offered", "01 08 0002 0000|", "01 88 01|", ALL},
    {"8,10 with data", "01 08 000A 0001|", "01 88 03|", ALL},
    {"1", "01 01 0000 0001|", "01 81 01|", ALL},
    {"2", "01 02 0000 0001|", "01 82 01|", ALL},
    {"5", "01 05 0000 FF00|", "01 85 01|", ALL},
    {"15", "01 0F 0000 0001 01 01|", "01 8F 01|", ALL},
    {"20", "01 14 07 06 0000 0000 0001|", "01 94 01|", ALL},
    {"22", "01 16 0000 00FF 0001|", "01 96 01|", ALL},
    {"23", "01 17 0000 0001 0000 0001 02 0000|", "01 97 01|", ALL},
    {"99", "01 63|", "01 E3 01|", ALL},

    {"8,10 clears", "01 08 000A 0000|", "01 08 000A 0000|", ALL},
    {"another unit is not answered for", "09 04 0000 0001|", "", ALL},
    {"a broadcast is not answered", "00 06 0000 5A17|", "", ALL},
    {"but executed", "01 03 0000 0001|", "01 03 02 0001|", ALL},
    {"any other word locks", "01 06 0000 0000|", "01 06 0000 0000|", ALL},
    {"a read for all means nothing", "00 04 0000 0001|", "", ALL},
    {"a wrong CRC", "01 04 0000 0001 1234", "", ALL},
    {"the CRC's bytes exchanged", "01 04 0000 0002 CB71", "", ALL},
    {"three bytes", "01 04 00", "", ALL},
    {"one byte", "01", "", ALL},
    {"junk behind a request", "01 04 000F 0001| FF", "", ALL},
    {"a request behind junk", "A5: 01 04 000F 0001|", "01 04 02 0001|", ALL},
    {"a request glued to another unit's answer", "09 04 02 1234|01 04 000F 0001|", "01 04 02 0001|", ALL},
    {"a request for all behind junk is not believed", "A5: 00 06 0000 5A17|", "", ALL},
    {"a torn request", "01 04 00 _ 0F 0001|", "01 04 02 0001|", ALL},
    {"a request cut in two", "01 04 00 = 0F 0001|", "", ALL},
    {"a read's own answer", "01 04 02 0001|", "", ALL},
    {"an exception of ours", "01 84 02|", "", ALL},
    {"8,11 messages", "01 08 000B 0000|", "01 08 000B 000B|", ALL},
    {"8,12 bad CRC: all but those for us and others", "01 08 000C 0000|", "01 08 000C 0008|", ALL},
    {"8,13 exceptions", "01 08 000D 0000|", "01 08 000D 0000|", ALL},
    {"8,14 messages to us", "01 08 000E 0000|", "01 08 000E 000B|", ALL},
    {"8,15 not answered", "01 08 000F 0000|", "01 08 000F 0002|", ALL},
    {"8,16 NAK", "01 08 0010 0000|", "01 08 0010 0000|", ALL},
    {"8,17 busy", "01 08 0011 0000|", "01 08 0011 0000|", ALL},
    {"8,18 overrun", "01 08 0012 0000|", "01 08 0012 0000|", ALL},

    {"8,4 only listens, unanswered", "01 08 0004 0000|", "", ALL},
    {"says nothing", "01 04 0000 0001|", "", ALL},
    {"does nothing", "01 06 0000 5A17|", "", ALL},
    {"8,1 wakes it, unanswered", "01 08 0001 0000|", "", ALL},
    {"awake, and still locked", "01 03 0000 0001|", "01 03 02 0000|", ALL},
    {"8,11 begins anew", "01 08 000B 0000|", "01 08 000B 0002|", ALL},
    /* clang-format on */
};

#define GAP_MS     12
#define CUT_MS     80
#define QUIET_MS   25
#define SILENCE_MS 150 /* longer than the node holds for the rest of a request */
#define SIZE       600

uint16_t crc_of(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xFFFF;

    while (n-- > 0) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (uint16_t)((crc & 1) ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

static int digit(char c)
{
    static const char HEX[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(HEX, c);

    return at == NULL ? -1 : (int)(at - HEX);
}

static void wait_ms(int ms)
{
    const struct timespec t = {0, ms * 1000000L};

    (void)nanosleep(&t, NULL);
}

/* Sends a row's request; its pauses are waited for. Returns the last answer. */
static size_t send_row(struct node *n, const char *text, uint8_t *answer, int first_ms)
{
    uint8_t frame[SIZE];
    size_t size = 0, from = 0;

    for (; *text != '\0'; text++) {
        if (*text == '|') {
            uint16_t crc = crc_of(frame + from, size - from);
            frame[size++] = (uint8_t)crc;
            frame[size++] = (uint8_t)(crc >> 8);
            from = size;
        } else if (*text == ':') {
            from = size;
        } else if (*text == '_' || *text == '=') {
            /* what was before the pause counts for the CRC behind it */
            size_t kept = size;
            uint8_t copy[SIZE];
            memcpy(copy, frame, kept);
            (void)ask_raw(n, frame, size, answer, SIZE, 0, 0);
            wait_ms(*text == '_' ? GAP_MS : CUT_MS);
            size = 0;
            for (text++; *text != '\0' && *text != '|'; text++)
                if (*text != ' ') {
                    copy[kept++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
                    frame[size++] = copy[kept - 1];
                    text++;
                }
            {
                uint16_t crc = crc_of(copy, kept);
                frame[size++] = (uint8_t)crc;
                frame[size++] = (uint8_t)(crc >> 8);
            }
            break;
        } else if (*text != ' ') {
            frame[size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
            text++;
        }
    }
    return ask_raw(n, frame, size, answer, SIZE, first_ms, QUIET_MS);
}

/* One digit of an answer against the pattern at *p, which moves on: a digit, ".", or "[...]". */
static bool digit_is(const char **p, int d)
{
    const char *end;
    bool good = false;

    if (**p != '[') {
        good = **p == '.' || digit(**p) == d;
        (*p)++;
        return good;
    }
    end = strchr(*p, ']');
    for ((*p)++; *p < end; (*p)++)
        good = good || digit(**p) == d;
    (*p)++;
    return good;
}

static bool matches(const char *p, const uint8_t *answer, size_t n)
{
    size_t at = 0;

    if (*p == '\0')
        return n == 0;
    if (n < 4 || crc_of(answer, n) != 0)
        return false;
    n -= 2;
    for (; *p != '|' && *p != '\0'; at++) {
        while (*p == ' ')
            p++;
        if (*p == '*')
            return at < n;
        if (*p == '|')
            break;
        if (at >= n || !digit_is(&p, answer[at] >> 4) || !digit_is(&p, answer[at] & 15))
            return false;
    }
    return at == n;
}

void check_table(struct node *n)
{
    unsigned rows = 0, bad = 0;

    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        uint8_t answer[SIZE];
        size_t size;
        bool good;
        if (ROW[i].only == BOARD && n->target != TARGET_BOARD)
            continue;
        size = send_row(n, ROW[i].request, answer, *ROW[i].answer == '\0' ? SILENCE_MS : WHILE_MS);
        good = matches(ROW[i].answer, answer, size);
        rows++;
        bad += !good;
        printf("  %-4s %-50s %s\n", good ? "good" : "BAD", ROW[i].says, ROW[i].request);
        if (!good) {
            printf("       wanted %s, got", *ROW[i].answer == '\0' ? "silence" : ROW[i].answer);
            for (size_t k = 0; k < size; k++)
                printf(" %02X", answer[k]);
            printf("\n");
        }
        /* who was not answered leaves the line alone for a while, as a master does after its time-out */
        if (*ROW[i].answer == '\0')
            drain(n, 2 * QUIET_MS);
    }
    claim(n, bad == 0, "%u of %u rows of the conformance table", rows - bad, rows);
}
