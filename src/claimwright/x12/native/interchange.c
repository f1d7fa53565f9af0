/* Where another interchange may begin: the letters ISA and then a byte that may be a separator.
 *
 * Whole blocks are asked first whether they hold the letters at all, in a loop that a compiler makes vector code of.
 */
#include <stddef.h>

#include "bytes.h"
#include "core.h"

#define ISA_LENGTH 3u
#define ASKED 256u /* bytes that are asked at once */

static int may_be_separator(uint8_t byte)
{
    const uint8_t letter = byte | 0x20;
    return !is_digit(byte) && !is_blank(byte) && !(letter >= 'a' && letter <= 'z');
}

static inline int has_isa(const uint8_t *bytes)
{
    uint8_t found = 0;
    for (size_t at = 0; at < ASKED; at++)
        found |= (uint8_t)((bytes[at] == 'I') & (bytes[at + 1] == 'S') & (bytes[at + 2] == 'A'));
    return found;
}

uint64_t cw_find_isa(const uint8_t *data, uint64_t begin, uint64_t end)
{
    uint64_t at = begin;
    while (at + ISA_LENGTH < end) {
        uint64_t stop = end - ISA_LENGTH;
        if (stop - at >= ASKED) {
            stop = at + ASKED;
            if (!has_isa(data + at)) {
                at = stop;
                continue;
            }
        }
        for (; at < stop; at++) {
            if (data[at] == 'I' && data[at + 1] == 'S' && data[at + 2] == 'A' && may_be_separator(data[at + ISA_LENGTH]))
                return at;
        }
    }
    return end;
}
