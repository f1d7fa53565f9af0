/* Numbers from their digits: amounts in cents, days, counts. Eight digits at a time, without a decision for each. */
#ifndef CLAIMWRIGHT_NUMBERS_H
#define CLAIMWRIGHT_NUMBERS_H

#include <stdint.h>

#include "bytes.h"
#include "core.h"

#define LONGEST_NUMBER 18
#define LONGEST_DOLLARS 13
#define CENTS_DECIMALS 2

/* A value of the segment at hand; length 0: it is absent. */
typedef struct {
    const uint8_t *at;
    uint32_t length;
} text_view;

/* The number that eight digits make, the first one lowest; bytes of 0 count as the digit. */
static inline int64_t number_of_digits(uint64_t word)
{
    word &= CW_BYTES(0x0f);
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (int64_t)((word * 10000 + (word >> 32)) & UINT64_C(0xffffffff));
}

/* Move the `length` (1 to 8) lowest bytes to the top, so that they are the last digits of eight. */
static inline uint64_t align_digits(uint64_t word, uint32_t length)
{
    return word << (64 - 8 * length);
}

/* A whole number of at most 18 digits; CW_ABSENT for any other text. */
static inline int64_t read_number(text_view text, const uint8_t *limit)
{
    if (text.length - 1 >= LONGEST_NUMBER)
        return CW_ABSENT;
    if (text.length <= sizeof(uint64_t)) {
        const uint64_t word = load_short(text.at, text.length, limit);
        return find_no_digits(word, text.length) ? CW_ABSENT : number_of_digits(align_digits(word, text.length));
    }
    int64_t value = 0;
    for (uint32_t at = 0; at < text.length; at++) {
        if (!is_digit(text.at[at]))
            return CW_ABSENT;
        value = 10 * value + (text.at[at] - '0');
    }
    return value;
}

/* The cents of an amount of any length in the usual form; CW_ABSENT for any other. */
static int64_t read_long_cents(text_view text)
{
    const uint8_t *at = text.at, *end = at + text.length;
    const int is_negative = at < end && *at == '-';
    int64_t value = 0;
    at += is_negative;
    const uint8_t *start = at;
    for (; at < end && is_digit(*at); at++) {
        if (at - start == LONGEST_DOLLARS)
            return CW_ABSENT;
        value = 10 * value + (*at - '0');
    }
    const int64_t whole_digits = at - start;
    int decimals = 0;
    if (at < end && *at == '.') {
        for (at++; at < end && is_digit(*at) && decimals < CENTS_DECIMALS; at++, decimals++)
            value = 10 * value + (*at - '0');
    }
    if (at != end || whole_digits + decimals == 0)
        return CW_ABSENT;
    for (; decimals < CENTS_DECIMALS; decimals++)
        value *= 10;
    if (value >= CW_LARGEST_AMOUNT)
        return CW_ABSENT;
    return is_negative ? -value : value;
}

/* Shifts by bytes, of which all eight may go. */
static inline uint64_t up_by(uint64_t word, uint32_t bytes)
{
    return word << (4 * bytes) << (4 * bytes);
}

static inline uint64_t down_by(uint64_t word, uint32_t bytes)
{
    return word >> (4 * bytes) >> (4 * bytes);
}

/* The same. Amounts cannot be foreseen, so those of up to eight bytes need no decision on their form: the sign is
 * shifted out, the point taken out from among the digits. */
static inline int64_t read_cents(text_view text, const uint8_t *limit)
{
    static const int64_t scales[CENTS_DECIMALS + 1] = {100, 10, 1};
    if (text.length - 1 >= sizeof(uint64_t))
        return read_long_cents(text);
    uint64_t word = load_short(text.at, text.length, limit);
    const uint32_t is_negative = (word & 0xff) == '-', length = text.length - is_negative;
    word >>= 8 * is_negative;
    if (length == 0)
        return CW_ABSENT;
    const uint64_t others = find_no_digits(word, length);
    const uint32_t has_point = others != 0, at = (uint32_t)__builtin_ctzll(others | TOPMOST) / 8;
    const uint32_t point = at ^ ((at ^ length) & (has_point - 1)); /* `length` when there is none */
    const uint32_t decimals = length - point - has_point, digits = length - has_point;
    const uint32_t is_other = has_point & (((down_by(word, point) & 0xff) != '.') | ((others & (others - 1)) != 0));
    if (is_other | (digits == 0) | (decimals > CENTS_DECIMALS))
        return CW_ABSENT;
    const uint64_t whole = word & ~up_by(UINT64_MAX, point);
    const uint64_t all = whole | up_by(down_by(word, point) >> 8, point);
    const int64_t cents = number_of_digits(align_digits(all, digits)) * scales[decimals];
    return (cents ^ -(int64_t)is_negative) + is_negative;
}

#endif
