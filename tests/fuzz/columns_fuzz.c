/* Drives the columns of the native core, and what finds sets ahead, with mutated sets, under the sanitizers:
 * columns_fuzz TABLES COUNT SEED.
 *
 * TABLES is what tests/fuzz/columns.py writes: plans as tables, and sets of each with the trail of a right walk. Every
 * input has memory of its own, exactly as long as it is. What is given away must be right by Arrow: texts that end in
 * order, within their bytes, and are UTF-8.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "core.c"

#define TABLE_COUNT 10
#define NUMBER_COUNT 8
#define MOST_PLANS 16
#define MOST_SETS 512
#define LONGEST 65536u
#define LONGEST_TRAIL 8192u
#define SECONDS 1
#define REPORT_EVERY 100000

typedef struct {
    int32_t plan;
    uint8_t *bytes;
    int32_t *trail;
    uint32_t size, segments;
} sample;

static cc_plan plans[MOST_PLANS];
static cc_extractor *extractors[MOST_PLANS];
static sample samples[MOST_SETS];
static uint32_t plan_count, sample_count;
static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static void die(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(2);
}

static void end_too_slow(int number)
{
    static const char why[] = "\nan input took more than its time\n";
    (void)number;
    (void)!write(STDERR_FILENO, why, sizeof why - 1);
    _exit(3);
}

/* Give the input so many seconds of this process; 0 ends that. */
static void set_alarm(int seconds)
{
    const struct itimerval timer = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static void *read_bytes(FILE *file, uint64_t size)
{
    void *bytes = malloc(size > 0 ? size : 1);
    if (bytes == NULL || fread(bytes, 1, size, file) != size)
        die("the tables end too soon");
    return bytes;
}

static uint32_t read_count(FILE *file)
{
    uint32_t *at = read_bytes(file, sizeof *at), count = *at;
    free(at);
    return count;
}

/* The structure of a plan begins with its tables, in the order in which they were written. */
static void read_plan(FILE *file, cc_plan *plan)
{
    const void *tables[TABLE_COUNT];
    for (int table = 0; table < TABLE_COUNT; table++) {
        const uint32_t size = read_count(file);
        tables[table] = read_bytes(file, size);
    }
    memcpy(plan, tables, sizeof tables);
    int32_t *numbers = read_bytes(file, NUMBER_COUNT * sizeof(int32_t));
    memcpy((char *)plan + sizeof tables, numbers, NUMBER_COUNT * sizeof(int32_t));
    free(numbers);
}

static void read_tables(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("there are no tables");
    plan_count = read_count(file);
    sample_count = read_count(file);
    if (plan_count > MOST_PLANS || sample_count > MOST_SETS)
        die("too many plans or sets");
    for (uint32_t at = 0; at < plan_count; at++)
        read_plan(file, plans + at);
    for (uint32_t at = 0; at < sample_count; at++) {
        sample *to = samples + at;
        to->plan = (int32_t)read_count(file);
        to->size = read_count(file);
        to->bytes = read_bytes(file, to->size);
        to->segments = read_count(file);
        to->trail = read_bytes(file, to->segments * sizeof(int32_t));
    }
    fclose(file);
}

/* ---- Mutations ---- */

static uint8_t odd_byte(void)
{
    static const uint8_t often[] = "*:~\n ~*0-.19AZ*~:\xc3\xa9\xff";
    return chance(3) ? often[chance(sizeof often - 1)] : (uint8_t)chance(256);
}

static uint32_t mutate(uint8_t *bytes, uint32_t size)
{
    const uint32_t at = chance(size), run = 1 + chance(chance(8) ? 12 : 6000);
    const uint32_t length = run < size - at ? run : size - at;
    switch (chance(6)) {
    case 0:
        bytes[at] = odd_byte();
        return size;
    case 1: /* lose some */
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length > 1 ? size - length : 1;
    case 2: /* double some */
        if (size + length > LONGEST)
            return size;
        memmove(bytes + at + length, bytes + at, size - at);
        return size + length;
    case 3: /* copy some from elsewhere */
        memmove(bytes + at, bytes + chance(size - length + 1), length);
        return size;
    case 4: /* all of one */
        memset(bytes + at, odd_byte(), length);
        return size;
    default: /* cut */
        return at + 1;
    }
}

static uint32_t mutate_trail(int32_t *trail, uint32_t count, int32_t positions)
{
    for (uint32_t left = chance(4); left > 0 && count > 0; left--)
        trail[chance(count)] = (int32_t)chance((uint32_t)positions + 2) - 1;
    return chance(8) ? count : chance(count + 1);
}

/* ---- What is given away ---- */

static void check_texts(const struct ArrowArray *array)
{
    const uint32_t *ends = array->buffers[1];
    if (ends[0] != 0)
        die("texts do not begin at 0");
    for (int64_t row = 0; row < array->length; row++) {
        if (ends[row + 1] < ends[row])
            die("a text ends before it begins");
        if (!is_utf8((cc_text){(const uint8_t *)array->buffers[2] + ends[row], ends[row + 1] - ends[row]}))
            die("a text is no UTF-8");
    }
}

static uint64_t sum_bytes(const void *bytes, uint64_t size)
{
    uint64_t sum = 0;
    for (uint64_t at = 0; bytes != NULL && at < size; at++)
        sum += ((const uint8_t *)bytes)[at];
    return sum;
}

/* Look at all that was given, so that what lies outside of its memory is seen. */
static uint64_t take_rows(cc_extractor *extractor, const cc_plan *plan, int32_t table, int is_end)
{
    struct ArrowArray rows;
    uint64_t sum = 0;
    if (cc_give(extractor, table, is_end, &rows) <= 0)
        return 0;
    for (int64_t at = 0; at < rows.n_children; at++) {
        const struct ArrowArray *child = rows.children[at];
        const cc_column *column = column_of(plan, table, (int32_t)at);
        sum += sum_bytes(child->buffers[0], (uint64_t)(child->length + 7) / 8);
        if (column->storage == CC_TEXT)
            check_texts(child);
        else
            sum += sum_bytes(child->buffers[1], (uint64_t)child->length * width_of(column));
    }
    cc_release_array(&rows);
    return sum;
}

/* ---- One input ---- */

static void find_sets(const uint8_t *bytes, uint64_t size, cc_marks marks)
{
    cb_set sets[8];
    cb_window window = {.data = bytes, .begin = chance((uint32_t)size + 1), .end = size, .wanted = chance(5000),
                        .longest = chance(4) ? 1 << 20 : chance(60)};
    const uint64_t count = cb_find(&window, marks.element, marks.terminator, sets, 1 + chance(8));
    for (uint64_t at = 0; at < count; at++) {
        if (sets[at].begin >= sets[at].body || sets[at].body > sets[at].close || sets[at].close >= sets[at].end ||
            sets[at].end > size)
            die("the bounds of a set are out of order");
    }
}

static void run_input(int32_t number, const uint8_t *bytes, uint64_t size, const int32_t *trail, uint32_t count)
{
    cc_extractor *extractor = extractors[number];
    cc_marks marks = {.element = '*', .component = ':', .terminator = '~'};
    const cc_bad *bads;
    uint64_t at = 0;
    if (chance(8) == 0)
        marks.component = (uint8_t)"-. >\n^"[chance(6)];
    if (chance(8) == 0)
        marks.terminator = (uint8_t)"\n\r'\x1c"[chance(4)];
    find_sets(bytes, size, marks);
    cc_begin_set(extractor, chance(1000), marks);
    for (uint32_t taken = 0; taken < count && at < size;) {
        const uint32_t some = chance(2) ? count - taken : 1 + chance(count - taken);
        const uint64_t part = chance(3) ? size - at : 1 + chance((uint32_t)(size - at));
        const int64_t done = cc_take(extractor, bytes + at, part, at, 2 + taken, trail + taken, some);
        if (done < 0 || (uint64_t)done > some)
            die("there is no memory, or more was taken than there was");
        const uint64_t bad_count = cc_bads(extractor, &bads);
        for (uint64_t bad = 0; bad < bad_count; bad++) {
            if (bads[bad].offset < at || bads[bad].offset + bads[bad].length > at + part)
                die("a bad value is not where it was read");
        }
        taken += (uint32_t)done;
        at += part;
        if (chance(3) == 0)
            take_rows(extractor, plans + number, (int32_t)chance((uint32_t)plans[number].table_count), (int)chance(2));
    }
    if (chance(20) == 0) {
        for (int32_t table = 0; table < plans[number].table_count; table++)
            take_rows(extractor, plans + number, table, 1);
        if (cc_rows(extractor) != 0)
            die("rows were left");
    }
}

int main(int count, char **words)
{
    if (count != 4)
        die("columns_fuzz TABLES COUNT SEED");
    signal(SIGPROF, end_too_slow);
    read_tables(words[1]);
    const uint64_t wanted = strtoull(words[2], NULL, 10);
    chance_state = strtoull(words[3], NULL, 10);
    static uint8_t buffer[LONGEST];
    static int32_t trail[LONGEST_TRAIL];
    for (uint32_t at = 0; at < plan_count; at++)
        extractors[at] = cc_new(plans + at);
    for (uint64_t done = 1; done <= wanted; done++) {
        const sample *from = samples + chance(sample_count);
        uint32_t size = from->size < LONGEST ? from->size : LONGEST;
        uint32_t segments = from->segments < LONGEST_TRAIL ? from->segments : LONGEST_TRAIL;
        memcpy(buffer, from->bytes, size);
        memcpy(trail, from->trail, segments * sizeof *trail);
        for (uint32_t left = 1 + chance(5); left > 0; left--)
            size = mutate(buffer, size);
        segments = mutate_trail(trail, segments, plans[from->plan].stop_count);
        uint8_t *input = malloc(size);
        if (input == NULL)
            die("no memory");
        memcpy(input, buffer, size);
        set_alarm(SECONDS);
        run_input(from->plan, input, size, trail, segments);
        set_alarm(0);
        free(input);
        if (done % REPORT_EVERY == 0 || done == wanted)
            fprintf(stderr, "\r%llu inputs ", (unsigned long long)done);
    }
    fprintf(stderr, "\n");
    for (uint32_t at = 0; at < plan_count; at++)
        cc_free(extractors[at]);
    return 0;
}
