/*
** extcontacts.core: registration only.  The shared object exports this one
** symbol; all others are hidden.
*/
#include "ec_curl_compat.h"
#include "ec_load.h"
#include "lec_open.h"

#if defined(__GNUC__)
#define EC_EXPORT __attribute__((visibility("default")))
#else
#define EC_EXPORT
#endif

EC_EXPORT int luaopen_extcontacts_core(lua_State *L);

/* [-0, +0]  raises an error if the program has loaded an older libcurl than
** the one whose headers were used, and misses options of it */
static void check_libcurl(lua_State *L) {
  const char *found = ec_load_old_libcurl();
  if (found != NULL)
    luaL_error(L,
               "extcontacts was built for libcurl " EC_CURL_BUILT_FOR
               " and needs " EC_CURL_NEEDED_TEXT
               " or later, but libcurl %s is loaded; "
               "build extcontacts with the headers of that version",
               found);
}

/* [-0, +1]  the table of sub-libraries by name, and `type` */
EC_EXPORT int luaopen_extcontacts_core(lua_State *L) {
  ec_load_pin();
  check_libcurl(L);
  lua_createtable(L, 0, 16);
  lec_open_json(L);
  lua_setfield(L, -2, "json");
  lec_open_url(L);
  lua_setfield(L, -2, "url");
  lec_open_engine(L);
  lua_setfield(L, -2, "engine");
  lec_open_signal(L);
  lua_setfield(L, -2, "signal");
  lec_open_file(L);
  lua_setfield(L, -2, "file");
  lec_open_hash(L);
  lua_setfield(L, -2, "hash");
  lec_open_lines(L);
  lua_setfield(L, -2, "lines");
  lec_open_idset(L);
  lua_setfield(L, -2, "idset");
  lec_open_distinct(L);
  lua_setfield(L, -2, "distinct");
  lec_open_poll(L);
  lua_setfield(L, -2, "poll");
  lec_open_environment(L);
  lua_setfield(L, -2, "environment");
  lec_open_similarity(L);
  lua_setfield(L, -2, "similarity");
  lec_open_matcher(L);
  lua_setfield(L, -2, "matcher");
  lec_open_child(L);
  lua_setfield(L, -2, "child");
  lec_open_stream(L);
  lua_setfield(L, -2, "stream");
  lec_open_type(L);
  lua_setfield(L, -2, "type");
  return 1;
}
