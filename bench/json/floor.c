/*
** The lower bound of decoding: builds the tables of a value from C without
** reading any text, each table with its final size.  For bench.lua only.
*/
#include "../../csrc/ec_compat.h"

#include <stdlib.h>
#include <string.h>

__attribute__((visibility("default"))) int luaopen_floor(lua_State *L);

/* The values to push, in order. */
typedef enum op_kind {
  OP_OBJECT, /* count fields follow, each a key and a value */
  OP_ARRAY,  /* count items follow */
  OP_STRING,
  OP_NUMBER,
  OP_INTEGER,
  OP_BOOLEAN,
  OP_NULL,
  OP_KEPT /* a number kept as text; there are too few to matter */
} op_kind;

typedef struct op {
  op_kind kind;
  int count;
  size_t length;
  const char *text; /* in the tape's bytes, or of a key in the table of keys */
  lua_Number number;
  lua_Integer integer;
  int place; /* in the table of keys */
} op;

/* A userdata whose memory comes from malloc: counted by the collector, it
** would delay the collections that the codecs have to pay for. */
typedef struct tape {
  int used;
  int size;
  op *ops;
  char *bytes;
  char *next; /* the place of the next string's bytes */
} tape;

/* Stack slots of record. */
enum { VALUE = 1, SIZE, KEYS, TAPE };

static op *add(lua_State *L, op_kind kind) {
  tape *t = lua_touserdata(L, TAPE);
  op *next;
  if (t->used == t->size)
    luaL_error(L, "more than %d values", t->size);
  next = &t->ops[t->used++];
  memset(next, 0, sizeof *next);
  next->kind = kind;
  return next;
}

/* Adds a string that is created each time it is played.  Nothing may keep it,
** or Lua would find it instead of creating it.  [-0, +0] */
static void add_string(lua_State *L) {
  tape *t = lua_touserdata(L, TAPE);
  op *o = add(L, OP_STRING);
  const char *text = lua_tolstring(L, -1, &o->length);
  memcpy(t->next, text, o->length);
  o->text = t->next;
  t->next += o->length;
}

/* Adds a key (or userdata), which is kept; equal ones share a place.
** [-0, +0] */
static void add_kept(lua_State *L, int index) {
  op *o = add(L, lua_type(L, index) == LUA_TSTRING ? OP_STRING : OP_KEPT);
  o->text = lua_tolstring(L, index, &o->length);
  lua_pushvalue(L, index);
  lua_rawget(L, KEYS);
  o->place = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (o->place == 0) {
    o->place = (int)lua_rawlen(L, KEYS) + 1;
    lua_pushvalue(L, index);
    lua_rawseti(L, KEYS, o->place);
    lua_pushvalue(L, index);
    lua_pushinteger(L, o->place);
    lua_rawset(L, KEYS);
  }
}

static void add_value(lua_State *L);

/* Adds the table on top.  [-0, +0] */
static void add_table(lua_State *L) {
  int table = lua_gettop(L);
  int is_array = lua_getmetatable(L, table);
  op *o = add(L, is_array ? OP_ARRAY : OP_OBJECT);
  int i;
  lua_settop(L, table);
  luaL_checkstack(L, 8, "too deep");
  if (is_array) {
    o->count = (int)lua_rawlen(L, table);
    for (i = 1; i <= o->count; i++) {
      lua_rawgeti(L, table, i);
      add_value(L);
      lua_pop(L, 1);
    }
    return;
  }
  lua_pushnil(L);
  while (lua_next(L, table)) {
    o->count++;
    add_kept(L, lua_gettop(L) - 1);
    add_value(L);
    lua_pop(L, 1);
  }
}

/* Adds the value on top.  [-0, +0] */
static void add_value(lua_State *L) {
  op *o;
  switch (lua_type(L, -1)) {
  case LUA_TTABLE:
    add_table(L);
    return;
  case LUA_TSTRING:
    add_string(L);
    return;
  case LUA_TUSERDATA:
    add_kept(L, lua_gettop(L));
    return;
  case LUA_TNUMBER:
    o = add(L, lua_isinteger(L, -1) ? OP_INTEGER : OP_NUMBER);
    o->integer = lua_tointeger(L, -1);
    o->number = lua_tonumber(L, -1);
    return;
  case LUA_TBOOLEAN:
    add(L, OP_BOOLEAN)->count = lua_toboolean(L, -1);
    return;
  default:
    add(L, OP_NULL);
  }
}

static int free_tape(lua_State *L) {
  tape *t = lua_touserdata(L, 1);
  free(t->ops);
  free(t->bytes);
  memset(t, 0, sizeof *t);
  return 0;
}

/* floor.record(value, size of its text) -> tape, its keys */
static int record(lua_State *L) {
  int size = (int)luaL_checkinteger(L, SIZE);
  tape *t;
  lua_settop(L, SIZE);
  lua_newtable(L);
  t = lua_newuserdata(L, sizeof *t);
  memset(t, 0, sizeof *t);
  lua_newtable(L);
  lua_pushcfunction(L, free_tape);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  t->size = size;
  t->ops = malloc((size_t)size * sizeof t->ops[0]);
  t->bytes = malloc((size_t)size);
  t->next = t->bytes;
  if (t->ops == NULL || t->bytes == NULL)
    return luaL_error(L, "not enough memory");
  lua_pushvalue(L, VALUE);
  add_value(L);
  lua_pushvalue(L, TAPE);
  lua_pushvalue(L, KEYS);
  return 2;
}

/* Stack slots of play. */
enum { PLAYED = 1, KEPT, ARRAY_MT, KEEP };

/* [-0, +1]  a field's name: created, or taken as from a perfect cache */
static const op *push_key(lua_State *L, const op *o, int keep) {
  if (keep)
    lua_rawgeti(L, KEPT, o->place);
  else
    lua_pushlstring(L, o->text, o->length);
  return o + 1;
}

/* [-0, +1] */
static const op *push_value(lua_State *L, const op *o, int keep) {
  const op *next = o + 1;
  int i;
  luaL_checkstack(L, 8, "too deep");
  switch (o->kind) {
  case OP_OBJECT:
    lua_createtable(L, 0, o->count);
    for (i = 0; i < o->count; i++) {
      next = push_value(L, push_key(L, next, keep), keep);
      lua_rawset(L, -3);
    }
    break;
  case OP_ARRAY:
    lua_createtable(L, o->count, 0);
    for (i = 1; i <= o->count; i++) {
      next = push_value(L, next, keep);
      lua_rawseti(L, -2, i);
    }
    lua_pushvalue(L, ARRAY_MT);
    lua_setmetatable(L, -2);
    break;
  case OP_STRING:
    lua_pushlstring(L, o->text, o->length);
    break;
  case OP_NUMBER:
    lua_pushnumber(L, o->number);
    break;
  case OP_INTEGER:
    lua_pushinteger(L, o->integer);
    break;
  case OP_BOOLEAN:
    lua_pushboolean(L, o->count);
    break;
  case OP_NULL:
    lua_pushlightuserdata(L, NULL);
    break;
  case OP_KEPT:
    lua_rawgeti(L, KEPT, o->place);
    break;
  }
  return next;
}

/* floor.play(tape, keys, array_mt, keep_keys) -> value */
static int play(lua_State *L) {
  const tape *t = lua_touserdata(L, PLAYED);
  luaL_checktype(L, ARRAY_MT, LUA_TTABLE);
  if (t == NULL)
    return luaL_argerror(L, PLAYED, "a tape expected");
  push_value(L, t->ops, lua_toboolean(L, KEEP));
  return 1;
}

int luaopen_floor(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, record);
  lua_setfield(L, -2, "record");
  lua_pushcfunction(L, play);
  lua_setfield(L, -2, "play");
  return 1;
}
