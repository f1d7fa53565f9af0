/* Whether the text of a value surely has the form of its type. Each is as strict as elements.py, or stricter.
 *
 * Values are looked at eight bytes at a time, so longer numbers than that are rare ones, for the slower way.
 */
#ifndef CLAIMWRIGHT_VALUES_H
#define CLAIMWRIGHT_VALUES_H

#include <stdint.h>

#include "bytes.h"

#define CW_WORD_SIZE 8u
#define CW_DATE_LENGTH 8u
#define CW_FORM_D8 (UINT64_C(2) << 56 | '8' << 8 | 'D')
#define CW_FORM_TM (UINT64_C(2) << 56 | 'M' << 8 | 'T')
#define CW_FORM_RD8 (UINT64_C(3) << 56 | '8' << 16 | 'D' << 8 | 'R')

static inline int within(uint32_t length, int32_t min, int32_t max)
{
    return length - (uint32_t)min <= (uint32_t)max - (uint32_t)min;
}

static inline int are_digits(const uint8_t *text, uint32_t length, const uint8_t *limit)
{
    for (; length > CW_WORD_SIZE; text += CW_WORD_SIZE, length -= CW_WORD_SIZE) {
        if (find_no_digits(load_little_endian(text), CW_WORD_SIZE))
            return 0;
    }
    return length > 0 && !find_no_digits(load_short(text, length, limit), length);
}

/* `-` and digits; the sign does not count. */
static inline int is_whole_number(const uint8_t *text, uint32_t length, int32_t min, int32_t max, const uint8_t *limit)
{
    const uint32_t sign = text[0] == '-';
    return within(length - sign, min, max) && are_digits(text + sign, length - sign, limit);
}

/* `-`, digits and at most one point, in any number of bytes. */
static int is_long_decimal(const uint8_t *text, uint32_t length, int32_t min, int32_t max, const uint8_t *limit)
{
    uint32_t points = 0;
    if (text[0] == '-') {
        text++;
        length--;
    }
    for (uint32_t done = 0; done < length; done += CW_WORD_SIZE) {
        const uint32_t size = length - done < CW_WORD_SIZE ? length - done : CW_WORD_SIZE;
        const uint64_t others = find_no_digits(load_short(text + done, size, limit), size);
        if (others == 0)
            continue;
        if ((others & (others - 1)) != 0 || text[done + (uint32_t)__builtin_ctzll(others) / 8] != '.')
            return 0;
        points++;
    }
    return points <= 1 && length > points && within(length - points, min, max);
}

/* The same; only the digits count. Up to eight bytes need no decision, because amounts cannot be foreseen. */
static inline int is_decimal(const uint8_t *text, uint32_t length, int32_t min, int32_t max, const uint8_t *limit)
{
    if (length > CW_WORD_SIZE)
        return is_long_decimal(text, length, min, max, limit);
    const uint64_t word = load_short(text, length, limit), others = find_no_digits(word, length);
    const uint64_t sign = (others & 0x80) & (UINT64_C(0) - ((word & 0xff) == '-')), point = others & ~sign;
    const uint64_t mark = word >> (((uint32_t)__builtin_ctzll(point | TOPMOST) / 8) * 8) & 0xff;
    const uint32_t digits = length - (sign != 0) - (point != 0);
    return ((point & (point - 1)) == 0) & ((point == 0) | (mark == '.')) & (digits != 0) & within(digits, min, max);
}

static inline int is_leap_year(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline unsigned two_digits(uint64_t digits)
{
    return (unsigned)(digits & 0xf) * 10 + (unsigned)(digits >> 8 & 0xf);
}

/* CCYYMMDD on the calendar. */
static inline int is_date(const uint8_t *text, uint32_t length, const uint8_t *limit)
{
    static const uint8_t days[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (length != CW_DATE_LENGTH)
        return 0;
    const uint64_t word = load_short(text, CW_DATE_LENGTH, limit);
    if (find_no_digits(word, CW_DATE_LENGTH))
        return 0;
    const unsigned month = two_digits(word >> 32), day = two_digits(word >> 48);
    const unsigned year = two_digits(word) * 100 + two_digits(word >> 16);
    if (year == 0 || month > 12 || day == 0)
        return 0;
    return day <= days[month] || (month == 2 && day == 29 && is_leap_year(year));
}

/* HHMM or HHMMSS on the clock; longer ones are for Python. */
static inline int is_time(const uint8_t *text, uint32_t length, const uint8_t *limit)
{
    if (length != 4 && length != 6)
        return 0;
    const uint64_t word = load_short(text, length, limit);
    return !find_no_digits(word, length) && two_digits(word) < 24 && two_digits(word >> 16) < 60 &&
           (length == 4 || two_digits(word >> 32) < 60);
}

/* A date period in the form that the element before it names. */
static inline int is_period(const uint8_t *text, uint32_t length, uint64_t form, const uint8_t *limit)
{
    if (form == CW_FORM_D8)
        return is_date(text, length, limit);
    if (form == CW_FORM_RD8)
        return length == 2 * CW_DATE_LENGTH + 1 && text[CW_DATE_LENGTH] == '-' && is_date(text, CW_DATE_LENGTH, limit) &&
               is_date(text + CW_DATE_LENGTH + 1, CW_DATE_LENGTH, limit);
    return form == CW_FORM_TM && is_time(text, length, limit);
}

/* Of allowed length, neither begun nor ended by a blank; control characters are looked for elsewhere (marks.h). */
static inline int is_text(const uint8_t *text, uint32_t length, int32_t min, int32_t max)
{
    return within(length, min, max) && text[0] != ' ' && text[length - 1] != ' ';
}

#endif
