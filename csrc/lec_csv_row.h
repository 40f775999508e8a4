/*
** Rows of CSV files.
*/
#ifndef LEC_CSV_ROW_H
#define LEC_CSV_ROW_H

#include "lec_buf.h"

/* lines.csv(cells, count) -> the row, with its line ending, if all cells are
** plain texts or nil; otherwise nil.  Its upvalue is a buffer. */
int lec_csv_row(lua_State *L);

#endif
