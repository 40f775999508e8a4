/*
** extcontacts.core.similarity: how similar two texts are, by their letters.
** Composed and decomposed letters differ here; the callers compose.
*/
#include "lec_open.h"

#include "ec_similarity.h"

/* Letters of a text that is compared; names have at most 256. */
#define MOST_LETTERS EC_JARO_LETTERS

/* Reads the text at `index`; raises an error for one that is too long. */
static size_t read_letters(lua_State *L, int index, uint32_t *letters) {
  size_t length, count;
  const char *text = luaL_checklstring(L, index, &length);
  count = ec_letters(letters, MOST_LETTERS + 1, text, length);
  luaL_argcheck(L, count <= MOST_LETTERS, index,
                "must have at most 1024 letters");
  return count;
}

/* similarity.jaro_winkler(a, b) -> 0 to 1 */
static int similarity_jaro_winkler(lua_State *L) {
  uint32_t a[MOST_LETTERS + 1], b[MOST_LETTERS + 1];
  size_t a_count = read_letters(L, 1, a);
  size_t b_count = read_letters(L, 2, b);
  lua_pushnumber(L, ec_jaro_winkler(a, a_count, b, b_count));
  return 1;
}

/* similarity.damerau_levenshtein(a, b) -> number of edits */
static int similarity_damerau_levenshtein(lua_State *L) {
  uint32_t a[MOST_LETTERS + 1], b[MOST_LETTERS + 1];
  size_t a_count = read_letters(L, 1, a);
  size_t b_count = read_letters(L, 2, b);
  size_t cells = EC_DAMERAU_CELLS(a_count, b_count);
  uint16_t *scratch = lua_newuserdata(L, cells * sizeof *scratch);
  lua_pushinteger(
      L, (lua_Integer)ec_damerau_levenshtein(a, a_count, b, b_count, scratch));
  return 1;
}

/* similarity.word_overlap(a, b) -> 0 to 1 */
static int similarity_word_overlap(lua_State *L) {
  size_t a_length, b_length;
  const char *a = luaL_checklstring(L, 1, &a_length);
  const char *b = luaL_checklstring(L, 2, &b_length);
  luaL_argcheck(L, a_length <= 4 * MOST_LETTERS, 1,
                "must have at most 4096 bytes");
  luaL_argcheck(L, b_length <= 4 * MOST_LETTERS, 2,
                "must have at most 4096 bytes");
  lua_pushnumber(L, ec_word_overlap(a, a_length, b, b_length));
  return 1;
}

/* similarity.soundex(text) -> code | nil without an ASCII letter */
static int similarity_soundex(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  char code[EC_SOUNDEX_SIZE];
  if (ec_soundex(code, text, length) == 0)
    lua_pushlstring(L, code, sizeof code);
  else
    lua_pushnil(L);
  return 1;
}

int lec_open_similarity(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"jaro_winkler", similarity_jaro_winkler},
      {"damerau_levenshtein", similarity_damerau_levenshtein},
      {"word_overlap", similarity_word_overlap},
      {"soundex", similarity_soundex},
      {NULL, NULL},
  };
  luaL_newlib(L, functions);
  return 1;
}
