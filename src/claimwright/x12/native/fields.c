/* The segment at hand as fields, and the classes of their texts. */
#include "bytes.h"
#include "core.h"
#include "numbers.h"

#define MOST_FIELDS 33 /* the name, and as many elements as a guide's tables may have */

/* The fields of the segment, the name first, as many as the rules of its position look at. Element n begins after
 * ends[firsts[n] - 1], its first component ends at ends[firsts[n]], its last one at ends[firsts[n + 1] - 1]. */
typedef struct {
    const uint8_t *bytes, *limit;
    const uint32_t *ends; /* of the segment's tokens, the name first */
    int32_t count;
    const uint16_t *firsts;
    uint16_t own_firsts[MOST_FIELDS + 1];
    uint32_t signs[MOST_FIELDS]; /* bits of each element */
} field_list;

/* Find the first `most` fields of a segment that ends at `last` and has so many elements; `list` knows its bytes and
 * ends. */
static inline void find_fields(field_list *list, const uint32_t *last, int32_t elements, int32_t most, uint8_t component)
{
    static const uint16_t whole[MOST_FIELDS + 1] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33,
    };
    const uint32_t count = (uint32_t)(last - list->ends);
    if (count == (uint32_t)elements) { /* None has components. */
        list->firsts = whole;
        list->count = elements < most ? elements + 1 : most;
        return;
    }
    int32_t field = 1;
    list->own_firsts[1] = 1;
    for (uint32_t at = 1; at <= count && field < most; at++) {
        list->own_firsts[field + 1] = (uint16_t)(at + 1);
        field += list->bytes[list->ends[at]] != component;
    }
    list->firsts = list->own_firsts;
    list->count = field;
}

/* An element (`component` 0) that the segment has, or a component of it; NULL when there are not so many. */
static inline text_view part_of(const field_list *list, int32_t element, int32_t component)
{
    const uint32_t first = list->firsts[element], after = list->firsts[element + 1];
    const uint32_t begin = component == 0 ? first : first + (uint32_t)component - 1;
    const uint32_t end = component == 0 ? after - 1 : begin;
    if (begin >= after)
        return (text_view){NULL, 0};
    const uint32_t at = list->ends[begin - 1] + 1;
    return (text_view){list->bytes + at, list->ends[end] - at};
}

/* The class of a text. Those that have one and others are found alike, because they cannot be foreseen. */
static inline const cw_class *class_of(const cw_guide *guide, const cw_step *step, text_view text, const uint8_t *limit)
{
    const uint64_t key = pack_key(text.at, text.length, limit);
    const cw_class *slots = guide->classes + step->classes;
    const uint32_t mask = (uint32_t)step->class_count - 1;
    uint32_t at = hash_key(key) & mask;
    while ((slots[at].key != key) & (slots[at].key != 0))
        at = (at + 1) & mask;
    return slots + at;
}
