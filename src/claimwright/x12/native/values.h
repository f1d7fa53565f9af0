/* Whether the text of a value surely has the form of its type. Each is as strict as elements.py, or stricter. */
#ifndef CLAIMWRIGHT_VALUES_H
#define CLAIMWRIGHT_VALUES_H

#include <stdint.h>

#include "bytes.h"

#define CW_DATE_LENGTH 8
#define CW_FORM_D8 (UINT64_C(2) << 56 | '8' << 8 | 'D')
#define CW_FORM_TM (UINT64_C(2) << 56 | 'M' << 8 | 'T')
#define CW_FORM_RD8 (UINT64_C(3) << 56 | '8' << 16 | 'D' << 8 | 'R')

static inline int within(uint32_t length, int32_t min, int32_t max)
{
    return length >= (uint32_t)min && length <= (uint32_t)max;
}

static inline int are_digits(const uint8_t *text, uint32_t length)
{
    unsigned is_right = 1;
    for (uint32_t at = 0; at < length; at++)
        is_right &= (unsigned)is_digit(text[at]);
    return (int)is_right;
}

/* `-` and digits; the sign does not count. */
static inline int is_whole_number(const uint8_t *text, uint32_t length, int32_t min, int32_t max)
{
    uint32_t sign = text[0] == '-';
    return within(length - sign, min, max) && length > sign && are_digits(text + sign, length - sign);
}

/* `-`, digits and at most one point; only the digits count. */
static inline int is_decimal(const uint8_t *text, uint32_t length, int32_t min, int32_t max)
{
    uint32_t digits = 0, points = 0, sign = text[0] == '-';
    for (uint32_t at = sign; at < length; at++) {
        digits += (uint32_t)is_digit(text[at]);
        points += text[at] == '.';
    }
    return digits + points + sign == length && points <= 1 && digits > 0 && within(digits, min, max);
}

static inline unsigned two_digits(const uint8_t *text)
{
    return (unsigned)(text[0] - '0') * 10u + (unsigned)(text[1] - '0');
}

static inline int is_leap_year(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* CCYYMMDD on the calendar. */
static inline int is_date(const uint8_t *text, uint32_t length)
{
    static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (length != CW_DATE_LENGTH || !are_digits(text, CW_DATE_LENGTH))
        return 0;
    unsigned year = two_digits(text) * 100 + two_digits(text + 2);
    unsigned month = two_digits(text + 4), day = two_digits(text + 6);
    if (year == 0 || month < 1 || month > 12 || day < 1)
        return 0;
    return day <= days[month] || (month == 2 && day == 29 && is_leap_year(year));
}

/* HHMM or HHMMSS on the clock; longer ones are for Python. */
static inline int is_time(const uint8_t *text, uint32_t length)
{
    if ((length != 4 && length != 6) || !are_digits(text, length))
        return 0;
    return two_digits(text) < 24 && two_digits(text + 2) < 60 && (length == 4 || two_digits(text + 4) < 60);
}

/* A date period in the form that the element before it names. */
static inline int is_period(const uint8_t *text, uint32_t length, uint64_t form)
{
    if (form == CW_FORM_D8)
        return is_date(text, length);
    if (form == CW_FORM_RD8)
        return length == 2 * CW_DATE_LENGTH + 1 && text[CW_DATE_LENGTH] == '-' && is_date(text, CW_DATE_LENGTH) &&
               is_date(text + CW_DATE_LENGTH + 1, CW_DATE_LENGTH);
    return form == CW_FORM_TM && is_time(text, length);
}

/* Of allowed length, neither begun nor ended by a blank; control characters are looked for elsewhere (marks.h). */
static inline int is_text(const uint8_t *text, uint32_t length, int32_t min, int32_t max)
{
    return within(length, min, max) && text[0] != ' ' && text[length - 1] != ' ';
}

#endif
