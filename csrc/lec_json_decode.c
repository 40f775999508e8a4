/*
** json.decode: one pass over the text that pushes values straight onto the
** Lua stack.  A container's members wait there until its end, so that its
** table can be created with the right size; those of a long one are moved
** into it in batches.  What is not selected is checked and skipped.  The texts
** of one array's elements can be kept, as strings or as lines: the names of
** their fields are noted, as such a text must be one that is accepted when it
** is decoded as a whole.
*/
#include "lec_json_decode.h"

#include "ec_json_number.h"
#include "ec_json_records.h"
#include "ec_json_scan.h"
#include "ec_json_skip.h"
#include "lec_json_keys.h"
#include "lec_json_number.h"
#include "lec_json_options.h"
#include "lec_json_shared.h"
#include "lec_json_text.h"
#include "lec_lines.h"

/* Stack slots of lec_json_decode. */
enum {
  TEXT = 1,
  OPTIONS,
  PLACES,
  SHARED,
  ARRAY_MT,
  SCRATCH,
  PARTIAL_MT,
  RAW_NAME,
  RAW /* nil, or the table of texts, or the lines */
};

/* Limits to the members that wait for their table.  LuaJIT gives a C function
** 8,000 slots: CROWDED + ITEMS_WAITING + 5 for each level is less. */
#define PAIRS_WAITING 128
#define ITEMS_WAITING 1024
#define CROWDED 1500 /* from this slot on, no member waits */

typedef struct decoder {
  lua_State *L;
  lec_key_cache *cache;
  int depth;
  int max_depth;
  int room; /* the stack slot up to which lua_checkstack has succeeded */
  char *scratch;
  size_t scratch_size;
  const char *text;
  const char *end;
  ec_json_fault fault;
  const char *where;
  int places;           /* whether the next partial object's place is noted */
  const char *raw_name; /* field with the elements whose texts are kept */
  size_t raw_length;
  int raw_depth;        /* in that array, its depth */
  int raw_count;        /* texts so far */
  ec_json_names *names; /* in such an element, the names that are not kept */
  int as_lines;         /* whether the texts are kept as lines */
} decoder;

static const char *read_value(decoder *d, const char *at,
                              const ec_selection *selection);
static const char *read_array(decoder *d, const char *at,
                              const ec_selection *selection);

/* Notes why and where the text is refused; NULL, to be returned. */
static const char *refuse(decoder *d, ec_json_fault fault, const char *where) {
  d->fault = fault;
  d->where = where;
  return NULL;
}

/* Ensures some slots beyond `top`.  [-0, +0] */
static int make_room(decoder *d, int top) {
  int more = top < CROWDED ? 64 : 16;
  if (!lua_checkstack(d->L, more))
    return 0;
  d->room = top + more;
  return 1;
}

#define HAS_ROOM(d, top) ((top) + 5 <= (d)->room || make_room((d), (top)))

/* [-0, +1]  a string without its escapes */
static void push_unescaped(decoder *d, const char *at, const char *end) {
  char small[256];
  char *out = small;
  size_t size = (size_t)(end - at);
  if (size > sizeof small) {
    if (size > d->scratch_size) {
      d->scratch = lua_newuserdata(d->L, size);
      d->scratch_size = size;
      lua_replace(d->L, SCRATCH);
    }
    out = d->scratch;
  }
  lua_pushlstring(d->L, out, ec_json_unescape(out, at, end));
}

/* The closing quote of the string whose body starts at `at`. */
static inline const char *find_quote(decoder *d, const char *at, int *escaped) {
  return ec_json_skip_string(at, d->end, escaped, &d->fault, &d->where);
}

/* [-0, +1] */
static inline const char *read_string(decoder *d, const char *at) {
  int escaped;
  const char *quote = find_quote(d, at, &escaped);
  if (quote == NULL)
    return NULL;
  if (escaped)
    push_unescaped(d, at, quote);
  else
    lua_pushlstring(d->L, at, (size_t)(quote - at));
  return quote + 1;
}

/* [-0, +1] */
static const char *read_number(decoder *d, const char *at) {
  ec_json_number number;
  const char *end = ec_json_read_number(at, &number, &d->where);
  if (end == NULL)
    return refuse(d, EC_JSON_NUMBER, d->where);
  if (number.kind == EC_JSON_REAL)
    lua_pushnumber(d->L, number.real);
  else if (number.kind == EC_JSON_INTEGER && LEC_HOLDS_INTEGER(number.integer))
    lua_pushinteger(d->L, (lua_Integer)number.integer);
  else
    lec_json_push_exact(d->L, at, (size_t)(end - at));
  return end;
}

/* A field's name in the text. */
typedef struct field_name {
  const char *at; /* after the opening quote */
  const char *end;
  int escaped;
} field_name;

/* An object whose members are being read. */
typedef struct object {
  lec_key_set seen;
  int table;   /* its stack slot: nil until the table is created */
  int waiting; /* pairs on the stack above it */
  int settled; /* whether the table has been created */
  int names;   /* where its names begin among those that are noted */
} object;

/* Whether the object already has the key on top.  [-0, +0] */
static int has_key(lua_State *L, const object *o) {
  int key = o->table + 1;
  int top = lua_gettop(L);
  int found = 0;
  for (; key < top; key += 2) {
    if (lua_rawequal(L, key, top))
      return 1;
  }
  if (o->settled) {
    lua_pushvalue(L, top);
    lua_rawget(L, o->table);
    found = !lua_isnil(L, -1);
    lua_pop(L, 1);
  }
  return found;
}

/* Pushes a name as a key; 0 if the object has it already.  [-0, +1] */
static int push_key(decoder *d, const field_name *n, object *o) {
  lua_State *L = d->L;
  const char *text = n->at;
  lec_key key;
  unsigned index;
  lec_key_slot *slot;
  if (n->escaped) {
    size_t length;
    push_unescaped(d, text, n->end);
    text = lua_tolstring(L, -1, &length);
    key = lec_key_of(text, length);
    index = lec_key_slot_of(&key);
  } else {
    key = lec_key_of(text, (size_t)(n->end - text));
    index = lec_key_slot_of(&key);
    slot = &d->cache->slots[index];
    if (lec_key_matches(slot, &key, text)) {
      lua_rawgeti(L, SHARED, LEC_JSON_KEYS + (int)index);
    } else {
      lua_pushlstring(L, text, key.length);
      if (key.length <= LEC_KEY_LONGEST) {
        /* Nothing allocates from here on: a finalizer could decode too, and
        ** would find the slot half written. */
        slot->key = key;
        slot->text = lua_tolstring(L, -1, NULL);
        lua_pushvalue(L, -1);
        lua_rawseti(L, SHARED, LEC_JSON_KEYS + (int)index);
      }
    }
  }
  return !lec_key_seen(&o->seen, index) || !has_key(L, o);
}

/* Whether a field of an object is selected.  `first`: where the names of the
** object begin.  [-0, +0] */
static inline int is_selected(decoder *d, const field_name *n, int first,
                              const ec_selection *s,
                              const ec_selection **value) {
  size_t length = (size_t)(n->end - n->at);
  const char *text;
  int found;
  if (d->names != NULL)
    ec_json_names_add(d->names, first, n->at, length, n->escaped);
  if (!n->escaped)
    return ec_selection_has(s, n->at, length, value);
  push_unescaped(d, n->at, n->end);
  text = lua_tolstring(d->L, -1, &length);
  found = ec_selection_has(s, text, length, value);
  lua_pop(d->L, 1);
  return found;
}

/* [-0, +0]  the end of a value that is not built */
static inline const char *skip_value(decoder *d, const char *at) {
  int escaped;
  if (*at == '"') {
    at = find_quote(d, at + 1, &escaped);
    return at == NULL ? NULL : at + 1;
  }
  return ec_json_skip(at, d->end, d->max_depth - d->depth, d->names, &d->fault,
                      &d->where);
}

/* [-2*waiting, +0]  moves the waiting pairs into the table */
static void settle_object(lua_State *L, object *o) {
  if (!o->settled) {
    lua_createtable(L, 0, o->waiting);
    lua_replace(L, o->table);
    o->settled = 1;
  }
  for (; o->waiting > 0; o->waiting--)
    lua_rawset(L, o->table);
}

/* Whether the name on top is that of the array whose elements' texts are kept.
** [-0, +0] */
static int is_raw(decoder *d) {
  size_t length;
  const char *name;
  if (d->raw_name == NULL || d->depth != 1)
    return 0;
  name = lua_tolstring(d->L, -1, &length);
  return length == d->raw_length && memcmp(name, d->raw_name, length) == 0;
}

/* [-0, +1]  the array whose elements' texts are kept */
static const char *read_raw_array(decoder *d, const char *at,
                                  const ec_selection *selection) {
  lua_newtable(d->L);
  lua_pushvalue(d->L, ARRAY_MT);
  lua_setmetatable(d->L, -2);
  lua_replace(d->L, RAW);
  d->raw_depth = d->depth + 1;
  at = read_array(d, at, selection);
  d->raw_depth = 0;
  return at;
}

/* [-0, +1]  an empty array for the one whose elements are kept as lines; NULL
** if they can't be: then they are read in another way */
static const char *read_lines(decoder *d, const char *at) {
  lec_lines *lines = lec_new_lines(d->L);
  lua_replace(d->L, RAW);
  lec_buf_room(d->L, &lines->text, (size_t)(d->end - at));
  at = ec_json_records(at, d->end, d->max_depth - d->depth - 1,
                       lines->text.data, &lines->text.length, &lines->count);
  lua_newtable(d->L);
  lua_pushvalue(d->L, ARRAY_MT);
  lua_setmetatable(d->L, -2);
  return at;
}

/* Ensures slots for one more pair.  [-0 or 2*waiting, +0] */
static int make_room_for_pair(decoder *d, object *o) {
  int top = o->table + 2 * o->waiting;
  if (o->waiting == PAIRS_WAITING || (top > CROWDED && o->waiting > 0)) {
    settle_object(d->L, o);
    top = o->table;
  }
  return HAS_ROOM(d, top);
}

/* Reads a field of the object, or skips it.  [-0, +2 or 0] */
static const char *read_field(decoder *d, const char *at, object *o,
                              const ec_selection *selection) {
  const ec_selection *value = NULL;
  int selected = 1;
  field_name n;
  if (*at != '"')
    return refuse(d, EC_JSON_KEY, at);
  n.at = at + 1;
  n.end = find_quote(d, n.at, &n.escaped);
  if (n.end == NULL)
    return NULL;
  if (selection != NULL)
    selected = is_selected(d, &n, o->names, selection, &value);
  if (selected) {
    if (!make_room_for_pair(d, o))
      return refuse(d, EC_JSON_DEPTH, at);
    if (!push_key(d, &n, o))
      return refuse(d, EC_JSON_DUPLICATE, at);
  }
  at = ec_json_skip_space(n.end + 1);
  if (*at != ':')
    return refuse(d, EC_JSON_COLON, at);
  at = ec_json_skip_space(at + 1);
  if (!selected)
    return skip_value(d, at);
  o->waiting++;
  if (*at == '[' && is_raw(d))
    return d->as_lines ? read_lines(d, at) : read_raw_array(d, at, value);
  return read_value(d, at, value);
}

/* Notes where the object in a stack slot begins: PLACES[object] = offset.
** [-0, +0] */
static void note_place(decoder *d, int slot, const char *at) {
  lua_pushvalue(d->L, slot);
  lua_pushinteger(d->L, (lua_Integer)(at - d->text) + 1);
  lua_rawset(d->L, PLACES);
}

/* [-0, +1] */
static const char *read_object(decoder *d, const char *at,
                               const ec_selection *selection) {
  lua_State *L = d->L;
  const char *start = at;
  int partial = ec_selection_is_partial(selection);
  int noted = partial && d->places;
  object o;
  memset(&o, 0, sizeof o);
  if (noted) /* those inside it are part of it */
    d->places = 0;
  o.table = lua_gettop(L) + 1;
  o.names = d->names != NULL ? d->names->count : 0;
  if (++d->depth > d->max_depth || !HAS_ROOM(d, o.table))
    return refuse(d, EC_JSON_DEPTH, at);
  lua_pushnil(L);
  at = ec_json_skip_space(at + 1);
  if (*at != '}') {
    for (;;) {
      at = read_field(d, at, &o, selection);
      if (at == NULL)
        return NULL;
      at = ec_json_skip_space(at);
      if (*at != ',')
        break;
      at = ec_json_skip_space(at + 1);
    }
    if (*at != '}')
      return refuse(d, EC_JSON_OBJECT, at);
  }
  settle_object(L, &o);
  if (partial) {
    lua_pushvalue(L, PARTIAL_MT);
    lua_setmetatable(L, o.table);
  }
  if (noted) {
    note_place(d, o.table, start);
    d->places = 1;
  }
  if (d->names != NULL)
    d->names->count = o.names;
  d->depth--;
  return at + 1;
}

/* [-waiting, +0]  moves the waiting items into the table; returns their number
** there */
static int settle_array(lua_State *L, int table, int waiting, int settled) {
  int last = settled + waiting;
  if (settled == 0) {
    lua_createtable(L, waiting, 0);
    lua_replace(L, table);
  }
  for (; waiting > 0; waiting--)
    lua_rawseti(L, table, settled + waiting);
  return last;
}

/* [-0, +1]  an element whose text is kept.  Where a name may occur twice, the
** element is read as a whole, too, which finds the first of all faults. */
static const char *read_raw(decoder *d, const char *at,
                            const ec_selection *selection) {
  ec_json_names names;
  int top = lua_gettop(d->L);
  int depth = d->depth;
  const char *end;
  names.count = 0;
  names.unsure = 0;
  d->names = &names;
  end = read_value(d, at, selection);
  d->names = NULL;
  if (names.unsure) {
    const char *unsure = end;
    lua_settop(d->L, end == NULL ? top : top + 1);
    d->depth = depth;
    end = read_value(d, at, NULL);
    if (end == NULL || unsure == NULL)
      return NULL;
    lua_settop(d->L, top + 1);
  }
  if (end == NULL)
    return NULL;
  lua_pushlstring(d->L, at, (size_t)(end - at));
  lua_rawseti(d->L, RAW, ++d->raw_count);
  return end;
}

/* [-0, +1] */
static const char *read_array(decoder *d, const char *at,
                              const ec_selection *selection) {
  lua_State *L = d->L;
  int table = lua_gettop(L) + 1;
  int waiting = 0;
  int settled = 0;
  if (++d->depth > d->max_depth || !HAS_ROOM(d, table))
    return refuse(d, EC_JSON_DEPTH, at);
  lua_pushnil(L);
  at = ec_json_skip_space(at + 1);
  if (*at != ']') {
    for (;;) {
      if (waiting == ITEMS_WAITING ||
          (table + waiting > CROWDED && waiting > 0)) {
        settled = settle_array(L, table, waiting, settled);
        waiting = 0;
      }
      if (!HAS_ROOM(d, table + waiting))
        return refuse(d, EC_JSON_DEPTH, at);
      at = d->depth == d->raw_depth ? read_raw(d, at, selection)
                                    : read_value(d, at, selection);
      if (at == NULL)
        return NULL;
      waiting++;
      at = ec_json_skip_space(at);
      if (*at != ',')
        break;
      at = ec_json_skip_space(at + 1);
    }
    if (*at != ']')
      return refuse(d, EC_JSON_ARRAY, at);
  }
  settle_array(L, table, waiting, settled);
  lua_pushvalue(L, ARRAY_MT);
  lua_setmetatable(L, table);
  d->depth--;
  return at + 1;
}

/* [-0, +1]  true, false or null; refuses any other word */
static const char *read_word(decoder *d, const char *at) {
  if (at[0] == 't' && at[1] == 'r' && at[2] == 'u' && at[3] == 'e') {
    lua_pushboolean(d->L, 1);
    return at + 4;
  }
  if (at[0] == 'n' && at[1] == 'u' && at[2] == 'l' && at[3] == 'l') {
    lua_pushlightuserdata(d->L, NULL);
    return at + 4;
  }
  if (at[0] == 'f' && at[1] == 'a' && at[2] == 'l' && at[3] == 's' &&
      at[4] == 'e') {
    lua_pushboolean(d->L, 0);
    return at + 5;
  }
  return refuse(d, EC_JSON_VALUE, at);
}

/* [-0, +1]  the value that starts at `at`; returns where it ends */
static const char *read_value(decoder *d, const char *at,
                              const ec_selection *selection) {
  switch (*at) {
  case '"':
    return read_string(d, at + 1);
  case '{':
    return read_object(d, at, selection);
  case '[':
    return read_array(d, at, selection);
  case '-':
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9':
    return read_number(d, at);
  default:
    return read_word(d, at);
  }
}

static const char *read_text(decoder *d, const char *at,
                             const ec_selection *selection) {
  if (memcmp(at, "\xEF\xBB\xBF", (size_t)(d->end - at < 3 ? 1 : 3)) == 0)
    return refuse(d, EC_JSON_BOM, at);
  at = read_value(d, ec_json_skip_space(at), selection);
  if (at == NULL)
    return NULL;
  at = ec_json_skip_space(at);
  return at == d->end ? at : refuse(d, EC_JSON_TRAILING, at);
}

/* [-0, +3]  nil, message, offset */
static int push_fault(decoder *d) {
  ec_json_fault fault = d->fault;
  lua_Integer offset = (lua_Integer)(d->where - d->text) + 1;
  if (d->where == d->end && fault != EC_JSON_DEPTH)
    fault = EC_JSON_END;
  lua_settop(d->L, TEXT);
  lua_pushnil(d->L);
  lua_pushinteger(d->L, offset);
  lua_pushfstring(d->L, "invalid JSON at byte %s: %s", lua_tostring(d->L, -1),
                  ec_json_fault_message(fault));
  lua_pushinteger(d->L, offset);
  lua_remove(d->L, -3);
  return 3;
}

void lec_json_new_cache(lua_State *L) {
  lec_key_cache *cache;
  int i;
  lua_createtable(L, LEC_JSON_KEYS + LEC_KEY_SLOTS, 0);
  cache = lua_newuserdata(L, sizeof *cache);
  memset(cache, 0, sizeof *cache);
  lua_rawseti(L, -2, LEC_JSON_CACHE);
  for (i = 0; i < LEC_KEY_SLOTS; i++) {
    lua_pushboolean(L, 0);
    lua_rawseti(L, -2, LEC_JSON_KEYS + i);
  }
}

/* [-0, +0]  the text at TEXT: a string, or a transfer that keeps its body */
static const char *check_text(lua_State *L, size_t *length) {
  const lec_json_text *text;
  if (lua_type(L, TEXT) != LUA_TUSERDATA) {
    luaL_checktype(L, TEXT, LUA_TSTRING);
    return lua_tolstring(L, TEXT, length);
  }
  text = luaL_checkudata(L, TEXT, LEC_TRANSFER);
  if (text->bytes == NULL)
    luaL_argerror(L, TEXT, "the transfer keeps no body");
  *length = text->length;
  return text->bytes;
}

/* Moves what the options refer to from their table, which a finalizer can
** change, to stack slots of its own.  [-0, +0] */
static void keep_options(lua_State *L, lec_json_options *options) {
  if (options->places) {
    lua_pushliteral(L, "places");
    lua_rawget(L, OPTIONS);
    lua_replace(L, PLACES);
  }
  if (options->raw != NULL) {
    lua_pushliteral(L, "raw");
    lua_rawget(L, OPTIONS);
    options->raw = lua_tostring(L, -1);
    lua_replace(L, RAW_NAME);
  }
  if (options->select != NULL) {
    lua_pushliteral(L, "select");
    lua_rawget(L, OPTIONS);
    lua_replace(L, OPTIONS);
    lua_rawgeti(L, SHARED, LEC_JSON_PARTIAL_MT);
    lua_replace(L, PARTIAL_MT);
  }
}

/* [-0, +2 or 0]  the page, without the elements of its array, and these as
** lines; 0 if it has none or they can't be lines */
static int decode_lines(decoder *d, const ec_selection *selection) {
  decoder before = *d;
  d->as_lines = 1;
  if (read_text(d, d->text, selection) != NULL && !lua_isnil(d->L, RAW)) {
    lua_pushvalue(d->L, RAW);
    return 2;
  }
  before.room = d->room;
  before.scratch = d->scratch; /* which SCRATCH still holds */
  before.scratch_size = d->scratch_size;
  *d = before;
  lua_settop(d->L, RAW);
  lua_pushnil(d->L);
  lua_replace(d->L, RAW);
  return 0;
}

/* json.decode(text [, options]) -> value [, texts] | nil, message, offset
** With `places`, a table, places[object] is set to where each outermost partial
** object begins.  With `at`, such a place, only the value that begins there is
** read, of a text that was decoded before: what follows it is not checked.
** The texts are those of the elements of the field `raw`, an array; nil without
** it.  With `lines`, they are core.lines if all elements are records with an id
** and names that occur once; the value's array is then empty. */
int lec_json_decode(lua_State *L) {
  static const char *const known[] = {
      "max_bytes", "max_depth", "select", "places", "at", "raw", "lines", NULL};
  lec_json_options options;
  decoder d;
  size_t length;
  const char *text;
  lec_json_read_options(L, OPTIONS, known, &options);
  text = check_text(L, &length);
  lua_settop(L, OPTIONS);
  if (options.at > 0 && (size_t)options.at > length)
    luaL_error(L, "option 'at' is beyond the end of the text");
  lua_pushnil(L); /* the places */
  lua_pushvalue(L, LEC_JSON_SHARED);
  lua_rawgeti(L, SHARED, LEC_JSON_ARRAY_MT);
  lua_rawgeti(L, SHARED, LEC_JSON_CACHE);
  memset(&d, 0, sizeof d);
  d.L = L;
  d.cache = lua_touserdata(L, -1); /* stays alive in the shared table */
  d.max_depth = options.max_depth;
  d.room = LUA_MINSTACK;
  d.text = text;
  d.end = text + length;
  lua_settop(L, ARRAY_MT);
  lua_settop(L, RAW); /* the others are nil */
  keep_options(L, &options);
  d.places = lua_istable(L, PLACES);
  if (options.raw != NULL)
    d.raw_name = lua_tolstring(L, RAW_NAME, &d.raw_length);
  if (options.max_bytes > 0 && length > (size_t)options.max_bytes) {
    lua_pushnil(L);
    lua_pushfstring(L, "JSON text is longer than %d bytes (max_bytes)",
                    options.max_bytes);
    lua_pushinteger(L, (lua_Integer)options.max_bytes + 1);
    return 3;
  }
  if (options.lines && options.raw != NULL && options.at == 0 &&
      decode_lines(&d, options.select))
    return 2;
  if (options.at > 0)
    text = read_value(&d, text + options.at - 1, options.select);
  else
    text = read_text(&d, text, options.select);
  if (text == NULL)
    return push_fault(&d);
  if (options.raw == NULL)
    return 1;
  lua_pushvalue(L, RAW);
  return 2;
}
