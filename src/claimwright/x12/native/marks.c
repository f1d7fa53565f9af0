/* The marks of a block of bytes: where its delimiters stand, and which bytes no element may simply hold. */
#include <string.h>

#include "bytes.h"
#include "core.h"

/* Small enough that block and index stay in the first-level cache. */
#define BLOCK 4096u
#define WORD 64u
#define BATCH 8u /* ends are written so many at once, wanted or not */

typedef struct {
    uint32_t count;
    int has_odd;
    uint32_t ends[BLOCK + BATCH];    /* offsets of the delimiters in the block */
    uint64_t odd[BLOCK / WORD + 2]; /* a bit for each control, non-ASCII or repetition character */
} cw_marks;

#define DELETE 0x7f

/* A bit for each of 64 bytes. */
typedef struct {
    uint64_t ends, odd;
} word_bits;

#if defined(__SSE2__)
#include <emmintrin.h>

/* Sixteen bytes at a time: every x86-64 has these instructions. */
static inline word_bits classify(const uint8_t *bytes, const cw_delimiters *delimiters)
{
    const __m128i element = _mm_set1_epi8((char)delimiters->element);
    const __m128i component = _mm_set1_epi8((char)delimiters->component);
    const __m128i terminator = _mm_set1_epi8((char)delimiters->terminator);
    const __m128i repetition = _mm_set1_epi8((char)(delimiters->has_repetition ? delimiters->repetition : DELETE));
    const __m128i deleted = _mm_set1_epi8(DELETE), blank = _mm_set1_epi8(' ');
    word_bits bits = {0, 0};
    for (unsigned at = 0; at < WORD; at += 16) {
        const __m128i word = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
        const __m128i inner = _mm_or_si128(_mm_cmpeq_epi8(word, element), _mm_cmpeq_epi8(word, component));
        const __m128i ends = _mm_or_si128(inner, _mm_cmpeq_epi8(word, terminator));
        const __m128i other = _mm_or_si128(_mm_cmpeq_epi8(word, deleted), _mm_cmpeq_epi8(word, repetition));
        const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(word, blank), other); /* Those beyond ASCII are negative. */
        bits.ends |= (uint64_t)(uint32_t)_mm_movemask_epi8(ends) << at;
        bits.odd |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_andnot_si128(ends, odd)) << at;
    }
    return bits;
}

#else

/* Multiplying eight bytes of 0 or 1 by it gathers them in the topmost byte, the first byte lowest. */
#define GATHER UINT64_C(0x0102040810204080)

static uint64_t gather_bits(const uint8_t *flags)
{
    uint64_t bits = 0;
    for (unsigned at = 0; at < WORD; at += 8)
        bits |= (load_little_endian(flags + at) * GATHER >> 56) << at;
    return bits;
}

/* Written so that a compiler makes vector code of it. */
static inline word_bits classify(const uint8_t *bytes, const cw_delimiters *delimiters)
{
    const uint8_t element = delimiters->element, component = delimiters->component, terminator = delimiters->terminator;
    const uint8_t repetition = delimiters->has_repetition ? delimiters->repetition : DELETE;
    uint8_t is_end[WORD], is_odd[WORD];
    for (unsigned at = 0; at < WORD; at++) {
        const uint8_t byte = bytes[at];
        const uint8_t ends = (byte == element) | (byte == component) | (byte == terminator);
        const uint8_t odd = ((int8_t)byte < ' ') | (byte == DELETE) | (byte == repetition);
        is_end[at] = ends;
        is_odd[at] = odd & (uint8_t)~ends;
    }
    return (word_bits){gather_bits(is_end), gather_bits(is_odd)};
}

#endif

static inline uint32_t count_bits(uint64_t bits)
{
    bits -= bits >> 1 & CW_BYTES(0x55);
    bits = (bits & CW_BYTES(0x33)) + (bits >> 2 & CW_BYTES(0x33));
    return (uint32_t)(((bits + (bits >> 4)) & CW_BYTES(0x0f)) * CW_BYTES(1) >> 56);
}

/* The offsets of the set bits, in batches: a batch needs no decision, and what it writes beyond them is overwritten. */
static inline uint32_t append_bits(uint32_t *ends, uint32_t count, uint64_t bits, uint32_t base)
{
    const uint32_t total = count + count_bits(bits);
    for (uint32_t *end = ends + count; bits != 0; end += BATCH) {
        for (unsigned at = 0; at < BATCH; at++) {
            end[at] = base + (uint32_t)__builtin_ctzll(bits | TOPMOST);
            bits &= bits - 1;
        }
    }
    return total;
}

/* Mark the first `size` bytes (at most BLOCK) of `block`. */
static void mark_block(cw_marks *marks, const uint8_t *block, uint32_t size, const cw_delimiters *delimiters)
{
    uint8_t tail[WORD];
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
        const word_bits bits = classify(bytes, delimiters);
        count = append_bits(marks->ends, count, bits.ends & inside, base);
        marks->odd[base / WORD] = bits.odd & inside;
        any_odd |= bits.odd & inside;
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
