/*
** extcontacts.core.distinct: counts of distinct texts as userdata.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_distinct.h"

#define DISTINCT "extcontacts.distinct"
#define LARGEST (1 << 24)

typedef struct distinct_box {
  ec_distinct *distinct;
} distinct_box;

static ec_distinct *check_distinct(lua_State *L) {
  distinct_box *box = luaL_checkudata(L, 1, DISTINCT);
  if (box->distinct == NULL)
    luaL_error(L, "the count could not be created");
  return box->distinct;
}

/* distinct.new(most) -> distinct; `most`: texts up to which it is exact */
static int distinct_new(lua_State *L) {
  lua_Number most = luaL_checknumber(L, 1);
  distinct_box *box;
  luaL_argcheck(L, most >= 1 && most <= LARGEST, 1,
                "must be from 1 to 16777216");
  box = lua_newuserdata(L, sizeof *box);
  box->distinct = NULL;
  luaL_getmetatable(L, DISTINCT);
  lua_setmetatable(L, -2);
  box->distinct = ec_distinct_new((uint32_t)most);
  if (box->distinct == NULL)
    return luaL_error(L, "not enough memory");
  return 1;
}

/* distinct:add(text) */
static int distinct_add(lua_State *L) {
  ec_distinct *distinct = check_distinct(L);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  if (ec_distinct_add(distinct, text, length) != 0)
    return luaL_error(L, "not enough memory");
  return 0;
}

/* distinct:read() -> texts that are kept, those of them that were added more
** than once, how often those were added, and 1 if all texts are kept, else of
** how many texts one is kept */
static int distinct_read(lua_State *L) {
  ec_distinct_totals totals = ec_distinct_read(check_distinct(L));
  lua_pushinteger(L, (lua_Integer)totals.kept);
  lua_pushinteger(L, (lua_Integer)totals.repeated);
  lua_pushinteger(L, (lua_Integer)totals.additions);
  lua_pushinteger(L, (lua_Integer)totals.part);
  return 4;
}

static int distinct_gc(lua_State *L) {
  distinct_box *box = luaL_checkudata(L, 1, DISTINCT);
  ec_distinct_free(box->distinct);
  box->distinct = NULL;
  return 0;
}

int lec_open_distinct(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"add", distinct_add}, {"read", distinct_read}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", distinct_gc}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"new", distinct_new}, {NULL, NULL}};
  lec_newtype(L, DISTINCT, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
