/*
** json.encode: writes a Lua value as JSON into one buffer, a userdata, and
** refuses what JSON can't hold, naming the path.
*/
#include "ec_json_escape.h"
#include "ec_json_scan.h"
#include "lec_json.h"

#include <stdlib.h>
#include <string.h>

/* Stack slots of lec_json_encode. */
enum { VALUE = 1, SHARED, ARRAY_MT, OWN_MT, BUFFER };

#define SMALLEST_BUFFER 1024
#define LARGEST_IDLE (1024 * 1024) /* a larger buffer isn't kept */
#define SHOWN_KEY 64               /* bytes of a field name in a path */

typedef struct buffer {
  size_t size;
  char data[1]; /* and on */
} buffer;

/* A table being written, and where in it: makes the path of a refusal. */
typedef struct frame {
  const struct frame *up;
  const void *table;
  int depth;
  int index;       /* the position in an array, 0 in an object */
  const char *key; /* anchored on the stack */
  size_t key_length;
} frame;

typedef struct encoder {
  lua_State *L;
  char *data;
  size_t used;
  size_t size;
  int max_depth;
  int sort_keys;
} encoder;

static int write_value(encoder *e, const frame *up);

/* [-0, +1]  a new buffer; the old one stays where it is */
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

/* Where to write; room for `more` bytes. */
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

static int is_name(const char *key, size_t length) {
  size_t i;
  if (length == 0 || length > SHOWN_KEY)
    return 0;
  for (i = 0; i < length; i++) {
    int letter = (key[i] >= 'a' && key[i] <= 'z') ||
                 (key[i] >= 'A' && key[i] <= 'Z') || key[i] == '_';
    if (!letter && (i == 0 || key[i] < '0' || key[i] > '9'))
      return 0;
  }
  return 1;
}

/* Adds .name, ["other name"] or [position] to a path. */
static void add_step(luaL_Buffer *path, const frame *f) {
  if (f->index > 0) {
    char digits[EC_JSON_NUMBER_ROOM];
    luaL_addchar(path, '[');
    luaL_addlstring(path, digits, ec_json_write_integer(digits, f->index));
    luaL_addchar(path, ']');
  } else if (is_name(f->key, f->key_length)) {
    if (f->up != NULL)
      luaL_addchar(path, '.');
    luaL_addlstring(path, f->key, f->key_length);
  } else {
    size_t i;
    luaL_addstring(path, "[\"");
    for (i = 0; i < f->key_length && i < SHOWN_KEY; i++) {
      unsigned char c = (unsigned char)f->key[i];
      luaL_addchar(path, c < 0x20 || c >= 0x7F || c == '"' ? '?' : (char)c);
    }
    luaL_addstring(path, i < f->key_length ? "...\"]" : "\"]");
  }
}

static void add_path(luaL_Buffer *path, const frame *f) {
  if (f == NULL)
    return;
  add_path(path, f->up);
  add_step(path, f);
}

/* [-0, +2]  message and path of what is being written; -1, to be returned */
static int refuse(encoder *e, const frame *f, const char *why) {
  lua_State *L = e->L;
  luaL_Buffer path;
  luaL_checkstack(L, LUA_MINSTACK, "cannot tell the path");
  luaL_buffinit(L, &path);
  add_path(&path, f);
  luaL_pushresult(&path);
  lua_pushfstring(L, "cannot encode %s: %s",
                  f == NULL ? "the value" : lua_tostring(L, -1), why);
  lua_insert(L, -2);
  return -1;
}

/*
** Writes a string with a byte before and one after it, NUL for none.
** [-0, +0]  -1 when it isn't valid UTF-8
*/
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

/* [-0, +0]  the field on the stack: key, value */
static int write_field(encoder *e, frame *f, int first) {
  lua_State *L = e->L;
  f->key = lua_tolstring(L, -2, &f->key_length);
  if (write_string(e, f->key, f->key_length, first ? '{' : ',', ':') != 0)
    return refuse(e, f, "the field name is not valid UTF-8");
  return write_value(e, f);
}

static const char MIXED[] = "it has both positions and field names";
static const char NO_NAME[] = "a key is neither a field name nor a position";

/* [-2, +0]  the object on the stack: its first key, value */
static int write_object(encoder *e, frame *f, int table) {
  lua_State *L = e->L;
  int first = 1;
  do {
    if (lua_type(L, -2) != LUA_TSTRING)
      return refuse(e, f->up, lua_type(L, -2) == LUA_TNUMBER ? MIXED : NO_NAME);
    if (write_field(e, f, first) != 0)
      return -1;
    first = 0;
    lua_pop(L, 1);
  } while (lua_next(L, table));
  put(e, '}');
  return 0;
}

typedef struct sort_entry {
  const char *text; /* anchored in the table of keys */
  size_t length;
  int index; /* in the table of keys */
} sort_entry;

static int compare_entries(const void *one, const void *other) {
  const sort_entry *a = one;
  const sort_entry *b = other;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, shorter);
  if (order != 0)
    return order;
  return a->length < b->length ? -1 : a->length > b->length;
}

/* [-2, +2]  from the object's first key and value to: keys, sorted entries */
static int push_sorted(encoder *e, const frame *f, int table, int *count) {
  lua_State *L = e->L;
  sort_entry *entries;
  int keys = lua_gettop(L) - 1;
  int i;
  *count = 0;
  lua_newtable(L);
  lua_insert(L, keys); /* keys, key, value */
  keys = lua_gettop(L) - 2;
  do {
    if (lua_type(L, -2) != LUA_TSTRING)
      return refuse(e, f->up, lua_type(L, -2) == LUA_TNUMBER ? MIXED : NO_NAME);
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, keys, ++*count);
  } while (lua_next(L, table));
  entries = lua_newuserdata(L, (size_t)*count * sizeof *entries);
  for (i = 0; i < *count; i++) {
    lua_rawgeti(L, keys, i + 1);
    entries[i].text = lua_tolstring(L, -1, &entries[i].length);
    entries[i].index = i + 1;
    lua_pop(L, 1);
  }
  qsort(entries, (size_t)*count, sizeof *entries, compare_entries);
  return 0;
}

/* [-2, +0]  like write_object, in the order of the keys' bytes */
static int write_sorted(encoder *e, frame *f, int table) {
  lua_State *L = e->L;
  const sort_entry *entries;
  int keys = lua_gettop(L) - 1;
  int count, i;
  if (push_sorted(e, f, table, &count) != 0)
    return -1;
  entries = lua_touserdata(L, -1);
  for (i = 0; i < count; i++) {
    lua_rawgeti(L, keys, entries[i].index);
    lua_pushvalue(L, -1);
    lua_rawget(L, table); /* keys, entries, key, value */
    if (write_field(e, f, i == 0) != 0)
      return -1;
    lua_pop(L, 2);
  }
  lua_pop(L, 2);
  put(e, '}');
  return 0;
}

/* [-0, +0]  whether the key is the given position */
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

/*
** [-2, +0]  the items after the first `done` when lua_next doesn't give them
** in order: count the keys, then go by position.  On the stack: key, value
*/
static int write_scattered(encoder *e, frame *f, int table, int done) {
  lua_State *L = e->L;
  int count = done;
  lua_Number largest = done;
  do {
    lua_Number key;
    if (lua_type(L, -2) != LUA_TNUMBER)
      return refuse(e, f->up, lua_type(L, -2) == LUA_TSTRING ? MIXED : NO_NAME);
    key = lua_tonumber(L, -2);
    if (!(key >= 1.0 && key <= 2147483647.0) || key != (lua_Number)(int)key)
      return refuse(e, f->up, NO_NAME);
    if (key > largest)
      largest = key;
    count++;
    lua_pop(L, 1);
  } while (lua_next(L, table));
  if (largest != (lua_Number)count)
    return refuse(e, f->up, "its positions have gaps (use null)");
  while (done < count) {
    lua_rawgeti(L, table, ++done);
    if (write_item(e, f, done) != 0)
      return -1;
    lua_pop(L, 1);
  }
  return 0;
}

/* [-2, +0]  the array on the stack: its first key, value */
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
  lua_pop(L, 1);
  return found;
}

/* [-0, +0]  the table on the top */
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
      return refuse(e, up, "it contains itself");
  }
  if (f.depth > e->max_depth || !lua_checkstack(L, 8))
    return refuse(e, up, "nested too deeply (see max_depth)");
  array = is_array(L, table);
  lua_pushnil(L);
  if (!lua_next(L, table)) {
    put_all(e, array ? "[]" : "{}", 2);
    return 0;
  }
  if (lua_type(L, -2) == LUA_TNUMBER)
    return write_array(e, &f, table);
  if (array)
    return refuse(e, up, "it is marked as an array but has other keys");
  return e->sort_keys ? write_sorted(e, &f, table) : write_object(e, &f, table);
}

static int write_number(encoder *e, const frame *up) {
  lua_State *L = e->L;
  char *out = reserve(e, EC_JSON_NUMBER_ROOM);
  size_t length = lec_json_write_number(L, -1, out);
  lua_Number value;
  if (length == 0) {
    value = lua_tonumber(L, -1);
    return refuse(e, up,
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
    return refuse(e, up, "a userdata has no JSON form");
  put_all(e, text, length);
  return 0;
}

/* [-0, +0]  the value on the top */
static int write_value(encoder *e, const frame *up) {
  lua_State *L = e->L;
  const char *text;
  size_t length;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, -1, &length);
    if (write_string(e, text, length, '\0', '\0') != 0)
      return refuse(e, up, "the string is not valid UTF-8");
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
    return refuse(e, up, "a light userdata has no JSON form");
  case LUA_TUSERDATA:
    return write_userdata(e, up);
  default:
    lua_pushfstring(L, "a %s has no JSON form", luaL_typename(L, -1));
    return refuse(e, up, lua_tostring(L, -1));
  }
}

/* [-0, +1]  the idle buffer, taken so that no other call uses it, or a new */
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
  static const char *const known[] = {"max_depth", "sort_keys", NULL};
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
