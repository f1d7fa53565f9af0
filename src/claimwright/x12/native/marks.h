/* The marks of a block of bytes: where its delimiters stand, and which bytes no element may simply hold. */
#ifndef CLAIMWRIGHT_MARKS_H
#define CLAIMWRIGHT_MARKS_H

#include <stdint.h>

#include "core.h"

/* Small enough that block and index stay in the first-level cache. */
#define CW_BLOCK 4096u
#define CW_WORD 64u
#define CW_BATCH 8u /* ends are written so many at once, wanted or not */

typedef struct {
    uint32_t count;
    int has_odd;
    uint32_t ends[CW_BLOCK + CW_BATCH];    /* offsets of the delimiters in the block */
    uint64_t odd[CW_BLOCK / CW_WORD + 2]; /* a bit for each control, non-ASCII or repetition character */
} cw_marks;

/* Index the first `size` bytes (at most CW_BLOCK) of `block`. */
void cw_mark_block(cw_marks *marks, const uint8_t *block, uint32_t size, const cw_delimiters *delimiters);

/* Whether an odd byte stands in [begin, end) of the block. */
static inline int cw_has_odd(const cw_marks *marks, uint32_t begin, uint32_t end)
{
    if (!marks->has_odd || begin >= end)
        return 0;
    uint32_t first = begin / CW_WORD, last = (end - 1) / CW_WORD;
    uint64_t from = UINT64_MAX << (begin % CW_WORD);
    uint64_t to = UINT64_MAX >> (CW_WORD - 1 - (end - 1) % CW_WORD);
    if (first == last)
        return (marks->odd[first] & from & to) != 0;
    uint64_t found = (marks->odd[first] & from) | (marks->odd[last] & to);
    for (uint32_t word = first + 1; word < last; word++)
        found |= marks->odd[word];
    return found != 0;
}

#endif
