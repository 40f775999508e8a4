/*
** json.selection: a selection as a userdata.
*/
#ifndef LEC_JSON_SELECTION_H
#define LEC_JSON_SELECTION_H

#include "ec_compat.h"

#include "ec_selection.h"

int lec_json_selection(lua_State *L);

/* Registers the type.  [-0, +0] */
void lec_json_open_selections(lua_State *L);

/* The selection at `index`; NULL if the value is another one.  It lives as long
** as the userdata.  [-0, +0] */
const ec_selection *lec_json_to_selection(lua_State *L, int index);

#endif
