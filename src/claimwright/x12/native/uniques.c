/* Values that must not come twice: sets of texts, in open addressing over one text that only grows. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core.h"

#define FEWEST_SLOTS 64u

typedef struct {
    uint32_t generation; /* of another one than its set: an empty slot */
    uint32_t hash, offset, length; /* offset in `text` */
} value_slot;

typedef struct {
    uint32_t count, slot_count; /* slot_count: 0 or a power of two */
    uint32_t size, room;        /* bytes of text */
    uint32_t generation;        /* another one each time that all values are forgotten; never 0 once there are slots */
    int is_told_full;
    value_slot *slots;
    uint8_t *text;
} value_set;

/* The slot that holds the text, or the empty one where it belongs. There is always an empty one. */
static value_slot *find_value(const value_set *set, const uint8_t *text, uint32_t length, uint32_t hash)
{
    const uint32_t mask = set->slot_count - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        value_slot *slot = set->slots + at;
        if (slot->generation != set->generation ||
            (slot->hash == hash && slot->length == length && !memcmp(set->text + slot->offset, text, length)))
            return slot;
    }
}

static int has_value(const value_set *set, const uint8_t *text, uint32_t length, uint32_t hash)
{
    return set->count > 0 && find_value(set, text, length, hash)->generation == set->generation;
}

static int grow_slots(value_set *set)
{
    const value_set before = *set;
    const uint32_t wanted = before.slot_count == 0 ? FEWEST_SLOTS : 2 * before.slot_count;
    value_slot *slots = calloc(wanted, sizeof *slots);
    if (slots == NULL)
        return 0;
    set->slots = slots;
    set->slot_count = wanted;
    set->generation = 1;
    for (uint32_t at = 0; at < before.slot_count; at++) {
        const value_slot *old = before.slots + at;
        if (old->generation == before.generation) {
            value_slot *slot = find_value(set, before.text + old->offset, old->length, old->hash);
            *slot = *old;
            slot->generation = set->generation;
        }
    }
    free(before.slots);
    return 1;
}

static int grow_text(value_set *set, uint32_t length)
{
    const uint32_t wanted = 2 * (set->room + length);
    uint8_t *text = wanted < INT32_MAX ? realloc(set->text, wanted) : NULL;
    if (text == NULL)
        return 0;
    set->text = text;
    set->room = wanted;
    return 1;
}

/* 0 when the value cannot be remembered: there is no memory. */
static int add_value(value_set *set, const uint8_t *text, uint32_t length, uint32_t hash)
{
    if (2 * (set->count + 1) >= set->slot_count && !grow_slots(set))
        return 0;
    if (set->room - set->size < length && !grow_text(set, length))
        return 0;
    value_slot *slot = find_value(set, text, length, hash);
    if (slot->generation == set->generation)
        return 1;
    memcpy(set->text + set->size, text, length);
    *slot = (value_slot){.generation = set->generation, .hash = hash, .offset = set->size, .length = length};
    set->size += length;
    set->count++;
    return 1;
}

static void forget_values(value_set *set)
{
    set->is_told_full = 0;
    if (set->count == 0)
        return;
    set->count = 0;
    set->size = 0;
    if (++set->generation == 0) {
        memset(set->slots, 0, set->slot_count * sizeof *set->slots);
        set->generation = 1;
    }
}

static void free_values(value_set *set)
{
    free(set->slots);
    free(set->text);
}
