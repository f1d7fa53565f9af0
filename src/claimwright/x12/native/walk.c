/* The walk: the segments of one set matched against the tables of its guide, as walk.py does it. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core.h"

/* A loop that is open: how often each of its members occurred, the group reached, the next required member to ask for. */
typedef struct {
    int32_t loop, group, asked, spare;
    uint32_t *counts;
} frame;

struct cw_walk {
    const cw_guide *guide;
    cw_delimiters delimiters;
    const cw_position *position; /* where the walk stands */
    int is_derailed;
    uint64_t last_offset; /* of the segment taken last */
    frame *top;           /* the innermost of the loops that are open */
    frame *frames;        /* guide->depth of them, and one below */
    uint32_t *counts;     /* guide->max_members for each frame */
    cw_marks marks;
};

/* The segment at hand: offsets in its block. `name_end` points at the end of its first token; a segment longer than a
 * block has no tokens (NULL). `stop` is the terminator, known from the start only when there are no tokens. */
typedef struct {
    cw_text text;
    uint32_t begin;
    const uint32_t *name_end;
    uint64_t stop;
    uint64_t offset; /* of the block within the file */
} segment;

int32_t cw_abi(void)
{
    return CW_ABI;
}

uint32_t cw_size(int32_t structure)
{
    switch (structure) {
    case CW_GUIDE:
        return sizeof(cw_guide);
    case CW_WINDOW:
        return sizeof(cw_window);
    case CW_EVENT:
        return sizeof(cw_event);
    case CW_DELIMITERS:
        return sizeof(cw_delimiters);
    default:
        return 0;
    }
}

cw_walk *cw_new(const cw_guide *guide)
{
    cw_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return NULL;
    walk->guide = guide;
    walk->top = walk->frames = calloc((size_t)guide->depth + 1, sizeof *walk->frames);
    walk->counts = calloc((size_t)guide->depth * (size_t)guide->max_members, sizeof *walk->counts);
    if (walk->frames == NULL || walk->counts == NULL) {
        cw_free(walk);
        return NULL;
    }
    for (int32_t at = 0; at < guide->depth; at++)
        walk->frames[at + 1].counts = walk->counts + (size_t)at * (size_t)guide->max_members;
    return walk;
}

void cw_free(cw_walk *walk)
{
    if (walk == NULL)
        return;
    free(walk->counts);
    free(walk->frames);
    free(walk);
}

/* ---- Events ---- */

/* The terminator of the segment. */
static uint64_t find_stop(const segment *at)
{
    if (at->name_end == NULL)
        return at->stop;
    const uint32_t *end = at->name_end;
    while (at->text.bytes[*end] != at->text.delimiters->terminator)
        end++;
    return *end;
}

static void tell(cw_window *window, const segment *at, int32_t kind, int32_t place, int32_t argument)
{
    if (window->count == window->capacity)
        return; /* Never: there is room for max_events before a segment is taken. */
    cw_event *event = window->events + window->count++;
    event->index = window->index;
    event->offset = at->offset + at->begin;
    event->length = find_stop(at) - at->begin;
    event->kind = kind;
    event->place = place;
    event->argument = argument;
    event->spare = 0;
}

static int has_room(const cw_walk *walk, const cw_window *window)
{
    return window->capacity - window->count >= (uint32_t)walk->guide->max_events;
}

/* Required members of the groups left behind, up to group `before`, that did not come. */
static void check_required(const cw_walk *walk, cw_window *window, frame *open, int32_t before, const segment *at)
{
    const cw_loop *loop = walk->guide->loops + open->loop;
    const cw_required *required = walk->guide->required + loop->required;
    for (; open->asked < loop->required_count && required[open->asked].group < before; open->asked++) {
        const cw_required *member = required + open->asked;
        if (open->counts[member->member] == 0)
            tell(window, at, member->is_loop ? CW_MISSING_LOOP : CW_MISSING_SEGMENT, member->place, 0);
    }
}

/* ---- Where a segment stands ---- */

static const cw_name *find_name(const cw_guide *guide, uint64_t key)
{
    const int32_t name = (int32_t)(key | key >> 32);
    uint32_t at = hash_key(key) % CW_NAME_SLOTS;
    for (; guide->names[at].key != 0; at = (at + 1) % CW_NAME_SLOTS) {
        if (guide->names[at].key == name)
            return guide->names + at;
    }
    return NULL;
}

static uint64_t key_between(const segment *at, uint64_t begin, uint64_t end)
{
    return pack_key(at->text.bytes + begin, end - begin, at->text.limit);
}

/* The same as by tokens, byte by byte, for a segment that is longer than a block. */
static uint64_t long_qualifier(const segment *at, int32_t element, int32_t component)
{
    const uint8_t *bytes = at->text.bytes;
    uint64_t begin = at->begin;
    for (; element > 0; element--, begin++) {
        while (begin < at->stop && bytes[begin] != at->text.delimiters->element)
            begin++;
        if (begin == at->stop)
            return 0;
    }
    uint64_t end = begin;
    for (;; end++) {
        const int is_end = end == at->stop || bytes[end] == at->text.delimiters->element;
        if (!is_end && (component == 0 || bytes[end] != at->text.delimiters->component))
            continue;
        if (component <= 1 || is_end)
            return component <= 1 ? key_between(at, begin, end) : 0;
        component--;
        begin = end + 1;
    }
}

static inline uint64_t find_qualifier(const segment *at, int32_t element, int32_t component)
{
    if (at->name_end == NULL)
        return long_qualifier(at, element, component);
    const uint8_t *bytes = at->text.bytes, mark = at->text.delimiters->component;
    const uint32_t *end = at->name_end;
    for (; element > 0; element--) {
        if (bytes[*end] == at->text.delimiters->terminator)
            return 0;
        for (end++; element > 1 && bytes[*end] == mark; end++) {
        }
    }
    uint32_t begin = end[-1] + 1;
    for (; component > 1; component--) {
        if (bytes[*end] != mark)
            return 0;
        begin = *end++ + 1;
    }
    if (component == 0 && bytes[*end] == mark)
        return 0; /* A composite where none belongs is no qualifier. */
    return key_between(at, begin, *end);
}

static const cw_slot *find_slot(const cw_guide *guide, const cw_fork *fork, uint64_t key)
{
    const cw_slot *slots = guide->slots + fork->first_slot;
    const int32_t low = (int32_t)(uint32_t)key, high = (int32_t)(uint32_t)(key >> 32);
    const uint32_t mask = (uint32_t)fork->slot_mask;
    for (uint32_t at = hash_key(key) & mask; slots[at].key_high != 0; at = (at + 1) & mask) {
        if (slots[at].key_low == low && slots[at].key_high == high)
            return slots + at;
    }
    return NULL;
}

static inline uint32_t count_of(const cw_walk *walk, const cw_way *way)
{
    return walk->top[-way->closes].counts[way->member];
}

/* The qualifier fits nowhere: the only place there is, or the nearest that is required and still empty. */
static const cw_way *guess(const cw_walk *walk, const cw_fork *fork)
{
    const cw_way *way = walk->guide->ways + fork->guesses, *last = way + fork->guess_count;
    for (; way < last; way++) {
        if (fork->is_only_place || count_of(walk, way) == 0)
            return way;
    }
    return NULL;
}

/* Where the segment stands: the nearest place that its qualifier fits and that is not used up. */
static inline const cw_way *choose(const cw_walk *walk, const segment *at, int32_t name, int *is_qualified)
{
    const cw_guide *guide = walk->guide;
    const int32_t number = guide->forks_of[walk->position->forks + name];
    if (number == 0)
        return NULL;
    const cw_fork *fork = guide->forks + number;
    const cw_way *ways = guide->ways + fork->other_ways;
    int32_t count = fork->other_count;
    if (fork->element > 0) {
        const cw_slot *slot = find_slot(guide, fork, find_qualifier(at, fork->element, fork->component));
        if (slot != NULL) {
            ways = guide->ways + slot->first_way;
            count = slot->way_count;
            *is_qualified = 1;
        }
    }
    for (const cw_way *way = ways; way < ways + count; way++) {
        if (count_of(walk, way) < (uint32_t)way->repeat)
            return way;
    }
    return count > 0 ? ways : guess(walk, fork);
}

/* ---- Taking a segment ---- */

static frame *open_loop(cw_walk *walk, int32_t loop)
{
    frame *opened = ++walk->top;
    opened->loop = loop;
    opened->group = 0;
    opened->asked = 0;
    memset(opened->counts, 0, (size_t)walk->guide->loops[loop].members * sizeof *opened->counts);
    return opened;
}

/* Count the member that the way leads to, after closing the loops that end and before opening the one that begins. */
static inline void enter(cw_walk *walk, cw_window *window, const segment *at, const cw_way *way)
{
    const cw_guide *guide = walk->guide;
    const cw_position *position = guide->positions + way->position;
    for (int32_t closed = 0; closed < way->closes; closed++, walk->top--)
        check_required(walk, window, walk->top, INT32_MAX, at);
    frame *open = walk->top;
    if (way->group > open->group) {
        check_required(walk, window, open, way->group, at);
        open->group = way->group;
    }
    const uint32_t count = open->counts[way->member];
    open->counts[way->member] = count + (count < UINT32_MAX);
    if (way->opens)
        open_loop(walk, position->loop)->counts[position->member] = 1;
    if (count == (uint32_t)way->repeat)
        tell(window, at, way->opens ? CW_REPEATED_LOOP : CW_REPEATED_SEGMENT,
             way->opens ? position->loop : way->position, way->repeat);
    walk->position = position;
}

/* The end of the segment's last token, or NULL when its elements are in doubt. */
static ALWAYS_INLINE const uint32_t *prove(const cw_walk *walk, const segment *at, int is_qualified)
{
    const cw_position *position = walk->position;
    if (at->name_end == NULL)
        return NULL;
    if (walk->marks.has_odd && has_odd_between(&walk->marks, at->begin, (uint32_t)find_stop(at)))
        return NULL;
    return prove_elements(walk->guide, walk->guide->rules + position->rule, &at->text, at->name_end,
                             is_qualified ? (uint32_t)position->proven : 0);
}

static void misplace(cw_walk *walk, cw_window *window, const segment *at)
{
    if (!walk->is_derailed)
        tell(window, at, CW_MISPLACED, walk->top->loop, 0);
    walk->is_derailed = 1;
}

/* Take the segment to the place where the way leads; `NULL`: nowhere. Gives what `prove` gives. */
static inline const uint32_t *take(cw_walk *walk, cw_window *window, const segment *at, const cw_way *way,
                                   int is_qualified)
{
    window->index++;
    walk->last_offset = at->offset + at->begin;
    if (way == NULL) {
        misplace(walk, window, at);
        return NULL;
    }
    walk->is_derailed = 0;
    enter(walk, window, at, way);
    const uint32_t *last = prove(walk, at, is_qualified);
    if (last == NULL)
        tell(window, at, CW_DOUBT, way->position, 0);
    return last;
}

static inline const cw_name *name_of(const cw_walk *walk, const segment *at)
{
    const uint8_t *bytes = at->text.bytes;
    uint64_t end = at->begin;
    if (at->name_end != NULL) {
        end = *at->name_end;
        if (bytes[end] == walk->delimiters.component)
            return NULL;
    } else {
        while (end < at->stop && bytes[end] != walk->delimiters.element)
            end++;
    }
    return end - at->begin > CW_LONGEST_NAME ? NULL : find_name(walk->guide, key_between(at, at->begin, end));
}

/* Leave out the blanks before a segment, and tokens that are made of them. Gives whether the segment is blank. */
static int skip_blanks(segment *at)
{
    const uint64_t stop = find_stop(at);
    while (at->begin < stop && is_blank(at->text.bytes[at->begin]))
        at->begin++;
    while (at->name_end != NULL && *at->name_end < at->begin)
        at->name_end++;
    return at->begin == stop;
}

/* Take the segment, or say why not. Leaves in `*last` what `take` gave. */
static inline int32_t offer(cw_walk *walk, cw_window *window, segment *at, const uint32_t **last)
{
    if (is_blank(at->text.bytes[at->begin]) && skip_blanks(at) && is_blank(walk->delimiters.terminator))
        return CW_DONE; /* An empty line. */
    const cw_name *name = name_of(walk, at);
    if (name != NULL && name->is_control)
        return CW_CONTROL;
    if (!has_room(walk, window))
        return CW_FULL;
    int is_qualified = 0;
    const cw_way *way = name == NULL ? NULL : choose(walk, at, name->segment, &is_qualified);
    *last = take(walk, window, at, way, is_qualified);
    return CW_DONE;
}

/* Whole segments of a block. Leaves in `*size` how many bytes of it were taken. */
static int32_t run_block(cw_walk *walk, cw_window *window, segment *at, uint32_t *size)
{
    const uint8_t terminator = walk->delimiters.terminator, *bytes = at->text.bytes;
    const uint32_t *end = walk->marks.ends, *stop = end + walk->marks.count;
    while (stop > end && bytes[stop[-1]] != terminator)
        stop--;
    for (*size = 0; end < stop; *size = *end++ + 1) {
        const uint32_t *last = NULL;
        at->begin = *size;
        at->name_end = end;
        const int32_t status = offer(walk, window, at, &last);
        if (status != CW_DONE)
            return status;
        if (last != NULL) {
            end = last;
        } else {
            while (bytes[*end] != terminator)
                end++;
        }
    }
    return CW_DONE;
}

/* The one segment that is longer than a block, whose terminator is known to come before `limit`. */
static int32_t run_long_segment(cw_walk *walk, cw_window *window, segment *at)
{
    const uint8_t *bytes = at->text.bytes, *last;
    const uint32_t *none;
    last = memchr(bytes, walk->delimiters.terminator, (size_t)(at->text.limit - bytes));
    at->begin = 0;
    at->name_end = NULL;
    at->stop = (uint64_t)(last - bytes);
    return offer(walk, window, at, &none);
}

/* The bytes up to the last terminator. */
static uint64_t whole_size(const cw_window *window, uint8_t terminator)
{
    uint64_t size = window->size;
    while (size > 0 && window->data[size - 1] != terminator)
        size--;
    return size;
}

int32_t cw_run(cw_walk *walk, cw_window *window)
{
    const uint64_t whole = whole_size(window, walk->delimiters.terminator);
    int32_t status = CW_DONE;
    segment at = {.text = {.limit = window->data + whole, .delimiters = &walk->delimiters}};
    window->taken = 0;
    window->count = 0;
    if (walk->top == walk->frames)
        return CW_REFUSED; /* No set has begun. */
    while (window->taken < whole && status == CW_DONE) {
        const uint64_t left = whole - window->taken;
        uint32_t size = left < BLOCK ? (uint32_t)left : BLOCK;
        at.text.bytes = window->data + window->taken;
        at.offset = window->offset + window->taken;
        mark_block(&walk->marks, at.text.bytes, size, &walk->delimiters);
        status = run_block(walk, window, &at, &size);
        window->taken += size;
        if (size == 0 && status == CW_DONE) {
            status = run_long_segment(walk, window, &at);
            window->taken += status == CW_DONE ? at.stop + 1 : 0;
        }
    }
    return status;
}

/* Aim at the one segment that the window holds. */
static int32_t aim(cw_walk *walk, const cw_window *window, segment *at)
{
    const uint8_t terminator = walk->delimiters.terminator;
    if (window->size == 0 || memchr(window->data, terminator, (size_t)window->size) != window->data + window->size - 1)
        return CW_REFUSED;
    *at = (segment){.text = {.bytes = window->data, .limit = window->data + window->size, .delimiters = &walk->delimiters},
                    .stop = window->size - 1,
                    .offset = window->offset};
    if (window->size <= BLOCK) {
        mark_block(&walk->marks, window->data, (uint32_t)window->size, &walk->delimiters);
        at->name_end = walk->marks.ends;
    }
    return CW_DONE;
}

int32_t cw_begin(cw_walk *walk, const cw_delimiters *delimiters, cw_window *window)
{
    const cw_guide *guide = walk->guide;
    const cw_position *root = guide->positions + guide->root_position;
    const cw_way way = {.position = guide->root_position, .member = root->member, .repeat = 1};
    segment at;
    window->count = 0;
    walk->delimiters = *delimiters;
    walk->top = walk->frames;
    if (window->capacity < (uint32_t)guide->max_events || aim(walk, window, &at) != CW_DONE)
        return CW_REFUSED;
    open_loop(walk, root->loop);
    take(walk, window, &at, &way, 0);
    return CW_DONE;
}

int32_t cw_end(cw_walk *walk, cw_window *window)
{
    segment at;
    window->count = 0;
    if (window->size > 0) {
        if (aim(walk, window, &at) != CW_DONE)
            return CW_REFUSED;
        const cw_name *name = name_of(walk, &at);
        int is_qualified = 0;
        const cw_way *way = name == NULL ? NULL : choose(walk, &at, name->segment, &is_qualified);
        take(walk, window, &at, way, is_qualified);
    }
    const segment last = {.offset = walk->last_offset};
    for (; walk->top > walk->frames; walk->top--)
        check_required(walk, window, walk->top, INT32_MAX, &last);
    return CW_DONE;
}
