#include "elements.h"

#include <string.h>

#include "bytes.h"
#include "values.h"

static int is_code(const cw_guide *guide, const cw_element *rule, uint64_t key)
{
    const uint64_t *slots = guide->codes + rule->code;
    const uint32_t mask = (uint32_t)rule->code_count - 1;
    for (uint32_t at = hash_key(key) & mask; slots[at] != 0; at = (at + 1) & mask) {
        if (slots[at] == key)
            return 1;
    }
    return 0;
}

static int is_long_code(const cw_guide *guide, const cw_element *rule, const uint8_t *value, uint32_t length)
{
    const cw_long_code *codes = guide->long_codes + rule->code;
    for (int32_t at = 0; at < rule->code_count; at++) {
        if ((uint32_t)codes[at].length == length && !memcmp(guide->long_code_text + codes[at].offset, value, length))
            return 1;
    }
    return 0;
}

/* A value that is there, `before` being the end of the token before it and `begin` that one's begin. */
static int is_value(const cw_guide *guide, const cw_element *rule, const cw_text *text, uint32_t begin, uint32_t end,
                    uint32_t begin_before)
{
    const uint8_t *value = text->bytes + begin;
    const uint32_t length = end - begin;
    switch (rule->kind) {
    case CW_TEXT:
        return is_text(value, length, rule->min, rule->max);
    case CW_CODES:
        return is_code(guide, rule, pack_key(value, length, text->limit));
    case CW_LONG_CODES:
        return is_long_code(guide, rule, value, length);
    case CW_WHOLE:
        return is_whole_number(value, length, rule->min, rule->max);
    case CW_DECIMAL:
        return is_decimal(value, length, rule->min, rule->max);
    case CW_DATE:
        return is_date(value, length);
    case CW_TIME:
        return is_time(value, length);
    case CW_PERIOD:
        return is_period(value, length, pack_key(text->bytes + begin_before, begin - 1 - begin_before, text->limit));
    default:
        return 0;
    }
}

/* The components of one element, from the token that `*end` ends on; leaves `*end` at the element's last token. */
static int is_composite(const cw_guide *guide, const cw_element *rule, const cw_text *text, uint32_t begin,
                        const uint32_t **end)
{
    const cw_element *part = guide->elements + rule->part, *last = part + rule->part_count;
    uint32_t before = begin;
    for (;; part++) {
        if (part == last)
            return 0;
        const uint32_t stop = **end;
        if (begin == stop ? part->usage == CW_REQUIRED
                          : part->usage == CW_NOT_USED || !is_value(guide, part, text, begin, stop, before))
            return 0;
        if (text->bytes[stop] != text->delimiters->component)
            break;
        before = begin;
        begin = stop + 1;
        ++*end;
    }
    for (part++; part < last; part++) {
        if (part->usage == CW_REQUIRED)
            return 0;
    }
    return 1;
}

static int is_note_kept(const cw_note *note, uint32_t given)
{
    const uint32_t found = given & (uint32_t)note->all, first = given & (uint32_t)note->first;
    switch (note->kind) {
    case CW_PAIRED:
        return found == 0 || found == (uint32_t)note->all;
    case CW_REQUIRES_ONE:
        return found != 0;
    case CW_EXCLUSIVE:
        return (found & (found - 1)) == 0;
    case CW_CONDITIONAL:
        return first == 0 || found == (uint32_t)note->all;
    case CW_LIST_CONDITIONAL:
        return first == 0 || found != first;
    default:
        return 0;
    }
}

static int are_notes_kept(const cw_guide *guide, const cw_rule *rule, uint32_t given)
{
    const cw_note *note = guide->notes + rule->note, *last = note + rule->note_count;
    for (; note < last; note++) {
        if (!is_note_kept(note, given))
            return 0;
    }
    return 1;
}

int cw_elements_are_right(const cw_guide *guide, const cw_rule *rule, const cw_text *text, const uint32_t *name_end,
                          int32_t proven)
{
    const cw_element *element = guide->elements + rule->element;
    const uint8_t terminator = text->delimiters->terminator, component = text->delimiters->component;
    const uint32_t *end = name_end;
    uint32_t given = 0, begin_before = 0;
    int32_t number = 0;
    while (text->bytes[*end] != terminator) {
        if (number == rule->element_count)
            return 0;
        const uint32_t begin = *end++ + 1;
        number++;
        if (begin == *end && text->bytes[*end] != component) {
            if (element->usage == CW_REQUIRED || text->bytes[*end] == terminator)
                return 0;
        } else if (element->usage == CW_NOT_USED) {
            return 0;
        } else if (element->kind == CW_COMPOSITE) {
            if (!is_composite(guide, element, text, begin, &end))
                return 0;
            given |= UINT32_C(1) << (number - 1);
        } else {
            if (text->bytes[*end] == component)
                return 0;
            if (number != proven && !is_value(guide, element, text, begin, *end, begin_before))
                return 0;
            given |= UINT32_C(1) << (number - 1);
        }
        begin_before = begin;
        element++;
    }
    return number >= rule->least && (rule->note_count == 0 || are_notes_kept(guide, rule, given));
}
