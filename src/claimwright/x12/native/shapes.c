/* The shapes of outside codes and identifiers that rules look up, as rules/shapes.py and rules/identifiers.py do. */
#include "bytes.h"
#include "core.h"
#include "numbers.h"
#include "values.h"

#define NPI_LENGTH 10
#define NPI_ISSUER_SUM 24 /* what the prefix 80840 adds to the Luhn sum */
#define ROUTING_NUMBER_LENGTH 9

static inline unsigned digit_at(text_view text, unsigned at)
{
    return (unsigned)text.at[at] - '0';
}

static int is_npi(text_view text, const uint8_t *limit)
{
    static const uint8_t doubled[10] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9}; /* and the two digits of that added */
    if (text.length != NPI_LENGTH || (text.at[0] != '1' && text.at[0] != '2') || !are_digits(text.at, NPI_LENGTH, limit))
        return 0;
    unsigned sum = NPI_ISSUER_SUM;
    for (unsigned at = 0; at < NPI_LENGTH; at += 2)
        sum += doubled[digit_at(text, at)] + digit_at(text, at + 1);
    return sum % 10 == 0;
}

static int is_routing_number(text_view text, const uint8_t *limit)
{
    static const unsigned weights[3] = {3, 7, 1};
    if (text.length != ROUTING_NUMBER_LENGTH || !are_digits(text.at, ROUTING_NUMBER_LENGTH, limit))
        return 0;
    unsigned sum = 0;
    for (unsigned at = 0; at < ROUTING_NUMBER_LENGTH; at++)
        sum += weights[at % 3] * digit_at(text, at);
    return sum % 10 == 0;
}

/* The topmost bit of each byte that is a capital letter; the others are below 0x80. */
static inline uint64_t find_capitals(uint64_t word)
{
    return (word + CW_BYTES(0x80 - 'A')) & ~(word + CW_BYTES(0x80 - 'Z' - 1)) & CW_BYTES(0x80);
}

/* Up to eight bytes (below 0x80) of a text and of a mask. */
static inline int fits_word(const cw_mask_word *mask, uint64_t word, uint64_t digits, uint64_t capitals)
{
    const uint64_t fitting = (digits & mask->digits) | (capitals & mask->letters);
    return fitting == (mask->digits | mask->letters) && ((word ^ mask->exact) & mask->exact_mask) == 0;
}

/* One of some masks. A longer text than any of them is cut, and fits none. */
static int is_masked(const cw_guide *guide, const cw_step *step, text_view text, const uint8_t *limit)
{
    uint64_t words[CW_MASK_WORDS] = {0}, digits[CW_MASK_WORDS] = {0}, capitals[CW_MASK_WORDS] = {0};
    for (uint32_t at = 0; at < CW_MASK_WORDS && at * CW_WORD_SIZE < text.length; at++) {
        const uint32_t left = text.length - at * CW_WORD_SIZE, length = left < CW_WORD_SIZE ? left : CW_WORD_SIZE;
        words[at] = load_short(text.at + at * CW_WORD_SIZE, length, limit);
        digits[at] = find_no_digits(words[at], CW_WORD_SIZE) ^ CW_BYTES(0x80);
        capitals[at] = find_capitals(words[at]);
    }
    const cw_mask *mask = guide->masks + step->first, *last = mask + step->count;
    for (; mask < last; mask++) {
        if (mask->length == text.length && fits_word(mask->words, words[0], digits[0], capitals[0]) &&
            fits_word(mask->words + 1, words[1], digits[1], capitals[1]))
            return 1;
    }
    return 0;
}

static int is_listed_long(const cw_guide *guide, const cw_step *step, text_view text)
{
    const cw_span *slots = guide->listed + step->first;
    const uint32_t mask = (uint32_t)step->count - 1;
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

/* The sign of an amount, or of what has more decimals than one; 0 for what is no number. */
static int sign_of(int64_t cents, text_view text, const uint8_t *limit)
{
    if (cents != CW_ABSENT)
        return cents > 0 ? CW_POSITIVE : cents < 0 ? CW_NEGATIVE : CW_ZERO;
    if (!is_decimal(text.at, text.length, 1, INT32_MAX, limit))
        return 0;
    for (uint32_t at = 0; at < text.length; at++) {
        if (text.at[at] >= '1' && text.at[at] <= '9')
            return text.at[0] == '-' ? CW_NEGATIVE : CW_POSITIVE;
    }
    return CW_ZERO;
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
