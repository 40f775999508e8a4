/*
** Arrays of records, as lines of text.
*/
#ifndef EC_JSON_RECORDS_H
#define EC_JSON_RECORDS_H

#include <stddef.h>

/* Copies the elements of the array that starts at `at`, each without its line
** breaks and with a line feed, to `out`, which has as much room as the text up
** to `end`, where a NUL is.  Returns the end of the array, `length` and
** `count`; NULL unless every element is an object with a text that is not
** empty as its `id`, of at most `levels` levels, that is valid and surely has
** no name twice. */
const char *ec_json_records(const char *at, const char *end, int levels,
                            char *out, size_t *length, int *count);

#endif
