/*
** Reading the options of decode and encode.
*/
#include "lec_json_options.h"

#include "lec_json_selection.h"

#include <limits.h>
#include <string.h>

/* The default is the largest: what is decoded with a lower limit can always be
** written to a file and read again, inside other objects. */
#define LARGEST_DEPTH 1000

/* Raises for an option that is not a known one.  [-0, +0] */
static void check_names(lua_State *L, int index, const char *const *known) {
  lua_pushnil(L); /* options, nil */
  while (lua_next(L, index)) {
    const char *const *name = known;
    lua_pop(L, 1); /* options, key */
    if (lua_type(L, -1) == LUA_TSTRING) {
      while (*name != NULL && strcmp(*name, lua_tostring(L, -1)) != 0)
        name++;
    }
    if (lua_type(L, -1) == LUA_TSTRING && *name != NULL)
      continue;
    lua_pushliteral(L, "");
    for (name = known; *name != NULL; name++) {
      lua_pushfstring(L, "%s%s", name == known ? "" : ", ", *name);
      lua_concat(L, 2);
    }
    luaL_error(L, "unknown option '%s' (known: %s)",
               lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?",
               lua_tostring(L, -1));
  }
}

/* An integer from 1 to `most`; `otherwise` if the option is missing.
** [-0, +0] */
static int whole_option(lua_State *L, int index, const char *name,
                        int otherwise, int most) {
  double value = otherwise;
  lua_pushstring(L, name);
  lua_rawget(L, index);
  if (!lua_isnil(L, -1)) {
    value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0.0;
    if (!(value >= 1.0 && value <= most) || value != (int)value)
      luaL_error(L, "option '%s' must be a whole number from 1 to %d", name,
                 most);
  }
  lua_pop(L, 1);
  return (int)value;
}

/* [-0, +0] */
static int flag_option(lua_State *L, int index, const char *name) {
  int value;
  lua_pushstring(L, name);
  lua_rawget(L, index);
  value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

void lec_json_read_options(lua_State *L, int index, const char *const *known,
                           lec_json_options *options) {
  options->max_depth = LARGEST_DEPTH;
  options->max_bytes = 0;
  options->sort_keys = 0;
  options->whole = 0;
  options->lines = 0;
  options->select = NULL;
  options->places = 0;
  options->at = 0;
  options->raw = NULL;
  if (lua_isnoneornil(L, index))
    return;
  luaL_checktype(L, index, LUA_TTABLE);
  check_names(L, index, known);
  options->max_depth =
      whole_option(L, index, "max_depth", LARGEST_DEPTH, LARGEST_DEPTH);
  options->max_bytes = whole_option(L, index, "max_bytes", 0, INT_MAX);
  options->sort_keys = flag_option(L, index, "sort_keys");
  options->whole = flag_option(L, index, "whole");
  options->lines = flag_option(L, index, "lines");
  lua_pushliteral(L, "select");
  lua_rawget(L, index);
  options->select = lec_json_to_selection(L, -1);
  if (options->select == NULL && !lua_isnil(L, -1))
    luaL_error(L, "option 'select' must come from json.selection");
  lua_pop(L, 1);
  lua_pushliteral(L, "places");
  lua_rawget(L, index);
  options->places = lua_istable(L, -1);
  if (!options->places && !lua_isnil(L, -1))
    luaL_error(L, "option 'places' must be a table");
  lua_pop(L, 1);
  options->at = whole_option(L, index, "at", 0, INT_MAX);
  lua_pushliteral(L, "raw");
  lua_rawget(L, index);
  if (lua_type(L, -1) == LUA_TSTRING)
    options->raw = lua_tostring(L, -1);
  else if (!lua_isnil(L, -1))
    luaL_error(L, "option 'raw' must be the name of a field");
  lua_pop(L, 1);
}
