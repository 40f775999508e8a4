/*
** Paths of refused values, such as workPhone.extension or entities[2].
*/
#include "lec_json_path.h"

#include "ec_json_write.h"

#define SHOWN_KEY 64 /* bytes of a field name in a path */

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
static void add_step(luaL_Buffer *path, const lec_json_frame *f) {
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

static void add_path(luaL_Buffer *path, const lec_json_frame *f) {
  if (f == NULL)
    return;
  add_path(path, f->up);
  add_step(path, f);
}

int lec_json_refuse(lua_State *L, const lec_json_frame *f, const char *why) {
  luaL_Buffer path;
  luaL_checkstack(L, LUA_MINSTACK, "no room for the path");
  luaL_buffinit(L, &path);
  add_path(&path, f);
  luaL_pushresult(&path);
  lua_pushfstring(L, "cannot encode %s: %s",
                  f == NULL ? "the value" : lua_tostring(L, -1), why);
  lua_insert(L, -2);
  return -1;
}

int lec_json_refuse_key(lua_State *L, const lec_json_frame *f, int others) {
  return lec_json_refuse(L, f,
                         lua_type(L, -2) == others
                             ? "it has both positions and field names"
                             : "a key is neither a field name nor a position");
}
