/*
** Rows of CSV files without special characters.
*/
#include "lec_csv_row.h"

static int is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

/* Whether a cell needs neither quotes nor a mark against formulas. */
static int is_plain(const char *text, size_t length) {
  size_t at;
  if (length == 0)
    return 1;
  for (at = 1; at < length; at++) {
    char c = text[at];
    if (!is_word(c) && c != '.' && c != '-' && c != '@' && c != ' ' && c != '_')
      return 0;
  }
  return is_word(text[0]) && text[length - 1] != ' ';
}

int lec_csv_row(lua_State *L) {
  ec_buf *b = lec_own_buf(L);
  int count = (int)luaL_checkinteger(L, 2);
  int position;
  luaL_checktype(L, 1, LUA_TTABLE);
  for (position = 1; position <= count; position++) {
    size_t length = 0;
    const char *text = "";
    lua_rawgeti(L, 1, position);
    if (lua_type(L, -1) == LUA_TSTRING)
      text = lua_tolstring(L, -1, &length);
    else if (!lua_isnil(L, -1))
      return 0;
    if (!is_plain(text, length))
      return 0;
    if (position > 1)
      lec_buf_add(L, b, ",", 1);
    lec_buf_add(L, b, text, length);
    lua_pop(L, 1);
  }
  lec_buf_add(L, b, "\r\n", 2);
  lec_buf_push(L, b);
  return 1;
}
