/* Whether the elements of a segment are surely right by the rule of its position. */
#ifndef CLAIMWRIGHT_ELEMENTS_H
#define CLAIMWRIGHT_ELEMENTS_H

#include "core.h"

/* The text that a segment stands in: every token ends at a delimiter, the next one begins after it. */
typedef struct {
    const uint8_t *bytes;
    const uint8_t *limit; /* nothing is read at or after it */
    const cw_delimiters *delimiters;
} cw_text;

/* `name_end` is the end of the segment's name among the ends of its tokens; `proven` is an element whose value is known
 * to be one of its codes (0: none). The segment holds no odd byte (marks.h). */
int cw_elements_are_right(const cw_guide *guide, const cw_rule *rule, const cw_text *text, const uint32_t *name_end,
                          int32_t proven);

#endif
