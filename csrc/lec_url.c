/*
** extcontacts.core.url: path templates, queries and percent-encoding.
** Messages name the argument and never contain its value.
*/
#include "lec_open.h"

#include "lec_buf.h"

#include "ec_url.h"

#include <string.h>

static const char not_an_array[] =
    "must be an array of strings, numbers or booleans without gaps";

/* Results of encoding a value. */
typedef enum outcome { WRITTEN, SKIPPED, REFUSED } outcome;

/* Appends the text, encoded.  [-0, +0] */
static void add_encoded(lua_State *L, ec_buf *b, const char *text,
                        size_t length) {
  /* in steps, as three times the length could exceed SIZE_MAX */
  while (length > 0) {
    size_t step = length < 4096 ? length : 4096;
    char *out = lec_buf_room(L, b, step * EC_URL_GROWTH);
    b->length += ec_url_encode(out, text, step);
    text += step;
    length -= step;
  }
}

/* [-0, +2]  nil, "kind 'name' rest" */
static void push_refusal(lua_State *L, const char *kind, const char *name,
                         const char *rest) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s '%s' %s", kind, name, rest);
}

/* Writes the number at `index`; 0 if it is NaN or infinite.  [-0, +0] */
static size_t write_number(lua_State *L, int index, char *out) {
  if (lua_isinteger(L, index))
    return ec_url_integer(out, (long long)lua_tointeger(L, index));
  return ec_url_number(out, lua_tonumber(L, index));
}

/* url.decode(text [, { plus = boolean }]) */
static int url_decode(lua_State *L) {
  ec_buf *b;
  size_t length, position;
  int plus = 0;
  luaL_checktype(L, 1, LUA_TSTRING);
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "plus");
    plus = lua_toboolean(L, -1);
  }
  length = lua_rawlen(L, 1);
  b = lec_own_buf(L);
  position = ec_url_decode(lec_buf_room(L, b, length + 1), &b->length,
                           lua_tostring(L, 1), length, plus);
  if (position != 0) {
    lua_pushnil(L);
    lua_pushfstring(L, "two hexadecimal digits must follow the %% at byte %d",
                    (int)position);
    return 2;
  }
  lec_buf_push(L, b);
  return 1;
}

/* Appends the path argument on top.
** [-0, +0], if REFUSED [-0, +2]  nil, message */
static outcome add_argument(lua_State *L, ec_buf *b, const char *name) {
  const char *text;
  size_t length;
  char number[EC_URL_NUMBER_ROOM];
  const char *trouble = NULL;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, -1, &length);
    if (ec_url_is_dots(text, length)) {
      trouble = "must not be empty, '.' or '..'";
    } else {
      add_encoded(L, b, text, length);
    }
    break;
  case LUA_TNUMBER:
    length = write_number(L, -1, number);
    if (length == 0 || strspn(number, "-0123456789") < length) {
      trouble = "must be a string or an integer";
    } else {
      lec_buf_add(L, b, number, length);
    }
    break;
  case LUA_TNIL:
    trouble = "is missing";
    break;
  default:
    trouble = "must be a string or an integer";
  }
  if (trouble == NULL)
    return WRITTEN;
  push_refusal(L, "path argument", name, trouble);
  return REFUSED;
}

/* url.expand(template, arguments) */
static int url_expand(lua_State *L) {
  const char *at, *end;
  ec_url_piece piece;
  ec_buf *b;
  int more;
  luaL_checktype(L, 1, LUA_TSTRING);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  at = lua_tostring(L, 1);
  end = at + lua_rawlen(L, 1);
  b = lec_own_buf(L);
  while ((more = ec_url_next_piece(&at, end, &piece)) > 0) {
    if (!piece.is_name) {
      lec_buf_add(L, b, piece.start, piece.length);
      continue;
    }
    lua_pushlstring(L, piece.start, piece.length);
    lua_pushvalue(L, -1); /* template, arguments, name, name */
    lua_rawget(L, 2);
    if (add_argument(L, b, lua_tostring(L, -2)) == REFUSED) {
      lua_pushlstring(L, piece.start, piece.length);
      return 3;
    }
    lua_pop(L, 2);
  }
  if (more < 0)
    return luaL_argerror(L, 1, "the template has an unmatched brace");
  lec_buf_push(L, b);
  return 1;
}

/* Appends the simple value on top, or sets *trouble to the reason why not.
** [-0, +0] */
static void add_scalar(lua_State *L, ec_buf *b, const char **trouble) {
  char number[EC_URL_NUMBER_ROOM];
  size_t length;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    add_encoded(L, b, lua_tostring(L, -1), lua_rawlen(L, -1));
    break;
  case LUA_TBOOLEAN:
    if (lua_toboolean(L, -1))
      lec_buf_add(L, b, "true", 4);
    else
      lec_buf_add(L, b, "false", 5);
    break;
  case LUA_TNUMBER:
    length = write_number(L, -1, number);
    if (length == 0)
      *trouble = "must be a finite number";
    else
      add_encoded(L, b, number, length);
    break;
  case LUA_TLIGHTUSERDATA:
    *trouble = lua_touserdata(L, -1) == NULL
                   ? "is null; omit it to send nothing"
                   : "must not be a light userdata";
    break;
  case LUA_TNIL:
  case LUA_TTABLE:
    *trouble = not_an_array;
    break;
  default:
    *trouble = "must be a string, number, boolean or an array of them";
  }
}

/* The number of entries in the table on top.  [-0, +0] */
static size_t count_entries(lua_State *L) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

/* Appends the array on top, joined with commas.  [-0, +0] */
static outcome add_array(lua_State *L, ec_buf *b, const char **trouble) {
  size_t count = lua_rawlen(L, -1);
  size_t i;
  if (count_entries(L) != count) {
    *trouble = not_an_array;
    return REFUSED;
  }
  if (count == 0)
    return SKIPPED;
  for (i = 1; i <= count && *trouble == NULL; i++) {
    if (i > 1)
      lec_buf_add(L, b, ",", 1);
    lua_rawgeti(L, -1, (int)i);
    add_scalar(L, b, trouble);
    lua_pop(L, 1);
  }
  return *trouble == NULL ? WRITTEN : REFUSED;
}

/* Appends [&]name=value from the { name, value } on top.
** [-0, +0], if REFUSED [-0, +5]  name, value, nil, message, name */
static outcome add_pair(lua_State *L, ec_buf *b) {
  size_t start = b->length;
  const char *trouble = NULL;
  const char *name;
  outcome result = WRITTEN;
  lua_rawgeti(L, -1, 1);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "the name of a query parameter must be a string");
  name = lua_tostring(L, -1);
  if (start > 0)
    lec_buf_add(L, b, "&", 1);
  add_encoded(L, b, name, lua_rawlen(L, -1));
  lec_buf_add(L, b, "=", 1);
  lua_rawgeti(L, -2, 2); /* pair, name, value */
  if (lua_isnil(L, -1)) {
    result = SKIPPED;
  } else if (lua_istable(L, -1)) {
    result = add_array(L, b, &trouble);
  } else {
    add_scalar(L, b, &trouble);
  }
  if (trouble != NULL) {
    push_refusal(L, "query parameter", name, trouble);
    lua_pushvalue(L, -4);
    return REFUSED;
  }
  if (result == SKIPPED)
    b->length = start;
  lua_pop(L, 2);
  return result;
}

/* url.query(list of { name, value }) */
static int url_query(lua_State *L) {
  ec_buf *b;
  size_t count, i;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  b = lec_own_buf(L);
  count = lua_rawlen(L, 1);
  for (i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, (int)i);
    if (!lua_istable(L, -1))
      return luaL_argerror(L, 1, "a list of { name, value } is expected");
    if (add_pair(L, b) == REFUSED)
      return 3;
    lua_pop(L, 1);
  }
  lec_buf_push(L, b);
  return 1;
}

static const luaL_Reg functions[] = {{"decode", url_decode},
                                     {"expand", url_expand},
                                     {"query", url_query},
                                     {NULL, NULL}};

int lec_open_url(lua_State *L) {
  lua_newtable(L);
  lec_new_buf(L); /* shared by all of them */
  luaL_setfuncs(L, functions, 1);
  return 1;
}
