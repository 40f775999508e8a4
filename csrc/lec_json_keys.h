/*
** The decoder's key cache.  Field names repeat, so the cache keeps their Lua
** strings and finds them by comparing the whole name; for a name that is not
** in it a string is created.  Also an object's set of the slots it has used,
** which proves most names new without comparing them with the others.
*/
#ifndef LEC_JSON_KEYS_H
#define LEC_JSON_KEYS_H

#include <stdint.h>
#include <string.h>

#define LEC_KEY_SLOTS 512 /* a power of two */
#define LEC_KEY_LONGEST 40

/* Head and tail overlap: up to 16 bytes they are the whole name. */
typedef struct lec_key {
  uint64_t head;
  uint64_t tail;
  size_t length;
} lec_key;

typedef struct lec_key_slot {
  lec_key key;
  const char *text; /* of the Lua string in the shared table; NULL if empty */
} lec_key_slot;

typedef struct lec_key_cache {
  lec_key_slot slots[LEC_KEY_SLOTS];
} lec_key_cache;

typedef struct lec_key_set {
  uint64_t bits[LEC_KEY_SLOTS / 64];
} lec_key_set;

static inline lec_key lec_key_of(const char *text, size_t length) {
  lec_key key = {0, 0, length};
  if (length >= 8) {
    memcpy(&key.head, text, 8);
    memcpy(&key.tail, text + length - 8, 8);
  } else if (length >= 4) {
    uint32_t head, tail;
    memcpy(&head, text, 4);
    memcpy(&tail, text + length - 4, 4);
    key.head = head;
    key.tail = tail;
  } else if (length > 0) {
    key.head = (unsigned char)text[0];
    key.tail = (uint64_t)(unsigned char)text[length / 2] << 8 |
               (unsigned char)text[length - 1];
  }
  return key;
}

static inline unsigned lec_key_slot_of(const lec_key *key) {
  uint64_t mixed = key->head ^ (key->tail * UINT64_C(0x9E3779B97F4A7C15));
  mixed = (mixed ^ key->length) * UINT64_C(0xD6E8FEB86659FD93);
  return (unsigned)(mixed >> 40) % LEC_KEY_SLOTS;
}

static inline int lec_key_matches(const lec_key_slot *slot, const lec_key *key,
                                  const char *text) {
  return slot->text != NULL && slot->key.length == key->length &&
         slot->key.head == key->head && slot->key.tail == key->tail &&
         (key->length <= 16 ||
          memcmp(slot->text + 8, text + 8, key->length - 16) == 0);
}

/* Adds a slot; 1 if it was in the set before. */
static inline int lec_key_seen(lec_key_set *set, unsigned slot) {
  uint64_t bit = UINT64_C(1) << (slot % 64);
  int seen = (set->bits[slot / 64] & bit) != 0;
  set->bits[slot / 64] |= bit;
  return seen;
}

#endif
