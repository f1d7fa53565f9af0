/* The shapes of outside codes and identifiers that rules look up, as rules/shapes.py and rules/identifiers.py do. */
#include "bytes.h"
#include "core.h"
#include "values.h"

#define NPI_LENGTH 10
#define NPI_ISSUER_SUM 24 /* what the prefix 80840 adds to the Luhn sum */
#define ROUTING_NUMBER_LENGTH 9

/* A value of the segment at hand; length 0: it is absent. Nothing is read at or after `limit`. */
typedef struct {
    const uint8_t *at;
    uint32_t length;
} text_view;

static int is_npi(text_view text, const uint8_t *limit)
{
    if (text.length != NPI_LENGTH || (text.at[0] != '1' && text.at[0] != '2') || !are_digits(text.at, NPI_LENGTH, limit))
        return 0;
    unsigned sum = NPI_ISSUER_SUM;
    for (unsigned at = 0; at < NPI_LENGTH; at += 2) {
        const unsigned doubled = 2u * (text.at[at] - '0');
        sum += doubled > 9 ? doubled - 9 : doubled;
        sum += (unsigned)text.at[at + 1] - '0';
    }
    return sum % 10 == 0;
}

static int is_routing_number(text_view text, const uint8_t *limit)
{
    static const unsigned weights[3] = {3, 7, 1};
    if (text.length != ROUTING_NUMBER_LENGTH || !are_digits(text.at, ROUTING_NUMBER_LENGTH, limit))
        return 0;
    unsigned sum = 0;
    for (unsigned at = 0; at < ROUTING_NUMBER_LENGTH; at++)
        sum += weights[at % 3] * (unsigned)(text.at[at] - '0');
    return sum % 10 == 0;
}

static int is_capital(uint8_t byte)
{
    return (unsigned)byte - 'A' < 26u;
}

/* `d` is a digit, `l` a capital letter, `c` either; any other character is itself. */
static int fits_mask(text_view text, const char *mask)
{
    for (uint32_t at = 0; at < text.length; at++) {
        const uint8_t byte = text.at[at];
        switch (mask[at]) {
        case 'd':
            if (!is_digit(byte))
                return 0;
            break;
        case 'l':
            if (!is_capital(byte))
                return 0;
            break;
        case 'c':
            if (!is_digit(byte) && !is_capital(byte))
                return 0;
            break;
        default:
            if (byte != (uint8_t)mask[at])
                return 0;
        }
    }
    return 1;
}

static int is_masked(const cw_guide *guide, const cw_test *test, text_view text)
{
    const cw_span *mask = guide->masks + test->code, *last = mask + test->code_count;
    for (; mask < last; mask++) {
        if ((uint32_t)mask->length == text.length && fits_mask(text, guide->texts + mask->offset))
            return 1;
    }
    return 0;
}

static int is_listed_long(const cw_guide *guide, const cw_test *test, text_view text)
{
    const cw_span *slots = guide->listed + test->code;
    const uint32_t mask = (uint32_t)test->code_count - 1;
    for (uint32_t at = hash_text(text.at, text.length) & mask; slots[at].length != 0; at = (at + 1) & mask) {
        if ((uint32_t)slots[at].length == text.length && !memcmp(guide->texts + slots[at].offset, text.at, text.length))
            return 1;
    }
    return 0;
}

/* No address of a post office box, as surely as its first letter says. */
static int is_surely_a_street(text_view text)
{
    return text.at[0] != 'P' && text.at[0] != 'L';
}

enum { NEGATIVE = -1, ZERO, POSITIVE, NO_NUMBER };

static int sign_of(text_view text, const uint8_t *limit)
{
    if (!is_decimal(text.at, text.length, 1, INT32_MAX, limit))
        return NO_NUMBER;
    for (uint32_t at = 0; at < text.length; at++) {
        if (text.at[at] >= '1' && text.at[at] <= '9')
            return text.at[0] == '-' ? NEGATIVE : POSITIVE;
    }
    return ZERO;
}

/* A range of days does not end before it begins; a value without a hyphen is no range. */
static int is_ordered(text_view text)
{
    const uint8_t *hyphen = memchr(text.at, '-', text.length);
    if (hyphen == NULL)
        return 1;
    const uint32_t before = (uint32_t)(hyphen - text.at), after = text.length - before - 1;
    return before != after || memcmp(text.at, hyphen + 1, before) <= 0;
}

/* 1 and 0 as the shape has it, -1 when Python must say. */
static int has_shape(const cw_guide *guide, const cw_test *test, text_view text, const uint8_t *limit)
{
    int sign;
    switch (test->shape) {
    case CW_LISTED:
        return is_listed(guide, test->code, test->code_count, pack_key(text.at, text.length, limit));
    case CW_MASKED:
        return is_masked(guide, test, text);
    case CW_NPI:
        return is_npi(text, limit);
    case CW_ROUTING_NUMBER:
        return is_routing_number(text, limit);
    case CW_POSITIVE:
        sign = sign_of(text, limit);
        return sign == NO_NUMBER ? -1 : sign == POSITIVE;
    case CW_NOT_NEGATIVE:
        sign = sign_of(text, limit);
        return sign == NO_NUMBER ? -1 : sign != NEGATIVE;
    case CW_NOT_ZERO:
        sign = sign_of(text, limit);
        return sign == NO_NUMBER ? -1 : sign != ZERO;
    case CW_ZERO:
        sign = sign_of(text, limit);
        return sign == NO_NUMBER ? -1 : sign == ZERO;
    case CW_ORDERED_PERIOD:
        return is_ordered(text);
    case CW_LISTED_LONG:
        return is_listed_long(guide, test, text);
    case CW_STREET:
        return is_surely_a_street(text) ? 1 : -1;
    default:
        return -1;
    }
}
