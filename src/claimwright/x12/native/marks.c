/* The marks of a block of bytes: where its delimiters stand, and which bytes no element may simply hold. */
#include <string.h>

#include "bytes.h"
#include "core.h"

/* Small enough that block and index stay in the first-level cache. */
#define BLOCK 4096u
#define WORD 64u
#define BATCH 4u /* ends are written so many at once, wanted or not */

typedef struct {
    uint32_t count;
    int has_odd;
    uint32_t ends[BLOCK + BATCH];    /* offsets of the delimiters in the block */
    uint64_t odd[BLOCK / WORD + 2]; /* a bit for each control, non-ASCII or repetition character */
} cw_marks;

/* Multiplying eight bytes of 0 or 1 by it gathers them in the topmost byte, the first byte lowest. */
#define GATHER UINT64_C(0x0102040810204080)
#define DELETE 0x7f
#define TOPMOST (UINT64_C(1) << 63)

static uint64_t gather_bits(const uint8_t *flags)
{
    uint64_t bits = 0;
    for (unsigned at = 0; at < WORD; at += 8)
        bits |= (load_little_endian(flags + at) * GATHER >> 56) << at;
    return bits;
}

static int is_any_set(const uint8_t *flags)
{
    uint64_t any = 0;
    for (unsigned at = 0; at < WORD; at += 8)
        any |= load_little_endian(flags + at);
    return any != 0;
}

/* Two flags for each of 64 bytes; written so that a compiler makes vector code of it. */
static void classify(const uint8_t *bytes, const cw_delimiters *delimiters, uint8_t *is_end, uint8_t *is_odd)
{
    const uint8_t element = delimiters->element, component = delimiters->component, terminator = delimiters->terminator;
    const uint8_t repetition = delimiters->has_repetition ? delimiters->repetition : DELETE;
    for (unsigned at = 0; at < WORD; at++) {
        const uint8_t byte = bytes[at];
        const uint8_t ends = (byte == element) | (byte == component) | (byte == terminator);
        const uint8_t odd = ((int8_t)byte < ' ') | (byte == DELETE) | (byte == repetition);
        is_end[at] = ends;
        is_odd[at] = odd & (uint8_t)~ends;
    }
}

/* The offsets of the set bits, in batches: a batch needs no decision, and what it writes beyond them is overwritten. */
static uint32_t append_bits(uint32_t *ends, uint32_t count, uint64_t bits, uint32_t base)
{
    while (bits != 0) {
        for (unsigned at = 0; at < BATCH; at++) {
            ends[count] = base + (uint32_t)__builtin_ctzll(bits | TOPMOST);
            count += bits != 0;
            bits &= bits - 1;
        }
    }
    return count;
}

/* Mark the first `size` bytes (at most BLOCK) of `block`. */
static void mark_block(cw_marks *marks, const uint8_t *block, uint32_t size, const cw_delimiters *delimiters)
{
    uint8_t is_end[WORD], is_odd[WORD], tail[WORD];
    uint64_t any_odd = 0;
    uint32_t count = 0;
    for (uint32_t base = 0; base < size; base += WORD) {
        const uint8_t *bytes = block + base;
        uint64_t inside = UINT64_MAX;
        if (size - base < WORD) {
            memset(tail, 0, sizeof tail);
            memcpy(tail, bytes, size - base);
            bytes = tail;
            inside = UINT64_MAX >> (WORD - (size - base));
        }
        classify(bytes, delimiters, is_end, is_odd);
        const uint64_t odd = is_any_set(is_odd) ? gather_bits(is_odd) & inside : 0;
        count = append_bits(marks->ends, count, gather_bits(is_end) & inside, base);
        marks->odd[base / WORD] = odd;
        any_odd |= odd;
    }
    marks->count = count;
    marks->has_odd = any_odd != 0;
}

/* Whether an odd byte stands in [begin, end) of the block. */
static inline int has_odd_between(const cw_marks *marks, uint32_t begin, uint32_t end)
{
    if (!marks->has_odd || begin >= end)
        return 0;
    uint32_t first = begin / WORD, last = (end - 1) / WORD;
    uint64_t from = UINT64_MAX << (begin % WORD);
    uint64_t to = UINT64_MAX >> (WORD - 1 - (end - 1) % WORD);
    if (first == last)
        return (marks->odd[first] & from & to) != 0;
    uint64_t found = (marks->odd[first] & from) | (marks->odd[last] & to);
    for (uint32_t word = first + 1; word < last; word++)
        found |= marks->odd[word];
    return found != 0;
}
