/* The rules beyond structure: the steps of a position (core.h says what each needs), taken for one segment, and the
 * checks at a loop's end. A step proves what it can say, or leaves the segment to Python.
 *
 * Registers are written through a journal, so that a segment whose tests are not proven leaves no trace.
 */
#include "bytes.h"
#include "core.h"
#include "numbers.h"

#define DAY_LENGTH 8

typedef struct {
    int32_t reg;
    int64_t before;
} journal_entry;

/* A value that will be remembered when the segment is taken. */
typedef struct {
    text_view text;
    int32_t unique;
    uint32_t hash;
} pending_value;

/* What the segment at hand has changed in the registers, and what is to be done when it is taken. */
typedef struct {
    int64_t *registers;
    journal_entry *entries, *next;
    pending_value *pending;
    int32_t *keeps;
    uint32_t pending_count, keep_count;
} journal;

static inline void write_register(journal *log, int32_t reg, int64_t value)
{
    *log->next++ = (journal_entry){.reg = reg, .before = log->registers[reg]};
    log->registers[reg] = value;
}

static void undo(journal *log)
{
    while (log->next > log->entries) {
        const journal_entry *entry = --log->next;
        log->registers[entry->reg] = entry->before;
    }
}

/* A loop opens: its registers are empty. */
static void clear_registers(journal *log, const cw_guide *guide, const cw_loop *loop)
{
    const int32_t *reg = guide->numbers + loop->clear, *last = reg + loop->clear_count;
    for (; reg < last; reg++)
        write_register(log, *reg, guide->is_empty[*reg] ? CW_ABSENT : 0);
}

static inline int is_known(int64_t value)
{
    return value != CW_ABSENT && value < CW_UNKNOWN;
}

/* ---- Reads ---- */

/* The first or the last day of a period or an instant. */
static text_view day_of(text_view text, int32_t number)
{
    const uint8_t *begin = text.at, *end = text.at + text.length;
    if (number == CW_FIRST_DAY) {
        const uint8_t *hyphen = memchr(begin, '-', text.length);
        end = hyphen == NULL ? end : hyphen;
    } else {
        for (const uint8_t *at = begin; at < end; at++)
            begin = *at == '-' ? at + 1 : begin;
    }
    const uint32_t length = (uint32_t)(end - begin);
    return (text_view){begin, length > DAY_LENGTH ? DAY_LENGTH : length};
}

/* Add to a sum or a count; 0 when a sum would leave what is known of it. */
static inline int add_to(journal *log, int32_t reg, int64_t value)
{
    const int64_t before = log->registers[reg];
    if (!is_known(before))
        return 1;
    if (before + value >= CW_UNKNOWN || before + value <= -CW_UNKNOWN)
        return 0;
    write_register(log, reg, before + value);
    return 1;
}

/* A number goes into a register that holds the last, first, greatest or least. */
static inline void read_bound(journal *log, const cw_step *step, int64_t number)
{
    const int64_t before = log->registers[step->a];
    if (step->verb == CW_LAST || before == CW_ABSENT || (step->verb == CW_MAX && number > before) ||
        (step->verb == CW_MIN && number < before))
        write_register(log, step->a, number);
}

/* ---- Checks ---- */

/* A condition holds when a side is absent or unknown. */
static inline int holds(const cw_condition *condition, const int64_t *registers)
{
    if (condition->op >= CW_IS_FACT)
        return (registers[condition->left] != 0) == (condition->op == CW_IS_FACT);
    const int64_t left = condition->left_is_constant ? condition->left : registers[condition->left];
    const int64_t right = condition->right_is_constant ? condition->right : registers[condition->right];
    if (!is_known(left) || !is_known(right))
        return 1;
    switch (condition->op) {
    case CW_EQUAL:
        return left == right;
    case CW_UNEQUAL:
        return left != right;
    case CW_LESS:
        return left < right;
    case CW_AT_MOST:
        return left <= right;
    case CW_MORE:
        return left > right;
    default:
        return left >= right;
    }
}

/* Whether a side is a sum that nothing is known of. */
static inline int is_unsure(const cw_condition *condition, const int64_t *registers)
{
    return condition->op < CW_IS_FACT &&
           ((!condition->left_is_constant && registers[condition->left] >= CW_UNKNOWN) ||
            (!condition->right_is_constant && registers[condition->right] >= CW_UNKNOWN));
}

static int is_check_kept(const cw_guide *guide, const cw_check *check, const int64_t *registers)
{
    if (check->fact >= 0 && registers[check->fact] == 0)
        return 1;
    const cw_condition *condition = guide->conditions + check->when, *last = condition + check->when_count;
    for (; condition < last; condition++) {
        if (!holds(condition, registers) || is_unsure(condition, registers))
            return 1;
    }
    condition = guide->conditions + check->need;
    last = condition + check->need_count;
    for (; condition < last; condition++) {
        if (holds(condition, registers))
            return 1;
    }
    return 0;
}

static int are_ends_kept(const cw_guide *guide, const cw_loop *loop, const int64_t *registers)
{
    const cw_check *check = guide->checks + loop->end, *last = check + loop->end_count;
    for (; check < last; check++) {
        if (!is_check_kept(guide, check, registers))
            return 0;
    }
    return 1;
}

/* ---- Tests ---- */

/* A whole number without leading zeros; -1 for any other text. */
static int64_t exact_number(text_view text, const uint8_t *limit)
{
    const int64_t number = read_number(text, limit);
    return number != CW_ABSENT && (text.at[0] != '0' || text.length == 1) ? number : -1;
}

static int is_numbered(const cw_step *step, int64_t number, journal *log)
{
    const int64_t place = log->registers[step->a], before = log->registers[step->b];
    if (!is_known(place) || (number != place && (before == CW_ABSENT || number != before + 1)))
        return 0;
    write_register(log, step->b, number);
    if (step->first >= 0) {
        write_register(log, step->first, number);
        write_register(log, step->count, place);
    }
    return 1;
}

static int is_below(const cw_step *step, int64_t number, const int64_t *registers)
{
    const int64_t above = registers[step->a], place = registers[step->b];
    return above == CW_ABSENT || number == above || number == place;
}

static int is_pointer(const cw_step *step, int64_t number, const int64_t *registers)
{
    const int64_t most = registers[step->a];
    return number >= 1 && is_known(most) && number <= most;
}

/* A value for a set that is not full, or of which it was said that it is. It is put there when the segment is taken. */
static int may_remember(const cw_step *step, text_view text, journal *log, const value_set *uniques, uint32_t most)
{
    const value_set *set = uniques + step->a;
    const uint32_t hash = hash_text(text.at, text.length);
    const int is_unique = step->verb == CW_UNIQUE;
    if (is_unique && has_value(set, text.at, text.length, hash))
        return 0;
    for (uint32_t at = 0; is_unique && at < log->pending_count; at++) {
        const pending_value *other = log->pending + at;
        if (other->unique == step->a && other->hash == hash && other->text.length == text.length &&
            !memcmp(other->text.at, text.at, text.length))
            return 0;
    }
    if (set->count + log->pending_count >= most)
        return set->is_told_full;
    log->pending[log->pending_count++] = (pending_value){.text = text, .unique = step->a, .hash = hash};
    return 1;
}

static int is_among(const cw_step *step, text_view text, const int64_t *registers, const value_set *uniques)
{
    return registers[step->b] != 0 ||
           has_value(uniques + step->a, text.at, text.length, hash_text(text.at, text.length));
}

/* ---- Steps ---- */

/* The condition of a step. */
static inline int is_met(const field_list *fields, const cw_step *step)
{
    return (fields->signs[step->first] & (uint32_t)step->count) == (uint32_t)step->other;
}

/* The value as the number that the steps after it want; CW_ABSENT when it is none. */
static inline int64_t read_as(int32_t number, text_view text, const uint8_t *limit)
{
    if (number == CW_CENTS)
        return read_cents(text, limit);
    if (number == CW_WHOLE_NUMBER || text.length <= DAY_LENGTH)
        return read_number(text, limit);
    return read_number(day_of(text, number), limit);
}

/* Give the element the bits of its class; 0 when the class is wrong. */
static inline int is_class_right(const cw_guide *guide, const cw_step *step, text_view text, field_list *fields)
{
    const cw_class *class = class_of(guide, step, text, fields->limit);
    fields->signs[step->a] |= class->bits;
    return (class->wrong & (CW_ALWAYS_WRONG | fields->signs[step->judge])) == 0;
}

/* Give an element its bits before its turn. */
static inline void set_sign(const cw_guide *guide, const cw_step *step, field_list *fields)
{
    if (step->a >= fields->count)
        return;
    const text_view text = part_of(fields, step->a, step->b);
    if (text.length > 0)
        fields->signs[step->a] |= class_of(guide, step, text, fields->limit)->bits;
}

/* Take the steps that a segment has at its position; 0 when one of them leaves a doubt. */
static int are_steps_proven(const cw_guide *guide, const cw_step *step, field_list *fields, journal *log,
                            const value_set *uniques, uint32_t most_values)
{
    const uint8_t *const limit = fields->limit;
    text_view text = {NULL, 0};
    int64_t number = CW_ABSENT;
    for (;; step++) {
        switch (step->verb) {
        case CW_PROVEN:
            return 1;
        case CW_VALUE:
            if (step->a >= fields->count) {
                step += step->first;
                break;
            }
            text = part_of(fields, step->a, step->b);
            if (text.length == 0) {
                step += text.at == NULL ? step->first : step->skip;
                break;
            }
            if (step->class_count > 0 && !is_class_right(guide, step, text, fields))
                return 0;
            if (step->count == CW_NO_NUMBER)
                break;
            number = read_as(step->count, text, limit);
            if (step->other != 0 && (sign_of(number, text, limit) & step->other) == 0)
                return 0;
            break;
        case CW_SIGN:
            set_sign(guide, step, fields);
            break;
        case CW_CLASS:
            if (!is_class_right(guide, step, text, fields))
                return 0;
            break;
        case CW_MASKED:
            if (is_masked(guide, step, text, limit) == step->b)
                return 0;
            break;
        case CW_LISTED:
            if (is_listed_long(guide, step, text) == step->b)
                return 0;
            break;
        case CW_NPI:
            if (is_npi(text, limit) == step->b)
                return 0;
            break;
        case CW_ROUTING_NUMBER:
            if (is_routing_number(text, limit) == step->b)
                return 0;
            break;
        case CW_ORDERED:
            if (is_ordered(text) == step->b)
                return 0;
            break;
        case CW_STREET:
            if (step->b || !is_surely_a_street(text))
                return 0;
            break;
        case CW_AMOUNT:
            if ((sign_of(number, text, limit) & step->other) == 0)
                return 0;
            break;
        case CW_IF:
            if (!is_met(fields, step))
                step += step->skip;
            break;
        case CW_FACT:
            if (is_met(fields, step))
                write_register(log, step->a, 1);
            break;
        case CW_SUM:
            if (number == CW_ABSENT)
                return 0;
            for (;; step++) { /* One amount goes into several sums; nothing goes where the condition is not met. */
                if (!add_to(log, step->a, step->b * is_met(fields, step) * number))
                    return 0;
                if (step[1].verb != CW_SUM)
                    break;
            }
            break;
        case CW_COUNT:
            if (is_met(fields, step) && !add_to(log, step->a, 1))
                return 0;
            break;
        case CW_LAST:
        case CW_FIRST:
        case CW_MAX:
        case CW_MIN:
            if (number != CW_ABSENT && is_met(fields, step))
                read_bound(log, step, number);
            break;
        case CW_KEEP:
            log->keeps[log->keep_count] = step->a;
            log->keep_count += (uint32_t)is_met(fields, step);
            break;
        case CW_CHECK:
            if (!is_check_kept(guide, guide->checks + step->a, log->registers))
                return 0;
            break;
        case CW_POINTER:
            if (!is_pointer(step, exact_number(text, limit), log->registers))
                return 0;
            break;
        case CW_UNIQUE:
        case CW_GATHER:
            if (!may_remember(step, text, log, uniques, most_values))
                return 0;
            break;
        case CW_AMONG:
            if (!is_among(step, text, log->registers, uniques))
                return 0;
            break;
        case CW_NUMBERED:
            if (!is_numbered(step, exact_number(text, limit), log))
                return 0;
            break;
        case CW_BELOW:
            if (!is_below(step, exact_number(text, limit), log->registers))
                return 0;
            break;
        case CW_IN_DOUBT:
            if (is_met(fields, step))
                return 0;
        }
    }
}
