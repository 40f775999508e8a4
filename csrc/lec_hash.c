/*
** extcontacts.core.hash: SHA-256 digests and CRC-32 checksums.
*/
#include "lec_open.h"

#include "lec_util.h"

#include "ec_crc32.h"
#include "ec_sha256.h"

#define HASH_TYPE "extcontacts.hash"

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
  luaL_getmetatable(L, HASH_TYPE);
  lua_setmetatable(L, -2);
  return 1;
}

/* hash:add(text) -> hash */
static int hash_add(lua_State *L) {
  add_argument(L, luaL_checkudata(L, 1, HASH_TYPE), 2);
  lua_settop(L, 1);
  return 1;
}

/* hash:digest() -> 64 hexadecimal digits of the text so far; more can be
** added */
static int hash_digest(lua_State *L) {
  ec_sha256 copy = *(ec_sha256 *)luaL_checkudata(L, 1, HASH_TYPE);
  return push_digest(L, &copy);
}

/* hash.crc32(text [, crc [, length]]) -> the checksum of what `crc` covers,
** followed by the first `length` bytes of the text, by default all */
static int hash_crc32(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Number crc = luaL_optnumber(L, 2, 0);
  lua_Number wanted = luaL_optnumber(L, 3, (lua_Number)length);
  luaL_argcheck(L, crc >= 0 && crc <= UINT32_MAX, 2, "must be a checksum");
  luaL_argcheck(L, wanted >= 0 && wanted <= (lua_Number)length, 3,
                "must be at most the length of the text");
  lua_pushinteger(L,
                  (lua_Integer)ec_crc32((uint32_t)crc, text, (size_t)wanted));
  return 1;
}

int lec_open_hash(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"add", hash_add}, {"digest", hash_digest}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{NULL, NULL}};
  static const luaL_Reg functions[] = {{"sha256", hash_sha256},
                                       {"crc32", hash_crc32},
                                       {"new", hash_new},
                                       {NULL, NULL}};
  lec_newtype(L, HASH_TYPE, methods, meta);
  luaL_newlib(L, functions);
  return 1;
}
