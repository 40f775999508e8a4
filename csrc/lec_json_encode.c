/*
** json.encode: writes a Lua value as JSON into one buffer, a userdata, and
** refuses values that JSON cannot represent, naming their path.
*/
#include "lec_json_encode.h"

#include "ec_json_escape.h"
#include "ec_json_scan.h"
#include "lec_json_number.h"
#include "lec_json_options.h"
#include "lec_json_path.h"
#include "lec_json_shared.h"
#include "lec_json_sort.h"

#include <string.h>

/* Stack slots of lec_json_encode. */
enum { VALUE = 1, SHARED, ARRAY_MT, OWN_MT, BUFFER };

#define SMALLEST_BUFFER 1024
#define LARGEST_IDLE (1024 * 1024) /* larger buffers are not kept */

typedef struct buffer {
  size_t size;
  char data[1]; /* `size` bytes */
} buffer;

typedef lec_json_frame frame;

typedef struct encoder {
  lua_State *L;
  char *data;
  size_t used;
  size_t size;
  int max_depth;
  int sort_keys;
  int whole;
} encoder;

static int write_value(encoder *e, const frame *up);

/* [-0, +1]  a new buffer */
static buffer *push_buffer(lua_State *L, size_t size) {
  buffer *b = lua_newuserdata(L, sizeof *b + size);
  b->size = size;
  return b;
}

static void grow(encoder *e, size_t more) {
  size_t size = e->size;
  buffer *b;
  while (size - e->used < more) {
    if (size > (size_t)-1 / 4)
      luaL_error(e->L, "JSON text too large");
    size *= 2;
  }
  b = push_buffer(e->L, size);
  memcpy(b->data, e->data, e->used);
  lua_replace(e->L, BUFFER);
  e->data = b->data;
  e->size = size;
}

/* Where to write the next `more` bytes. */
static inline char *reserve(encoder *e, size_t more) {
  if (e->size - e->used < more)
    grow(e, more);
  return e->data + e->used;
}

static inline void put(encoder *e, char c) {
  *reserve(e, 1) = c;
  e->used++;
}

static void put_all(encoder *e, const char *text, size_t length) {
  memcpy(reserve(e, length), text, length);
  e->used += length;
}

/* Writes a string with a byte before and one after it, NUL for none; -1 if it
** is not valid UTF-8.  [-0, +0] */
static int write_string(encoder *e, const char *text, size_t length,
                        char before, char after) {
  size_t copied;
  char *out = reserve(e, length + 4 + EC_JSON_COPY_SLACK);
  *out = before;
  out += before != '\0';
  *out++ = '"';
  for (;;) {
    copied = ec_json_copy(out, text, length);
    out += copied;
    text += copied;
    length -= copied;
    if (length == 0)
      break;
    if (ec_json_class(text) == EC_JSON_WIDE)
      return -1;
    e->used = (size_t)(out - e->data);
    out = reserve(e, length + 2 + EC_JSON_ESCAPE_ROOM + EC_JSON_COPY_SLACK);
    out += ec_json_escape(out, *text);
    text++;
    length--;
  }
  *out++ = '"';
  *out = after;
  out += after != '\0';
  e->used = (size_t)(out - e->data);
  return 0;
}

/* Writes the field on the stack: key, value.  [-0, +0] */
static int write_field(encoder *e, frame *f, int first) {
  lua_State *L = e->L;
  f->key = lua_tolstring(L, -2, &f->key_length);
  if (write_string(e, f->key, f->key_length, first ? '{' : ',', ':') != 0)
    return lec_json_refuse(e->L, f, "the field name is not valid UTF-8");
  return write_value(e, f);
}

/* [-2, +0]  writes the object whose first key and value are on the stack */
static int write_object(encoder *e, frame *f, int table) {
  lua_State *L = e->L;
  int first = 1;
  do {
    if (lua_type(L, -2) != LUA_TSTRING)
      return lec_json_refuse_key(L, f->up, LUA_TNUMBER);
    if (write_field(e, f, first) != 0)
      return -1;
    first = 0;
    lua_pop(L, 1);
  } while (lua_next(L, table));
  put(e, '}');
  return 0;
}

/* [-2, +0]  like write_object, but in the order of the names' bytes */
static int write_sorted(encoder *e, frame *f, int table) {
  lua_State *L = e->L;
  const lec_json_name *sorted;
  int names = lua_gettop(L) - 1;
  int count, i;
  sorted = lec_json_sort_names(L, table, f->up, &count);
  if (sorted == NULL)
    return -1;
  for (i = 0; i < count; i++) {
    lua_rawgeti(L, names, sorted[i].index);
    lua_pushvalue(L, -1);
    lua_rawget(L, table); /* names, sorted, key, value */
    if (write_field(e, f, i == 0) != 0)
      return -1;
    lua_pop(L, 2);
  }
  lua_pop(L, 2);
  put(e, '}');
  return 0;
}

/* Whether the key is the given position.  [-0, +0] */
static int is_position(lua_State *L, int key, int position) {
  return lua_type(L, key) == LUA_TNUMBER &&
         lua_tonumber(L, key) == (lua_Number)position;
}

static int write_item(encoder *e, frame *f, int position) {
  f->index = position;
  if (position > 1)
    put(e, ',');
  return write_value(e, f);
}

/* [-2, +0]  writes the items after the first `done`, where lua_next does not
** return them in order: counts the keys, then goes by position.  On the stack:
** key, value */
static int write_scattered(encoder *e, frame *f, int table, int done) {
  lua_State *L = e->L;
  int count = done;
  lua_Number largest = done;
  do {
    lua_Number key;
    if (lua_type(L, -2) != LUA_TNUMBER)
      return lec_json_refuse_key(L, f->up, LUA_TSTRING);
    key = lua_tonumber(L, -2);
    if (!(key >= 1.0 && key <= 2147483647.0) || key != (lua_Number)(int)key)
      return lec_json_refuse_key(L, f->up, LUA_TSTRING);
    if (key > largest)
      largest = key;
    count++;
    lua_pop(L, 1);
  } while (lua_next(L, table));
  if (largest != (lua_Number)count)
    return lec_json_refuse(e->L, f->up, "its positions have gaps (use null)");
  while (done < count) {
    lua_rawgeti(L, table, ++done);
    if (write_item(e, f, done) != 0)
      return -1;
    lua_pop(L, 1);
  }
  return 0;
}

/* [-2, +0]  writes the array whose first key and value are on the stack */
static int write_array(encoder *e, frame *f, int table) {
  lua_State *L = e->L;
  int done = 0;
  put(e, '[');
  do {
    if (!is_position(L, -2, done + 1)) {
      if (write_scattered(e, f, table, done) != 0)
        return -1;
      break;
    }
    if (write_item(e, f, ++done) != 0)
      return -1;
    lua_pop(L, 1);
  } while (lua_next(L, table));
  put(e, ']');
  return 0;
}

/* Whether the table at `index` is marked as an array.  [-0, +0] */
static int is_array(lua_State *L, int index) {
  int found;
  if (!lua_getmetatable(L, index))
    return 0;
  found = lua_rawequal(L, -1, ARRAY_MT) || lua_rawequal(L, -1, OWN_MT);
  if (!found) { /* that of another copy of the module? */
    lua_rawgeti(L, SHARED, LEC_JSON_MARKS);
    found = lec_json_is_mark(L, lua_gettop(L), lua_gettop(L) - 1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return found;
}

/* Whether the table at `index` lacks fields because of a selection.
** [-0, +0] */
static int is_partial(lua_State *L, int index) {
  int found;
  if (!lua_getmetatable(L, index))
    return 0;
  lua_rawgeti(L, SHARED, LEC_JSON_PARTIAL_MT);
  found = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return found;
}

/* Writes the table on top.  [-0, +0] */
static int write_table(encoder *e, const frame *up) {
  lua_State *L = e->L;
  int table = lua_gettop(L);
  int array;
  const frame *outer;
  frame f;
  memset(&f, 0, sizeof f);
  f.up = up;
  f.table = lua_topointer(L, table);
  f.depth = up == NULL ? 1 : up->depth + 1;
  for (outer = up; outer != NULL; outer = outer->up) {
    if (outer->table == f.table)
      return lec_json_refuse(e->L, up, "it contains itself");
  }
  if (f.depth > e->max_depth || !lua_checkstack(L, 8))
    return lec_json_refuse(e->L, up, "nested too deeply (see max_depth)");
  array = is_array(L, table);
  if (e->whole && !array && is_partial(L, table))
    return lec_json_refuse(e->L, up,
                           "it has only the fields that were selected when it "
                           "was read; read the whole record first");
  lua_pushnil(L);
  if (!lua_next(L, table)) {
    put_all(e, array ? "[]" : "{}", 2);
    return 0;
  }
  if (lua_type(L, -2) == LUA_TNUMBER)
    return write_array(e, &f, table);
  if (array)
    return lec_json_refuse(e->L, up,
                           "it is marked as an array but has other keys");
  return e->sort_keys ? write_sorted(e, &f, table) : write_object(e, &f, table);
}

static int write_number(encoder *e, const frame *up) {
  lua_State *L = e->L;
  char *out = reserve(e, EC_JSON_NUMBER_ROOM);
  size_t length = lec_json_write_number(L, -1, out);
  lua_Number value;
  if (length == 0) {
    value = lua_tonumber(L, -1);
    return lec_json_refuse(e->L, up,
                           value == value ? "infinity is not valid JSON"
                                          : "NaN is not valid JSON");
  }
  e->used += length;
  return 0;
}

static int write_userdata(encoder *e, const frame *up) {
  size_t length;
  const char *text = lec_json_exact_text(e->L, -1, &length);
  if (text == NULL)
    return lec_json_refuse(e->L, up, "a userdata has no JSON form");
  put_all(e, text, length);
  return 0;
}

/* Writes the value on top.  [-0, +0] */
static int write_value(encoder *e, const frame *up) {
  lua_State *L = e->L;
  const char *text;
  size_t length;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, -1, &length);
    if (write_string(e, text, length, '\0', '\0') != 0)
      return lec_json_refuse(e->L, up, "the string is not valid UTF-8");
    return 0;
  case LUA_TNUMBER:
    return write_number(e, up);
  case LUA_TBOOLEAN:
    if (lua_toboolean(L, -1))
      put_all(e, "true", 4);
    else
      put_all(e, "false", 5);
    return 0;
  case LUA_TTABLE:
    return write_table(e, up);
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, -1) == NULL) {
      put_all(e, "null", 4);
      return 0;
    }
    return lec_json_refuse(e->L, up, "a light userdata has no JSON form");
  case LUA_TUSERDATA:
    return write_userdata(e, up);
  default:
    lua_pushfstring(L, "a %s has no JSON form", luaL_typename(L, -1));
    return lec_json_refuse(e->L, up, lua_tostring(L, -1));
  }
}

/* [-0, +1]  the idle buffer, taken so that no other call uses it, or a new
** one */
static buffer *take_buffer(lua_State *L) {
  buffer *b;
  lua_rawgeti(L, SHARED, LEC_JSON_BUFFER);
  b = lua_touserdata(L, -1);
  if (b == NULL) {
    lua_pop(L, 1);
    return push_buffer(L, SMALLEST_BUFFER);
  }
  lua_pushboolean(L, 0);
  lua_rawseti(L, SHARED, LEC_JSON_BUFFER);
  return b;
}

/* json.encode(value [, options]) -> text | nil, message, path */
int lec_json_encode(lua_State *L) {
  static const char *const known[] = {"max_depth", "sort_keys", "whole", NULL};
  lec_json_options options;
  encoder e;
  buffer *b;
  int code;
  luaL_checkany(L, VALUE);
  lec_json_read_options(L, 2, known, &options);
  lua_settop(L, VALUE);
  lua_pushvalue(L, LEC_JSON_SHARED);
  lua_rawgeti(L, SHARED, LEC_JSON_ARRAY_MT);
  lua_rawgeti(L, SHARED, LEC_JSON_OWN_MT);
  b = take_buffer(L); /* value, shared, array_mt, own_mt, buffer */
  memset(&e, 0, sizeof e);
  e.L = L;
  e.data = b->data;
  e.size = b->size;
  e.max_depth = options.max_depth;
  e.sort_keys = options.sort_keys;
  e.whole = options.whole;
  lua_pushvalue(L, VALUE);
  code = write_value(&e, NULL); /* …, message, path when refused */
  if (code != 0)
    lua_pushnil(L);
  else
    lua_pushlstring(L, e.data, e.used);
  if (e.size <= LARGEST_IDLE) {
    lua_pushvalue(L, BUFFER);
    lua_rawseti(L, SHARED, LEC_JSON_BUFFER);
  }
  if (code == 0)
    return 1;
  lua_insert(L, -3);
  return 3;
}
