/*
** json.selection(tree): builds selections from trees of field names.
*/
#include "lec_json_selection.h"

#include "lec_util.h"

#define SELECTION "extcontacts.selection"
#define DEEPEST 32

/* What a tree needs. */
typedef struct measure {
  size_t nodes;
  size_t fields;
  size_t bytes; /* of the names */
} measure;

/* Where the next ones go. */
typedef struct room {
  ec_selection *nodes;
  ec_selected_field *fields;
  char *bytes;
} room;

/* Whether the key below the top is "*", which stands for all other fields.
** Raises unless key and value are those of a tree.  [-0, +0] */
static int is_others(lua_State *L) {
  size_t length;
  const char *name;
  if (lua_type(L, -2) != LUA_TSTRING)
    luaL_error(L, "a selection maps names of fields to true or to a selection");
  name = lua_tolstring(L, -2, &length);
  if (!lua_istable(L, -1) && !(lua_isboolean(L, -1) && lua_toboolean(L, -1)))
    luaL_error(L, "field '%s' must be true or a selection", name);
  return length == 1 && *name == '*';
}

/* Adds the needs of the table on top.  [-0, +0] */
static void count_tree(lua_State *L, measure *m, int depth) {
  int tree = lua_gettop(L);
  if (depth > DEEPEST)
    luaL_error(L, "a selection has more than %d levels", DEEPEST);
  luaL_checkstack(L, 4, "no room for a selection");
  m->nodes++;
  lua_pushnil(L);
  while (lua_next(L, tree)) {
    if (!is_others(L)) {
      m->fields++;
      m->bytes += lua_rawlen(L, -2);
    }
    if (lua_istable(L, -1))
      count_tree(L, m, depth + 1);
    lua_pop(L, 1);
  }
}

static const ec_selection *build_tree(lua_State *L, room *r);

/* [-0, +0]  what of the value on top is selected; NULL for all of it */
static const ec_selection *build_value(lua_State *L, room *r) {
  return lua_istable(L, -1) ? build_tree(L, r) : NULL;
}

/* [-0, +0]  the node of the table on top */
static const ec_selection *build_tree(lua_State *L, room *r) {
  int tree = lua_gettop(L);
  ec_selection *node = r->nodes++;
  ec_selected_field *field = r->fields;
  memset(node, 0, sizeof *node);
  node->fields = field;
  lua_pushnil(L);
  while (lua_next(L, tree)) { /* its fields are next to each other */
    if (!is_others(L)) {
      const char *name = lua_tolstring(L, -2, &field->length);
      memcpy(r->bytes, name, field->length);
      field->name = r->bytes;
      node->lengths |= ec_selection_length(field->length);
      r->bytes += field->length;
      field++;
      node->count++;
    }
    lua_pop(L, 1);
  }
  r->fields = field;
  field -= node->count;
  lua_pushnil(L);
  while (lua_next(L, tree)) {
    const ec_selection *value = build_value(L, r);
    if (is_others(L)) {
      node->others = 1;
      node->other = value;
    } else {
      field++->value = value;
    }
    lua_pop(L, 1);
  }
  return node;
}

/* json.selection(tree) -> selection
** The tree maps a field's name to true (the whole value) or to the tree of its
** own fields, and "*" in the same way all fields that it doesn't name. */
int lec_json_selection(lua_State *L) {
  measure m;
  room r;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  memset(&m, 0, sizeof m);
  count_tree(L, &m, 1);
  r.nodes = lua_newuserdata(L, m.nodes * sizeof *r.nodes +
                                   m.fields * sizeof *r.fields + m.bytes);
  r.fields = (ec_selected_field *)(void *)(r.nodes + m.nodes);
  r.bytes = (char *)(r.fields + m.fields);
  luaL_getmetatable(L, SELECTION);
  lua_setmetatable(L, -2);
  lua_insert(L, 1); /* selection, tree */
  build_tree(L, &r);
  lua_settop(L, 1);
  return 1;
}

const ec_selection *lec_json_to_selection(lua_State *L, int index) {
  const ec_selection *found = lua_touserdata(L, index);
  int same;
  if (found == NULL || !lua_getmetatable(L, index))
    return NULL;
  luaL_getmetatable(L, SELECTION);
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? found : NULL;
}

void lec_json_open_selections(lua_State *L) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  lec_newtype(L, SELECTION, none, none);
}
