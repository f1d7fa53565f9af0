/* The bounds of transaction sets that follow one another. */
#ifndef CLAIMWRIGHT_BOUNDS_H
#define CLAIMWRIGHT_BOUNDS_H

#include "core.h" /* for CW_PUBLIC */

typedef struct {
    const uint8_t *data;
    uint64_t begin, end;
    uint64_t wanted;  /* of so many bytes no set is added that begins behind them */
    uint64_t longest; /* bytes of a segment */
    uint64_t is_cut;  /* out: 1 when it was the end of the bytes that ended the search */
} cb_window;

/* Places in the data: its ST, what follows that, its SE, what follows that; and its segments, ST and SE included. */
typedef struct {
    uint64_t begin, body, close, end, segments;
} cb_set;

CW_PUBLIC uint32_t cb_size(int32_t structure); /* 0: cb_window, 1: cb_set */

/* The whole sets, at most `room` of them, that follow one another from the window's begin; gives how many. */
CW_PUBLIC uint64_t cb_find(cb_window *window, uint8_t element, uint8_t terminator, cb_set *sets, uint64_t room);

#endif
