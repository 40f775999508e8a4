/*
** extcontacts.core.idset: sets of UUIDs as userdata.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_idset.h"

#define IDSET "extcontacts.idset"

typedef struct idset_box {
  ec_idset *set;
} idset_box;

static ec_idset *check_set(lua_State *L) {
  idset_box *box = luaL_checkudata(L, 1, IDSET);
  if (box->set == NULL)
    luaL_error(L, "the set could not be created");
  return box->set;
}

/* The set at index 1 and the UUID at index 2; 0 if that is not a UUID. */
static int arguments(lua_State *L, ec_idset **set, unsigned char *uuid) {
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  *set = check_set(L);
  return ec_uuid_read(text, length, uuid) == 0;
}

/* idset.new() -> set */
static int idset_new(lua_State *L) {
  idset_box *box = lua_newuserdata(L, sizeof *box);
  box->set = NULL;
  luaL_getmetatable(L, IDSET);
  lua_setmetatable(L, -2);
  box->set = ec_idset_new();
  if (box->set == NULL)
    return luaL_error(L, "not enough memory");
  return 1;
}

/* set:add(id) -> whether it is new | nil if it is not a lower-case UUID */
static int idset_add(lua_State *L) {
  unsigned char uuid[EC_UUID_SIZE];
  ec_idset *set;
  int added;
  if (!arguments(L, &set, uuid)) {
    lua_pushnil(L);
    return 1;
  }
  added = ec_idset_add(set, uuid);
  if (added < 0)
    return luaL_error(L, "not enough memory");
  lua_pushboolean(L, added);
  return 1;
}

/* set:has(id) -> boolean | nil if it is not a lower-case UUID */
static int idset_has(lua_State *L) {
  unsigned char uuid[EC_UUID_SIZE];
  ec_idset *set;
  if (arguments(L, &set, uuid))
    lua_pushboolean(L, ec_idset_has(set, uuid));
  else
    lua_pushnil(L);
  return 1;
}

static int idset_gc(lua_State *L) {
  idset_box *box = luaL_checkudata(L, 1, IDSET);
  ec_idset_free(box->set);
  box->set = NULL;
  return 0;
}

int lec_open_idset(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"add", idset_add}, {"has", idset_has}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__gc", idset_gc}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"new", idset_new}, {NULL, NULL}};
  lec_newtype(L, IDSET, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
