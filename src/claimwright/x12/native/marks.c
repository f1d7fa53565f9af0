#include "marks.h"

#include <string.h>

#include "bytes.h"

/* Multiplying eight bytes of 0 or 1 by it gathers them in the topmost byte, the first byte lowest. */
#define GATHER UINT64_C(0x0102040810204080)
#define DELETE 0x7f

static uint64_t gather_bits(const uint8_t *flags)
{
    uint64_t bits = 0;
    for (unsigned at = 0; at < CW_WORD; at += 8)
        bits |= (load_little_endian(flags + at) * GATHER >> 56) << at;
    return bits;
}

/* Two flags for each of 64 bytes; written so that a compiler makes vector code of it. */
static void classify(const uint8_t *bytes, const cw_delimiters *delimiters, uint8_t *is_end, uint8_t *is_odd)
{
    const uint8_t element = delimiters->element, component = delimiters->component, terminator = delimiters->terminator;
    const uint8_t repetition = delimiters->has_repetition ? delimiters->repetition : DELETE;
    for (unsigned at = 0; at < CW_WORD; at++) {
        const uint8_t byte = bytes[at];
        const uint8_t ends = (byte == element) | (byte == component) | (byte == terminator);
        const uint8_t odd = ((int8_t)byte < ' ') | (byte == DELETE) | (byte == repetition);
        is_end[at] = ends;
        is_odd[at] = odd & (uint8_t)~ends;
    }
}

/* The offsets of the set bits, in batches: most words need one or two, and a batch needs no decision. */
static uint32_t append_bits(uint32_t *ends, uint32_t count, uint64_t bits, uint32_t base)
{
    uint32_t found = (uint32_t)__builtin_popcountll(bits);
    for (uint32_t done = 0; done < found; done += CW_BATCH) {
        uint32_t *batch = ends + count + done;
        for (unsigned at = 0; at < CW_BATCH; at++) {
            batch[at] = base + (uint32_t)(bits ? __builtin_ctzll(bits) : 0);
            bits &= bits - 1;
        }
    }
    return count + found;
}

void cw_mark_block(cw_marks *marks, const uint8_t *block, uint32_t size, const cw_delimiters *delimiters)
{
    uint8_t is_end[CW_WORD], is_odd[CW_WORD], tail[CW_WORD];
    uint64_t any_odd = 0;
    uint32_t count = 0;
    for (uint32_t base = 0; base < size; base += CW_WORD) {
        const uint8_t *bytes = block + base;
        uint64_t inside = UINT64_MAX;
        if (size - base < CW_WORD) {
            memset(tail, 0, sizeof tail);
            memcpy(tail, bytes, size - base);
            bytes = tail;
            inside = UINT64_MAX >> (CW_WORD - (size - base));
        }
        classify(bytes, delimiters, is_end, is_odd);
        const uint64_t odd = gather_bits(is_odd) & inside;
        count = append_bits(marks->ends, count, gather_bits(is_end) & inside, base);
        marks->odd[base / CW_WORD] = odd;
        any_odd |= odd;
    }
    marks->count = count;
    marks->has_odd = any_odd != 0;
}
