/*
** extcontacts.core.matcher: candidate pairs among records, compared field by
** field.  Records have indexes from 1, parts numbers from 1.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_counts.h"
#include "ec_matcher.h"

#include <stdlib.h>
#include <string.h>

#define MATCHER "extcontacts.matcher"

typedef struct pair {
  uint32_t a, b;
  ec_pattern pattern;
} pair;

/* Owns the matcher, and what a call has in hand, which an error must not
** leak. */
typedef struct matcher_box {
  ec_matcher *m; /* NULL: closed */
  int is_finished;
  ec_counts *counts;
  pair *pairs;
  size_t pair_count, pair_room, visited;
} matcher_box;

static const char *const kind_names[] = {
    "given", "family", "middle",  "suffix", "emails",  "phones",
    "ids",   "date",   "address", "title",  "domains", NULL};

static matcher_box *check_box(lua_State *L) {
  matcher_box *box = luaL_checkudata(L, 1, MATCHER);
  if (box->m == NULL)
    luaL_error(L, "the matcher is closed");
  return box;
}

static matcher_box *check_finished(lua_State *L) {
  matcher_box *box = check_box(L);
  if (!box->is_finished)
    luaL_error(L, "call finish first");
  return box;
}

static int raise_status(lua_State *L, int status) {
  return luaL_error(L, status == EC_MATCH_FULL ? "too many records"
                                               : "not enough memory");
}

/* matcher.new(kinds) -> matcher; `kinds`: the kind of each field */
static int matcher_new(lua_State *L) {
  ec_kind kinds[EC_MOST_FIELDS];
  size_t count, i;
  int has_given = 0, has_family = 0;
  matcher_box *box;
  luaL_checktype(L, 1, LUA_TTABLE);
  count = lua_rawlen(L, 1);
  luaL_argcheck(L, count > 0 && count <= EC_MOST_FIELDS, 1,
                "must have 1 to 14 fields");
  for (i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (int)i + 1);
    kinds[i] = (ec_kind)luaL_checkoption(L, -1, NULL, kind_names);
    has_given += kinds[i] == EC_GIVEN;
    has_family += kinds[i] == EC_FAMILY;
    lua_pop(L, 1);
  }
  luaL_argcheck(L, has_given == has_family && has_given <= 1, 1,
                "must have one given and one family name, or neither");
  box = lua_newuserdata(L, sizeof *box);
  memset(box, 0, sizeof *box);
  luaL_getmetatable(L, MATCHER);
  lua_setmetatable(L, -2);
  box->m = ec_matcher_new(kinds, count);
  return box->m == NULL ? raise_status(L, EC_MATCH_MEMORY) : 1;
}

/* Reads the keys at index 3: strings whose first byte, from 'a' on, is their
** kind.  Returns their number. */
static size_t read_keys(lua_State *L, uint32_t *keys) {
  size_t count = lua_rawlen(L, 3), i;
  luaL_argcheck(L, count <= EC_MOST_KEYS, 3, "must have at most 48 keys");
  for (i = 0; i < count; i++) {
    size_t length;
    const char *key;
    lua_rawgeti(L, 3, (int)i + 1);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 3, "must be strings");
    key = lua_tolstring(L, -1, &length);
    luaL_argcheck(L, length > 0 && key[0] >= 'a' && key[0] < 'a' + EC_KEY_KINDS,
                  3, "must begin with a letter from a to p");
    keys[i] = ec_key_digest((unsigned)(key[0] - 'a'), key, length);
    lua_pop(L, 1);
  }
  return count;
}

/* matcher:add(fields, keys, id) -> index; `fields`: a string for each kind;
** records of one id, "" by default, are in the order in which they are added */
static int matcher_add(lua_State *L) {
  matcher_box *box = check_box(L);
  size_t count = ec_matcher_fields(box->m), i, key_count;
  ec_field fields[EC_MOST_FIELDS];
  uint32_t keys[EC_MOST_KEYS];
  ec_field id;
  int status;
  if (box->is_finished)
    return luaL_error(L, "the matcher is finished");
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  id.text = luaL_optlstring(L, 4, "", &id.length);
  key_count = read_keys(L, keys);
  for (i = 0; i < count; i++) {
    lua_rawgeti(L, 2, (int)i + 1);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2,
                  "must have a string for each field");
    /* stays valid: the table has the string */
    fields[i].text = lua_tolstring(L, -1, &fields[i].length);
    lua_pop(L, 1);
  }
  status = ec_matcher_add(box->m, fields, keys, key_count, id);
  if (status != EC_MATCH_OK)
    return raise_status(L, status);
  lua_pushinteger(L, (lua_Integer)ec_matcher_count(box->m));
  return 1;
}

/* matcher:finish(cap) -> the skipped blocks by kind of key: { a = blocks },
** { a = records } */
static int matcher_finish(lua_State *L) {
  matcher_box *box = check_box(L);
  lua_Number cap = luaL_checknumber(L, 2);
  ec_skipped skipped;
  unsigned kind;
  int status;
  luaL_argcheck(L, cap >= 2 && cap <= 100000, 2, "must be from 2 to 100000");
  if (box->is_finished)
    return luaL_error(L, "the matcher is finished");
  status = ec_matcher_finish(box->m, (size_t)cap, &skipped);
  if (status != EC_MATCH_OK)
    return raise_status(L, status);
  box->is_finished = 1;
  lua_newtable(L);
  lua_newtable(L); /* blocks, records */
  for (kind = 0; kind < EC_KEY_KINDS; kind++) {
    char name = (char)('a' + kind);
    if (skipped.blocks[kind] == 0)
      continue;
    lua_pushlstring(L, &name, 1);
    lua_pushnumber(L, (lua_Number)skipped.blocks[kind]);
    lua_rawset(L, -4);
    lua_pushlstring(L, &name, 1);
    lua_pushnumber(L, (lua_Number)skipped.records[kind]);
    lua_rawset(L, -3);
  }
  return 2;
}

/* [-0, +1]  the levels of the fields, one character from '0' each */
static void push_pattern(lua_State *L, const ec_matcher *m,
                         ec_pattern pattern) {
  char levels[EC_MOST_FIELDS];
  size_t count = ec_matcher_fields(m), i;
  for (i = count; i > 0; i--) {
    levels[i - 1] = (char)('0' + (pattern & ((1u << EC_LEVEL_BITS) - 1)));
    pattern >>= EC_LEVEL_BITS;
  }
  lua_pushlstring(L, levels, count);
}

/* The pattern at `index`; 0 for another text. */
static ec_pattern to_pattern(lua_State *L, int index, const ec_matcher *m) {
  size_t length, i;
  const char *levels = lua_tolstring(L, index, &length);
  ec_pattern pattern = 0;
  for (i = 0; i < length && length == ec_matcher_fields(m); i++)
    pattern = pattern << EC_LEVEL_BITS | (unsigned)(levels[i] - '0');
  return pattern;
}

static size_t check_index(lua_State *L, int index, const ec_matcher *m) {
  lua_Number number = luaL_checknumber(L, index);
  luaL_argcheck(L, number >= 1 && number <= (lua_Number)ec_matcher_count(m),
                index, "no such record");
  return (size_t)number - 1;
}

/* matcher:compare(a, b) -> pattern */
static int matcher_compare(lua_State *L) {
  const ec_matcher *m = check_finished(L)->m;
  size_t a = check_index(L, 2, m), b = check_index(L, 3, m);
  push_pattern(L, m, ec_matcher_compare(m, a, b));
  return 1;
}

/* matcher:rank(index) -> the record's place in the order of the ids */
static int matcher_rank(lua_State *L) {
  const ec_matcher *m = check_finished(L)->m;
  size_t index = check_index(L, 2, m);
  lua_pushinteger(L, (lua_Integer)ec_matcher_rank(m, index) + 1);
  return 1;
}

/* Empties the counts of the box. */
static ec_counts *new_counts(lua_State *L, matcher_box *box) {
  ec_counts_free(box->counts);
  box->counts = ec_counts_new();
  if (box->counts == NULL)
    raise_status(L, EC_MATCH_MEMORY);
  return box->counts;
}

/* [-0, +1]  { pattern = count } */
static void push_counts(lua_State *L, matcher_box *box) {
  size_t at = 0;
  uint64_t key, count;
  lua_newtable(L);
  while ((count = ec_counts_next(box->counts, &at, &key)) > 0) {
    push_pattern(L, box->m, key);
    lua_pushnumber(L, (lua_Number)count);
    lua_rawset(L, -3);
  }
  ec_counts_free(box->counts);
  box->counts = NULL;
}

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
  uint64_t h = *state += UINT64_C(0x9e3779b97f4a7c15);
  h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
  return h ^ (h >> 31);
}

/* matcher:sample(count, seed) -> { pattern = count } of random pairs; the same
** seed gives the same pairs */
static int matcher_sample(lua_State *L) {
  matcher_box *box = check_finished(L);
  lua_Number wanted = luaL_checknumber(L, 2);
  uint64_t state = (uint64_t)luaL_checknumber(L, 3), left;
  size_t records = ec_matcher_count(box->m);
  ec_counts *counts = new_counts(L, box);
  luaL_argcheck(L, wanted >= 0 && wanted <= 1e9, 2, "must be 0 to 1e9");
  for (left = (uint64_t)wanted; records > 1 && left > 0; left--) {
    size_t a = (size_t)(next_random(&state) % records);
    size_t b = (size_t)(next_random(&state) % (records - 1));
    b += b >= a;
    if (ec_counts_add(counts,
                      ec_matcher_compare(box->m, ec_matcher_at(box->m, a),
                                         ec_matcher_at(box->m, b))) != 0)
      return raise_status(L, EC_MATCH_MEMORY);
  }
  push_counts(L, box);
  return 1;
}

static unsigned check_part(lua_State *L) {
  lua_Number part = luaL_checknumber(L, 2);
  luaL_argcheck(L, part >= 1 && part <= EC_PARTS, 2, "no such part");
  return (unsigned)part - 1;
}

static int count_pair(void *context, size_t a, size_t b, ec_pattern pattern) {
  (void)a;
  (void)b;
  return ec_counts_add(context, pattern) == 0 ? EC_MATCH_OK : EC_MATCH_MEMORY;
}

/* matcher:tally(part) -> { pattern = count } of the candidate pairs */
static int matcher_tally(lua_State *L) {
  matcher_box *box = check_finished(L);
  unsigned part = check_part(L);
  ec_counts *counts = new_counts(L, box);
  int status = ec_matcher_visit(box->m, part, count_pair, counts);
  if (status != EC_MATCH_OK)
    return raise_status(L, status);
  push_counts(L, box);
  return 1;
}

/* Keeps a pair unless its pattern is one to pass over. */
static int keep_pair(void *context, size_t a, size_t b, ec_pattern pattern) {
  matcher_box *box = context;
  pair *next;
  box->visited++;
  if (ec_counts_of(box->counts, pattern) > 0)
    return EC_MATCH_OK;
  if (box->pair_count == box->pair_room) {
    size_t room = box->pair_room * 2 + 256;
    pair *pairs = realloc(box->pairs, room * sizeof *pairs);
    if (pairs == NULL)
      return EC_MATCH_MEMORY;
    box->pairs = pairs;
    box->pair_room = room;
  }
  next = &box->pairs[box->pair_count++];
  next->a = (uint32_t)a + 1;
  next->b = (uint32_t)b + 1;
  next->pattern = pattern;
  return EC_MATCH_OK;
}

/* matcher:pairs(part, passed) -> { a, b, pattern, a, b, pattern, … } of the
** candidate pairs whose pattern is no key of `passed`, and the number of all */
static int matcher_pairs(lua_State *L) {
  matcher_box *box = check_finished(L);
  unsigned part = check_part(L);
  ec_counts *counts;
  size_t i;
  int status;
  luaL_checktype(L, 3, LUA_TTABLE);
  counts = new_counts(L, box);
  lua_pushnil(L);
  while (lua_next(L, 3)) {
    lua_pop(L, 1); /* key */
    if (lua_type(L, -1) == LUA_TSTRING &&
        ec_counts_add(counts, to_pattern(L, -1, box->m)) != 0)
      return raise_status(L, EC_MATCH_MEMORY);
  }
  box->pair_count = box->visited = 0;
  status = ec_matcher_visit(box->m, part, keep_pair, box);
  if (status != EC_MATCH_OK)
    return raise_status(L, status);
  lua_createtable(L, (int)box->pair_count * 3, 0);
  for (i = 0; i < box->pair_count; i++) {
    const pair *found = &box->pairs[i];
    lua_pushinteger(L, (lua_Integer)found->a);
    lua_rawseti(L, -2, (int)i * 3 + 1);
    lua_pushinteger(L, (lua_Integer)found->b);
    lua_rawseti(L, -2, (int)i * 3 + 2);
    push_pattern(L, box->m, found->pattern);
    lua_rawseti(L, -2, (int)i * 3 + 3);
  }
  lua_pushnumber(L, (lua_Number)box->visited);
  return 2;
}

/* matcher:close(): releases the memory; closing twice does nothing */
static int matcher_close(lua_State *L) {
  matcher_box *box = luaL_checkudata(L, 1, MATCHER);
  ec_matcher_free(box->m);
  ec_counts_free(box->counts);
  free(box->pairs);
  box->m = NULL;
  box->counts = NULL;
  box->pairs = NULL;
  box->pair_count = box->pair_room = 0;
  return 0;
}

int lec_open_matcher(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"add", matcher_add},
      {"finish", matcher_finish},
      {"compare", matcher_compare},
      {"rank", matcher_rank},
      {"sample", matcher_sample},
      {"tally", matcher_tally},
      {"pairs", matcher_pairs},
      {"close", matcher_close},
      {NULL, NULL},
  };
  static const luaL_Reg meta[] = {{"__gc", matcher_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"new", matcher_new}, {NULL, NULL}};
  lec_newtype(L, MATCHER, methods, meta);
  luaL_newlib(L, functions);
  lua_pushinteger(L, EC_PARTS);
  lua_setfield(L, -2, "PARTS");
  return 1;
}
