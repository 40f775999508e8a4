/*
** The sub-libraries of extcontacts.core.
*/
#ifndef LEC_OPEN_H
#define LEC_OPEN_H

#include "ec_compat.h"

/* Each [-0, +1]: the library's table */
int lec_open_json(lua_State *L);
int lec_open_url(lua_State *L);
int lec_open_engine(lua_State *L);
int lec_open_signal(lua_State *L);
int lec_open_file(lua_State *L);
int lec_open_hash(lua_State *L);
int lec_open_lines(lua_State *L);
int lec_open_idset(lua_State *L);
int lec_open_distinct(lua_State *L);
int lec_open_poll(lua_State *L);
int lec_open_environment(lua_State *L);
int lec_open_similarity(lua_State *L);
int lec_open_matcher(lua_State *L);
int lec_open_child(lua_State *L);
int lec_open_stream(lua_State *L);

/* [-0, +1]  the function core.type */
int lec_open_type(lua_State *L);

#endif
