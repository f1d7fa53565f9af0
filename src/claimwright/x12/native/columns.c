#include "columns.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define CC_MOST_FIELDS 128 /* more than any place or group of a plan can name */
#define CC_MOST_PARTS 32
#define CC_AT_ONCE 4 /* fields are written so many at once, wanted or not */
#define CC_LARGEST UINT64_C(1000000000000000)
#define CC_LONGEST_WHOLE 18
#define CC_LEAST_ROWS 64
#define CC_MISPLACED (-1)
#define CC_CHUNK 16u /* bytes of a text that are copied at once, wanted or not */
#define CC_DAYS 64u
#define CC_NO_DAY INT32_MIN

/* What is not inlined into the work that is done for every segment. */
#if defined(__GNUC__)
#define RARELY __attribute__((noinline, cold))
#else
#define RARELY
#endif

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
} cc_text;

/* A growing text: a register. */
typedef struct {
    uint8_t *bytes; /* at least CC_CHUNK of them, if there are any */
    uint32_t length, capacity;
    int is_ascii;
} cc_register;

/* One column being filled. Of its values so many are `written`: those that are skipped, having no value, are written with
 * the next one, or at the end. For texts values are 32-bit ends, one more than rows; for numbers they are zeros. A dense
 * one has a value in every row, and needs no bitmap. */
typedef struct {
    uint8_t *valid, *values, *bytes;
    uint64_t byte_count, byte_capacity, written;
    int is_dense;
} cc_builder;

typedef struct {
    uint64_t rows, capacity;
    cc_builder *columns; /* the set's offset, then those of the plan */
} cc_rows_of;

/* What is to be done: a source and a way of reading it together, for those that are done most. */
enum { CC_PUT_OFFSET, CC_PUT_START, CC_PUT_OPENING, CC_PUT_CONSTANT, CC_PUT_FIELD, CC_PUT_CENTS, CC_PUT_PART,
       CC_PUT_OTHER };

/* A source of a cell, made ready: where it is read from and where it goes. Those of a row stand one after the other. */
typedef struct {
    int32_t code, kind, reading, is_wide; /* is_wide: a number of 64 bits */
    int32_t element, component, is_relative;
    int32_t column, next; /* next: so many operations further begins the next cell */
    int32_t absent;       /* so many operations read this part of a composite and those behind it */
    cc_builder *builder;
    union {
        const uint64_t *began;
        const cc_register *reg;
        cc_text text;
    } from;
} cc_op;

/* An action, made ready. */
typedef struct {
    uint64_t key; /* of the qualifier, 0 for any */
    int32_t verb, qualifier_element, qualifier_component;
    int32_t table, element, component;
    int32_t start_count, span;
    const int32_t *starts;
    cc_rows_of *rows;
    cc_register *reg;
    const cc_op *ops, *end;
} cc_work;

/* A day that was read before: most come again and again. */
typedef struct {
    uint64_t text;
    int32_t day;
} cc_day;

struct cc_extractor {
    const cc_plan *plan;
    cc_marks marks;
    uint64_t set_offset;
    uint64_t *began; /* where each open loop begins */
    cc_register *registers;
    cc_rows_of *tables;
    cc_op *ops;
    cc_work *works;
    cc_bad *bads;
    uint64_t bad_count, bad_capacity;
    cc_day days[CC_DAYS];
    int32_t loop; /* the loop in which a misplaced segment stands */
    int is_out_of_memory;
};

/* The segment that is being taken. */
typedef struct {
    const uint8_t *begin, *end;
    const uint8_t *limit;
    uint64_t offset, index;
    int32_t loop, field_count;
    int is_ascii, has_key;
    uint64_t key; /* its qualifier, packed, when `has_key` */
    int32_t parts_of, part_count; /* the element whose parts were found, -1 for none */
    /* Field n ends one byte before field n + 1 begins; behind the last one is an empty one. */
    const uint8_t *fields[CC_MOST_FIELDS + CC_AT_ONCE];
    const uint8_t *parts[CC_MOST_PARTS + 1];
} cc_segment;

uint32_t cc_size(int32_t structure)
{
    const uint32_t sizes[] = {sizeof(cc_plan), sizeof(cc_bad), sizeof(struct ArrowArray), sizeof(struct ArrowSchema)};
    return structure >= 0 && structure < 4 ? sizes[structure] : 0;
}

/* ---- Memory. ---- */

static int cc_reserve(void **memory, uint64_t size)
{
    void *more = realloc(*memory, size ? (size_t)size : 1);
    if (more == NULL)
        return 0;
    *memory = more;
    return 1;
}

static const cc_column *column_of(const cc_plan *plan, int32_t table, int32_t at)
{
    static const cc_column set_offset = {CC_INT64, CC_AS_NUMBER};
    return at == 0 ? &set_offset : plan->columns + plan->tables[table].column + at - 1;
}

static uint64_t width_of(const cc_column *column)
{
    return column->storage == CC_INT64 ? 8 : 4;
}

/* Room for so many rows; what is there stays. */
static RARELY int grow_table(cc_extractor *extractor, int32_t table, uint64_t capacity)
{
    const cc_plan *plan = extractor->plan;
    cc_rows_of *rows = extractor->tables + table;
    const uint64_t before = (rows->capacity + 7) / 8, after = (capacity + 7) / 8;
    for (int32_t at = 0; at <= plan->tables[table].column_count; at++) {
        cc_builder *builder = rows->columns + at;
        const cc_column *column = column_of(plan, table, at);
        const uint64_t extra = column->storage == CC_TEXT;
        if (!cc_reserve((void **)&builder->values, (capacity + extra) * width_of(column)))
            return 0;
        if (builder->is_dense)
            continue;
        if (!cc_reserve((void **)&builder->valid, after))
            return 0;
        memset(builder->valid + before, 0, (size_t)(after - before));
    }
    rows->capacity = capacity;
    return 1;
}

static void free_builder(cc_builder *builder)
{
    free(builder->valid);
    free(builder->values);
    free(builder->bytes);
    memset(builder, 0, sizeof *builder);
}

/* Make the sources of a row ready, from `op` on; gives how many there are. */
static int32_t prepare_row(cc_extractor *extractor, const cc_action *action, cc_op *op)
{
    const cc_plan *plan = extractor->plan;
    int32_t count = 0;
    for (const cc_cell *cell = plan->cells + action->cell, *end = cell + action->cell_count; cell < end; cell++) {
        const cc_column *column = plan->columns + plan->tables[action->table].column + cell->column;
        for (int32_t at = 0; at < cell->source_count; at++) {
            const cc_source *source = plan->sources + cell->source + at;
            cc_op *to = op + count++;
            *to = (cc_op){.kind = source->kind, .reading = column->reading, .is_wide = column->storage == CC_INT64,
                          .element = source->element, .component = source->component,
                          .is_relative = source->is_relative, .column = cell->column,
                          .next = cell->source_count - at,
                          .builder = extractor->tables[action->table].columns + cell->column + 1};
            if (source->kind == CC_OPENING)
                to->from.began = extractor->began + source->number;
            else if (source->kind == CC_REGISTER)
                to->from.reg = extractor->registers + source->number;
            else if (source->kind == CC_CONSTANT)
                to->from.text = (cc_text){(const uint8_t *)plan->texts + source->text, (uint32_t)source->text_length};
        }
    }
    return count;
}

/* The one thing to be done for a source; rows are numbers of 64 bits, where a group begins is one of 32. */
static int32_t code_of(const cc_op *op)
{
    switch (op->kind) {
    case CC_OFFSET:
        return op->is_wide && op->builder->is_dense ? CC_PUT_OFFSET : CC_PUT_OTHER;
    case CC_OPENING:
        return op->is_wide && op->builder->is_dense ? CC_PUT_OPENING : CC_PUT_OTHER;
    case CC_START:
        return !op->is_wide && op->builder->is_dense ? CC_PUT_START : CC_PUT_OTHER;
    case CC_CONSTANT:
        return op->builder->is_dense && op->from.text.length <= CC_CHUNK ? CC_PUT_CONSTANT : CC_PUT_OTHER;
    case CC_ELEMENT:
        if (op->component == 0 && op->reading == CC_AS_TEXT)
            return CC_PUT_FIELD;
        if (op->component == 0 && op->reading == CC_AS_CENTS)
            return CC_PUT_CENTS;
        return op->component > 0 && op->reading == CC_AS_TEXT && !op->is_relative ? CC_PUT_PART : CC_PUT_OTHER;
    default:
        return CC_PUT_OTHER;
    }
}

/* Of operations on parts of one composite, in order and each for a cell of its own, how many are left. */
static void count_absent(cc_op *first, cc_op *last)
{
    for (cc_op *op = last - 1; op >= first; op--) {
        const int goes_on = op + 1 < last && op->next == 1 && op[1].code == CC_PUT_PART && op[1].next == 1 &&
                            op[1].element == op->element && op[1].component > op->component &&
                            op[1].column != op->column;
        op->absent = goes_on ? 1 + op[1].absent : 1;
    }
}

static int is_always_there(const cc_op *op)
{
    return op->kind == CC_OFFSET || op->kind == CC_START || op->kind == CC_OPENING ||
           (op->kind == CC_CONSTANT && op->from.text.length > 0);
}

/* Columns of which every row has a value, whatever makes it. */
static void find_dense(cc_extractor *extractor)
{
    const cc_plan *plan = extractor->plan;
    for (int32_t table = 0; table < plan->table_count; table++) {
        cc_builder *columns = extractor->tables[table].columns;
        columns[0].is_dense = 1;
        for (int32_t column = 0; column < plan->tables[table].column_count; column++) {
            int is_dense = 1;
            for (const cc_work *work = extractor->works, *end = work + plan->action_count; work < end; work++) {
                if (work->verb != CC_MAKE_ROW || work->table != table)
                    continue;
                const cc_op *op = work->ops;
                while (op < work->end && op->column != column)
                    op += op->next;
                is_dense = is_dense && op < work->end && is_always_there(op);
            }
            columns[column + 1].is_dense = is_dense;
        }
    }
}

static void prepare_works(cc_extractor *extractor)
{
    const cc_plan *plan = extractor->plan;
    cc_op *op = extractor->ops;
    for (int32_t at = 0; at < plan->action_count; at++) {
        const cc_action *action = plan->actions + at;
        cc_work *work = extractor->works + at;
        *work = (cc_work){.key = (uint64_t)(uint32_t)action->qualifier_high << 32 | (uint32_t)action->qualifier_low,
                          .verb = action->verb, .qualifier_element = action->qualifier_element,
                          .qualifier_component = action->qualifier_component, .table = action->table,
                          .element = action->element, .component = action->component,
                          .start_count = action->start_count, .span = action->span,
                          .starts = plan->numbers + action->start, .rows = extractor->tables + action->table,
                          .reg = extractor->registers + action->reg, .ops = op};
        if (action->verb == CC_MAKE_ROW) {
            op += prepare_row(extractor, action, op);
        } else if (action->verb == CC_FILL_CELL) {
            const cc_column *column = plan->columns + plan->tables[action->table].column + action->column;
            *op++ = (cc_op){.kind = CC_ELEMENT, .reading = column->reading, .is_wide = column->storage == CC_INT64,
                            .element = action->element, .component = action->component, .column = action->column,
                            .builder = extractor->tables[action->table].columns + action->column + 1};
        }
        work->end = op;
    }
    find_dense(extractor);
    for (cc_op *each = extractor->ops; each < op; each++)
        each->code = code_of(each);
    for (const cc_work *work = extractor->works, *end = work + plan->action_count; work < end; work++)
        count_absent(extractor->ops + (work->ops - extractor->ops), extractor->ops + (work->end - extractor->ops));
}

cc_extractor *cc_new(const cc_plan *plan)
{
    cc_extractor *extractor = calloc(1, sizeof *extractor);
    if (extractor == NULL)
        return NULL;
    extractor->plan = plan;
    extractor->began = calloc((size_t)plan->loop_count + 1, sizeof *extractor->began);
    extractor->registers = calloc((size_t)plan->registers + 1, sizeof *extractor->registers);
    extractor->tables = calloc((size_t)plan->table_count + 1, sizeof *extractor->tables);
    extractor->ops = calloc((size_t)plan->source_count + (size_t)plan->action_count + 1, sizeof *extractor->ops);
    extractor->works = calloc((size_t)plan->action_count + 1, sizeof *extractor->works);
    int is_whole = extractor->began != NULL && extractor->registers != NULL && extractor->tables != NULL &&
                   extractor->ops != NULL && extractor->works != NULL;
    for (int32_t table = 0; is_whole && table < plan->table_count; table++) {
        const size_t columns = (size_t)plan->tables[table].column_count + 1;
        extractor->tables[table].columns = calloc(columns, sizeof(cc_builder));
        is_whole = extractor->tables[table].columns != NULL;
    }
    if (!is_whole) {
        cc_free(extractor);
        return NULL;
    }
    for (uint32_t slot = 0; slot < CC_DAYS; slot++)
        extractor->days[slot].day = CC_NO_DAY;
    prepare_works(extractor);
    return extractor;
}

void cc_free(cc_extractor *extractor)
{
    if (extractor == NULL)
        return;
    const cc_plan *plan = extractor->plan;
    for (int32_t table = 0; extractor->tables != NULL && table < plan->table_count; table++) {
        cc_builder *columns = extractor->tables[table].columns;
        for (int32_t at = 0; columns != NULL && at <= plan->tables[table].column_count; at++)
            free_builder(columns + at);
        free(columns);
    }
    for (int32_t number = 0; extractor->registers != NULL && number < plan->registers; number++)
        free(extractor->registers[number].bytes);
    free(extractor->began);
    free(extractor->registers);
    free(extractor->tables);
    free(extractor->ops);
    free(extractor->works);
    free(extractor->bads);
    free(extractor);
}

/* ---- Values of texts. ---- */

/* The topmost bit of each byte that is zero. */
static inline uint64_t find_zeros(uint64_t word)
{
    return ~(((word & CW_BYTES(0x7F)) + CW_BYTES(0x7F)) | word | CW_BYTES(0x7F));
}

/* Eight digits, the first one in the lowest byte. */
static inline uint64_t read_eight_digits(uint64_t digits)
{
    digits -= CW_BYTES('0');
    digits = digits * 10 + (digits >> 8);
    return ((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            (digits >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >> 32;
}

/* The same as `read_decimal` for most of them: up to eight bytes. Gives 0 for any other, right or wrong. Signs and points
 * come and go, so they decide nothing. */
static inline int read_short_decimal(cc_text text, uint32_t decimals, const uint8_t *limit, int64_t *value)
{
    static const int64_t units[] = {1, 10, 100, 1000};
    if (text.length > 8)
        return 0;
    uint64_t word = load_short(text.bytes, text.length, limit);
    const uint32_t is_negative = (word & 0xFF) == '-', length = text.length - is_negative;
    word >>= 8 * is_negative;
    const uint64_t point = find_zeros(word ^ CW_BYTES('.'));
    const uint32_t has_point = point != 0, before = has_point ? (uint32_t)__builtin_ctzll(point) / 8 : length;
    const uint32_t after = length - before - has_point, digits = length - has_point;
    if (after > decimals || digits == 0)
        return 0;
    const uint64_t whole = before < 8 ? (UINT64_C(1) << (8 * before)) - 1 : UINT64_MAX;
    word = (word & whole) | (word >> 8 & ~whole);
    if (find_no_digits(word, digits) != 0)
        return 0;
    const uint32_t unused = 8 * (8 - digits);
    word = word << unused | (CW_BYTES('0') & ((UINT64_C(1) << unused) - 1));
    const int64_t number = (int64_t)read_eight_digits(word) * units[decimals - after];
    *value = is_negative ? -number : number;
    return 1;
}

/* A plain decimal in units of 10 to the minus `decimals`, as money.parse_cents reads it. */
static RARELY int read_decimal(cc_text text, uint32_t decimals, int64_t *value)
{
    const uint8_t *at = text.bytes, *end = text.bytes + text.length;
    const int is_negative = at < end && *at == '-';
    at += is_negative;
    const uint8_t *whole = at;
    uint64_t number = 0;
    for (; at < end && is_digit(*at); at++) {
        if (at - whole >= CC_LONGEST_WHOLE)
            return 0;
        number = number * 10 + (uint64_t)(*at - '0');
    }
    const int64_t whole_digits = at - whole;
    int64_t fraction_digits = 0;
    if (at < end && *at == '.') {
        const uint8_t *fraction = ++at;
        while (at < end && is_digit(*at))
            at++;
        fraction_digits = at - fraction;
        const uint8_t *last = at;
        while (last > fraction && last[-1] == '0')
            last--;
        if (last - fraction > (int64_t)decimals)
            return 0;
        if (number >= CC_LARGEST)
            return 0;
        for (uint32_t digit = 0; digit < decimals; digit++)
            number = number * 10 + (fraction + digit < last ? (uint64_t)(fraction[digit] - '0') : 0);
    } else {
        if (number >= CC_LARGEST)
            return 0;
        for (uint32_t digit = 0; digit < decimals; digit++)
            number *= 10;
    }
    if (at != end || whole_digits + fraction_digits == 0 || number >= CC_LARGEST)
        return 0;
    *value = is_negative ? -(int64_t)number : (int64_t)number;
    return 1;
}

/* CCYYMMDD as days since 1970-01-01. */
static RARELY int compute_day(const uint8_t *text, int64_t *day)
{
    static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t digits[8];
    for (int at = 0; at < 8; at++) {
        if (!is_digit(text[at]))
            return 0;
        digits[at] = text[at] - '0';
    }
    const int32_t year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    const int32_t month = digits[4] * 10 + digits[5], number = digits[6] * 10 + digits[7];
    if (year == 0 || month < 1 || month > 12 || number < 1)
        return 0;
    const int is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (number > lengths[month - 1] + (month == 2 && is_leap))
        return 0;
    /* Years from March on, so that the day that is sometimes there comes last (days_from_civil). */
    const int32_t shifted = month <= 2 ? year - 1 : year;
    const int32_t era = shifted / 400, of_era = shifted % 400;
    const int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + number - 1;
    *day = (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return 1;
}

/* The same, of those read before. */
static inline int read_day(cc_day *days, const uint8_t *text, int64_t *day)
{
    const uint64_t key = load_little_endian(text);
    cc_day *known = days + hash_key(key) % CC_DAYS;
    if (known->text != key || known->day == CC_NO_DAY) {
        if (!compute_day(text, day))
            return 0;
        *known = (cc_day){.text = key, .day = (int32_t)*day};
    }
    *day = known->day;
    return 1;
}

static int all_digits(cc_text text, uint32_t from)
{
    for (uint32_t at = from; at < text.length; at++) {
        if (!is_digit(text.bytes[at]))
            return 0;
    }
    return 1;
}

enum { CC_BAD_VALUE, CC_VALUE, CC_NO_VALUE };

/* The first or last day; a time of day is no value. */
static RARELY int read_other_days(cc_day *days, cc_text text, int is_last, int64_t *day)
{
    int64_t first, last;
    if ((text.length == 4 || text.length == 6) && all_digits(text, 0))
        return CC_NO_VALUE;
    const int is_instant = text.length == 12 && all_digits(text, 8);
    const int is_period = text.length == 17 && text.bytes[8] == '-';
    if (!(text.length == 8 || is_instant || is_period) || !read_day(days, text.bytes, &first))
        return CC_BAD_VALUE;
    last = first;
    if (is_period && !read_day(days, text.bytes + 9, &last))
        return CC_BAD_VALUE;
    *day = is_last ? last : first;
    return CC_VALUE;
}

static inline int read_days(cc_day *days, cc_text text, int is_last, int64_t *day)
{
    if (text.length == 8)
        return read_day(days, text.bytes, day) ? CC_VALUE : CC_BAD_VALUE;
    return read_other_days(days, text, is_last, day);
}

/* As strict as Python: no surrogates, nothing overlong, nothing beyond the last character. */
static int is_utf8(cc_text text)
{
    const uint8_t *at = text.bytes, *end = text.bytes + text.length;
    while (at < end) {
        const uint8_t lead = *at++;
        if (lead < 0x80)
            continue;
        const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || end - at < more)
            return 0;
        const uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (at[0] < least || at[0] > most)
            return 0;
        for (int next = 1; next < more; next++) {
            if ((at[next] & 0xC0) != 0x80)
                return 0;
        }
        at += more;
    }
    return 1;
}

/* ---- Cells. ---- */

static void set_valid(cc_builder *builder, uint64_t row)
{
    builder->valid[row / 8] |= (uint8_t)(1u << (row % 8));
}

static int is_valid(const cc_builder *builder, uint64_t row)
{
    return builder->is_dense || (builder->valid[row / 8] >> (row % 8) & 1);
}

/* Room for a text, and for the bytes that are copied beyond it. */
static RARELY int grow_bytes(cc_builder *builder, uint64_t wanted)
{
    if (wanted > INT32_MAX)
        return 0;
    const uint64_t capacity = wanted > 2 * builder->byte_capacity ? wanted + 256 : 2 * builder->byte_capacity;
    if (!cc_reserve((void **)&builder->bytes, capacity))
        return 0;
    builder->byte_capacity = capacity;
    return 1;
}

/* Bytes that are not UTF-8 are Latin-1. */
static RARELY uint64_t copy_other_text(uint8_t *to, cc_text text)
{
    if (is_utf8(text)) {
        memcpy(to, text.bytes, text.length);
        return text.length;
    }
    const uint8_t *begin = to;
    for (uint32_t at = 0; at < text.length; at++) {
        const uint8_t byte = text.bytes[at];
        if (byte >= 0x80)
            *to++ = (uint8_t)(0xC0 | byte >> 6);
        *to++ = byte < 0x80 ? byte : (uint8_t)(0x80 | (byte & 0x3F));
    }
    return (uint64_t)(to - begin);
}

/* Write a text behind the others. Reads nothing at or after `limit`. */
static ALWAYS_INLINE int append_text(cc_builder *builder, cc_text text, const uint8_t *limit, int is_ascii)
{
    const uint64_t wanted = builder->byte_count + 2 * (uint64_t)text.length + CC_CHUNK;
    if (wanted > builder->byte_capacity && !grow_bytes(builder, wanted))
        return 0;
    uint8_t *to = builder->bytes + builder->byte_count;
    if (is_ascii) {
        if (text.length <= CC_CHUNK && limit - text.bytes >= (int64_t)CC_CHUNK)
            memcpy(to, text.bytes, CC_CHUNK);
        else
            memcpy(to, text.bytes, text.length);
        builder->byte_count += text.length;
    } else {
        builder->byte_count += copy_other_text(to, text);
    }
    return 1;
}

static ALWAYS_INLINE void store_number(cc_builder *builder, int is_wide, uint64_t row, int64_t number)
{
    if (is_wide)
        ((int64_t *)(void *)builder->values)[row] = number;
    else
        ((int32_t *)(void *)builder->values)[row] = (int32_t)number;
}

/* Numbers that were skipped before `row` are zeros. */
static inline void skip_numbers(cc_builder *builder, int is_wide, uint64_t row)
{
    const uint64_t width = is_wide ? 8 : 4;
    if (builder->written < row)
        memset(builder->values + builder->written * width, 0, (size_t)((row - builder->written) * width));
}

static ALWAYS_INLINE void put_number(cc_builder *builder, int is_wide, uint64_t row, int64_t number)
{
    store_number(builder, is_wide, row, number);
    if (builder->is_dense)
        return;
    skip_numbers(builder, is_wide, row);
    builder->written = row + 1;
    set_valid(builder, row);
}

static uint32_t *ends_of(cc_builder *builder)
{
    return (uint32_t *)(void *)builder->values;
}

/* Texts end here, from those that have no end yet up to the one of `row`, of which nothing is written so far. */
static ALWAYS_INLINE void end_texts(cc_builder *builder, uint64_t row)
{
    while (builder->written <= row)
        ends_of(builder)[builder->written++] = (uint32_t)builder->byte_count;
}

/* There is no memory; gives 1, as if one thing was done. */
static RARELY int run_out(cc_extractor *extractor)
{
    extractor->is_out_of_memory = 1;
    return 1;
}

/* Put a text into a cell that is empty. Gives whether it is one of its column's type. */
static ALWAYS_INLINE int put_text(cc_extractor *extractor, const cc_op *op, uint64_t row, cc_text text,
                                  const uint8_t *limit, int is_ascii)
{
    cc_builder *builder = op->builder;
    int64_t number = 0;
    int found = CC_VALUE;
    switch (op->reading) {
    case CC_AS_TEXT:
        end_texts(builder, row);
        if (!append_text(builder, text, limit, is_ascii)) {
            run_out(extractor);
            return CC_NO_VALUE;
        }
        if (!builder->is_dense)
            set_valid(builder, row);
        return CC_VALUE;
    case CC_AS_CENTS:
        if (!read_short_decimal(text, 2, limit, &number))
            found = read_decimal(text, 2, &number) ? CC_VALUE : CC_BAD_VALUE;
        break;
    case CC_AS_THOUSANDTHS:
        if (!read_short_decimal(text, 3, limit, &number))
            found = read_decimal(text, 3, &number) ? CC_VALUE : CC_BAD_VALUE;
        break;
    default:
        found = read_days(extractor->days, text, op->reading == CC_AS_LAST_DAY, &number);
    }
    if (found == CC_VALUE)
        put_number(builder, op->is_wide, row, number);
    return found;
}

/* ---- Segments. ---- */

static void end_segment(cc_segment *segment, const uint8_t *end, int32_t count)
{
    segment->end = end;
    segment->field_count = count;
    segment->fields[count] = end + 1;
    segment->fields[count + 1] = end + 2;
}

/* The fields begin behind these bits of the bytes from `at` on; gives how many there are then. */
static ALWAYS_INLINE int32_t add_fields(cc_segment *segment, int32_t count, const uint8_t *at, uint32_t bits)
{
    while (bits != 0 && count < CC_MOST_FIELDS) {
        for (int next = 0; next < CC_AT_ONCE; next++) {
            segment->fields[count] = at + (uint32_t)__builtin_ctz(bits | 1u << 31) + 1;
            count += bits != 0;
            bits &= bits - 1;
        }
    }
    return count < CC_MOST_FIELDS ? count : CC_MOST_FIELDS;
}

/* Find the fields of the segment, and its end, which is before the limit. */
static void split(cc_segment *segment, cc_marks marks)
{
    const uint8_t *at = segment->begin, *limit = segment->limit;
    int32_t count = 0;
    uint32_t beyond_ascii = 0;
    segment->fields[count++] = at;
    segment->parts_of = -1;
    segment->has_key = 0;
#if defined(__SSE2__)
    const __m128i element = _mm_set1_epi8((char)marks.element), terminator = _mm_set1_epi8((char)marks.terminator);
    for (; limit - at >= 16; at += 16) {
        const __m128i word = _mm_loadu_si128((const __m128i *)(const void *)at);
        const uint32_t ends = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(word, terminator));
        const uint32_t inside = (ends & (0u - ends)) - 1; /* All, where there is no end. */
        const uint32_t found = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(word, element)) & inside;
        beyond_ascii |= (uint32_t)_mm_movemask_epi8(word) & inside;
        count = add_fields(segment, count, at, found);
        if (ends != 0) {
            segment->is_ascii = beyond_ascii == 0;
            end_segment(segment, at + (uint32_t)__builtin_ctz(ends), count);
            return;
        }
    }
#endif
    for (; at < limit && *at != marks.terminator; at++) {
        beyond_ascii |= *at & 0x80u;
        if (*at == marks.element && count < CC_MOST_FIELDS)
            segment->fields[count++] = at + 1;
    }
    segment->is_ascii = beyond_ascii == 0;
    end_segment(segment, at, count);
}

/* The text of an element; one that is not there is empty. */
static ALWAYS_INLINE cc_text field_of(const cc_segment *segment, int32_t element)
{
    const int32_t at = element < segment->field_count ? element : segment->field_count;
    const uint8_t *begin = segment->fields[at];
    return (cc_text){begin, (uint32_t)(segment->fields[at + 1] - 1 - begin)};
}

/* Find the parts of a composite, which are asked for one after the other. */
static void split_parts(cc_segment *segment, int32_t element, uint8_t mark)
{
    const cc_text text = field_of(segment, element);
    const uint8_t *at = text.bytes, *end = at + text.length;
    int32_t count = 0;
    segment->parts[count++] = at;
    segment->parts_of = element;
#if defined(__SSE2__)
    if (text.length <= CC_CHUNK && segment->limit - at >= (int64_t)CC_CHUNK) {
        const __m128i word = _mm_loadu_si128((const __m128i *)(const void *)at);
        uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(word, _mm_set1_epi8((char)mark)));
        for (bits &= (1u << text.length) - 1; bits != 0; bits &= bits - 1)
            segment->parts[count++] = at + (uint32_t)__builtin_ctz(bits) + 1;
        at = end;
    }
#endif
    for (; at < end; at++) {
        if (*at == mark && count < CC_MOST_PARTS)
            segment->parts[count++] = at + 1;
    }
    segment->parts[count] = end + 1;
    segment->part_count = count;
}

static cc_text value_of(const cc_extractor *extractor, cc_segment *segment, int32_t element, int32_t component)
{
    if (component == 0 || element >= segment->field_count)
        return field_of(segment, element);
    if (segment->parts_of != element)
        split_parts(segment, element, extractor->marks.component);
    if (component > segment->part_count)
        return (cc_text){segment->end, 0};
    const uint8_t *begin = segment->parts[component - 1];
    return (cc_text){begin, (uint32_t)(segment->parts[component] - 1 - begin)};
}

/* A value is not of its column's type. */
static void report(cc_extractor *extractor, const cc_segment *segment, cc_bad where)
{
    if (extractor->bad_count == extractor->bad_capacity) {
        const uint64_t capacity = extractor->bad_capacity ? 2 * extractor->bad_capacity : 64;
        if (!cc_reserve((void **)&extractor->bads, capacity * sizeof *extractor->bads)) {
            extractor->is_out_of_memory = 1;
            return;
        }
        extractor->bad_capacity = capacity;
    }
    where.offset = segment->offset;
    where.length = (uint64_t)(segment->end - segment->begin);
    where.index = segment->index;
    where.loop = segment->loop;
    extractor->bads[extractor->bad_count++] = where;
}

/* Put the text of an element, a register or a constant into the last row, or whatever else there is. */
static int put_other(cc_extractor *extractor, cc_segment *segment, const cc_work *work, const cc_op *op, int32_t start)
{
    const uint64_t row = work->rows->rows - 1;
    const uint8_t *limit = segment->limit;
    const int32_t element = op->element + op->is_relative * start;
    int is_ascii = segment->is_ascii;
    cc_text text;
    switch (op->kind) {
    case CC_OFFSET:
        put_number(op->builder, op->is_wide, row, (int64_t)segment->offset);
        return CC_VALUE;
    case CC_START:
        put_number(op->builder, op->is_wide, row, start);
        return CC_VALUE;
    case CC_OPENING:
        put_number(op->builder, op->is_wide, row, (int64_t)*op->from.began);
        return CC_VALUE;
    case CC_CONSTANT:
        text = op->from.text;
        limit = text.bytes + CC_CHUNK; /* columns.py puts so many bytes behind the texts. */
        is_ascii = 1;
        break;
    case CC_REGISTER:
        text = (cc_text){op->from.reg->bytes, op->from.reg->length};
        limit = text.bytes + op->from.reg->capacity;
        is_ascii = op->from.reg->is_ascii;
        break;
    default:
        text = value_of(extractor, segment, element, op->component);
    }
    const int found = text.length ? put_text(extractor, op, row, text, limit, is_ascii) : CC_NO_VALUE;
    if (found == CC_BAD_VALUE && op->kind == CC_ELEMENT)
        report(extractor, segment, (cc_bad){.table = work->table, .column = op->column, .element = element,
                                            .component = op->component});
    return found;
}

/* Do one operation for the last row; gives how many there are up to the next one to be done. */
static ALWAYS_INLINE int32_t do_op(cc_extractor *extractor, cc_segment *segment, const cc_work *work, const cc_op *op,
                                   uint64_t row, int32_t start)
{
    cc_builder *builder = op->builder;
    cc_text text;
    int64_t number;
    switch (op->code) {
    case CC_PUT_OFFSET:
        store_number(builder, 1, row, (int64_t)segment->offset);
        return op->next;
    case CC_PUT_START:
        store_number(builder, 0, row, start);
        return op->next;
    case CC_PUT_OPENING:
        store_number(builder, 1, row, (int64_t)*op->from.began);
        return op->next;
    case CC_PUT_CONSTANT:
        ends_of(builder)[row] = (uint32_t)builder->byte_count;
        builder->written = row + 1;
        text = op->from.text;
        return append_text(builder, text, text.bytes + CC_CHUNK, 1) ? op->next : run_out(extractor);
    case CC_PUT_PART:
        text = value_of(extractor, segment, op->element, op->component);
        if (text.length == 0)
            return op->element >= segment->field_count || op->component > segment->part_count ? op->absent : 1;
        break;
    case CC_PUT_FIELD:
        text = field_of(segment, op->element + op->is_relative * start);
        if (text.length == 0)
            return 1;
        break;
    case CC_PUT_CENTS:
        text = field_of(segment, op->element + op->is_relative * start);
        if (text.length == 0)
            return 1;
        if (read_short_decimal(text, 2, segment->limit, &number)) {
            put_number(builder, 1, row, number);
            return op->next;
        }
        return put_other(extractor, segment, work, op, start) == CC_VALUE ? op->next : 1;
    default:
        return put_other(extractor, segment, work, op, start) == CC_VALUE ? op->next : 1;
    }
    end_texts(builder, row);
    if (!append_text(builder, text, segment->limit, segment->is_ascii))
        return run_out(extractor);
    set_valid(builder, row);
    return op->next;
}

static ALWAYS_INLINE void make_row(cc_extractor *extractor, cc_segment *segment, const cc_work *work, int32_t start)
{
    cc_rows_of *rows = work->rows;
    if (rows->rows == rows->capacity &&
        !grow_table(extractor, work->table, rows->capacity ? 2 * rows->capacity : CC_LEAST_ROWS)) {
        run_out(extractor);
        return;
    }
    const uint64_t row = rows->rows++;
    store_number(rows->columns, 1, row, (int64_t)extractor->set_offset);
    for (const cc_op *op = work->ops, *end = work->end; op < end;)
        op += do_op(extractor, segment, work, op, row, start);
}

static void make_rows(cc_extractor *extractor, cc_segment *segment, const cc_work *work)
{
    if (work->start_count == 0) {
        make_row(extractor, segment, work, 0);
        return;
    }
    const int32_t *starts = work->starts;
    for (int32_t at = 0; at < work->start_count && starts[at] < segment->field_count; at++) {
        int32_t element = starts[at], end = element + work->span;
        while (element < end && field_of(segment, element).length == 0)
            element++;
        if (element < end)
            make_row(extractor, segment, work, starts[at]);
    }
}

static void fill_cell(cc_extractor *extractor, cc_segment *segment, const cc_work *work)
{
    const cc_op *op = work->ops;
    const uint64_t rows = work->rows->rows;
    if (rows == 0 || is_valid(op->builder, rows - 1))
        return;
    const cc_text text = value_of(extractor, segment, work->element, work->component);
    if (text.length &&
        put_text(extractor, op, rows - 1, text, segment->limit, segment->is_ascii) == CC_BAD_VALUE)
        report(extractor, segment, (cc_bad){.table = work->table, .column = op->column, .element = work->element,
                                            .component = work->component});
}

static void keep_value(cc_extractor *extractor, cc_segment *segment, const cc_work *work)
{
    cc_register *reg = work->reg;
    const cc_text text = value_of(extractor, segment, work->element, work->component);
    if (reg->length != 0 || text.length == 0)
        return;
    if (text.length > reg->capacity || reg->capacity == 0) {
        const uint32_t capacity = text.length > CC_CHUNK ? text.length : CC_CHUNK;
        if (!cc_reserve((void **)&reg->bytes, capacity)) {
            extractor->is_out_of_memory = 1;
            return;
        }
        memset(reg->bytes, 0, capacity);
        reg->capacity = capacity;
    }
    memcpy(reg->bytes, text.bytes, text.length);
    reg->length = text.length;
    reg->is_ascii = segment->is_ascii;
}

/* The packed qualifier, which is in the same place for all actions of a segment. */
static uint64_t qualifier_of(const cc_extractor *extractor, cc_segment *segment, const cc_work *work)
{
    if (!segment->has_key) {
        const cc_text text = value_of(extractor, segment, work->qualifier_element, work->qualifier_component);
        segment->key = pack_key(text.bytes, text.length, segment->limit);
        segment->has_key = 1;
    }
    return segment->key;
}

static void act(cc_extractor *extractor, cc_segment *segment, const cc_work *work, int32_t count)
{
    for (const cc_work *end = work + count; work < end; work++) {
        if (work->key != 0 && work->key != qualifier_of(extractor, segment, work))
            continue;
        if (work->verb == CC_MAKE_ROW)
            make_rows(extractor, segment, work);
        else if (work->verb == CC_FILL_CELL)
            fill_cell(extractor, segment, work);
        else
            keep_value(extractor, segment, work);
    }
}

static void begin_loop(cc_extractor *extractor, int32_t number, uint64_t offset)
{
    const cc_loop *loop = extractor->plan->loops + number;
    extractor->began[number] = offset;
    for (int32_t at = 0; at < loop->forget_count; at++)
        extractor->registers[extractor->plan->numbers[loop->forget + at]].length = 0;
}

/* The actions for a segment that fits nowhere, by its name; NULL when there are none. */
static const cc_named *find_named(const cc_extractor *extractor, const cc_segment *segment)
{
    const cc_loop *loop = extractor->plan->loops + extractor->loop;
    const cc_text name = field_of(segment, 0);
    const uint64_t key = name.length <= CW_LONGEST_NAME ? pack_key(name.bytes, name.length, segment->limit) : 0;
    for (int32_t at = 0; key != 0 && at < loop->named_count; at++) {
        const cc_named *named = extractor->plan->named + loop->named + at;
        if ((uint32_t)named->key == ((uint32_t)key | (uint32_t)name.length << 24))
            return named;
    }
    return NULL;
}

static void take_segment(cc_extractor *extractor, cc_segment *segment, int32_t position)
{
    const cc_plan *plan = extractor->plan;
    int32_t action = 0, count = 0;
    if (position >= 0 && position < plan->stop_count) {
        const cc_stop *stop = plan->stops + position;
        extractor->loop = stop->loop;
        if (stop->is_first)
            begin_loop(extractor, stop->loop, segment->offset);
        action = stop->action;
        count = stop->action_count;
    }
    if (position == CC_MISPLACED || count != 0)
        split(segment, extractor->marks);
    else
        segment->end = memchr(segment->begin, extractor->marks.terminator,
                              (size_t)(segment->limit - segment->begin));
    if (position == CC_MISPLACED) {
        const cc_named *named = find_named(extractor, segment);
        if (named != NULL) {
            action = named->action;
            count = named->action_count;
        }
    }
    segment->loop = extractor->loop;
    act(extractor, segment, extractor->works + action, count);
}

void cc_begin_set(cc_extractor *extractor, uint64_t offset, cc_marks marks)
{
    const cc_plan *plan = extractor->plan;
    extractor->marks = marks;
    extractor->set_offset = offset;
    extractor->loop = plan->root;
    for (int32_t number = 0; number < plan->registers; number++)
        extractor->registers[number].length = 0;
    memset(extractor->began, 0, (size_t)plan->loop_count * sizeof *extractor->began);
}

int64_t cc_take(cc_extractor *extractor, const uint8_t *data, uint64_t size, uint64_t offset, uint64_t index,
                const int32_t *trail, uint64_t count)
{
    const uint8_t terminator = extractor->marks.terminator;
    const uint8_t *at = data, *limit = data + size;
    cc_segment segment = {.limit = limit};
    uint64_t taken = 0;
    while (limit > at && limit[-1] != terminator)
        limit--; /* Only whole segments. */
    for (; taken < count; taken++) {
        while (at < limit && is_blank(*at))
            at++;
        if (at >= limit)
            break;
        segment.begin = at;
        segment.limit = limit;
        segment.offset = offset + (uint64_t)(at - data);
        segment.index = index + taken;
        take_segment(extractor, &segment, trail[taken]);
        at = segment.end + 1;
    }
    return extractor->is_out_of_memory ? -1 : (int64_t)taken;
}

uint64_t cc_rows(const cc_extractor *extractor)
{
    uint64_t rows = 0;
    for (int32_t table = 0; table < extractor->plan->table_count; table++)
        rows += extractor->tables[table].rows;
    return rows;
}

uint64_t cc_bads(cc_extractor *extractor, const cc_bad **bads)
{
    const uint64_t count = extractor->bad_count;
    *bads = extractor->bads;
    extractor->bad_count = 0;
    return count;
}

/* ---- Arrow. ---- */

static void release_array(struct ArrowArray *array)
{
    for (int64_t at = 0; at < array->n_buffers; at++)
        free((void *)(uintptr_t)array->buffers[at]);
    free(array->buffers);
    for (int64_t at = 0; at < array->n_children; at++) {
        struct ArrowArray *child = array->children[at];
        if (child != NULL && child->release != NULL)
            child->release(child);
        free(child);
    }
    free(array->children);
    array->release = NULL;
}

static int begin_array(struct ArrowArray *array, int64_t length, int64_t buffers, int64_t children)
{
    *array = (struct ArrowArray){.length = length, .null_count = -1, .release = release_array};
    array->buffers = calloc((size_t)buffers, sizeof *array->buffers);
    array->children = calloc((size_t)children + 1, sizeof *array->children);
    if (array->buffers == NULL || array->children == NULL)
        return 0;
    array->n_buffers = buffers;
    array->n_children = children;
    for (int64_t at = 0; at < children; at++) {
        array->children[at] = calloc(1, sizeof **array->children);
        if (array->children[at] == NULL)
            return 0;
    }
    return 1;
}

static int copy_buffer(const void **buffer, const void *from, uint64_t size)
{
    void *copy = malloc(size ? (size_t)size : 1);
    if (copy == NULL)
        return 0;
    if (size != 0)
        memcpy(copy, from, (size_t)size);
    *buffer = copy;
    return 1;
}

/* Copy the first rows of a column; its own memory stays for the rows to come, which then need no new one. */
static int copy_column(cc_builder *builder, const cc_column *column, struct ArrowArray *array)
{
    const uint64_t count = (uint64_t)array->length, is_text = column->storage == CC_TEXT;
    if (is_text)
        end_texts(builder, count);
    else if (!builder->is_dense)
        skip_numbers(builder, column->storage == CC_INT64, count);
    array->null_count = builder->is_dense ? 0 : -1;
    return (builder->is_dense || copy_buffer(&array->buffers[0], builder->valid, (count + 7) / 8)) &&
           copy_buffer(&array->buffers[1], builder->values, (count + is_text) * width_of(column)) &&
           (!is_text || copy_buffer(&array->buffers[2], builder->bytes, ends_of(builder)[count]));
}

/* Forget the rows before `row`, which becomes the first one if it stays. */
static void keep_only(cc_builder *builder, const cc_column *column, uint64_t row, int stays)
{
    const int has_value = stays && is_valid(builder, row);
    if (!builder->is_dense)
        memset(builder->valid, 0, (size_t)(row + (uint64_t)stays + 7) / 8);
    builder->written = 0;
    if (column->storage == CC_TEXT) {
        const uint64_t begin = has_value ? ends_of(builder)[row] : builder->byte_count;
        builder->byte_count -= begin;
        if (has_value)
            memmove(builder->bytes, builder->bytes + begin, (size_t)builder->byte_count);
        ends_of(builder)[0] = 0;
        builder->written = 1;
    } else if (has_value) {
        memcpy(builder->values, builder->values + row * width_of(column), (size_t)width_of(column));
        builder->written = 1;
    }
    if (has_value && !builder->is_dense)
        set_valid(builder, 0);
}

int64_t cc_give(cc_extractor *extractor, int32_t table, int32_t is_end, struct ArrowArray *array)
{
    const cc_table *plan = extractor->plan->tables + table;
    cc_rows_of *rows = extractor->tables + table;
    const int stays = plan->is_held && !is_end;
    *array = (struct ArrowArray){.release = NULL};
    if (rows->rows <= (uint64_t)stays)
        return 0;
    const uint64_t count = rows->rows - (uint64_t)stays;
    const int32_t columns = plan->column_count + 1;
    int is_whole = begin_array(array, (int64_t)count, 1, columns);
    for (int32_t at = 0; is_whole && at < columns; at++) {
        const cc_column *column = column_of(extractor->plan, table, at);
        struct ArrowArray *child = array->children[at];
        is_whole = begin_array(child, (int64_t)count, column->storage == CC_TEXT ? 3 : 2, 0) &&
                   copy_column(rows->columns + at, column, child);
    }
    if (!is_whole) {
        release_array(array);
        extractor->is_out_of_memory = 1;
        return -1;
    }
    for (int32_t at = 0; at < columns; at++)
        keep_only(rows->columns + at, column_of(extractor->plan, table, at), count, stays);
    rows->rows = (uint64_t)stays;
    array->null_count = 0;
    return (int64_t)count;
}

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t at = 0; at < schema->n_children; at++) {
        struct ArrowSchema *child = schema->children[at];
        if (child != NULL && child->release != NULL)
            child->release(child);
        free(child);
    }
    free(schema->children);
    free(schema->private_data);
    schema->release = NULL;
}

/* Format and name lie in one piece of memory. */
static int begin_schema(struct ArrowSchema *schema, const char *format, const char *name, int32_t children)
{
    const size_t format_size = strlen(format) + 1, name_size = strlen(name) + 1;
    char *text = malloc(format_size + name_size);
    *schema = (struct ArrowSchema){.release = release_schema, .private_data = text};
    schema->children = calloc((size_t)children + 1, sizeof *schema->children);
    if (text == NULL || schema->children == NULL)
        return 0;
    memcpy(text, format, format_size);
    memcpy(text + format_size, name, name_size);
    schema->format = text;
    schema->name = text + format_size;
    schema->n_children = children;
    return 1;
}

int32_t cc_schema(struct ArrowSchema *schema, const char *const *formats, const char *const *names, int32_t count)
{
    const int64_t nullable = 2; /* ARROW_FLAG_NULLABLE */
    int is_whole = begin_schema(schema, "+s", "", count);
    for (int32_t at = 0; is_whole && at < count; at++) {
        struct ArrowSchema *child = schema->children[at] = calloc(1, sizeof *child);
        is_whole = child != NULL && begin_schema(child, formats[at], names[at], 0);
        if (is_whole)
            child->flags = nullable;
    }
    if (!is_whole)
        release_schema(schema);
    return is_whole;
}

void cc_release_array(struct ArrowArray *array)
{
    if (array->release != NULL)
        array->release(array);
}

void cc_release_schema(struct ArrowSchema *schema)
{
    if (schema->release != NULL)
        schema->release(schema);
}
