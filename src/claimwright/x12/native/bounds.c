/* Where transaction sets begin and end, found at the speed of memory: for those who walk sets ahead, side by side.
 *
 * What x12/bounds.py does in Python, which defines it.
 */
#include <string.h>

#include "bounds.h"
#include "bytes.h"

enum { OTHER, SET_BEGINS, SET_ENDS, CONTROL };

/* What a segment is to the envelope; `end` is its terminator. */
static inline int kind_of(const uint8_t *at, const uint8_t *end, uint8_t element)
{
    static const char longer[][4] = {"ISA", "IEA", "TA1"};
    if (end - at < 2 || (*at != 'S' && *at != 'G' && *at != 'I' && *at != 'T'))
        return OTHER;
    const int is_two = end - at == 2 || at[2] == element;
    if (is_two && at[0] == 'S')
        return at[1] == 'T' ? SET_BEGINS : at[1] == 'E' ? SET_ENDS : OTHER;
    if (is_two && at[0] == 'G')
        return at[1] == 'S' || at[1] == 'E' ? CONTROL : OTHER;
    if (end - at < 3 || (end - at > 3 && at[3] != element))
        return OTHER;
    for (int name = 0; name < 3; name++) {
        if (memcmp(at, longer[name], 3) == 0)
            return CONTROL;
    }
    return OTHER;
}

/* Whether a set may hold binary data, in which segments cannot be told; `end` is the terminator of its ST. */
static int may_be_binary(const uint8_t *at, const uint8_t *end, uint8_t element)
{
    static const char sets[][4] = {"102", "275", "841"};
    if (end - at < 6 || (end - at > 6 && at[6] != element))
        return 0;
    for (int set = 0; set < 3; set++) {
        if (memcmp(at + 3, sets[set], 3) == 0)
            return 1;
    }
    return 0;
}

uint32_t cb_size(int32_t structure)
{
    return structure == 0 ? sizeof(cb_window) : structure == 1 ? sizeof(cb_set) : 0;
}

uint64_t cb_find(cb_window *window, uint8_t element, uint8_t terminator, cb_set *sets, uint64_t room)
{
    const uint8_t *first = window->data + window->begin, *end = window->data + window->end, *at = first;
    uint64_t count = 0, segments = 0;
    int is_open = 0;
    window->is_cut = 0;
    while (count < room && (is_open || (uint64_t)(at - first) < window->wanted)) {
        while (at < end && is_blank(*at))
            at++;
        const uint8_t *stop = at < end ? memchr(at, terminator, (size_t)(end - at)) : NULL;
        if (stop == NULL) {
            window->is_cut = (uint64_t)(end - at) <= window->longest;
            break;
        }
        if ((uint64_t)(stop - at) > window->longest)
            break;
        const int kind = kind_of(at, stop, element);
        if (is_open ? kind == SET_BEGINS || kind == CONTROL : kind != SET_BEGINS || may_be_binary(at, stop, element))
            break;
        const uint64_t begin = (uint64_t)(at - window->data), after = (uint64_t)(stop - window->data) + 1;
        at = stop + 1;
        segments++;
        if (kind == SET_BEGINS) {
            sets[count] = (cb_set){.begin = begin, .body = after};
            segments = 1;
            is_open = 1;
        } else if (kind == SET_ENDS) {
            sets[count].close = begin;
            sets[count].end = after;
            sets[count++].segments = segments;
            is_open = 0;
        }
    }
    return count;
}
