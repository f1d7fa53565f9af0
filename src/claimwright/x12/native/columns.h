/* Columns out of segments: what x12/extracting.py does, for Arrow.
 *
 * An extractor is told which position of the guide each segment stands at (the trail of a walk), reads the segments
 * again and fills the columns of tables, which it then gives away as Arrow arrays (the Arrow C data interface, for
 * which no Arrow library is needed). The tables of a plan come from columns.py and are trusted; the bytes are not.
 * A value that is not of its column's type leaves its cell empty, and is reported for Python to explain.
 */
#ifndef CLAIMWRIGHT_COLUMNS_H
#define CLAIMWRIGHT_COLUMNS_H

#include "core.h" /* for CW_PUBLIC */

enum { CC_INT64, CC_INT32, CC_TEXT };                                 /* cc_column.storage */
enum { CC_AS_TEXT, CC_AS_CENTS, CC_AS_THOUSANDTHS, CC_AS_FIRST_DAY, CC_AS_LAST_DAY, CC_AS_NUMBER }; /* how a text is read */
enum { CC_ELEMENT, CC_REGISTER, CC_OPENING, CC_OFFSET, CC_CONSTANT, CC_START };                  /* cc_source.kind */
enum { CC_MAKE_ROW, CC_FILL_CELL, CC_KEEP_VALUE };                                               /* cc_action.verb */

/* The actions for segments of one name in a loop; where it is not known by its position, `key` is its packed name. */
typedef struct {
    int32_t key, action, action_count;
} cc_named;

typedef struct {
    int32_t loop, is_first; /* is_first: 1 when the segment begins the loop */
    int32_t action, action_count;
} cc_stop;

typedef struct {
    int32_t named, named_count;   /* for misplaced segments */
    int32_t forget, forget_count; /* registers that are emptied when it begins */
} cc_loop;

/* Done when the qualifier is 0 or the segment's own. */
typedef struct {
    int32_t verb, qualifier_low, qualifier_high, qualifier_element, qualifier_component;
    int32_t table, column;           /* FILL_CELL: both; MAKE_ROW: the table */
    int32_t reg, element, component; /* KEEP_VALUE, FILL_CELL */
    int32_t start, start_count, span;
    int32_t cell, cell_count; /* MAKE_ROW: the cells that may have a value when the row is made */
} cc_action;

typedef struct {
    int32_t column, source, source_count;
} cc_cell;

typedef struct {
    int32_t kind, element, component, is_relative;
    int32_t number; /* a register or a loop */
    int32_t text, text_length;
} cc_source;

typedef struct {
    int32_t storage, reading;
} cc_column;

/* Its first column is the offset of the set, of which no cell speaks. */
typedef struct {
    int32_t column, column_count, is_held;
} cc_table;

typedef struct {
    const cc_stop *stops;
    const cc_loop *loops;
    const cc_named *named;
    const cc_action *actions;
    const cc_cell *cells;
    const cc_source *sources;
    const cc_column *columns;
    const cc_table *tables;
    const int32_t *numbers; /* starts and registers */
    const char *texts; /* with 16 bytes behind them that mean nothing */
    int32_t stop_count, loop_count, table_count, column_count, registers, root, action_count, source_count;
} cc_plan;

typedef struct {
    uint8_t element, component, terminator;
} cc_marks;

/* A value that could not be read: its segment (first byte, bytes, number from 1, loop), the cell that is empty for it,
 * and where it stands. */
typedef struct {
    uint64_t offset, length, index;
    int32_t loop, table, column, element, component, spare;
} cc_bad;

/* The Arrow C data interface; the names and the order are its own. */
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

typedef struct cc_extractor cc_extractor;

CW_PUBLIC uint32_t cc_size(int32_t structure); /* 0: cc_plan, 1: cc_bad, 2: ArrowArray, 3: ArrowSchema */

/* NULL when there is no memory. The plan must outlive the extractor. */
CW_PUBLIC cc_extractor *cc_new(const cc_plan *plan);
CW_PUBLIC void cc_free(cc_extractor *extractor);

/* A set begins at byte `offset`: everything of the set before is forgotten, but not its rows. */
CW_PUBLIC void cc_begin_set(cc_extractor *extractor, uint64_t offset, cc_marks marks);

/* Take `count` segments from `size` bytes, the first of which is byte `offset` and segment `index` of the file; trail[n]
 * is the position of the n-th, -1 when it is misplaced. Gives how many were there, -1 when there is no memory. */
CW_PUBLIC int64_t cc_take(cc_extractor *extractor, const uint8_t *data, uint64_t size, uint64_t offset, uint64_t index,
                          const int32_t *trail, uint64_t count);

/* Rows of all tables that are there. */
CW_PUBLIC uint64_t cc_rows(const cc_extractor *extractor);

/* The values reported since the last time this was asked; the pointer is good until the next call. */
CW_PUBLIC uint64_t cc_bads(cc_extractor *extractor, const cc_bad **bads);

/* Give away the rows of a table; not the last one of a table that may still get values, unless `is_end`. Gives how many,
 * -1 when there is no memory; `array` is filled when there are any, and is then for its owner to release. */
CW_PUBLIC int64_t cc_give(cc_extractor *extractor, int32_t table, int32_t is_end, struct ArrowArray *array);

/* The schema of a struct of so many columns; formats and names are copied. Gives 1, 0 when there is no memory. */
CW_PUBLIC int32_t cc_schema(struct ArrowSchema *schema, const char *const *formats, const char *const *names,
                            int32_t count);

/* Release what is pointed to, if it is not released yet. */
CW_PUBLIC void cc_release_array(struct ArrowArray *array);
CW_PUBLIC void cc_release_schema(struct ArrowSchema *schema);

#endif
