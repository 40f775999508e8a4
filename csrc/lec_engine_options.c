/*
** Reading the options of an engine.
*/
#include "lec_engine_options.h"

#include "lec_util.h"

#include <stdlib.h>
#include <string.h>

#define OPTIONS "extcontacts.engine_options"

/* A copy of the string on top.  [-1, +0] */
static char *take_string(lua_State *L, const char *name) {
  char *copy;
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "engine option '%s' must be a string", name);
  copy = strdup(lua_tostring(L, -1));
  if (copy == NULL)
    luaL_error(L, "not enough memory");
  lua_pop(L, 1);
  return copy;
}

/* The positive number on top.  [-1, +0] */
static double take_number(lua_State *L, const char *name) {
  double value = lua_tonumber(L, -1);
  if (lua_type(L, -1) != LUA_TNUMBER || !(value > 0) || value > 1e15)
    luaL_error(L, "engine option '%s' must be a positive number", name);
  lua_pop(L, 1);
  return value;
}

/* Whether the value on top is true.  [-1, +0] */
static int take_boolean(lua_State *L) {
  int value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* Reads the option whose name is at -2 and whose value is on top.
** [-1, +0] */
static void read_option(lua_State *L, lec_engine_options *options) {
  ec_options *o = &options->engine;
  const char *name = lua_tostring(L, -2);
  char **text = strcmp(name, "user_agent") == 0    ? &o->user_agent
                : strcmp(name, "proxy") == 0       ? &o->proxy
                : strcmp(name, "no_proxy") == 0    ? &o->no_proxy
                : strcmp(name, "ca_file") == 0     ? &o->ca_file
                : strcmp(name, "ca_path") == 0     ? &o->ca_path
                : strcmp(name, "client_cert") == 0 ? &o->client_cert
                : strcmp(name, "client_key") == 0  ? &o->client_key
                                                   : NULL;
  if (text != NULL)
    *text = take_string(L, name);
  else if (strcmp(name, "connect_timeout") == 0)
    o->connect_timeout = take_number(L, name);
  else if (strcmp(name, "idle_timeout") == 0)
    o->idle_timeout = take_number(L, name);
  else if (strcmp(name, "max_body") == 0)
    o->max_body = (size_t)take_number(L, name);
  else if (strcmp(name, "max_header") == 0)
    o->max_header = (size_t)take_number(L, name);
  else if (strcmp(name, "max_connections") == 0)
    o->max_connections = (long)take_number(L, name);
  else if (strcmp(name, "http2") == 0)
    o->http2 = take_boolean(L);
  else if (strcmp(name, "gzip") == 0)
    o->gzip = take_boolean(L);
  else if (strcmp(name, "threaded") == 0)
    options->threaded = take_boolean(L);
  else
    luaL_error(L, "unknown engine option '%s'", name);
}

/* The userdata owns the options while they are read: an error cannot leak
** them. */
static int options_gc(lua_State *L) {
  lec_engine_options *options = lua_touserdata(L, 1);
  ec_options_free(&options->engine);
  return 0;
}

lec_engine_options *lec_read_engine_options(lua_State *L, int index) {
  lec_engine_options *o = lua_newuserdata(L, sizeof *o);
  ec_options_init(&o->engine);
  o->threaded = 0;
  luaL_getmetatable(L, OPTIONS);
  lua_setmetatable(L, -2);
  if (lua_isnoneornil(L, index))
    return o;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) { /* options, key, value */
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "the names of engine options must be strings");
    read_option(L, o);
  }
  return o;
}

void lec_open_engine_options(lua_State *L) {
  static const luaL_Reg meta[] = {{"__gc", options_gc}, {NULL, NULL}};
  static const luaL_Reg none[] = {{NULL, NULL}};
  lec_newtype(L, OPTIONS, none, meta);
}
