/* The native core: what the Python binding sees.
 *
 * The core walks the segments of one transaction set by a guide and its rules, which Python compiled to tables of
 * 32-bit integers. It takes every segment that it can prove to be right in all respects: its place, its elements, the
 * rules that it touches, the loops that it closes. The first one that it cannot prove it leaves as it is, untouched,
 * and Python's own interpreter takes that segment, from the same state (cw_state) and back to it. So the core holds no
 * words and no verdicts; it may doubt what is right, but never accept what is wrong.
 *
 * There are no globals: a walk is used by one thread at a time, any number of walks by any number of threads. Nothing
 * but the values that must not come twice (uniques.c) grows with the input, and that has a limit. The tables come from
 * tables.py and rule_tables.py and are trusted; the bytes are not.
 */
#ifndef CLAIMWRIGHT_CORE_H
#define CLAIMWRIGHT_CORE_H

#include <stdint.h>

/* Raised whenever a structure, a table or a number below changes; binding.py refuses a library of another number. */
#define CW_ABI 8

#if defined(_WIN32)
#define CW_PUBLIC __declspec(dllexport)
#else
#define CW_PUBLIC __attribute__((visibility("default")))
#endif

/* ---- The tables of a guide: rows of 32-bit integers, in this order of columns. ---- */

/* A segment name, packed with its length; an empty slot of the hash table has key 0. */
typedef struct {
    int32_t key, segment, is_control;
} cw_name;

/* Where a segment of one name may stand, from one state. Element 0: no qualifier tells the ways apart. */
typedef struct {
    int32_t element, component;    /* where the qualifier stands; component 0 is the whole element */
    int32_t first_slot, slot_mask; /* the hash table of qualifiers */
    int32_t ways, way_count;       /* for any other qualifier; without any, Python guesses */
} cw_fork;

/* A qualifier, packed with its length in two halves; an empty slot has key 0. */
typedef struct {
    int32_t key_low, key_high, ways, way_count;
} cw_slot;

/* A way on: how many loops close, then the position reached, and the member counted in the loop then open. */
typedef struct {
    int32_t position, closes, opens; /* opens: 1 when it opens the position's loop */
    int32_t member, repeat;
    int32_t need, need_count; /* what must have come before */
} cw_way;

/* A member of the loop so many levels up. */
typedef struct {
    int32_t depth, member;
} cw_need;

typedef struct {
    int32_t forks; /* where its state's row begins in forks_of */
    int32_t rule, loop, member;
    int32_t proven; /* the bit of the element that a qualifier found in its hash table has proven; 0: none */
    int32_t step;   /* the first one of its rules; -1: there are none */
    int32_t fields; /* so many fields, the name included, are looked at by them */
    int32_t signed_fields; /* and so many of these have signs */
} cw_position;

typedef struct {
    int32_t members, parent;      /* parent: the loop around it, -1 for none */
    int32_t clear, clear_count;   /* numbers of registers that are empty again when it opens */
    int32_t vacate, vacate_count; /* numbers of places that are */
    int32_t forget, forget_count; /* numbers of sets of unique values that are */
    int32_t end, end_count;       /* the checks at its end */
} cw_loop;

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

/* A text of texts. */
typedef struct {
    int32_t offset, length;
} cw_span;

/* ---- The tables of its rules (rules/binding.py says what they mean). ---- */

/* What a segment does to the rules: steps, one after the other, up to CW_PROVEN. What they need stands in their columns:
 *
 *                                          a               b           first           count           other
 *   VALUE      skips steps when empty      element         component   more steps      its number      right signs
 *                                                                      when not there
 *   SIGN                                   element         component
 *   MASKED                                                 is negated  masks           so many
 *   LISTED                                                 is negated  a hash table    of so many slots
 *   NPI, ROUTING_NUMBER, ORDERED, STREET                   is negated
 *   AMOUNT                                                                                             right signs
 *   IF         skips steps when not met                                the condition: an element, a mask, what is wanted
 *   FACT ... MIN                           register        sign (SUM)  a condition ...
 *   KEEP                                   place                       a condition ...
 *   IN_DOUBT                                                           a condition ...
 *   CHECK                                  its number
 *   POINTER, BELOW                         registers ...
 *   UNIQUE, GATHER, AMONG                  set             register (AMONG)
 *   NUMBERED                               registers ...               registers that save number and count, -1: none
 *
 * VALUE and the steps after it are about a value that is given. The value may have classes, as for SIGN and CLASS: slots
 * of a hash table, their count a power of two, 0 for none. The class of its text gives bits to its element; a condition is
 * met when these bits under the mask are the wanted ones. And the class may be wrong: always, or by a bit of `judge`. */
typedef struct {
    int32_t verb, skip, a, b, first, count, other;
    int32_t classes, class_count, judge;
    int32_t spare[2];
} cw_step;

/* A short text, packed with its length, the bits of its class, and by which bits of a judging element it is wrong. An
 * empty slot has key 0, and the rest is that of all other texts. */
typedef struct {
    uint64_t key;
    uint32_t bits, wrong;
} cw_class;

#define CW_ALWAYS_WRONG (UINT32_C(1) << 31)

/* Broken when every condition of `when` holds and none of `need`; not when the fact, a register (-1: none), is 0. */
typedef struct {
    int32_t fact, when, when_count, need, need_count;
} cw_check;

typedef struct {
    int32_t left, op, right, left_is_constant, right_is_constant;
} cw_condition;

/* A form of a text, eight bytes of it at a time: which bytes must be digits, which capital letters, which one of both
 * (these are the topmost bits of the bytes), and which must be just those of `exact`. */
typedef struct {
    uint64_t digits, letters, exact_mask, exact;
} cw_mask_word;

#define CW_MASK_WORDS 2

typedef struct {
    uint64_t length;
    cw_mask_word words[CW_MASK_WORDS];
} cw_mask;

typedef struct {
    const cw_name *names;    /* CW_NAME_SLOTS of them */
    const int32_t *forks_of; /* a row for each state: for each segment its fork, 0 for none */
    const cw_fork *forks;
    const cw_slot *slots;
    const cw_way *ways;
    const cw_need *needs;
    const cw_position *positions;
    const cw_loop *loops;
    const cw_rule *rules;
    const cw_element *elements;
    const cw_note *notes;
    const uint64_t *codes; /* packed with their length; 0 is an empty slot */
    const cw_span *long_codes;
    const cw_step *steps;
    const cw_class *classes;
    const cw_check *checks;
    const cw_condition *conditions;
    const cw_mask *masks;
    const cw_span *listed;   /* hash tables of texts; an empty slot has length 0 */
    const int32_t *numbers;  /* what loops clear, vacate and forget */
    const int32_t *is_empty; /* for each register: 1 when it holds nothing at first, 0 when it holds 0 */
    const char *texts;
    int32_t segment_count;
    int32_t root_position;
    int32_t depth;       /* the deepest nesting of loops */
    int32_t max_members; /* the most members of any loop */
    int32_t registers, kept_places, uniques;
    int32_t max_writes;  /* the most registers that one segment changes */
} cw_guide;

#define CW_NAME_SLOTS 512

enum { CW_OPTIONAL, CW_REQUIRED, CW_NOT_USED }; /* cw_element.usage */
enum { CW_TEXT, CW_CODES, CW_LONG_CODES, CW_WHOLE, CW_DECIMAL, CW_DATE, CW_TIME, CW_PERIOD, CW_COMPOSITE,
       CW_UNPROVABLE }; /* cw_element.kind */
enum { CW_NEEDS_ALL, CW_NEEDS_ANOTHER, CW_AT_LEAST_ONE, CW_AT_MOST_ONE }; /* cw_note.kind */
enum { CW_PROVEN, CW_IN_DOUBT, CW_VALUE, CW_SIGN, CW_CLASS, CW_MASKED, CW_LISTED, CW_NPI, CW_ROUTING_NUMBER, CW_ORDERED,
       CW_STREET, CW_AMOUNT, CW_IF, CW_FACT, CW_SUM, CW_COUNT, CW_LAST, CW_FIRST, CW_MAX, CW_MIN, CW_KEEP, CW_CHECK,
       CW_POINTER, CW_UNIQUE, CW_NUMBERED, CW_BELOW, CW_GATHER, CW_AMONG }; /* cw_step.verb */
enum { CW_NO_NUMBER, CW_CENTS, CW_WHOLE_NUMBER, CW_FIRST_DAY, CW_LAST_DAY }; /* how VALUE reads a number */
enum { CW_NEGATIVE = 1, CW_ZERO = 2, CW_POSITIVE = 4 }; /* the signs of AMOUNT */
enum { CW_EQUAL, CW_UNEQUAL, CW_LESS, CW_AT_MOST, CW_MORE, CW_AT_LEAST, CW_IS_FACT, CW_IS_NO_FACT }; /* cw_condition.op */

/* ---- The state of a walk, which Python reads and writes where it takes a segment. ---- */

#define CW_ABSENT INT64_MIN                  /* a register that holds nothing */
#define CW_UNKNOWN (INT64_MAX / 2)           /* and more: a sum that nothing is known of */
#define CW_LARGEST_AMOUNT INT64_C(1000000000000000) /* in cents; money.CENTS_MAX */

/* A segment of the file: its number from 1 (0: none), its first byte, its bytes without the terminator. */
typedef struct {
    uint64_t index, offset, length;
} cw_place;

typedef struct {
    int64_t *registers;
    cw_place *kept;   /* guide->kept_places of them */
    uint32_t *counts; /* guide->max_members for each open loop, the outermost first: how often each member came */
    cw_place *begins; /* the first segment of each open loop */
    cw_place last;    /* the segment taken last */
    int32_t *trail;   /* NULL, or where cw_run writes the position of each segment it takes */
    uint64_t trail_count, trail_room;
    int32_t position, depth; /* depth: how many loops are open; cw_stand sets both */
} cw_state;

typedef struct {
    uint8_t element, component, repetition, terminator;
    uint8_t has_repetition;
    uint8_t spare[3];
} cw_delimiters;

/* ---- Calls. ---- */

enum {
    CW_DONE,    /* every whole segment was taken */
    CW_CONTROL, /* the next segment is one of the envelope's */
    CW_DOUBT,   /* the next segment is for Python */
    CW_REFUSED  /* the window is not what the call asks for */
};

typedef struct {
    const uint8_t *data;
    uint64_t size;   /* bytes of data */
    uint64_t offset; /* of data[0] within the file */
    uint64_t taken;  /* out: bytes taken, up to the first segment that was not */
} cw_window;

typedef struct cw_walk cw_walk;

/* CW_ABI, and the size of a structure that Python mirrors (0: of none). */
enum { CW_GUIDE, CW_STATE, CW_PLACE, CW_WINDOW, CW_DELIMITERS };
CW_PUBLIC int32_t cw_abi(void);
CW_PUBLIC uint32_t cw_size(int32_t structure);

/* NULL when there is no memory. The guide's tables must outlive the walk. `most_values` may come in a loop whose values
 * must be unique; the first one of more is in doubt. */
CW_PUBLIC cw_walk *cw_new(const cw_guide *guide, uint32_t most_values);
CW_PUBLIC void cw_free(cw_walk *walk);
CW_PUBLIC cw_state *cw_state_of(cw_walk *walk);

/* Begin a set with its ST, the one segment of the window; `index` is its number within the file. DONE or DOUBT;
 * REFUSED when two delimiters are the same. */
CW_PUBLIC int32_t cw_begin(cw_walk *walk, const cw_delimiters *delimiters, const cw_window *window, uint64_t index);

/* Take whole segments up to the next one of an envelope. A segment is whole when its terminator is there. `index` is the
 * number of the first. DONE, CONTROL or DOUBT. */
CW_PUBLIC int32_t cw_run(cw_walk *walk, cw_window *window, uint64_t index);

/* Whether the SE, the one segment of the window, is right and nothing is missing at its end: DONE or DOUBT. */
CW_PUBLIC int32_t cw_end(cw_walk *walk, const cw_window *window);

/* Stand at a position: Python has taken a segment there. Its registers, kept places, counts and begins are in the state. */
CW_PUBLIC void cw_stand(cw_walk *walk, int32_t position);

/* Remember a value that must be unique, of `length` bytes. */
enum {
    CW_REMEMBERED,  /* or left out, because there are too many, which was told before */
    CW_CAME_BEFORE,
    CW_IS_FULL      /* it was left out, as are those to come */
};
CW_PUBLIC int32_t cw_remember(cw_walk *walk, int32_t unique, const uint8_t *text, uint32_t length);
CW_PUBLIC void cw_forget(cw_walk *walk, int32_t unique);

/* Where in data[begin..end) `ISA` and what may be a separator stand first, or `end`. */
CW_PUBLIC uint64_t cw_find_isa(const uint8_t *data, uint64_t begin, uint64_t end);

/* Whether a value is remembered; 1 also when there are so many that it may have been left out. */
CW_PUBLIC int32_t cw_knows(const cw_walk *walk, int32_t unique, const uint8_t *text, uint32_t length);

#endif
