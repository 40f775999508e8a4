/*
** extcontacts.core.hash: SHA-256 digests and CRC-32 checksums.
*/
#include "lec_open.h"

#include <inttypes.h>
#include <stdio.h>

#include "lec_buf.h"
#include "lec_hash.h"

#include "ec_crc32.h"

/* [-0, +1]  the digest; `h` cannot be used afterwards */
static int push_digest(lua_State *L, ec_sha256 *h) {
  char digits[EC_SHA256_HEX];
  ec_sha256_end(h, digits);
  lua_pushlstring(L, digits, sizeof digits);
  return 1;
}

static void add_argument(lua_State *L, ec_sha256 *h, int index) {
  size_t length;
  const char *text = luaL_checklstring(L, index, &length);
  ec_sha256_add(h, text, length);
}

/* The number of bytes at `index`, of a text with `length`; by default all. */
static size_t check_length(lua_State *L, int index, size_t length) {
  lua_Number wanted = luaL_optnumber(L, index, (lua_Number)length);
  luaL_argcheck(L, wanted >= 0 && wanted <= (lua_Number)length, index,
                "must be at most the length of the text");
  return (size_t)wanted;
}

static uint32_t check_crc(lua_State *L, int index) {
  lua_Number crc = luaL_optnumber(L, index, 0);
  luaL_argcheck(L, crc >= 0 && crc <= UINT32_MAX, index, "must be a checksum");
  return (uint32_t)crc;
}

/* hash.sha256(text) -> 64 hexadecimal digits */
static int hash_sha256(lua_State *L) {
  ec_sha256 h;
  ec_sha256_init(&h);
  add_argument(L, &h, 1);
  return push_digest(L, &h);
}

/* hash.new() -> hash of no text */
static int hash_new(lua_State *L) {
  ec_sha256 *h = lua_newuserdata(L, sizeof *h);
  ec_sha256_init(h);
  luaL_getmetatable(L, LEC_HASH);
  lua_setmetatable(L, -2);
  return 1;
}

/* hash:add(text [, length]) -> hash; the first `length` bytes, by default all
 */
static int hash_add(lua_State *L) {
  ec_sha256 *h = luaL_checkudata(L, 1, LEC_HASH);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  ec_sha256_add(h, text, check_length(L, 3, length));
  lua_settop(L, 1);
  return 1;
}

/* hash:digest() -> 64 hexadecimal digits of the text so far; more can be
** added */
static int hash_digest(lua_State *L) {
  ec_sha256 copy = *(ec_sha256 *)luaL_checkudata(L, 1, LEC_HASH);
  return push_digest(L, &copy);
}

/* hash.crc32(text [, crc [, length]]) -> the checksum of what `crc` covers,
** followed by the first `length` bytes of the text, by default all */
static int hash_crc32(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  uint32_t crc = check_crc(L, 2);
  crc = ec_crc32(crc, text, check_length(L, 3, length));
  lua_pushinteger(L, (lua_Integer)crc);
  return 1;
}

/* hash.seal(text [, crc]) -> the JSON object `text`, which has a field, with
** the field `crc` at its end and a line feed; and that checksum, of what `crc`
** covers, followed by the text without its last byte */
static int hash_seal(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  uint32_t crc = check_crc(L, 2);
  char suffix[32];
  int count;
  ec_buf *b = lec_own_buf(L);
  luaL_argcheck(L, length > 0, 1, "must be an object");
  crc = ec_crc32(crc, text, length - 1);
  count = snprintf(suffix, sizeof suffix, ",\"crc\":\"%08" PRIx32 "\"}\n", crc);
  lec_buf_add(L, b, text, length - 1);
  lec_buf_add(L, b, suffix, (size_t)count);
  lec_buf_push(L, b);
  lua_pushinteger(L, (lua_Integer)crc);
  return 2;
}

int lec_open_hash(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"add", hash_add}, {"digest", hash_digest}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{NULL, NULL}};
  static const luaL_Reg functions[] = {{"sha256", hash_sha256},
                                       {"crc32", hash_crc32},
                                       {"new", hash_new},
                                       {NULL, NULL}};
  lec_newtype(L, LEC_HASH, methods, meta);
  luaL_newlib(L, functions);
  lec_new_buf(L);
  lua_pushcclosure(L, hash_seal, 1);
  lua_setfield(L, -2, "seal");
  return 1;
}
