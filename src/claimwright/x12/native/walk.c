#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core.h"
#include "elements.h"
#include "marks.h"

/* A loop that is open: how often each of its members occurred, the group reached, the next required member to ask for. */
typedef struct {
    int32_t loop, group, asked;
    uint32_t *counts;
} frame;

struct cw_walk {
    const cw_guide *guide;
    cw_delimiters delimiters;
    int32_t position;
    int is_derailed;
    uint64_t last_offset; /* of the segment taken last */
    int32_t top;          /* of frames */
    frame *frames;        /* guide->depth of them */
    uint32_t *counts;     /* guide->max_members for each frame */
    cw_marks marks;
};

/* The segment at hand. `name_end` points at the end of its first token, `stop` is its terminator's offset in the block;
 * a segment longer than a block has no tokens (`name_end` is NULL). */
typedef struct {
    cw_text text;
    uint32_t begin;
    uint64_t stop;
    const uint32_t *name_end;
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
    walk->frames = calloc((size_t)guide->depth, sizeof *walk->frames);
    walk->counts = calloc((size_t)guide->depth * (size_t)guide->max_members, sizeof *walk->counts);
    if (walk->frames == NULL || walk->counts == NULL) {
        cw_free(walk);
        return NULL;
    }
    for (int32_t at = 0; at < guide->depth; at++)
        walk->frames[at].counts = walk->counts + (size_t)at * (size_t)guide->max_members;
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

static void tell(cw_window *window, const segment *at, int32_t kind, int32_t place, int32_t argument)
{
    if (window->count == window->capacity)
        return; /* Never: there is room for max_events before a segment is taken. */
    cw_event *event = window->events + window->count++;
    event->index = window->index;
    event->offset = at->offset + at->begin;
    event->length = at->stop - at->begin;
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

static uint64_t find_qualifier(const segment *at, int32_t element, int32_t component)
{
    if (at->name_end == NULL)
        return long_qualifier(at, element, component);
    const uint8_t *bytes = at->text.bytes, mark = at->text.delimiters->component;
    const uint32_t *end = at->name_end;
    for (; element > 0; element--) {
        if (*end == at->stop)
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

static uint32_t count_of(const cw_walk *walk, const cw_way *way)
{
    return walk->frames[walk->top - way->closes].counts[way->member];
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
static const cw_way *choose(const cw_walk *walk, const segment *at, int32_t name, int *is_qualified)
{
    const cw_guide *guide = walk->guide;
    const int32_t state = guide->positions[walk->position].state;
    const int32_t number = guide->forks_of[state * guide->segment_count + name];
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

static void note_segment(cw_walk *walk, cw_window *window, const segment *at)
{
    window->index++;
    walk->last_offset = at->offset + at->begin;
}

static frame *open_loop(cw_walk *walk, int32_t loop)
{
    frame *opened = walk->frames + ++walk->top;
    opened->loop = loop;
    opened->group = 0;
    opened->asked = 0;
    memset(opened->counts, 0, (size_t)walk->guide->loops[loop].members * sizeof *opened->counts);
    return opened;
}

static void count_up(uint32_t *count)
{
    *count += *count < UINT32_MAX;
}

static void enter(cw_walk *walk, cw_window *window, const segment *at, const cw_way *way, int is_qualified)
{
    const cw_guide *guide = walk->guide;
    for (int32_t closed = 0; closed < way->closes; closed++, walk->top--)
        check_required(walk, window, walk->frames + walk->top, INT32_MAX, at);
    frame *open = walk->frames + walk->top;
    if (way->group > open->group) {
        check_required(walk, window, open, way->group, at);
        open->group = way->group;
    }
    count_up(open->counts + way->member);
    const int is_one_too_many = open->counts[way->member] == (uint32_t)way->repeat + 1;
    const cw_position *position = guide->positions + way->position;
    if (way->opens) {
        open = open_loop(walk, position->loop);
        open->counts[position->member] = 1;
    }
    if (is_one_too_many)
        tell(window, at, way->opens ? CW_REPEATED_LOOP : CW_REPEATED_SEGMENT,
             way->opens ? position->loop : way->position, way->repeat);
    walk->position = way->position;
    const cw_rule *rule = guide->rules + position->rule;
    if (at->name_end == NULL || cw_has_odd(&walk->marks, at->begin, (uint32_t)at->stop) ||
        !cw_elements_are_right(guide, rule, &at->text, at->name_end, is_qualified ? position->qualified_element : 0))
        tell(window, at, CW_DOUBT, way->position, 0);
}

static void misplace(cw_walk *walk, cw_window *window, const segment *at)
{
    if (!walk->is_derailed)
        tell(window, at, CW_MISPLACED, walk->frames[walk->top].loop, 0);
    walk->is_derailed = 1;
}

static void take(cw_walk *walk, cw_window *window, const segment *at, const cw_name *name)
{
    int is_qualified = 0;
    note_segment(walk, window, at);
    const cw_way *way = name == NULL ? NULL : choose(walk, at, name->segment, &is_qualified);
    if (way == NULL) {
        misplace(walk, window, at);
        return;
    }
    walk->is_derailed = 0;
    enter(walk, window, at, way, is_qualified);
}

static const cw_name *name_of(const cw_walk *walk, const segment *at)
{
    uint64_t end = at->begin;
    if (at->name_end != NULL)
        end = *at->name_end;
    else
        while (end < at->stop && at->text.bytes[end] != walk->delimiters.element)
            end++;
    if (end != at->stop && at->text.bytes[end] != walk->delimiters.element)
        return NULL; /* A component separator stands in it. */
    return end - at->begin > CW_LONGEST_NAME ? NULL : find_name(walk->guide, key_between(at, at->begin, end));
}

/* Leaves out the blanks before a segment, and tokens that are made of them. */
static void skip_blanks(segment *at)
{
    while (at->begin < at->stop && is_blank(at->text.bytes[at->begin]))
        at->begin++;
    while (at->name_end != NULL && *at->name_end < at->begin)
        at->name_end++;
}

/* Take the segment, or say why not. */
static int32_t offer(cw_walk *walk, cw_window *window, segment *at)
{
    skip_blanks(at);
    if (at->begin == at->stop && is_blank(walk->delimiters.terminator))
        return CW_DONE; /* An empty line. */
    const cw_name *name = name_of(walk, at);
    if (name != NULL && name->is_control)
        return CW_CONTROL;
    if (!has_room(walk, window))
        return CW_FULL;
    take(walk, window, at, name);
    return CW_DONE;
}

/* Whole segments of a block. Leaves in `*size` how many bytes of it were taken. */
static int32_t run_block(cw_walk *walk, cw_window *window, segment *at, uint32_t *size)
{
    const uint8_t terminator = walk->delimiters.terminator, *bytes = at->text.bytes;
    const uint32_t *end = walk->marks.ends, *last = end + walk->marks.count;
    while (last > end && bytes[last[-1]] != terminator)
        last--;
    *size = 0;
    while (end < last) {
        at->begin = *size;
        at->name_end = end;
        while (bytes[*end] != terminator)
            end++;
        at->stop = *end++;
        const int32_t status = offer(walk, window, at);
        if (status != CW_DONE)
            return status;
        *size = (uint32_t)at->stop + 1;
    }
    return CW_DONE;
}

/* The one segment that is longer than a block, whose terminator is known to come before `limit`. */
static int32_t run_long_segment(cw_walk *walk, cw_window *window, segment *at)
{
    const uint8_t *bytes = at->text.bytes;
    const uint8_t *stop = memchr(bytes, walk->delimiters.terminator, (size_t)(at->text.limit - bytes));
    at->begin = 0;
    at->name_end = NULL;
    at->stop = (uint64_t)(stop - bytes);
    return offer(walk, window, at);
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
    while (window->taken < whole && status == CW_DONE) {
        const uint64_t left = whole - window->taken;
        uint32_t size = left < CW_BLOCK ? (uint32_t)left : CW_BLOCK;
        at.text.bytes = window->data + window->taken;
        at.offset = window->offset + window->taken;
        cw_mark_block(&walk->marks, at.text.bytes, size, &walk->delimiters);
        status = run_block(walk, window, &at, &size);
        window->taken += size;
        if (size == 0 && status == CW_DONE) {
            status = run_long_segment(walk, window, &at);
            window->taken += status == CW_DONE ? at.stop + 1 : 0;
        }
    }
    return status;
}

/* Take the one segment that the window holds, whatever its name. */
static int32_t take_alone(cw_walk *walk, cw_window *window, const cw_way *way)
{
    const uint8_t terminator = walk->delimiters.terminator;
    if (window->size == 0 || memchr(window->data, terminator, (size_t)window->size) != window->data + window->size - 1)
        return CW_REFUSED;
    segment at = {.text = {.bytes = window->data, .limit = window->data + window->size, .delimiters = &walk->delimiters},
                  .stop = window->size - 1,
                  .offset = window->offset};
    if (window->size <= CW_BLOCK) {
        cw_mark_block(&walk->marks, window->data, (uint32_t)window->size, &walk->delimiters);
        at.name_end = walk->marks.ends;
    }
    if (way == NULL) {
        take(walk, window, &at, name_of(walk, &at));
    } else {
        note_segment(walk, window, &at);
        enter(walk, window, &at, way, 0);
    }
    return CW_DONE;
}

int32_t cw_begin(cw_walk *walk, const cw_delimiters *delimiters, cw_window *window)
{
    const cw_guide *guide = walk->guide;
    const cw_position *root = guide->positions + guide->root_position;
    const cw_way way = {.position = guide->root_position, .member = root->member, .repeat = 1};
    window->count = 0;
    if (window->capacity < (uint32_t)guide->max_events)
        return CW_REFUSED;
    walk->delimiters = *delimiters;
    walk->is_derailed = 0;
    walk->top = -1;
    open_loop(walk, root->loop);
    return take_alone(walk, window, &way);
}

int32_t cw_end(cw_walk *walk, cw_window *window)
{
    window->count = 0;
    const int32_t status = window->size > 0 ? take_alone(walk, window, NULL) : CW_DONE;
    const segment last = {.offset = walk->last_offset};
    for (; status == CW_DONE && walk->top >= 0; walk->top--)
        check_required(walk, window, walk->frames + walk->top, INT32_MAX, &last);
    return status;
}
