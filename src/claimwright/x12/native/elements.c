/* Whether the elements of a segment are surely right by the rule of its position. */
#include "core.h"

#include <string.h>

#include "bytes.h"
#include "values.h"

/* The text that a segment stands in: every token ends at a delimiter, the next one begins after it. */
typedef struct {
    const uint8_t *bytes;
    const uint8_t *limit; /* nothing is read at or after it */
    const cw_delimiters *delimiters;
} cw_text;

/* Whether a key is in the hash table of `count` slots that begins at `first`. */
static inline int is_listed(const cw_guide *guide, int32_t first, int32_t count, uint64_t key)
{
    const uint64_t *slots = guide->codes + first;
    const uint32_t mask = (uint32_t)count - 1;
    for (uint32_t at = hash_key(key) & mask; slots[at] != 0; at = (at + 1) & mask) {
        if (slots[at] == key)
            return 1;
    }
    return 0;
}

static int is_long_code(const cw_guide *guide, const cw_element *rule, const uint8_t *value, uint32_t length)
{
    const cw_span *codes = guide->long_codes + rule->code;
    for (int32_t at = 0; at < rule->code_count; at++) {
        if ((uint32_t)codes[at].length == length && !memcmp(guide->texts + codes[at].offset, value, length))
            return 1;
    }
    return 0;
}

/* A value that is there; the token before it begins at `begin_before`, where a period's form stands. */
static ALWAYS_INLINE int is_value(const cw_guide *guide, const cw_element *rule, const uint8_t *bytes, const uint8_t *limit,
                           uint32_t begin, uint32_t end, uint32_t begin_before)
{
    const uint8_t *value = bytes + begin;
    const uint32_t length = end - begin;
    switch (rule->kind) {
    case CW_TEXT:
        return is_text(value, length, rule->min, rule->max);
    case CW_CODES:
        return is_listed(guide, rule->code, rule->code_count, pack_key(value, length, limit));
    case CW_LONG_CODES:
        return is_long_code(guide, rule, value, length);
    case CW_WHOLE:
        return is_whole_number(value, length, rule->min, rule->max, limit);
    case CW_DECIMAL:
        return is_decimal(value, length, rule->min, rule->max, limit);
    case CW_DATE:
        return is_date(value, length, limit);
    case CW_TIME:
        return is_time(value, length, limit);
    case CW_PERIOD:
        return is_period(value, length, pack_key(bytes + begin_before, begin - 1 - begin_before, limit), limit);
    default:
        return 0;
    }
}

/* The components of one element, from the token that `end` is the end of. Gives the end of the element's last token, or
 * NULL when there is a doubt. */
static const uint32_t *prove_composite(const cw_guide *guide, const cw_element *rule, const cw_text *text,
                                       uint32_t begin, const uint32_t *end)
{
    const cw_element *part = guide->elements + rule->part, *last = part + rule->part_count;
    uint32_t before = begin;
    for (; part < last; part++) {
        const uint32_t stop = *end;
        if (begin == stop) {
            if (part->usage == CW_REQUIRED)
                return NULL;
        } else if (part->usage == CW_NOT_USED ||
                   !is_value(guide, part, text->bytes, text->limit, begin, stop, before)) {
            return NULL;
        }
        if (text->bytes[stop] != text->delimiters->component)
            break;
        before = begin;
        begin = stop + 1;
        end++;
    }
    if (part == last)
        return NULL; /* More components than the guide names. */
    for (part++; part < last; part++) {
        if (part->usage == CW_REQUIRED)
            return NULL;
    }
    return end;
}

static inline int is_note_kept(const cw_note *note, uint32_t given)
{
    const uint32_t found = given & (uint32_t)note->all, first = given & (uint32_t)note->first;
    if (note->kind == CW_NEEDS_ALL)
        return first == 0 || found == (uint32_t)note->all;
    if (note->kind == CW_NEEDS_ANOTHER)
        return first == 0 || found != first;
    return note->kind == CW_AT_LEAST_ONE ? found != 0 : (found & (found - 1)) == 0;
}

static inline int are_notes_kept(const cw_guide *guide, const cw_rule *rule, uint32_t given)
{
    const cw_note *note = guide->notes + rule->note, *last = note + rule->note_count;
    for (; note < last; note++) {
        if (!is_note_kept(note, given))
            return 0;
    }
    return 1;
}

/* `name_end` is the end of the segment's name among the ends of its tokens; `proven` is the bit of an element whose
 * value is known to be one of its codes (0: none). The segment holds no odd byte (marks.c). Gives the end of the last
 * token, which is the segment's terminator, or NULL when there is a doubt; counts
 * the elements. */
static ALWAYS_INLINE const uint32_t *prove_elements(const cw_guide *guide, const cw_rule *rule, const cw_text *text,
                                                      const uint32_t *name_end, uint32_t proven, int32_t *elements)
{
    const uint8_t *const bytes = text->bytes, *const limit = text->limit;
    const uint8_t terminator = text->delimiters->terminator, component = text->delimiters->component;
    const cw_element *element = guide->elements + rule->element, *const last = element + rule->element_count;
    const uint32_t *end = name_end;
    uint32_t begin = *end + 1, begin_before = 0, given = 0, bit = 1;
    uint8_t mark = bytes[*end];
    for (; mark != terminator; element++, bit <<= 1) {
        if (element == last)
            return NULL;
        const uint32_t stop = *++end;
        mark = bytes[stop];
        if (begin == stop && mark != component) {
            if (element->usage == CW_REQUIRED)
                return NULL;
        } else {
            given |= bit;
            if (element->usage == CW_NOT_USED) {
                return NULL;
            } else if (element->kind == CW_COMPOSITE) {
                end = prove_composite(guide, element, text, begin, end);
                if (end == NULL)
                    return NULL;
                mark = bytes[*end];
            } else if (mark == component ||
                       (bit != proven && !is_value(guide, element, bytes, limit, begin, stop, begin_before))) {
                return NULL;
            }
        }
        begin_before = begin;
        begin = *end + 1;
    }
    const int ends_empty = bit > 1 && (given & bit >> 1) == 0;
    if (ends_empty || bit <= (uint32_t)rule->least || !are_notes_kept(guide, rule, given))
        return NULL;
    *elements = __builtin_ctz(bit);
    return end;
}
