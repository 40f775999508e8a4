/*
** extcontacts.core.lines: JSON texts as lines of files, many at a time.
*/
#include "lec_lines.h"

#include "lec_csv_row.h"
#include "lec_hash.h"
#include "lec_open.h"

#include "ec_crc32.h"
#include "ec_json_line.h"

/* Bytes of a checksum, and of what ends a line with one. */
#define DIGITS 8
#define ENDING 19

#define LINES_TYPE "extcontacts.lines"

/* The text at `position` of the array at `index`; the array keeps it.
** [-0, +0] */
static const char *text_at(lua_State *L, int index, int position,
                           size_t *length) {
  const char *text;
  lua_rawgeti(L, index, position);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_argerror(L, index, "must be an array of texts");
  text = lua_tolstring(L, -1, length);
  lua_pop(L, 1);
  return text;
}

/* Bytes of the texts of an array, all of them strings.  [-0, +0] */
static size_t measure(lua_State *L, int index, int count) {
  size_t length, total = 0;
  int position;
  for (position = 1; position <= count; position++) {
    text_at(L, index, position, &length);
    total += length;
  }
  return total;
}

/* lines.join(texts) -> the texts without line breaks, each with a line feed */
static int lines_join(lua_State *L) {
  ec_buf *b = lec_own_buf(L);
  int position, count;
  char *out;
  luaL_checktype(L, 1, LUA_TTABLE);
  count = (int)lua_rawlen(L, 1);
  out = lec_buf_room(L, b, measure(L, 1, count) + (size_t)count);
  for (position = 1; position <= count; position++) {
    size_t length;
    const char *text = text_at(L, 1, position, &length);
    out += ec_json_line(out, text, length);
    *out++ = '\n';
  }
  b->length = (size_t)(out - b->data);
  lec_buf_push(L, b);
  return 1;
}

static char *put(char *out, const char *bytes, size_t length) {
  memcpy(out, bytes, length);
  return out + length;
}

static char *put_checksum(char *out, uint32_t crc) {
  static const char digits[] = "0123456789abcdef";
  int shift;
  for (shift = 28; shift >= 0; shift -= 4)
    *out++ = digits[crc >> shift & 15];
  return out;
}

/* The checksum at `index`.  [-0, +0] */
static uint32_t check_crc(lua_State *L, int index) {
  lua_Number crc = luaL_checknumber(L, index);
  luaL_argcheck(L, crc >= 0 && crc <= UINT32_MAX, index, "must be a checksum");
  return (uint32_t)crc;
}

/* Puts a head and a text, an object without its closing brace, at `out`, and
** what ends a sealed line.  Adds the line to the checksum of those before it,
** and that to their hash. */
static char *put_sealed(char *out, const char *head, size_t head_length,
                        const char *text, size_t length, uint32_t *crc,
                        ec_sha256 *hash) {
  char *start = out;
  out = put(out, head, head_length);
  out += ec_json_line(out, text, length);
  *crc = ec_crc32(*crc, start, (size_t)(out - start));
  out = put(out, ",\"crc\":\"", 8);
  out = put_checksum(out, *crc);
  ec_sha256_add(hash, out - DIGITS, DIGITS);
  return put(out, "\"}\n", 3);
}

/* lines.seal(heads, texts, crc, hash) -> lines, crc
** Each line is an object: its head, as `{"record":`, its text without line
** breaks, and `,"crc":"…"}`: the checksum, in 8 digits, of what `crc` covers
** and the lines so far, without this ending.  Their checksums are added to
** `hash`.
*/
static int lines_seal(lua_State *L) {
  ec_buf *b = lec_own_buf(L);
  uint32_t crc = check_crc(L, 3);
  ec_sha256 *hash = luaL_checkudata(L, 4, LEC_HASH);
  int position, count;
  char *out;
  size_t room;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  count = (int)lua_rawlen(L, 2);
  room = measure(L, 1, count) + measure(L, 2, count) + (size_t)count * ENDING;
  out = lec_buf_room(L, b, room); /* nothing fails from here on */
  for (position = 1; position <= count; position++) {
    size_t head_length, length;
    const char *head = text_at(L, 1, position, &head_length);
    const char *text = text_at(L, 2, position, &length);
    out = put_sealed(out, head, head_length, text, length, &crc, hash);
  }
  b->length = (size_t)(out - b->data);
  lec_buf_push(L, b);
  lua_pushinteger(L, (lua_Integer)crc);
  return 2;
}

lec_lines *lec_new_lines(lua_State *L) {
  lec_lines *lines = lua_newuserdata(L, sizeof *lines);
  ec_buf_init(&lines->text, (size_t)-1);
  lines->count = 0;
  lines->released = 0;
  luaL_getmetatable(L, LINES_TYPE);
  lua_setmetatable(L, -2);
  return lines;
}

static lec_lines *check_lines(lua_State *L, int index) {
  lec_lines *lines = luaL_checkudata(L, index, LINES_TYPE);
  if (lines->released)
    luaL_error(L, "the lines were released: they belong to an earlier page");
  return lines;
}

const char *lec_check_bytes(lua_State *L, int index, size_t *length) {
  const lec_lines *lines;
  if (lua_type(L, index) != LUA_TUSERDATA)
    return luaL_checklstring(L, index, length);
  lines = check_lines(L, index);
  *length = lines->text.length;
  return lines->text.data == NULL ? "" : lines->text.data;
}

/* #lines -> how many there are */
static int lines_count(lua_State *L) {
  lua_pushinteger(L, check_lines(L, 1)->count);
  return 1;
}

/* lines:text() -> all of them as a string */
static int lines_text(lua_State *L) {
  size_t length;
  const char *text;
  check_lines(L, 1);
  text = lec_check_bytes(L, 1, &length);
  lua_pushlstring(L, text, length);
  return 1;
}

/* lines:bytes() -> the length of the text */
static int lines_bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_lines(L, 1)->text.length);
  return 1;
}

/* lines:seal(head, crc, hash) -> crc: seals them as lines.seal does, all with
** the same head */
static int lines_seal_all(lua_State *L) {
  lec_lines *lines = check_lines(L, 1);
  size_t head_length;
  const char *head = luaL_checklstring(L, 2, &head_length);
  uint32_t crc = check_crc(L, 3);
  ec_sha256 *hash = luaL_checkudata(L, 4, LEC_HASH);
  const char *text = lines->text.data;
  int count = lines->count;
  lec_lines *sealed = lec_new_lines(L);
  ec_buf unsealed;
  char *out =
      lec_buf_room(L, &sealed->text,
                   lines->text.length + (size_t)count * (head_length + ENDING));
  for (; count > 0; count--) {
    const char *end = memchr(text, '\n', lines->text.length);
    out = put_sealed(out, head, head_length, text, (size_t)(end - text), &crc,
                     hash);
    text = end + 1;
  }
  sealed->text.length = (size_t)(out - sealed->text.data);
  unsealed = lines->text;
  lines->text = sealed->text;
  sealed->text = unsealed;
  ec_buf_free(&sealed->text);
  lua_pushinteger(L, (lua_Integer)crc);
  return 1;
}

/* Whether the line has one of the texts at `index`, or the escape of a
** character that could be in one.  [-0, +0] */
static int has_one(lua_State *L, int index, const char *line, size_t length) {
  int position, count = (int)lua_rawlen(L, index);
  for (position = 1; position <= count; position++) {
    size_t size;
    const char *text = text_at(L, index, position, &size);
    if (memmem(line, length, text, size) != NULL)
      return 1;
  }
  return ec_json_has_escape(line, length);
}

/* lines:having(texts) -> lines, places: those that have one of the texts as
** part of their JSON, or may have it with the escape \u00.. of a character,
** without their line feeds, and their positions */
static int lines_having(lua_State *L) {
  const lec_lines *lines = check_lines(L, 1);
  const char *line = lines->text.data;
  int position, found = 0;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_newtable(L);
  lua_newtable(L);
  for (position = 1; position <= lines->count; position++) {
    size_t left = lines->text.length - (size_t)(line - lines->text.data);
    const char *end = memchr(line, '\n', left);
    if (has_one(L, 2, line, (size_t)(end - line))) {
      lua_pushlstring(L, line, (size_t)(end - line));
      lua_rawseti(L, 3, ++found);
      lua_pushinteger(L, position);
      lua_rawseti(L, 4, found);
    }
    line = end + 1;
  }
  return 2;
}

/* lines:release(): frees their memory; idempotent */
static int lines_release(lua_State *L) {
  lec_lines *lines = luaL_checkudata(L, 1, LINES_TYPE);
  ec_buf_free(&lines->text);
  lines->released = 1;
  return 0;
}

int lec_open_lines(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"text", lines_text},       {"bytes", lines_bytes},
      {"seal", lines_seal_all},   {"having", lines_having},
      {"release", lines_release}, {NULL, NULL}};
  static const luaL_Reg meta[] = {
      {"__len", lines_count}, {"__gc", lines_release}, {NULL, NULL}};
  lec_newtype(L, LINES_TYPE, methods, meta);
  lua_createtable(L, 0, 3);
  lec_new_buf(L);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, lec_csv_row, 1);
  lua_setfield(L, -3, "csv");
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, lines_join, 1);
  lua_setfield(L, -3, "join");
  lua_pushcclosure(L, lines_seal, 1);
  lua_setfield(L, -2, "seal");
  return 1;
}
