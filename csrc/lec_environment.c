/*
** extcontacts.core.environment: variables that this process remembers although
** its environment and its Lua states change, its id, and the user it runs as.
*/
#include "ec_process.h"
#include "lec_open.h"

#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 64 /* variables */

/* Lua states of several threads share them; they are never removed. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct variable { char *name, *value; } variables[MOST];
static int count;

/* Returns NULL for an unknown name. The caller holds the lock. */
static struct variable *find(const char *name) {
  int i;
  for (i = 0; i < count; i++) {
    if (strcmp(variables[i].name, name) == 0)
      return &variables[i];
  }
  return NULL;
}

/* Returns 0 without memory or room. The caller holds the lock. */
static int set(const char *name, const char *value) {
  struct variable *v = find(name);
  char *copy;
  if (v != NULL && strcmp(v->value, value) == 0)
    return 1;
  if (v == NULL && count == MOST)
    return 0;
  copy = strdup(value);
  if (copy == NULL)
    return 0;
  if (v != NULL) {
    free(v->value);
    v->value = copy;
    return 1;
  }
  variables[count].value = copy;
  variables[count].name = strdup(name);
  if (variables[count].name == NULL) {
    free(copy);
    return 0;
  }
  count++;
  return 1;
}

/* environment.keep(name, value) -> whether there was room for it */
static int environment_keep(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const char *value = luaL_checkstring(L, 2);
  int ok;
  pthread_mutex_lock(&lock);
  ok = set(name, value);
  pthread_mutex_unlock(&lock);
  lua_pushboolean(L, ok);
  return 1;
}

/* environment.kept(name) -> value | nil */
static int environment_kept(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const struct variable *v;
  char *copy;
  size_t room = 0;
  pthread_mutex_lock(&lock);
  v = find(name);
  room = v != NULL ? strlen(v->value) + 1 : 0;
  pthread_mutex_unlock(&lock);
  if (room == 0) {
    lua_pushnil(L);
    return 1;
  }
  copy = lua_newuserdata(L, room); /* may raise: not with the lock */
  pthread_mutex_lock(&lock);
  snprintf(copy, room, "%s", find(name)->value); /* may be another one now */
  pthread_mutex_unlock(&lock);
  lua_pushstring(L, copy);
  return 1;
}

/* environment.user() -> name of the user that this process runs as, whatever
** the environment says; its number if it has no name */
static int environment_user(lua_State *L) {
  char room[4096], digits[24];
  struct passwd entry, *found = NULL;
  uid_t id = geteuid();
  if (getpwuid_r(id, &entry, room, sizeof room, &found) == 0 && found != NULL) {
    lua_pushstring(L, found->pw_name);
  } else {
    snprintf(digits, sizeof digits, "%lu", (unsigned long)id);
    lua_pushstring(L, digits);
  }
  return 1;
}

/* environment.process() -> the id of this process, after a fork the child's */
static int environment_process(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)ec_process());
  return 1;
}

int lec_open_environment(lua_State *L) {
  static const luaL_Reg functions[] = {{"keep", environment_keep},
                                       {"kept", environment_kept},
                                       {"process", environment_process},
                                       {"user", environment_user},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
