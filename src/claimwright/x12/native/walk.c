/* The walk: the segments of one set matched against the tables of its guide, as walk.py does it.
 *
 * A segment is taken in two steps: everything about it is proven without changing anything but registers, which a
 * journal puts back; then it is committed. So a segment in doubt is left untouched.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core.h"

struct cw_walk {
    cw_state state;
    const cw_guide *guide;
    cw_delimiters delimiters;
    int32_t *loops;    /* the number of each open loop, the outermost first */
    value_set *uniques;
    uint32_t most_values;
    journal log;
    cw_marks marks;
    field_list fields;
};

/* The segment at hand: offsets in its block. `name_end` points at the end of its first token. */
typedef struct {
    cw_text text;
    uint32_t begin;
    const uint32_t *name_end;
    uint64_t offset; /* of the block within the file */
    uint64_t index;  /* of the segment within the file */
} cw_segment;

int32_t cw_abi(void)
{
    return CW_ABI;
}

uint32_t cw_size(int32_t structure)
{
    switch (structure) {
    case CW_GUIDE:
        return sizeof(cw_guide);
    case CW_STATE:
        return sizeof(cw_state);
    case CW_PLACE:
        return sizeof(cw_place);
    case CW_WINDOW:
        return sizeof(cw_window);
    case CW_DELIMITERS:
        return sizeof(cw_delimiters);
    default:
        return 0;
    }
}

/* Zeroed memory for so many things, and for one where there are none. */
static void *allocate(int32_t count, size_t size)
{
    return calloc(count > 0 ? (size_t)count : 1, size);
}

cw_walk *cw_new(const cw_guide *guide, uint32_t most_values)
{
    cw_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return NULL;
    walk->guide = guide;
    walk->most_values = most_values;
    walk->delimiters = (cw_delimiters){.element = '*', .component = ':', .repetition = '^', .terminator = '~'};
    walk->state.registers = walk->log.registers = allocate(guide->registers, sizeof(int64_t));
    walk->state.kept = allocate(guide->kept_places, sizeof(cw_place));
    walk->state.counts = allocate(guide->depth * guide->max_members, sizeof(uint32_t));
    walk->state.begins = allocate(guide->depth, sizeof(cw_place));
    walk->loops = allocate(guide->depth, sizeof(int32_t));
    walk->uniques = allocate(guide->uniques, sizeof(value_set));
    walk->log.entries = allocate(guide->max_writes, sizeof(journal_entry));
    walk->log.pending = allocate(guide->max_writes, sizeof(pending_value));
    walk->log.keeps = allocate(guide->kept_places + 1, sizeof(int32_t)); /* One may be written in vain. */
    if (walk->state.registers == NULL || walk->state.kept == NULL || walk->state.counts == NULL ||
        walk->state.begins == NULL || walk->loops == NULL || walk->uniques == NULL || walk->log.entries == NULL ||
        walk->log.pending == NULL || walk->log.keeps == NULL) {
        cw_free(walk);
        return NULL;
    }
    return walk;
}

void cw_free(cw_walk *walk)
{
    if (walk == NULL)
        return;
    for (int32_t at = 0; walk->uniques != NULL && at < walk->guide->uniques; at++)
        free_values(walk->uniques + at);
    free(walk->state.registers);
    free(walk->state.kept);
    free(walk->state.counts);
    free(walk->state.begins);
    free(walk->loops);
    free(walk->uniques);
    free(walk->log.entries);
    free(walk->log.pending);
    free(walk->log.keeps);
    free(walk);
}

cw_state *cw_state_of(cw_walk *walk)
{
    return &walk->state;
}

/* ---- Where a segment stands ---- */

static inline const cw_name *find_name(const cw_guide *guide, uint64_t key)
{
    const int32_t name = (int32_t)(key | key >> 32);
    uint32_t at = hash_key(key) % CW_NAME_SLOTS;
    for (; guide->names[at].key != 0; at = (at + 1) % CW_NAME_SLOTS) {
        if (guide->names[at].key == name)
            return guide->names + at;
    }
    return NULL;
}

static inline uint64_t key_between(const cw_segment *at, uint64_t begin, uint64_t end)
{
    return pack_key(at->text.bytes + begin, end - begin, at->text.limit);
}

static inline const cw_name *name_of(const cw_walk *walk, const cw_segment *at)
{
    const uint32_t end = *at->name_end;
    if (end - at->begin > CW_LONGEST_NAME || at->text.bytes[end] == walk->delimiters.component)
        return NULL;
    return find_name(walk->guide, key_between(at, at->begin, end));
}

static inline uint64_t find_qualifier(const cw_segment *at, int32_t element, int32_t component)
{
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

static inline const cw_slot *find_slot(const cw_guide *guide, const cw_fork *fork, uint64_t key)
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

/* The counts of the loop so many levels up from the innermost. */
static inline uint32_t *counts_of(const cw_walk *walk, int32_t up)
{
    return walk->state.counts + (walk->state.depth - 1 - up) * walk->guide->max_members;
}

/* Where the segment stands: the nearest place that its qualifier fits and that is not used up; NULL when in doubt. */
static inline const cw_way *choose(const cw_walk *walk, const cw_segment *at, int32_t name, int *is_qualified)
{
    const cw_guide *guide = walk->guide;
    const int32_t number = guide->forks_of[guide->positions[walk->state.position].forks + name];
    if (number == 0)
        return NULL;
    const cw_fork *fork = guide->forks + number;
    const cw_way *ways = guide->ways + fork->ways;
    int32_t count = fork->way_count;
    if (fork->element > 0) {
        const cw_slot *slot = find_slot(guide, fork, find_qualifier(at, fork->element, fork->component));
        if (slot != NULL) {
            ways = guide->ways + slot->ways;
            count = slot->way_count;
            *is_qualified = 1;
        }
    }
    for (const cw_way *way = ways; way < ways + count; way++) {
        if (counts_of(walk, way->closes)[way->member] < (uint32_t)way->repeat)
            return way;
    }
    return NULL;
}

/* ---- Proving a segment ---- */

static inline int are_needs_met(const cw_walk *walk, const cw_way *way)
{
    const cw_need *need = walk->guide->needs + way->need, *last = need + way->need_count;
    for (; need < last; need++) {
        if (counts_of(walk, need->depth)[need->member] == 0)
            return 0;
    }
    return 1;
}

static inline int are_closings_kept(const cw_walk *walk, int32_t closes)
{
    for (int32_t up = 0; up < closes; up++) {
        const cw_loop *loop = walk->guide->loops + walk->loops[walk->state.depth - 1 - up];
        if (loop->end_count > 0 && !are_ends_kept(walk->guide, loop, walk->state.registers))
            return 0;
    }
    return 1;
}

/* What the segment does to the registers, if its tests are proven; otherwise nothing. */
static int are_rules_proven(cw_walk *walk, const cw_segment *at, const uint32_t *last, int32_t elements,
                            const cw_way *way)
{
    const cw_guide *guide = walk->guide;
    const cw_position *position = guide->positions + way->position;
    journal *log = &walk->log;
    field_list *fields = &walk->fields;
    log->next = log->entries;
    log->pending_count = log->keep_count = 0;
    if (way->opens)
        clear_registers(log, guide, guide->loops + position->loop);
    if (position->step < 0)
        return 1;
    fields->bytes = at->text.bytes;
    fields->limit = at->text.limit;
    fields->ends = at->name_end;
    find_fields(fields, last, elements, position->fields, at->text.delimiters->component);
    for (int32_t element = 0; element < position->signed_fields; element++)
        fields->signs[element] = 0;
    if (are_steps_proven(guide, guide->steps + position->step, fields, log, walk->uniques, walk->most_values))
        return 1;
    undo(log);
    return 0;
}

/* ---- Committing a segment ---- */

static void open_loop(cw_walk *walk, int32_t number, cw_place first)
{
    const cw_guide *guide = walk->guide;
    const cw_loop *loop = guide->loops + number;
    cw_state *state = &walk->state;
    walk->loops[state->depth] = number;
    state->begins[state->depth] = first;
    state->depth++;
    memset(counts_of(walk, 0), 0, (size_t)loop->members * sizeof *state->counts);
    for (int32_t at = 0; at < loop->vacate_count; at++)
        state->kept[guide->numbers[loop->vacate + at]].index = 0;
    for (int32_t at = 0; at < loop->forget_count; at++)
        forget_values(walk->uniques + guide->numbers[loop->forget + at]);
}

/* What the rules remember of the segment. */
static inline void remember(cw_walk *walk, cw_place place)
{
    const journal *log = &walk->log;
    for (uint32_t at = 0; at < log->keep_count; at++)
        walk->state.kept[log->keeps[at]] = place;
    for (uint32_t at = 0; at < log->pending_count; at++) {
        const pending_value *value = log->pending + at;
        add_value(walk->uniques + value->unique, value->text.at, value->text.length, value->hash);
    }
}

static inline void commit(cw_walk *walk, const cw_segment *at, const cw_way *way, uint32_t stop)
{
    const cw_position *position = walk->guide->positions + way->position;
    const cw_place place = {.index = at->index, .offset = at->offset + at->begin, .length = stop - at->begin};
    walk->state.depth -= way->closes;
    uint32_t *count = counts_of(walk, 0) + way->member;
    ++*count;
    if (way->opens) {
        open_loop(walk, position->loop, place);
        counts_of(walk, 0)[position->member] = 1;
    }
    if (position->step >= 0)
        remember(walk, place);
    walk->state.last = place;
    walk->state.position = way->position;
}

/* The end of the segment's last token when its elements are right, or NULL; counts them. */
static ALWAYS_INLINE const uint32_t *prove(const cw_walk *walk, const cw_segment *at, const cw_position *position,
                                           int is_qualified, int32_t *elements)
{
    if (walk->marks.has_odd) {
        const uint32_t *end = at->name_end;
        while (at->text.bytes[*end] != at->text.delimiters->terminator)
            end++;
        if (has_odd_between(&walk->marks, at->begin, *end))
            return NULL;
    }
    return prove_elements(walk->guide, walk->guide->rules + position->rule, &at->text, at->name_end,
                          is_qualified ? (uint32_t)position->proven : 0, elements);
}

/* Prove the segment and take it the way; NULL, and nothing is changed, when it is in doubt. Gives its last token's end. */
static ALWAYS_INLINE const uint32_t *take(cw_walk *walk, const cw_segment *at, const cw_way *way, int is_qualified)
{
    const cw_position *position = walk->guide->positions + way->position;
    if (!are_needs_met(walk, way) || !are_closings_kept(walk, way->closes))
        return NULL;
    int32_t elements = 0;
    const uint32_t *last = prove(walk, at, position, is_qualified, &elements);
    if (last == NULL)
        return NULL;
    if ((way->opens || position->step >= 0) && !are_rules_proven(walk, at, last, elements, way))
        return NULL;
    commit(walk, at, way, *last);
    return last;
}

/* ---- Windows ---- */

/* Leave out the blanks before a segment, and tokens that are made of them. Gives 1 when nothing else is there. */
static int skip_blanks(cw_segment *at)
{
    const uint8_t *bytes = at->text.bytes;
    while (bytes[at->begin] != at->text.delimiters->terminator && is_blank(bytes[at->begin]))
        at->begin++;
    while (*at->name_end < at->begin)
        at->name_end++;
    return bytes[at->begin] == at->text.delimiters->terminator;
}

/* Take the segment, or say why not. Leaves in `*end` the end of a token of it, the last one if it was taken. */
static inline int32_t offer(cw_walk *walk, cw_segment *at, const uint32_t **end)
{
    if (is_blank(at->text.bytes[at->begin]) && skip_blanks(at) && is_blank(walk->delimiters.terminator)) {
        *end = at->name_end;
        at->index--; /* An empty line is no segment. */
        return CW_DONE;
    }
    const cw_name *name = name_of(walk, at);
    if (name == NULL)
        return CW_DOUBT;
    if (name->is_control)
        return CW_CONTROL;
    int is_qualified = 0;
    const cw_way *way = choose(walk, at, name->segment, &is_qualified);
    cw_state *state = &walk->state;
    if (state->trail != NULL && state->trail_count == state->trail_room)
        return CW_DOUBT;
    const uint32_t *last = way == NULL ? NULL : take(walk, at, way, is_qualified);
    if (last == NULL)
        return CW_DOUBT;
    if (state->trail != NULL)
        state->trail[state->trail_count++] = state->position;
    *end = last;
    return CW_DONE;
}

/* Whole segments of a block. Leaves in `*size` how many bytes of it were taken. */
static int32_t run_block(cw_walk *walk, cw_segment *at, uint32_t *size)
{
    const uint8_t terminator = walk->delimiters.terminator, *bytes = at->text.bytes;
    const uint32_t *end = walk->marks.ends, *stop = end + walk->marks.count;
    while (stop > end && bytes[stop[-1]] != terminator)
        stop--;
    *size = 0;
    while (end < stop) {
        at->begin = *size;
        at->name_end = end;
        const int32_t status = offer(walk, at, &end);
        if (status != CW_DONE)
            return status;
        at->index++;
        *size = *end++ + 1;
    }
    return CW_DONE;
}

/* The bytes up to the last terminator. */
static uint64_t whole_size(const cw_window *window, uint8_t terminator)
{
    uint64_t size = window->size;
    while (size > 0 && window->data[size - 1] != terminator)
        size--;
    return size;
}

int32_t cw_run(cw_walk *walk, cw_window *window, uint64_t index)
{
    window->taken = 0;
    if (walk->state.depth < 1)
        return CW_REFUSED; /* No set has begun. */
    const uint64_t whole = whole_size(window, walk->delimiters.terminator);
    int32_t status = CW_DONE;
    cw_segment at = {.text = {.limit = window->data + whole, .delimiters = &walk->delimiters}, .index = index};
    while (window->taken < whole && status == CW_DONE) {
        const uint64_t left = whole - window->taken;
        uint32_t size = left < BLOCK ? (uint32_t)left : BLOCK;
        at.text.bytes = window->data + window->taken;
        at.offset = window->offset + window->taken;
        mark_block(&walk->marks, at.text.bytes, size, &walk->delimiters);
        status = run_block(walk, &at, &size);
        window->taken += size;
        if (size == 0 && status == CW_DONE)
            status = CW_DOUBT; /* A segment longer than a block. */
    }
    return status;
}

/* Aim at the one segment that the window holds. */
static int32_t aim(cw_walk *walk, const cw_window *window, cw_segment *at)
{
    const uint8_t terminator = walk->delimiters.terminator;
    if (window->size == 0 || memchr(window->data, terminator, (size_t)window->size) != window->data + window->size - 1)
        return CW_REFUSED;
    if (window->size > BLOCK)
        return CW_DOUBT;
    at->text = (cw_text){window->data, window->data + window->size, &walk->delimiters};
    at->begin = 0;
    at->offset = window->offset;
    at->name_end = walk->marks.ends;
    mark_block(&walk->marks, window->data, (uint32_t)window->size, &walk->delimiters);
    return CW_DONE;
}

static int are_distinct(const cw_delimiters *marks)
{
    return marks->element != marks->component && marks->element != marks->terminator &&
           marks->component != marks->terminator;
}

int32_t cw_begin(cw_walk *walk, const cw_delimiters *delimiters, const cw_window *window, uint64_t index)
{
    const cw_guide *guide = walk->guide;
    const cw_position *root = guide->positions + guide->root_position;
    cw_state *state = &walk->state;
    cw_segment at = {.index = index};
    if (!are_distinct(delimiters))
        return CW_REFUSED; /* Loops over tokens end at the terminator, which must be nothing else. */
    walk->delimiters = *delimiters;
    state->depth = 0;
    state->position = guide->root_position;
    for (int32_t reg = 0; reg < guide->registers; reg++)
        state->registers[reg] = guide->is_empty[reg] ? CW_ABSENT : 0;
    memset(state->kept, 0, (size_t)guide->kept_places * sizeof *state->kept);
    for (int32_t unique = 0; unique < guide->uniques; unique++)
        forget_values(walk->uniques + unique);
    const int32_t status = aim(walk, window, &at);
    if (status != CW_DONE)
        return status;
    const cw_place place = {.index = index, .offset = window->offset, .length = window->size - 1};
    open_loop(walk, root->loop, place);
    const cw_way way = {.position = guide->root_position, .member = root->member, .repeat = 1};
    return take(walk, &at, &way, 0) == NULL ? CW_DOUBT : CW_DONE;
}

int32_t cw_end(cw_walk *walk, const cw_window *window)
{
    cw_segment at = {.index = 0};
    const int32_t status = walk->state.depth < 1 ? CW_REFUSED : aim(walk, window, &at);
    if (status != CW_DONE)
        return status;
    const cw_name *name = name_of(walk, &at);
    int is_qualified = 0;
    const cw_way *way = name == NULL ? NULL : choose(walk, &at, name->segment, &is_qualified);
    if (way == NULL || way->closes != walk->state.depth - 1)
        return CW_DOUBT; /* tables.py makes sure that nothing is missing behind an SE in its place. */
    const cw_position *position = walk->guide->positions + way->position;
    int32_t elements;
    const int is_right = position->step < 0 && are_needs_met(walk, way) &&
                         are_closings_kept(walk, walk->state.depth) &&
                         prove(walk, &at, position, is_qualified, &elements) != NULL;
    return is_right ? CW_DONE : CW_DOUBT;
}

void cw_stand(cw_walk *walk, int32_t position)
{
    int32_t depth = 0;
    for (int32_t loop = walk->guide->positions[position].loop; loop >= 0; loop = walk->guide->loops[loop].parent)
        depth++;
    walk->state.position = position;
    walk->state.depth = depth;
    for (int32_t loop = walk->guide->positions[position].loop; loop >= 0; loop = walk->guide->loops[loop].parent)
        walk->loops[--depth] = loop;
}

int32_t cw_remember(cw_walk *walk, int32_t unique, const uint8_t *text, uint32_t length)
{
    if (unique < 0 || unique >= walk->guide->uniques || length == 0)
        return CW_REMEMBERED;
    value_set *set = walk->uniques + unique;
    const uint32_t hash = hash_text(text, length);
    if (has_value(set, text, length, hash))
        return CW_CAME_BEFORE;
    if (set->count >= walk->most_values) {
        const int was_told = set->is_told_full;
        set->is_told_full = 1;
        return was_told ? CW_REMEMBERED : CW_IS_FULL;
    }
    add_value(set, text, length, hash);
    return CW_REMEMBERED;
}

int32_t cw_knows(const cw_walk *walk, int32_t unique, const uint8_t *text, uint32_t length)
{
    if (unique < 0 || unique >= walk->guide->uniques || length == 0)
        return 1;
    const value_set *set = walk->uniques + unique;
    return has_value(set, text, length, hash_text(text, length)) || set->count >= walk->most_values;
}

void cw_forget(cw_walk *walk, int32_t unique)
{
    if (unique >= 0 && unique < walk->guide->uniques)
        forget_values(walk->uniques + unique);
}
