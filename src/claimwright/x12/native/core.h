/* The native core: what the Python binding sees.
 *
 * The core walks the segments of one transaction set by a guide that Python compiled to tables of 32-bit integers. It
 * proves that segments are surely right, fast; whatever it cannot prove becomes an event, and Python says what is
 * wrong with it, in the words and by the code of its own interpreter. So the core holds no words, and it may doubt
 * what is right, but never accept what is wrong.
 *
 * There are no globals: a walk is used by one thread at a time, any number of walks by any number of threads. Nothing
 * grows with the input. The tables come from tables.py and are trusted; the bytes are not.
 */
#ifndef CLAIMWRIGHT_CORE_H
#define CLAIMWRIGHT_CORE_H

#include <stdint.h>

/* Raised whenever a structure, a table or a number below changes; binding.py refuses a library of another number. */
#define CW_ABI 1

#if defined(_WIN32)
#define CW_PUBLIC __declspec(dllexport)
#else
#define CW_PUBLIC __attribute__((visibility("default")))
#endif

/* ---- The tables of a guide: rows of 32-bit integers, written by tables.py in this order of columns. ---- */

/* A segment name, packed with its length (cw_pack_name); an empty slot of the hash table has key 0. */
typedef struct {
    int32_t key, segment, is_control;
} cw_name;

/* Where a segment of one name may stand, from one state. Element 0: no qualifier tells the ways apart. */
typedef struct {
    int32_t element, component;      /* where the qualifier stands; component 0 is the whole element */
    int32_t first_slot, slot_mask;   /* the hash table of qualifiers */
    int32_t other_ways, other_count; /* the ways for any other qualifier */
    int32_t guesses, guess_count;    /* the ways to take a qualifier that fits nowhere */
    int32_t is_only_place;           /* 1: the first guess is taken even when it has been met before */
} cw_fork;

/* A qualifier, packed with its length in two halves; an empty slot has key 0. */
typedef struct {
    int32_t key_low, key_high, first_way, way_count;
} cw_slot;

/* A way on: how many loops close, then the position reached, and the member that is counted in the loop then open. */
typedef struct {
    int32_t position, closes, opens, member, group, repeat; /* opens: 1 when it opens the position's loop */
} cw_way;

typedef struct {
    int32_t forks, rule, loop, member; /* forks: where its state's row begins in forks_of */
    int32_t proven; /* the bit of the element that a qualifier found in its hash table has proven; 0: none */
} cw_position;

typedef struct {
    int32_t members, required, required_count, depth;
} cw_loop;

/* What a loop must have. `place` is the number of a position, or of a loop where `is_loop`. */
typedef struct {
    int32_t member, group, place, is_loop;
} cw_required;

typedef struct {
    int32_t element, element_count, note, note_count;
    int32_t least; /* the bits of all elements up to the last required one */
} cw_rule;

typedef struct {
    int32_t usage, kind, min, max;
    int32_t code, code_count; /* CODES: slots of the hash table, a power of two; LONG_CODES: rows of long_codes */
    int32_t part, part_count;
} cw_element;

/* A syntax note: where one of the elements of `first` is given, all of `all` must be, or another one of them, and so
 * on. These are bits. */
typedef struct {
    int32_t kind, first, all;
} cw_note;

typedef struct {
    int32_t offset, length;
} cw_long_code;

typedef struct {
    const cw_name *names; /* CW_NAME_SLOTS of them */
    const int32_t *forks_of; /* a row for each state: for each segment its fork, 0 for none */
    const cw_fork *forks;
    const cw_slot *slots;
    const cw_way *ways;
    const cw_position *positions;
    const cw_loop *loops;
    const cw_required *required;
    const cw_rule *rules;
    const cw_element *elements;
    const cw_note *notes;
    const uint64_t *codes; /* packed with their length; 0 is an empty slot */
    const cw_long_code *long_codes;
    const char *long_code_text;
    int32_t segment_count;
    int32_t root_position;
    int32_t depth;       /* the deepest nesting of loops */
    int32_t max_members; /* the most members of any loop */
    int32_t max_events;  /* the most events that one segment can give */
    int32_t spare;
} cw_guide;

#define CW_NAME_SLOTS 512

enum { CW_OPTIONAL, CW_REQUIRED, CW_NOT_USED };                 /* cw_element.usage */
enum { CW_TEXT, CW_CODES, CW_LONG_CODES, CW_WHOLE, CW_DECIMAL, CW_DATE, CW_TIME, CW_PERIOD, CW_COMPOSITE,
       CW_UNPROVABLE }; /* cw_element.kind */
enum { CW_NEEDS_ALL, CW_NEEDS_ANOTHER, CW_AT_LEAST_ONE, CW_AT_MOST_ONE }; /* cw_note.kind */

/* ---- Events: what the core hands back. ---- */

enum {
    CW_DOUBT = 1,        /* the segment's elements are not surely right; place: position */
    CW_MISPLACED,        /* the segment fits nowhere; place: the loop that is open */
    CW_MISSING_SEGMENT,  /* place: position */
    CW_MISSING_LOOP,     /* place: loop */
    CW_REPEATED_SEGMENT, /* place: position; argument: how often it may occur */
    CW_REPEATED_LOOP     /* place: loop; argument: how often it may occur */
};

/* `index` counts segments from 1 and `offset` bytes from 0, both within the file; `length` is without terminator. */
typedef struct {
    uint64_t index, offset, length;
    int32_t kind, place, argument, spare;
} cw_event;

typedef struct {
    uint8_t element, component, repetition, terminator;
    uint8_t has_repetition;
    uint8_t spare[3];
} cw_delimiters;

/* ---- Calls. ---- */

enum {
    CW_DONE,    /* every whole segment was taken */
    CW_CONTROL, /* the next segment is one of the envelope's */
    CW_FULL,    /* no room for the events of one more segment */
    CW_REFUSED  /* the window is not what the call asks for */
};

typedef struct {
    const uint8_t *data;
    uint64_t size;   /* bytes of data */
    uint64_t offset; /* of data[0] within the file */
    uint64_t taken;  /* out: bytes taken, up to the first segment that was not */
    uint64_t index;  /* in: the number of the segment taken last, within the file; out: the same */
    cw_event *events;
    uint32_t capacity, count; /* of events; every call counts anew */
} cw_window;

typedef struct cw_walk cw_walk;

/* CW_ABI, and the size of a structure that Python mirrors (0: of none). */
enum { CW_GUIDE, CW_WINDOW, CW_EVENT, CW_DELIMITERS };
CW_PUBLIC int32_t cw_abi(void);
CW_PUBLIC uint32_t cw_size(int32_t structure);

/* NULL when there is no memory. The guide's tables must outlive the walk. */
CW_PUBLIC cw_walk *cw_new(const cw_guide *guide);
CW_PUBLIC void cw_free(cw_walk *walk);

/* Take the ST that opens a set, its terminator included. */
CW_PUBLIC int32_t cw_begin(cw_walk *walk, const cw_delimiters *delimiters, cw_window *window);

/* Take whole segments up to the next one of an envelope. A segment is whole when its terminator is there. */
CW_PUBLIC int32_t cw_run(cw_walk *walk, cw_window *window);

/* Take the SE (no data: there is none), then say what is missing in the loops that are open. */
CW_PUBLIC int32_t cw_end(cw_walk *walk, cw_window *window);

#endif
