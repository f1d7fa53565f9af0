/* The rules beyond structure: what a segment reads into registers, and whether its tests surely hold.
 *
 * Registers are written through a journal, so that a segment whose tests are not proven leaves no trace.
 */
#include "bytes.h"
#include "core.h"

#define MOST_FIELDS 33 /* the name, and as many elements as a guide's tables may have */
#define LONGEST_NUMBER 18
#define LONGEST_DOLLARS 13
#define DAY_LENGTH 8

/* The fields of the segment at hand, the name first. */
typedef struct {
    text_view fields[MOST_FIELDS];
    const uint32_t *ends[MOST_FIELDS]; /* where the first component of each ends, in the block; the others follow */
    const uint32_t *last;              /* the end of the segment */
    const uint8_t *bytes, *limit;
    int32_t count;
} field_list;

typedef struct {
    int32_t reg;
    int64_t before;
} journal_entry;

typedef struct {
    int64_t *registers;
    journal_entry *entries;
    uint32_t count;
} journal;

static inline void write_register(journal *log, int32_t reg, int64_t value)
{
    log->entries[log->count++] = (journal_entry){.reg = reg, .before = log->registers[reg]};
    log->registers[reg] = value;
}

static void undo(journal *log)
{
    while (log->count > 0) {
        const journal_entry *entry = log->entries + --log->count;
        log->registers[entry->reg] = entry->before;
    }
}

/* A component of an element: from 1. Its end is one of those that marks.c found. */
static inline text_view component_of(const field_list *list, int32_t element, int32_t component)
{
    const text_view whole = list->fields[element];
    const uint32_t *end = list->ends[element] + (component - 1);
    if (end > list->last || list->bytes + *end > whole.at + whole.length)
        return (text_view){list->limit, 0};
    const uint8_t *begin = component == 1 ? whole.at : list->bytes + end[-1] + 1;
    return (text_view){begin, (uint32_t)(list->bytes + *end - begin)};
}

/* An element (`component` 0), or a component of it. */
static inline text_view part_of(const field_list *list, int32_t element, int32_t component)
{
    if (element >= list->count)
        return (text_view){list->limit, 0};
    return component == 0 ? list->fields[element] : component_of(list, element, component);
}

static int guards_hold(const cw_guide *guide, const field_list *list, int32_t first, int32_t count, int32_t element)
{
    const cw_guard *guard = guide->guards + first, *last = guard + count;
    for (; guard < last; guard++) {
        const text_view text = part_of(list, guard->element ? guard->element : element, guard->component);
        if (guard->code_count == 0) {
            if ((text.length > 0) == guard->is_negated)
                return 0;
        } else if (text.length == 0 || is_listed(guide, guard->code, guard->code_count,
                                                 pack_key(text.at, text.length, list->limit)) == guard->is_negated) {
            return 0;
        }
    }
    return 1;
}

/* ---- Reads ---- */

/* Cents of an amount in the usual form; 0 is given back for any other. */
static int read_cents(text_view text, int64_t *cents)
{
    const uint8_t *at = text.at, *end = at + text.length;
    const int is_negative = at < end && *at == '-';
    int64_t value = 0;
    at += is_negative;
    const uint8_t *start = at;
    for (; at < end && is_digit(*at); at++) {
        if (at - start == LONGEST_DOLLARS)
            return 0;
        value = 10 * value + (*at - '0');
    }
    const int64_t whole_digits = at - start;
    int decimals = 0;
    if (at < end && *at == '.') {
        for (at++; at < end && is_digit(*at) && decimals < 2; at++, decimals++)
            value = 10 * value + (*at - '0');
    }
    if (at != end || whole_digits + decimals == 0)
        return 0;
    for (; decimals < 2; decimals++)
        value *= 10;
    *cents = is_negative ? -value : value;
    return value < CW_LARGEST_AMOUNT;
}

/* A whole number of at most 18 digits; 0 is given back for any other text. */
static int read_number(text_view text, int64_t *number)
{
    if (text.length == 0 || text.length > LONGEST_NUMBER)
        return 0;
    int64_t value = 0;
    for (uint32_t at = 0; at < text.length; at++) {
        if (!is_digit(text.at[at]))
            return 0;
        value = 10 * value + (text.at[at] - '0');
    }
    *number = value;
    return 1;
}

/* The first or the last day of a period or an instant. */
static text_view day_of(text_view text, int32_t part)
{
    const uint8_t *begin = text.at, *end = text.at + text.length;
    if (part == CW_START) {
        const uint8_t *hyphen = memchr(begin, '-', text.length);
        end = hyphen == NULL ? end : hyphen;
    } else if (part == CW_END) {
        for (const uint8_t *at = begin; at < end; at++)
            begin = *at == '-' ? at + 1 : begin;
    }
    uint32_t length = (uint32_t)(end - begin);
    if (part != CW_WHOLE_TEXT && length > DAY_LENGTH)
        length = DAY_LENGTH;
    return (text_view){begin, length};
}

static int is_known(int64_t value)
{
    return value != CW_ABSENT && value < CW_UNKNOWN;
}

/* A number goes into a register that holds the last, first, greatest or least. */
static void read_bound(journal *log, const cw_read *read, int64_t number)
{
    const int64_t before = log->registers[read->reg];
    if (read->verb == CW_LAST || before == CW_ABSENT || (read->verb == CW_MAX && number > before) ||
        (read->verb == CW_MIN && number < before))
        write_register(log, read->reg, number);
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

/* Reads of one element follow each other, and an amount is worked out once for all of them. */
static int read_all(const cw_guide *guide, const cw_act *act, const field_list *list, journal *log)
{
    const cw_read *read = guide->reads + act->read, *last = read + act->read_count;
    text_view amount_of = {NULL, 0};
    int64_t amount = 0, number;
    for (; read < last && read->element < list->count; read++) {
        const text_view text = part_of(list, read->element, read->component);
        if (text.length == 0)
            continue;
        if (read->guard_count > 0 && !guards_hold(guide, list, read->guard, read->guard_count, read->element))
            continue;
        switch (read->verb) {
        case CW_FACT:
            write_register(log, read->reg, 1);
            break;
        case CW_COUNT:
            if (!add_to(log, read->reg, 1))
                return 0;
            break;
        case CW_SUM:
            if ((text.at != amount_of.at || text.length != amount_of.length) && !read_cents(text, &amount))
                return 0;
            amount_of = text;
            if (!add_to(log, read->reg, read->sign * amount))
                return 0;
            break;
        default:
            if (read_number(day_of(text, read->part), &number))
                read_bound(log, read, number);
        }
    }
    return 1;
}

/* ---- Checks ---- */

/* A condition holds when a side is absent or unknown. */
static int holds(const cw_condition *condition, const int64_t *registers)
{
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
static int is_unsure(const cw_condition *condition, const int64_t *registers)
{
    return (!condition->left_is_constant && registers[condition->left] >= CW_UNKNOWN) ||
           (!condition->right_is_constant && registers[condition->right] >= CW_UNKNOWN);
}

static int is_check_kept(const cw_guide *guide, int32_t number, const int64_t *registers)
{
    const cw_check *check = guide->checks + number;
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
    for (int32_t at = 0; at < loop->end_count; at++) {
        if (!is_check_kept(guide, loop->end + at, registers))
            return 0;
    }
    return 1;
}

/* ---- Tests ---- */

/* A whole number without leading zeros; -1 for any other text. */
static int64_t exact_number(text_view text)
{
    int64_t number;
    return read_number(text, &number) && (text.at[0] != '0' || text.length == 1) ? number : -1;
}

static int is_numbered(const cw_test *test, int64_t number, journal *log)
{
    const int64_t place = log->registers[test->first_reg], before = log->registers[test->second_reg];
    if (!is_known(place) || (number != place && (before == CW_ABSENT || number != before + 1)))
        return 0;
    write_register(log, test->second_reg, number);
    if (test->save_number >= 0) {
        write_register(log, test->save_number, number);
        write_register(log, test->save_count, place);
    }
    return 1;
}

static int is_below(const cw_test *test, int64_t number, const int64_t *registers)
{
    const int64_t above = registers[test->first_reg], place = registers[test->second_reg];
    return above == CW_ABSENT || number == above || number == place;
}

/* Whether a test before this one looks at the same text for the same set: what comes twice in one segment. */
static int is_twice_here(const cw_guide *guide, const cw_act *act, const cw_test *test, const field_list *list,
                         text_view text)
{
    for (const cw_test *before = guide->tests + act->test; before < test; before++) {
        if (before->verb != CW_UNIQUE || before->first_reg != test->first_reg)
            continue;
        const text_view other = part_of(list, before->element, before->component);
        if (other.length == text.length && !memcmp(other.at, text.at, text.length))
            return 1;
    }
    return 0;
}

/* A value that is given. What a lookup finds wrong, or must be given or must not, is broken by its text alone. */
static int is_value_proven(const cw_guide *guide, const cw_act *act, const cw_test *test, text_view text,
                           const field_list *list, journal *log, const value_set *uniques)
{
    switch (test->verb) {
    case CW_POINTER: {
        const int64_t number = exact_number(text), most = log->registers[test->first_reg];
        return number >= 1 && is_known(most) && number <= most;
    }
    case CW_UNIQUE:
        return !has_value(uniques + test->first_reg, text.at, text.length) &&
               !is_twice_here(guide, act, test, list, text);
    case CW_GATHER:
        return 1;
    case CW_AMONG:
        return log->registers[test->second_reg] != 0 || has_value(uniques + test->first_reg, text.at, text.length);
    case CW_NUMBERED:
        return is_numbered(test, exact_number(text), log);
    case CW_BELOW:
        return is_below(test, exact_number(text), log->registers);
    default:
        return 0;
    }
}

/* The tests come in the order of the elements that they need; those that need none come first. */
static int are_tests_proven(const cw_guide *guide, const cw_act *act, const field_list *list, journal *log,
                            const value_set *uniques)
{
    const cw_test *test = guide->tests + act->test, *last = test + act->test_count;
    for (; test < last; test++) {
        if (test->element >= list->count && test->verb != CW_REQUIRE && test->verb != CW_CHECK)
            return 1;
        const text_view text = part_of(list, test->element, test->component);
        if (test->verb != CW_CHECK && (text.length > 0) == (test->verb == CW_REQUIRE))
            continue;
        if (test->verb == CW_LOOKUP && has_shape(guide, test, text, list->limit) == !test->is_negated)
            continue;
        if (test->guard_count > 0 && !guards_hold(guide, list, test->guard, test->guard_count, test->element))
            continue;
        const int is_proven = test->verb == CW_CHECK
                                  ? is_check_kept(guide, test->check, log->registers)
                                  : is_value_proven(guide, act, test, text, list, log, uniques);
        if (!is_proven)
            return 0;
    }
    return 1;
}
