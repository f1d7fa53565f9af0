/* Loads and keys: how short texts become numbers that can be compared and hashed. */
#ifndef CLAIMWRIGHT_BYTES_H
#define CLAIMWRIGHT_BYTES_H

#include <stdint.h>
#include <string.h>

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

/* A text of at most CW_LONGEST_KEY bytes with its length in the topmost byte, so that no two texts share a key; 0,
 * which no text gives, for a longer one. Reads nothing at or after `limit`. */
static inline uint64_t pack_key(const uint8_t *text, uint64_t length, const uint8_t *limit)
{
    if (length == 0 || length > CW_LONGEST_KEY)
        return 0;
    uint64_t key = 0;
    if (limit - text >= (int64_t)sizeof key) {
        key = load_little_endian(text) & (UINT64_MAX >> (64 - 8 * length));
    } else {
        for (uint64_t at = 0; at < length; at++)
            key |= (uint64_t)text[at] << (8 * at);
    }
    return key | length << 56;
}

static inline uint32_t hash_key(uint64_t key)
{
    return (uint32_t)((key * CW_HASH_FACTOR) >> 40);
}

static inline int is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline int is_digit(uint8_t byte)
{
    return (unsigned)byte - '0' < 10u;
}

#endif
