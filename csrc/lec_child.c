/*
** extcontacts.core.child: programs that answer lines.  A failure is nil and the
** reason.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_child.h"

#include <string.h>

#define CHILD "extcontacts.child"
#define MOST_ARGUMENTS 16
#define LONGEST_ANSWER 4096

/* Owns the process. */
typedef struct child_box {
  ec_child child;
} child_box;

static const char *const reasons[] = {"", "it did not answer in time",
                                      "it ended", "its answer is too long"};

/* child.start{ program, argument, … } -> child | nil, why */
static int child_start(lua_State *L) {
  char *argv[MOST_ARGUMENTS + 1];
  child_box *box;
  size_t i, count;
  int error;
  luaL_checktype(L, 1, LUA_TTABLE);
  count = lua_rawlen(L, 1);
  luaL_argcheck(L, count > 0 && count <= MOST_ARGUMENTS, 1,
                "must be a program and at most 15 arguments");
  luaL_checkstack(L, MOST_ARGUMENTS + 2, NULL);
  for (i = 0; i < count; i++) {
    size_t length;
    const char *text;
    lua_rawgeti(L, 1, (int)i + 1);
    text =
        lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    luaL_argcheck(L, text != NULL && strlen(text) == length, 1,
                  "must be texts without a NUL");
    /* the text stays on the stack; posix_spawn does not write to it */
    memcpy(&argv[i], &text, sizeof text);
  }
  argv[count] = NULL;
  box = lua_newuserdata(L, sizeof *box);
  box->child.fd = -1;
  luaL_getmetatable(L, CHILD);
  /* …, child: not running, but it has a __gc */
  lua_setmetatable(L, -2);
  error = ec_child_start(&box->child, argv);
  if (error == 0)
    return 1;
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", argv[0], strerror(error));
  return 2;
}

/* child:ask(line, seconds) -> its answer | nil, why; then it is closed */
static int child_ask(lua_State *L) {
  child_box *box = luaL_checkudata(L, 1, CHILD);
  char answer[LONGEST_ANSWER];
  size_t length, answered = 0;
  const char *line = luaL_checklstring(L, 2, &length);
  double seconds = luaL_checknumber(L, 3);
  int result;
  luaL_argcheck(L, memchr(line, '\n', length) == NULL, 2, "must be one line");
  if (box->child.fd < 0) {
    lua_pushnil(L);
    lua_pushliteral(L, "it is closed");
    return 2;
  }
  lua_pushvalue(L, 2);
  lua_pushliteral(L, "\n");
  lua_concat(L, 2);
  line = lua_tolstring(L, -1, &length);
  result = ec_child_ask(&box->child, line, length, seconds, answer,
                        sizeof answer, &answered);
  if (result == EC_CHILD_OK) {
    lua_pushlstring(L, answer, answered);
    return 1;
  }
  ec_child_close(&box->child);
  lua_pushnil(L);
  lua_pushstring(L, reasons[result]);
  return 2;
}

/* child:close(): ends it; also when it is collected */
static int child_close(lua_State *L) {
  child_box *box = luaL_checkudata(L, 1, CHILD);
  ec_child_close(&box->child);
  return 0;
}

int lec_open_child(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"ask", child_ask}, {"close", child_close}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__gc", child_close}, {"__close", child_close}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"start", child_start}, {NULL, NULL}};
  lec_newtype(L, CHILD, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
