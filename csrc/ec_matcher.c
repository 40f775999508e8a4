/*
** Candidate pairs.  A record is a row in one arena: the lengths of its fields,
** their texts, and its keys.  The blocks of a part are found by collecting the
** part's keys from all records and sorting them, so that keys need no memory
** of their own.  The id is the last field.
*/
#include "ec_matcher.h"

#include "ec_counts.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES 4096 /* of a field; the rest is cut off */
#define CHUNK (1u << 22)
/* Records that have a name or an address in common, which are compared to find
** out whether it is a household's. */
#define MOST_HOLDERS 24
#define PUBLIC_FROM 5 /* people of an address that is not a household's */
#define ESTABLISHED_FROM 4
/* A name is common if so many records, and this share of them, have it. */
#define COMMON_FROM 8
#define COMMON_SHARE 400

typedef struct record {
  uint32_t key_count;
  uint8_t given_flags, family_flags;
  uint16_t lengths[];
  /* then the keys, aligned, and the texts */
} record;

struct ec_matcher {
  ec_kind kinds[EC_MOST_FIELDS];
  size_t field_count;
  int given, family, title; /* the places of the names; -1 for none */
  record **records;
  uint32_t *order, *rank; /* by id; NULL until the matcher is finished */
  size_t count, room;
  char *chunk; /* the last one; a chunk begins with the address of the one
                  before */
  size_t chunk_left;
  char *chunk_at;
  ec_counts *household, *public_values;
};

/* Bytes of the fixed part of a record, which its keys follow. */
static size_t head_size(const ec_matcher *m) {
  size_t size = sizeof(record) + (m->field_count + 1) * sizeof(uint16_t);
  return (size + 3) & ~(size_t)3;
}

static uint32_t *keys_of(const ec_matcher *m, const record *r) {
  return (uint32_t *)(void *)((char *)(uintptr_t)r + head_size(m));
}

ec_matcher *ec_matcher_new(const ec_kind *kinds, size_t count) {
  ec_matcher *m = calloc(1, sizeof *m);
  size_t i;
  if (m == NULL)
    return NULL;
  m->given = m->family = m->title = -1;
  m->field_count = count;
  for (i = 0; i < count; i++) {
    m->kinds[i] = kinds[i];
    if (kinds[i] == EC_GIVEN)
      m->given = (int)i;
    if (kinds[i] == EC_FAMILY)
      m->family = (int)i;
    if (kinds[i] == EC_TITLE)
      m->title = (int)i;
  }
  m->household = ec_counts_new();
  m->public_values = ec_counts_new();
  if (m->household == NULL || m->public_values == NULL) {
    ec_matcher_free(m);
    return NULL;
  }
  return m;
}

void ec_matcher_free(ec_matcher *m) {
  if (m == NULL)
    return;
  while (m->chunk != NULL) {
    char *before;
    memcpy(&before, m->chunk, sizeof before);
    free(m->chunk);
    m->chunk = before;
  }
  free(m->records);
  free(m->order);
  free(m->rank);
  ec_counts_free(m->household);
  ec_counts_free(m->public_values);
  free(m);
}

size_t ec_matcher_fields(const ec_matcher *m) {
  return m->field_count;
}

size_t ec_matcher_count(const ec_matcher *m) {
  return m->count;
}

uint32_t ec_key_digest(unsigned kind, const char *text, size_t length) {
  uint64_t h = ec_text_hash(text, length) + kind;
  h = (h ^ (h >> 31)) * UINT64_C(0x94d049bb133111eb);
  return ((uint32_t)(h >> 32) & ~(uint32_t)(EC_KEY_KINDS - 1)) | kind;
}

/* ----------------------------------------------------------------- adding */

/* `size` bytes, aligned; NULL if there is no memory. */
static void *allocate(ec_matcher *m, size_t size) {
  void *block;
  size = (size + 7) & ~(size_t)7;
  if (size > m->chunk_left) {
    size_t bytes =
        size + sizeof(char *) > CHUNK ? size + sizeof(char *) : CHUNK;
    char *chunk = malloc(bytes);
    if (chunk == NULL)
      return NULL;
    memcpy(chunk, &m->chunk, sizeof m->chunk);
    m->chunk = chunk;
    m->chunk_at = chunk + sizeof(char *);
    m->chunk_left = bytes - sizeof(char *);
  }
  block = m->chunk_at;
  m->chunk_at += size;
  m->chunk_left -= size;
  return block;
}

static int make_room(ec_matcher *m) {
  size_t room = m->room + m->room / 2 + 1024;
  record **records;
  if (m->count < m->room)
    return EC_MATCH_OK;
  if (room > UINT32_MAX)
    return EC_MATCH_FULL;
  records = realloc(m->records, room * sizeof *records);
  if (records == NULL)
    return EC_MATCH_MEMORY;
  m->records = records;
  m->room = room;
  return EC_MATCH_OK;
}

/* qsort takes no null pointer, even for no items. */
static void sort(void *items, size_t count, size_t size,
                 int (*compare)(const void *, const void *)) {
  if (count > 1)
    qsort(items, count, size, compare);
}

static int by_key(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

static size_t sort_keys(uint32_t *keys, size_t count) {
  size_t i, kept = 0;
  sort(keys, count, sizeof *keys, by_key);
  for (i = 0; i < count; i++) {
    if (kept == 0 || keys[kept - 1] != keys[i])
      keys[kept++] = keys[i];
  }
  return kept;
}

/* The largest length that does not end within a character. */
static size_t cut(ec_field field) {
  size_t length = field.length;
  if (length <= MOST_BYTES)
    return length;
  length = MOST_BYTES;
  while (length > 0 && ((unsigned char)field.text[length] & 0xC0) == 0x80)
    length--;
  return length;
}

int ec_matcher_add(ec_matcher *m, const ec_field *fields, uint32_t *keys,
                   size_t key_count, ec_field id) {
  size_t size = head_size(m), i;
  record *r;
  char *text;
  int status = make_room(m);
  if (status != EC_MATCH_OK)
    return status;
  key_count = sort_keys(keys, key_count);
  size += key_count * sizeof *keys;
  for (i = 0; i <= m->field_count; i++)
    size += cut(i < m->field_count ? fields[i] : id);
  r = allocate(m, size);
  if (r == NULL)
    return EC_MATCH_MEMORY;
  r->key_count = (uint32_t)key_count;
  r->given_flags = r->family_flags = 0;
  if (key_count > 0)
    memcpy(keys_of(m, r), keys, key_count * sizeof *keys);
  text = (char *)(keys_of(m, r) + key_count);
  for (i = 0; i <= m->field_count; i++) {
    ec_field field = i < m->field_count ? fields[i] : id;
    size_t length = cut(field);
    r->lengths[i] = (uint16_t)length;
    if (length > 0)
      memcpy(text, field.text, length);
    text += length;
  }
  m->records[m->count++] = r;
  return EC_MATCH_OK;
}

/* -------------------------------------------------------------- comparing */

/* The texts follow the record's keys; those of skipped blocks, at the end of
** the keys, still take their space, so `full_count` is kept in a key. */
static void fields_of(const ec_matcher *m, const record *r, ec_field *fields) {
  const char *text = (const char *)(keys_of(m, r) + (r->key_count & 0xFFFF) +
                                    (r->key_count >> 16));
  size_t i;
  for (i = 0; i < m->field_count; i++) {
    fields[i].text = text;
    fields[i].length = r->lengths[i];
    text += r->lengths[i];
  }
}

static size_t kept_keys(const record *r) {
  return r->key_count & 0xFFFF;
}

static ec_sharing sharing_of(const void *context, const char *item,
                             size_t length) {
  const ec_matcher *m = context;
  uint64_t hash = ec_text_hash(item, length);
  if (ec_counts_of(m->public_values, hash) > 0)
    return EC_PUBLIC;
  return ec_counts_of(m->household, hash) > 0 ? EC_HOUSEHOLD : EC_PERSONAL;
}

/* Whether the level of a name is near, far or different. */
static int is_unlike(unsigned level) {
  return level >= 4 && level <= EC_GIVEN_DIFFERENT;
}

ec_pattern ec_matcher_compare(const ec_matcher *m, size_t a, size_t b) {
  const record *left = m->records[a], *right = m->records[b];
  ec_field x[EC_MOST_FIELDS], y[EC_MOST_FIELDS];
  unsigned levels[EC_MOST_FIELDS];
  ec_pattern pattern = 0;
  size_t i;
  fields_of(m, left, x);
  fields_of(m, right, y);
  for (i = 0; i < m->field_count; i++) {
    if (m->kinds[i] == EC_GIVEN)
      levels[i] =
          ec_given_level(x[i], y[i], left->given_flags, right->given_flags);
    else if (m->kinds[i] == EC_FAMILY)
      levels[i] =
          ec_family_level(x[i], y[i], left->family_flags, right->family_flags);
    else
      levels[i] = ec_level(m->kinds[i], x[i], y[i], sharing_of, m);
  }
  if (m->given >= 0 && is_unlike(levels[m->given]) &&
      is_unlike(levels[m->family]) &&
      ec_is_swapped(x[m->given], x[m->family], y[m->given], y[m->family]))
    levels[m->given] = levels[m->family] = EC_NAMES_SWAPPED;
  for (i = 0; i < m->field_count; i++)
    pattern = pattern << EC_LEVEL_BITS | levels[i];
  return pattern;
}

/* -------------------------------------------------------------- finishing */

typedef struct id_entry {
  ec_field id;
  uint32_t record;
} id_entry;

static int by_id(const void *a, const void *b) {
  const id_entry *left = a, *right = b;
  size_t shorter =
      left->id.length < right->id.length ? left->id.length : right->id.length;
  int order = memcmp(left->id.text, right->id.text, shorter);
  if (order != 0)
    return order;
  if (left->id.length != right->id.length)
    return left->id.length < right->id.length ? -1 : 1;
  return (left->record > right->record) - (left->record < right->record);
}

static ec_field id_of(const ec_matcher *m, const record *r) {
  ec_field id = {(const char *)(keys_of(m, r) + r->key_count), 0};
  size_t i;
  for (i = 0; i < m->field_count; i++)
    id.text += r->lengths[i];
  id.length = r->lengths[m->field_count];
  return id;
}

static int find_order(ec_matcher *m) {
  id_entry *places = malloc((m->count + 1) * sizeof *places);
  size_t i;
  m->order = malloc((m->count + 1) * sizeof *m->order);
  m->rank = malloc((m->count + 1) * sizeof *m->rank);
  if (places == NULL || m->order == NULL || m->rank == NULL) {
    free(places);
    return EC_MATCH_MEMORY;
  }
  for (i = 0; i < m->count; i++) {
    places[i].id = id_of(m, m->records[i]);
    places[i].record = (uint32_t)i;
  }
  sort(places, m->count, sizeof *places, by_id);
  for (i = 0; i < m->count; i++) {
    m->order[i] = places[i].record;
    m->rank[places[i].record] = (uint32_t)i;
  }
  free(places);
  return EC_MATCH_OK;
}

size_t ec_matcher_rank(const ec_matcher *m, size_t index) {
  return m->rank[index];
}

size_t ec_matcher_at(const ec_matcher *m, size_t rank) {
  return m->order[rank];
}

typedef struct holder {
  uint64_t hash;
  uint32_t rank;
} holder;

typedef struct holders {
  holder *items;
  size_t count, room;
} holders;

static int by_hash(const void *a, const void *b) {
  const holder *left = a, *right = b;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  return (left->rank > right->rank) - (left->rank < right->rank);
}

static int hold(holders *list, uint64_t hash, uint32_t rank) {
  if (list->count == list->room) {
    size_t room = list->room + list->room / 2 + 1024;
    holder *items = realloc(list->items, room * sizeof *items);
    if (items == NULL)
      return EC_MATCH_MEMORY;
    list->items = items;
    list->room = room;
  }
  list->items[list->count].hash = hash;
  list->items[list->count++].rank = rank;
  return EC_MATCH_OK;
}

/* Whether two records certainly differ, by their names. */
static int are_others(const ec_matcher *m, const record *a, const record *b) {
  ec_field x[EC_MOST_FIELDS], y[EC_MOST_FIELDS];
  fields_of(m, a, x);
  fields_of(m, b, y);
  if (m->given < 0)
    return ec_level(EC_TITLE, x[m->title], y[m->title], sharing_of, m) ==
           EC_TITLE_DIFFERENT;
  return ec_given_level(x[m->given], y[m->given], a->given_flags,
                        b->given_flags) == EC_GIVEN_DIFFERENT &&
         !ec_is_swapped(x[m->given], x[m->family], y[m->given], y[m->family]);
}

/* The number of people or organizations among the holders of an address who
** certainly differ from each other. */
static size_t count_people(const ec_matcher *m, const holder *list,
                           size_t count) {
  const record *people[PUBLIC_FROM];
  size_t found = 0, i, j;
  int place = m->given >= 0 ? m->given : m->title;
  if (place < 0)
    return 1;
  for (i = 0; i < count && i < MOST_HOLDERS && found < PUBLIC_FROM; i++) {
    const record *r = m->records[m->order[list[i].rank]];
    if (r->lengths[place] == 0)
      continue;
    for (j = 0; j < found && are_others(m, r, people[j]);)
      j++;
    if (j == found)
      people[found++] = r;
  }
  return found;
}

static ec_field field_at(const ec_matcher *m, size_t index, size_t place) {
  ec_field fields[EC_MOST_FIELDS];
  fields_of(m, m->records[index], fields);
  return fields[place];
}

/* Where the holders of the same value as the one at `first` end. */
static size_t end_of_run(const holders *list, size_t first) {
  size_t i = first + 1;
  while (i < list->count && list->items[i].hash == list->items[first].hash)
    i++;
  return i;
}

/* Classifies the addresses of one kind that several people share. */
static int find_shared(ec_matcher *m, size_t place, holders *list) {
  size_t i, first;
  list->count = 0;
  for (i = 0; i < m->count; i++) {
    ec_field field = field_at(m, i, place), item;
    const char *at = field.text;
    if (field.length == 0)
      continue;
    while (ec_next_item(&at, field.text + field.length, &item)) {
      if (item.length > 1 &&
          hold(list, ec_text_hash(item.text + 1, item.length - 1),
               m->rank[i]) != EC_MATCH_OK)
        return EC_MATCH_MEMORY;
    }
  }
  sort(list->items, list->count, sizeof *list->items, by_hash);
  for (first = 0; first < list->count; first = i) {
    size_t people;
    i = end_of_run(list, first);
    if (i - first < 2)
      continue;
    people = count_people(m, list->items + first, i - first);
    if (people >= 2 &&
        ec_counts_add(people >= PUBLIC_FROM ? m->public_values : m->household,
                      list->items[first].hash) != 0)
      return EC_MATCH_MEMORY;
  }
  return EC_MATCH_OK;
}

/* Marks names that many records have. */
static int find_common(ec_matcher *m, size_t place, holders *list) {
  size_t i, first;
  list->count = 0;
  for (i = 0; i < m->count; i++) {
    ec_field field = field_at(m, i, place), item;
    const char *at = field.text;
    if (field.length > 0 &&
        ec_next_item(&at, field.text + field.length, &item) &&
        hold(list, ec_text_hash(item.text, item.length), m->rank[i]) !=
            EC_MATCH_OK)
      return EC_MATCH_MEMORY;
  }
  sort(list->items, list->count, sizeof *list->items, by_hash);
  for (first = 0; first < list->count; first = i) {
    uint8_t flags = 0;
    size_t held;
    i = end_of_run(list, first);
    held = i - first;
    if (held >= COMMON_FROM && held >= m->count / COMMON_SHARE)
      flags |= EC_IS_COMMON;
    if (held >= ESTABLISHED_FROM)
      flags |= EC_IS_ESTABLISHED;
    for (; flags != 0 && first < i; first++) {
      record *r = m->records[m->order[list->items[first].rank]];
      if ((int)place == m->given)
        r->given_flags = flags;
      else
        r->family_flags = flags;
    }
  }
  return EC_MATCH_OK;
}

/* ----------------------------------------------------------------- blocks */

typedef struct entry {
  uint32_t key, record;
} entry;

typedef struct entries {
  entry *items;
  size_t count;
} entries;

static int by_entry(const void *a, const void *b) {
  const entry *left = a, *right = b;
  if (left->key != right->key)
    return left->key < right->key ? -1 : 1;
  return (left->record > right->record) - (left->record < right->record);
}

static unsigned part_of(uint32_t key) {
  return key / (UINT32_MAX / EC_PARTS + 1);
}

/* The first of a record's keys, which are in order, that is at least `low`. */
static size_t first_key(const ec_matcher *m, const record *r, uint32_t low) {
  const uint32_t *keys = keys_of(m, r);
  size_t from = 0, to = kept_keys(r);
  while (from < to) {
    size_t middle = (from + to) / 2;
    if (keys[middle] < low)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* Collects the keys of a part in order; the caller frees `list->items`. */
static int collect(const ec_matcher *m, unsigned part, entries *list) {
  size_t i, k, room = m->count + 1;
  uint32_t low = part * (UINT32_MAX / EC_PARTS + 1);
  list->count = 0;
  list->items = malloc(room * sizeof *list->items);
  if (list->items == NULL)
    return EC_MATCH_MEMORY;
  for (i = 0; i < m->count; i++) {
    const record *r = m->records[i];
    const uint32_t *keys = keys_of(m, r);
    for (k = first_key(m, r, low); k < kept_keys(r) && part_of(keys[k]) == part;
         k++) {
      if (list->count == room) {
        entry *items;
        room += room / 2 + 16;
        items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
          free(list->items);
          list->items = NULL;
          return EC_MATCH_MEMORY;
        }
        list->items = items;
      }
      list->items[list->count].key = keys[k];
      list->items[list->count++].record = (uint32_t)i;
    }
  }
  sort(list->items, list->count, sizeof *list->items, by_entry);
  return EC_MATCH_OK;
}

static size_t block_end(const entries *list, size_t first) {
  size_t last = first + 1;
  while (last < list->count && list->items[last].key == list->items[first].key)
    last++;
  return last;
}

/* Moves a key behind those that count. */
static void drop_key(const ec_matcher *m, record *r, uint32_t key) {
  uint32_t *keys = keys_of(m, r);
  size_t kept = kept_keys(r), i = 0;
  while (i < kept && keys[i] != key)
    i++;
  if (i == kept)
    return;
  memmove(keys + i, keys + i + 1, (kept - i - 1) * sizeof *keys);
  keys[kept - 1] = key;
  r->key_count = r->key_count - 1 + (1u << 16);
}

static int skip_large(ec_matcher *m, size_t cap, ec_skipped *skipped) {
  unsigned part;
  for (part = 0; part < EC_PARTS; part++) {
    entries list;
    size_t first, last, i;
    if (collect(m, part, &list) != EC_MATCH_OK)
      return EC_MATCH_MEMORY;
    for (first = 0; first < list.count; first = last) {
      uint32_t key = list.items[first].key;
      last = block_end(&list, first);
      if (last - first <= cap)
        continue;
      skipped->blocks[key % EC_KEY_KINDS]++;
      skipped->records[key % EC_KEY_KINDS] += last - first;
      for (i = first; i < last; i++)
        drop_key(m, m->records[list.items[i].record], key);
    }
    free(list.items);
  }
  return EC_MATCH_OK;
}

int ec_matcher_finish(ec_matcher *m, size_t cap, ec_skipped *skipped) {
  holders list = {NULL, 0, 0};
  int status = find_order(m);
  size_t i;
  memset(skipped, 0, sizeof *skipped);
  for (i = 0; status == EC_MATCH_OK && i < m->field_count; i++) {
    if (m->kinds[i] == EC_GIVEN || m->kinds[i] == EC_FAMILY)
      status = find_common(m, i, &list);
  }
  for (i = 0; status == EC_MATCH_OK && i < m->field_count; i++) {
    if (m->kinds[i] == EC_EMAILS || m->kinds[i] == EC_PHONES)
      status = find_shared(m, i, &list);
  }
  free(list.items);
  return status == EC_MATCH_OK ? skip_large(m, cap, skipped) : status;
}

/* Whether `key` is the smallest key that both records have. */
static int is_first_common(const ec_matcher *m, const record *a,
                           const record *b, uint32_t key) {
  const uint32_t *x = keys_of(m, a), *y = keys_of(m, b);
  while (*x < key && *y < key) {
    if (*x == *y)
      return 0;
    if (*x < *y)
      x++;
    else
      y++;
  }
  return 1;
}

int ec_matcher_visit(const ec_matcher *m, unsigned part, ec_visit *visit,
                     void *context) {
  entries list;
  size_t first, last, i, j;
  int status = collect(m, part, &list);
  for (first = 0; status == EC_MATCH_OK && first < list.count; first = last) {
    last = block_end(&list, first);
    for (i = first; status == EC_MATCH_OK && i < last; i++) {
      size_t a = list.items[i].record;
      for (j = i + 1; status == EC_MATCH_OK && j < last; j++) {
        size_t b = list.items[j].record;
        if (is_first_common(m, m->records[a], m->records[b],
                            list.items[first].key))
          status = visit(context, a, b, ec_matcher_compare(m, a, b));
      }
    }
  }
  free(list.items);
  return status;
}
