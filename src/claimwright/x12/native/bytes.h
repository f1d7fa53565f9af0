/* Loads and keys: how short texts become numbers that can be compared and hashed. */
#ifndef CLAIMWRIGHT_BYTES_H
#define CLAIMWRIGHT_BYTES_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE inline
#endif

#define CW_LONGEST_NAME 3
#define CW_LONGEST_KEY 7 /* bytes of a text that fits into a key beside its length */
#define CW_HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t load_little_endian(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The first `length` bytes (1 to 8) as a number, the first byte lowest. Reads nothing at or after `limit`. */
static inline uint64_t load_short(const uint8_t *text, uint32_t length, const uint8_t *limit)
{
    if (limit - text >= (int64_t)sizeof(uint64_t))
        return load_little_endian(text) & (UINT64_MAX >> (64 - 8 * length));
    uint64_t word = 0;
    for (uint32_t at = 0; at < length; at++)
        word |= (uint64_t)text[at] << (8 * at);
    return word;
}

/* A text of at most CW_LONGEST_KEY bytes with its length in the topmost byte, so that no two texts share a key; 0,
 * which no text gives, for a longer one. Reads nothing at or after `limit`. */
static inline uint64_t pack_key(const uint8_t *text, uint64_t length, const uint8_t *limit)
{
    if (length - 1 >= CW_LONGEST_KEY)
        return 0;
    return load_short(text, (uint32_t)length, limit) | length << 56;
}

static inline uint32_t hash_key(uint64_t key)
{
    return (uint32_t)((key * CW_HASH_FACTOR) >> 40);
}

static inline uint32_t load_four(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* All bytes of a text of at most eight, some of them twice. */
static inline uint64_t gather_bytes(const uint8_t *text, uint32_t length)
{
    if (length >= 4)
        return load_four(text) | (uint64_t)load_four(text + length - 4) << 32;
    return length == 0 ? 0 : (uint64_t)text[0] | (uint64_t)text[length / 2] << 8 | (uint64_t)text[length - 1] << 16;
}

/* The hash of a text of any length: eight bytes at a time, the last ones of a longer text perhaps twice. */
static inline uint32_t hash_text(const uint8_t *text, uint32_t length)
{
    uint64_t hash = length * CW_HASH_FACTOR;
    uint32_t left = length;
    for (; left > 8; text += 8, left -= 8) {
        hash = (hash ^ load_little_endian(text)) * CW_HASH_FACTOR;
        hash ^= hash >> 32;
    }
    return hash_key(hash ^ (length > 8 ? load_little_endian(text + left - 8) : gather_bytes(text, left)));
}

static inline int is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline int is_digit(uint8_t byte)
{
    return (unsigned)byte - '0' < 10u;
}

#define TOPMOST (UINT64_C(1) << 63)
#define CW_BYTES(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The topmost bit of each of the lowest `length` bytes (1 to 8) that is no digit. */
static inline uint64_t find_no_digits(uint64_t word, uint32_t length)
{
    const uint64_t digits = word ^ CW_BYTES('0');
    return ((digits + CW_BYTES(0x80 - 10)) | digits) & CW_BYTES(0x80) & (UINT64_MAX >> (64 - 8 * length));
}

#endif
