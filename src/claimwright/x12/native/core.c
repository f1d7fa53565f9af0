/* The library, as one unit for the compiler: the walk runs for every segment, and is fast because the rest is inlined
 * into it. Each file below has one concern and can be read by itself. */
#include "interchange.c"
#include "marks.c"
#include "elements.c"
#include "uniques.c"
#include "fields.c"
#include "shapes.c"
#include "rules.c"
#include "walk.c"
#include "columns.c"
#include "bounds.c"
