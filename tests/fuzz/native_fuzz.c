/* Drives the native core with mutated sets, under the sanitizers: native_fuzz TABLES COUNT SEED.
 *
 * TABLES is what tests/fuzz/native.py writes: guides as tables, and right sets of each. Every input has memory of its
 * own, exactly as long as it is, so that a read beyond its end is seen. A segment in doubt is skipped, as if Python had
 * taken it, sometimes to a position of chance. An input that takes more than a second of its own
 * time ends the run.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "core.c"

#define TABLE_COUNT 22
#define NUMBER_COUNT 8
#define MOST_GUIDES 64
#define MOST_SETS 512
#define LONGEST 65536u
#define SECONDS 1
#define REPORT_EVERY 100000

typedef struct {
    cw_guide guide;
    int32_t position_count;
    cw_walk *walk;
} target;

typedef struct {
    int32_t guide;
    uint8_t *bytes;
    uint32_t size;
} sample;

static target targets[MOST_GUIDES];
static sample samples[MOST_SETS];
static uint32_t target_count, sample_count;
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

/* Give the input so many seconds; 0 ends that. Only time of this process counts, so that a busy machine does not. */
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

/* The structure of a guide begins with its tables, in the order in which they were written. */
static void read_guide(FILE *file, target *into)
{
    const void *tables[TABLE_COUNT];
    for (int table = 0; table < TABLE_COUNT; table++) {
        const uint32_t size = read_count(file);
        tables[table] = read_bytes(file, size);
        if (table == 6)
            into->position_count = (int32_t)(size / sizeof(cw_position));
    }
    memcpy(&into->guide, tables, sizeof tables);
    int32_t *numbers = read_bytes(file, NUMBER_COUNT * sizeof(int32_t));
    memcpy((char *)&into->guide + sizeof tables, numbers, NUMBER_COUNT * sizeof(int32_t));
    free(numbers);
    into->walk = cw_new(&into->guide, 1000);
    if (into->walk == NULL)
        die("no memory");
}

static void read_tables(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("there are no tables");
    target_count = read_count(file);
    sample_count = read_count(file);
    if (target_count > MOST_GUIDES || sample_count > MOST_SETS)
        die("too many guides or sets");
    for (uint32_t at = 0; at < target_count; at++)
        read_guide(file, targets + at);
    for (uint32_t at = 0; at < sample_count; at++) {
        samples[at].guide = (int32_t)read_count(file);
        samples[at].size = read_count(file);
        samples[at].bytes = read_bytes(file, samples[at].size);
    }
    fclose(file);
}

/* ---- Mutations, on a buffer of LONGEST bytes ---- */

static uint8_t odd_byte(void)
{
    static const uint8_t often[] = "*:^~\n\r ~*0-.19AZ*~:";
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

/* ---- One input ---- */

static cw_delimiters some_delimiters(void)
{
    cw_delimiters marks = {.element = '*', .component = ':', .repetition = '^', .terminator = '~', .has_repetition = 1};
    if (chance(6) == 0)
        marks.component = (uint8_t)"-. >\n^"[chance(6)];
    if (chance(8) == 0)
        marks.terminator = (uint8_t)"\n\r'\x1c"[chance(4)];
    marks.has_repetition = chance(4) != 0;
    return marks;
}

/* What Python does with a segment in doubt, more or less. */
static void skip_segment(target *aim)
{
    cw_state *state = cw_state_of(aim->walk);
    if (chance(4) == 0) {
        cw_stand(aim->walk, (int32_t)chance((uint32_t)aim->position_count));
        memset(state->counts, 0, sizeof(uint32_t) * (size_t)aim->guide.depth * (size_t)aim->guide.max_members);
    }
    if (aim->guide.registers > 0 && chance(4) == 0)
        state->registers[chance((uint32_t)aim->guide.registers)] = chance(2) ? CW_UNKNOWN : CW_ABSENT;
}

static void run_input(target *aim, const uint8_t *bytes, uint64_t size)
{
    const cw_delimiters marks = some_delimiters();
    const uint8_t *begin = memchr(bytes, marks.terminator, size);
    uint64_t at = begin == NULL ? size : (uint64_t)(begin - bytes) + 1;
    cw_window window = {.data = bytes, .size = at};
    cw_begin(aim->walk, &marks, &window, 2);
    cw_stand(aim->walk, aim->guide.root_position);
    for (uint64_t index = 3; at < size; index++) {
        window = (cw_window){.data = bytes + at, .size = chance(3) ? size - at : 1 + chance((uint32_t)(size - at)), .offset = at};
        const int32_t status = cw_run(aim->walk, &window, index);
        if (window.taken > window.size)
            die("more was taken than there was");
        at += window.taken;
        index += window.taken;
        if (status != CW_DOUBT && window.size == size - at + window.taken && status == CW_DONE)
            break;
        const uint8_t *next = at < size ? memchr(bytes + at, marks.terminator, size - at) : NULL;
        if (next == NULL)
            break;
        at = (uint64_t)(next - bytes) + 1;
        skip_segment(aim);
    }
    window = (cw_window){.data = bytes, .size = size};
    cw_end(aim->walk, &window);
}

int main(int count, char **words)
{
    if (count != 4)
        die("native_fuzz TABLES COUNT SEED");
    signal(SIGPROF, end_too_slow);
    read_tables(words[1]);
    const uint64_t wanted = strtoull(words[2], NULL, 10);
    chance_state = strtoull(words[3], NULL, 10);
    static uint8_t buffer[LONGEST];
    for (uint64_t done = 1; done <= wanted; done++) {
        const sample *from = samples + chance(sample_count);
        uint32_t size = from->size < LONGEST ? from->size : LONGEST;
        memcpy(buffer, from->bytes, size);
        for (uint32_t left = 1 + chance(5); left > 0; left--)
            size = mutate(buffer, size);
        uint8_t *input = malloc(size);
        if (input == NULL)
            die("no memory");
        memcpy(input, buffer, size);
        set_alarm(SECONDS);
        run_input(targets + (chance(20) ? (uint32_t)from->guide : chance(target_count)), input, size);
        set_alarm(0);
        free(input);
        if (done % REPORT_EVERY == 0 || done == wanted)
            fprintf(stderr, "\r%llu inputs ", (unsigned long long)done);
    }
    fprintf(stderr, "\n");
    for (uint32_t at = 0; at < target_count; at++)
        cw_free(targets[at].walk);
    return 0;
}
