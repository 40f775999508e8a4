/*
** Levels of agreement by kind of field.
*/
#include "ec_levels.h"

#include "ec_similarity.h"

#include <string.h>

/* Letters of a field that count; the rest of a longer one is ignored. */
#define MOST_LETTERS 64
#define NEAR 0.92
#define FAR 0.80
/* Equivalent names that look so alike may as well be those of sisters. */
#define VARIANT 0.85

typedef struct word {
  uint32_t letters[MOST_LETTERS];
  size_t count;
} word;

static void read_word(word *w, ec_field field) {
  w->count = ec_letters(w->letters, MOST_LETTERS, field.text, field.length);
}

static int is_equal(ec_field a, ec_field b) {
  return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* The number of edits, or `limit` + 1 for more. */
static size_t edits(const word *a, const word *b, size_t limit) {
  uint16_t cells[EC_DAMERAU_CELLS(MOST_LETTERS, MOST_LETTERS)];
  return ec_edits_within(a->letters, a->count, b->letters, b->count, limit,
                         cells);
}

static int is_within(ec_field a, ec_field b, size_t limit) {
  word left, right;
  read_word(&left, a);
  read_word(&right, b);
  return edits(&left, &right, limit) <= limit;
}

/* Whether a few typing errors tell the texts apart: two, in a long one three.
 */
static int is_mistyped(ec_field a, ec_field b) {
  size_t longer = a.length > b.length ? a.length : b.length;
  return longer >= 5 && is_within(a, b, longer >= 8 ? 3 : 2);
}

/* Letters of `a` that `b` certainly does not have. */
static size_t missing(const word *a, const word *b) {
  uint64_t had = 0;
  size_t i, count = 0;
  for (i = 0; i < b->count; i++)
    had |= UINT64_C(1) << (b->letters[i] & 63);
  for (i = 0; i < a->count; i++)
    count += (had >> (a->letters[i] & 63) & 1) == 0;
  return count;
}

/* Texts below this similarity are as unlike as any. */
#define UNLIKE 0.7

/* The similarity of Jaro and Winkler; 0 if it is certainly below UNLIKE. */
static double likeness(ec_field a, ec_field b) {
  word left, right;
  size_t left_common, right_common, common;
  read_word(&left, a);
  read_word(&right, b);
  left_common = left.count - missing(&left, &right);
  right_common = right.count - missing(&right, &left);
  common = left_common < right_common ? left_common : right_common;
  if (left.count > 0 && right.count > 0 &&
      (double)common / (double)left.count +
              (double)common / (double)right.count + 1 <
          3 * UNLIKE)
    return 0;
  return ec_jaro_winkler(left.letters, left.count, right.letters, right.count);
}

int ec_next_item(const char **at, const char *end, ec_field *item) {
  const char *stop;
  if (*at == NULL || *at > end)
    return 0;
  stop = memchr(*at, '\n', (size_t)(end - *at));
  item->text = *at;
  item->length = (size_t)((stop != NULL ? stop : end) - *at);
  *at = stop != NULL ? stop + 1 : NULL;
  return 1;
}

/* Calls `body` for each item of `field`. */
#define EACH_ITEM(field, item, cursor) \
  for (cursor = (field).text; \
       ec_next_item(&cursor, (field).text + (field).length, &item);)

/* ------------------------------------------------------------------ names */

static int is_spelling(ec_field item) {
  return item.length > 0 && item.text[0] != '~' && item.text[0] != '!';
}

static ec_field first_item(ec_field field) {
  const char *at = field.text;
  ec_field item = {field.text, 0};
  if (field.length > 0)
    ec_next_item(&at, field.text + field.length, &item);
  return item;
}

/* What two names have in common, the closest of it. */
enum { NOTHING, GROUP, FORM, SPELLING };

static int in_common(ec_field a, ec_field b) {
  const char *i, *j;
  ec_field left, right;
  int found = NOTHING;
  EACH_ITEM(a, left, i) {
    if (left.length == 0 || left.text[0] == '!')
      continue;
    EACH_ITEM(b, right, j) {
      if (is_equal(left, right)) {
        int what = SPELLING;
        if (left.text[0] == '~')
          what = left.length > 1 && left.text[1] >= '0' && left.text[1] <= '9'
                     ? GROUP
                     : FORM;
        found = what > found ? what : found;
      }
    }
  }
  return found;
}

static double best_likeness(ec_field a, ec_field b) {
  const char *i, *j;
  ec_field left, right;
  double best = 0;
  EACH_ITEM(a, left, i) {
    if (!is_spelling(left))
      continue;
    EACH_ITEM(b, right, j) {
      if (is_spelling(right)) {
        double value = likeness(left, right);
        best = value > best ? value : best;
      }
    }
  }
  return best;
}

static int is_known(ec_field name, unsigned flags) {
  return (flags & EC_IS_ESTABLISHED) != 0 ||
         (name.length > 0 && name.text[name.length - 1] == '!');
}

static int is_vowel(uint32_t letter) {
  return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' ||
         letter == 'u' || letter == 'y';
}

/* Whether names differ in the vowel at the end only: Mario, Maria; Daniel,
** Daniela; Karin, Karina.  These are names of different people rather than
** typing errors. */
static int is_other_ending(const word *a, const word *b) {
  size_t same = 0;
  size_t shorter = a->count < b->count ? a->count : b->count;
  size_t longer = a->count + b->count - shorter;
  while (same < shorter && a->letters[same] == b->letters[same])
    same++;
  return same >= 3 && longer == same + 1 &&
         (a->count == same || is_vowel(a->letters[same])) &&
         (b->count == same || is_vowel(b->letters[same]));
}

/* The initial of a name that has only one; 0 for others. */
static uint32_t initial_of(const word *w) {
  if (w->count == 1 || (w->count == 2 && w->letters[1] == '.'))
    return w->letters[0];
  return 0;
}

static int is_initial_of(const word *a, const word *b) {
  uint32_t left = initial_of(a), right = initial_of(b);
  return (left != 0 && left == b->letters[0]) ||
         (right != 0 && right == a->letters[0]);
}

/* Whether one name begins with the other as a word of its own: "anna maria"
** and "anna". */
static int is_first_word(ec_field a, ec_field b) {
  ec_field longer = a.length > b.length ? a : b;
  ec_field shorter = a.length > b.length ? b : a;
  return longer.length > shorter.length && shorter.length > 1 &&
         memcmp(longer.text, shorter.text, shorter.length) == 0 &&
         longer.text[shorter.length] == ' ';
}

/* The level of one spelling: 7 if it is a common name. */
static unsigned same_name(unsigned a_flags, unsigned b_flags) {
  return (a_flags & b_flags & EC_IS_COMMON) != 0 ? 7 : EC_SAME;
}

/* 1 same, 2 equivalent, 3 initial, 4 near, 5 far, 6 different, 7 same and
** common, 9 variant: Maria and Marie, 10 nickname: Robert and Bob */
unsigned ec_given_level(ec_field a, ec_field b, unsigned a_flags,
                        unsigned b_flags) {
  int common;
  double value;
  word left, right;
  ec_field first, second;
  if (a.length == 0 || b.length == 0)
    return 0;
  common = in_common(a, b);
  if (common == SPELLING)
    return same_name(a_flags, b_flags);
  if (common == FORM)
    return 2;
  if (common == GROUP)
    return best_likeness(a, b) >= VARIANT ? 9 : 10;
  first = first_item(a);
  second = first_item(b);
  read_word(&left, first);
  read_word(&right, second);
  if (left.count > 0 && right.count > 0 && is_initial_of(&left, &right))
    return 3;
  if (is_first_word(first, second))
    return 2;
  if (is_known(a, a_flags) == is_known(b, b_flags) &&
      (is_known(a, a_flags) || is_other_ending(&left, &right)))
    return EC_GIVEN_DIFFERENT;
  /* one edit between a known name and another text */
  if (left.count > 2 && right.count > 2 &&
      is_known(a, a_flags) != is_known(b, b_flags) &&
      edits(&left, &right, 1) <= 1)
    return 4;
  value = best_likeness(a, b);
  if (value < FAR)
    return is_mistyped(first, second) ? 5 : EC_GIVEN_DIFFERENT;
  if (left.count < 5 && right.count < 5 && left.letters[0] != right.letters[0])
    return 5;
  return value >= NEAR ? 4 : 5;
}

/* 1 same, 2 equivalent, 3 one of several names, 4 near, 5 far, 6 different,
** 7 same and common */
unsigned ec_family_level(ec_field a, ec_field b, unsigned a_flags,
                         unsigned b_flags) {
  int common;
  double value;
  ec_field left, right;
  if (a.length == 0 || b.length == 0)
    return 0;
  common = in_common(a, b);
  if (common == SPELLING)
    return same_name(a_flags, b_flags);
  if (common != NOTHING)
    return 2;
  left = first_item(a);
  right = first_item(b);
  if ((memchr(left.text, ' ', left.length) != NULL ||
       memchr(right.text, ' ', right.length) != NULL) &&
      ec_word_overlap(left.text, left.length, right.text, right.length) > 0)
    return 3;
  value = best_likeness(a, b);
  return value >= NEAR ? 4 : value >= FAR || is_mistyped(left, right) ? 5 : 6;
}

/* Whether a given name is, but for typing errors, another's family name. */
static int is_crossed(ec_field given, ec_field family) {
  return in_common(given, family) != NOTHING ||
         best_likeness(given, family) >= FAR ||
         is_mistyped(first_item(given), first_item(family));
}

int ec_is_swapped(ec_field a_given, ec_field a_family, ec_field b_given,
                  ec_field b_family) {
  return a_given.length > 0 && a_family.length > 0 && b_given.length > 0 &&
         b_family.length > 0 && is_crossed(a_given, b_family) &&
         is_crossed(b_given, a_family);
}

/* 1 compatible, 2 different */
static unsigned middle_level(ec_field a, ec_field b) {
  word left, right;
  read_word(&left, a);
  read_word(&right, b);
  if (is_equal(a, b) || is_initial_of(&left, &right) || is_first_word(a, b))
    return EC_SAME;
  return ec_jaro_winkler(left.letters, left.count, right.letters,
                         right.count) >= 0.9
             ? EC_SAME
             : 2;
}

/* 1 same, 2 only one record has it, 3 different */
static unsigned suffix_level(ec_field a, ec_field b) {
  if (a.length == 0 && b.length == 0)
    return 0;
  if (a.length == 0 || b.length == 0)
    return 2;
  return is_equal(a, b) ? EC_SAME : 3;
}

/* -------------------------------------------------------------- addresses */

/* The part before the @, and the host. */
static void split_email(ec_field item, ec_field *user, ec_field *host) {
  const char *at = memchr(item.text, '@', item.length);
  *user = item;
  host->text = item.text + item.length;
  host->length = 0;
  if (at != NULL) {
    user->length = (size_t)(at - item.text);
    host->text = at + 1;
    host->length = item.length - user->length - 1;
  }
}

/* Whether texts have the same digits in the same order: john.smith81 and
** john.smith18 are two people. */
static int is_same_number(ec_field a, ec_field b) {
  size_t i = 0, j = 0;
  for (;; i++, j++) {
    while (i < a.length && (a.text[i] < '0' || a.text[i] > '9'))
      i++;
    while (j < b.length && (b.text[j] < '0' || b.text[j] > '9'))
      j++;
    if (i == a.length || j == b.length)
      return i == a.length && j == b.length;
    if (a.text[i] != b.text[j])
      return 0;
  }
}

/* 1 same, 2 same in a household, 3 same role or public, 4 near, 5 same user
** name, 6 different */
static unsigned email_level(ec_field a, ec_field b, ec_sharing sharing) {
  ec_field left_user, left_host, right_user, right_host;
  int is_role = a.text[0] == 'r' || b.text[0] == 'r';
  int is_free = a.text[0] == 'f' && b.text[0] == 'f';
  int is_home = a.text[0] == 'h' || b.text[0] == 'h';
  a.text++, a.length--;
  b.text++, b.length--;
  if (is_equal(a, b))
    return is_role || sharing == EC_PUBLIC      ? 3
           : is_home || sharing == EC_HOUSEHOLD ? 2
                                                : EC_SAME;
  split_email(a, &left_user, &left_host);
  split_email(b, &right_user, &right_host);
  if (is_role || is_home || left_user.length < 5 || right_user.length < 5)
    return 6;
  if (is_equal(left_user, right_user))
    return !is_free && is_within(left_host, right_host, 2) ? 4 : 5;
  return is_equal(left_host, right_host) &&
                 is_same_number(left_user, right_user) &&
                 is_within(left_user, right_user, 1)
             ? 4
             : 6;
}

#define LAST_DIGITS 7

/* 1 same, 2 same in a household, 3 same and public, 4 near, 5 different, 7 same
** at work */
static unsigned phone_level(ec_field a, ec_field b, ec_sharing sharing) {
  int is_work = a.text[0] == 'w' || b.text[0] == 'w';
  if (sharing == EC_PERSONAL && a.text[0] != 'p' && b.text[0] != 'p')
    sharing = EC_HOUSEHOLD;
  a.text++, a.length--;
  b.text++, b.length--;
  if (is_equal(a, b))
    return sharing == EC_PUBLIC     ? 3
           : sharing == EC_PERSONAL ? EC_SAME
           : is_work                ? 7
                                    : 2;
  if (a.length > LAST_DIGITS && b.length > LAST_DIGITS) {
    if (memcmp(a.text + a.length - LAST_DIGITS, b.text + b.length - LAST_DIGITS,
               LAST_DIGITS) == 0)
      return 4;
    if (is_within(a, b, 1))
      return 4;
  }
  return 5;
}

/* The levels of two records without any e-mail address or phone number. */
#define NO_EMAILS 7
#define NO_PHONES 8

/* Level 7 of phones is as good as level 2. */
static unsigned rank(unsigned level) {
  return level == 7 ? 2 : level;
}

static unsigned best_address(ec_kind kind, ec_field a, ec_field b,
                             ec_sharing_of *sharing, const void *context) {
  const char *i, *j;
  ec_field left, right;
  unsigned best = EC_HIGHEST_LEVEL + 1;
  EACH_ITEM(a, left, i) {
    EACH_ITEM(b, right, j) {
      ec_sharing how = EC_PERSONAL;
      unsigned level;
      if (left.length < 2 || right.length < 2)
        continue;
      if (left.length == right.length &&
          memcmp(left.text + 1, right.text + 1, left.length - 1) == 0)
        how = sharing(context, left.text + 1, left.length - 1);
      level = kind == EC_EMAILS ? email_level(left, right, how)
                                : phone_level(left, right, how);
      best = rank(level) < rank(best) ? level : best;
    }
  }
  return best > EC_HIGHEST_LEVEL ? 0 : best;
}

/* An address or number of one person; 'f' is one of a free provider. */
static int is_own(ec_field item) {
  return item.length > 0 && (item.text[0] == 'p' || item.text[0] == 'f');
}

/* Whether both records have addresses or numbers of their own, and none in
** common. */
static int have_others(ec_field a, ec_field b) {
  const char *i, *j;
  ec_field left, right;
  int left_own = 0, right_own = 0;
  EACH_ITEM(a, left, i) {
    if (!is_own(left))
      continue;
    left_own = 1;
    EACH_ITEM(b, right, j) {
      right_own |= is_own(right);
      if (is_equal(left, right))
        return 0;
    }
  }
  return left_own && right_own;
}

/* 1 same, 2 same in a household, 3 same and public, 4 near, 5 different, 6 same
** in a household, but each has another number of its own */
static unsigned phones_level(ec_field a, ec_field b, ec_sharing_of *sharing,
                             const void *context) {
  unsigned level = best_address(EC_PHONES, a, b, sharing, context);
  if ((level != 2 && level != 7) || !have_others(a, b))
    return level;
  return level == 2 ? 6 : 3;
}

/* A mailbox that people share says nothing if each has another one. */
static unsigned emails_level(ec_field a, ec_field b, ec_sharing_of *sharing,
                             const void *context) {
  unsigned level = best_address(EC_EMAILS, a, b, sharing, context);
  return level == 3 && have_others(a, b) ? 6 : level;
}

/* 1 same, 2 different values of one source; 0 without a common source */
static unsigned ids_level(ec_field a, ec_field b) {
  const char *i, *j;
  ec_field left, right;
  unsigned level = 0;
  EACH_ITEM(a, left, i) {
    const char *tab = memchr(left.text, '\t', left.length);
    size_t source = tab != NULL ? (size_t)(tab - left.text) + 1 : 0;
    EACH_ITEM(b, right, j) {
      if (is_equal(left, right))
        return EC_SAME;
      if (source > 0 && right.length > source &&
          memcmp(left.text, right.text, source) == 0)
        level = 2;
    }
  }
  return level;
}

static unsigned domains_level(ec_field a, ec_field b) {
  const char *i, *j;
  ec_field left, right;
  EACH_ITEM(a, left, i) {
    EACH_ITEM(b, right, j) {
      if (is_equal(left, right))
        return EC_SAME;
    }
  }
  return 2;
}

/* ----------------------------------------------------------------- others */

#define DATE_DIGITS 8

static int is_same_part(ec_field a, ec_field b, size_t from, size_t size) {
  return memcmp(a.text + from, b.text + from, size) == 0;
}

/* 1 same, 2 near (one edit, or day and month swapped), 3 two edits, or two of
** year, month and day are the same, 4 different */
static unsigned date_level(ec_field a, ec_field b) {
  size_t count;
  word left, right;
  if (is_equal(a, b))
    return EC_SAME;
  read_word(&left, a);
  read_word(&right, b);
  count = edits(&left, &right, 2);
  if (count <= 1)
    return 2;
  if (a.length == DATE_DIGITS && b.length == DATE_DIGITS) {
    int year = is_same_part(a, b, 0, 4);
    int month = is_same_part(a, b, 4, 2);
    int day = is_same_part(a, b, 6, 2);
    if (year && memcmp(a.text + 4, b.text + 6, 2) == 0 &&
        memcmp(a.text + 6, b.text + 4, 2) == 0)
      return 2;
    if (year + month + day == 2)
      return year ? 3 : 4;
  }
  return count == 2 ? 3 : 4;
}

enum { HOUSE, STREET, POSTCODE, CITY, UNIT, LINE, ADDRESS_PARTS };

/* 2 same, 1 near, 0 unknown, -1 different */
static int part_agreement(ec_field a, ec_field b, double near) {
  if (a.length == 0 || b.length == 0)
    return 0;
  if (is_equal(a, b))
    return 2;
  return likeness(a, b) >= near ? 1 : -1;
}

static int code_agreement(ec_field a, ec_field b) {
  if (a.length == 0 || b.length == 0)
    return 0;
  if (is_equal(a, b))
    return 2;
  return a.length > 2 && b.length > 2 && is_within(a, b, 1) ? 1 : -1;
}

static void address_parts(ec_field field, ec_field *parts) {
  const char *at = field.text;
  size_t i;
  for (i = 0; i < ADDRESS_PARTS; i++) {
    if (!ec_next_item(&at, field.text + field.length, &parts[i])) {
      parts[i].text = field.text + field.length;
      parts[i].length = 0;
    }
  }
}

/* A street or the second line of an address; typing errors matter less in long
** ones. */
static int line_agreement(ec_field a, ec_field b) {
  int agreement = part_agreement(a, b, 0.9);
  size_t longer = a.length > b.length ? a.length : b.length;
  if (agreement < 0 &&
      (ec_word_overlap(a.text, a.length, b.text, b.length) >= 0.75 ||
       (longer >= 8 && is_within(a, b, 2))))
    return 1;
  return agreement;
}

static int positive(int agreement) {
  return agreement > 0 ? agreement : 0;
}

/* 1 same, 2 near, 3 same postcode or city, 4 different, 5 another unit of the
** same house.  The street may be in the second line of one of them. */
static unsigned address_level(ec_field a, ec_field b) {
  ec_field left[ADDRESS_PARTS], right[ADDRESS_PARTS];
  int house, street, postcode, city, line, place;
  address_parts(a, left);
  address_parts(b, right);
  street = line_agreement(left[STREET], right[STREET]);
  line = line_agreement(left[LINE], right[LINE]);
  if (street <= 0 && line <= 0 &&
      (line_agreement(left[STREET], right[LINE]) > 0 ||
       line_agreement(left[LINE], right[STREET]) > 0))
    street = 1;
  house = part_agreement(left[HOUSE], right[HOUSE], 2);
  postcode = code_agreement(left[POSTCODE], right[POSTCODE]);
  city = part_agreement(left[CITY], right[CITY], 0.88);
  place = positive(postcode) + positive(city) + positive(line);
  if (street > 0) {
    if (part_agreement(left[UNIT], right[UNIT], 2) < 0 && house > 0 &&
        place > 0)
      return 5;
    if (house > 0 && place > 0)
      return EC_SAME;
    if (house > 0 || (place > 0 && house == 0) || (street == 2 && place >= 2) ||
        place >= 4)
      return 2;
  }
  if (house > 0 && place >= 3)
    return 2;
  if (postcode == 2 || city > 0 || street > 0 || line > 0)
    return 3;
  return street == 0 && postcode == 0 && city == 0 ? 0 : 4;
}

#define SAME_WORD 0.9

/* The next word from `*at` on; 0 at the end. */
static int next_word(const char **at, const char *end, ec_field *item) {
  while (*at < end && **at == ' ')
    (*at)++;
  item->text = *at;
  while (*at < end && **at != ' ')
    (*at)++;
  item->length = (size_t)(*at - item->text);
  return item->length > 0;
}

static int is_same_word(ec_field a, ec_field b) {
  return is_equal(a, b) ||
         (a.length > 3 && b.length > 3 && is_same_number(a, b) &&
          likeness(a, b) >= SAME_WORD);
}

/* The number of words of `a` that `b` does not have, but for typing errors. */
static size_t other_words(ec_field a, ec_field b) {
  const char *i = a.text, *j;
  ec_field left, right;
  size_t count = 0;
  while (next_word(&i, a.text + a.length, &left)) {
    int found = 0;
    j = b.text;
    while (!found && next_word(&j, b.text + b.length, &right))
      found = is_same_word(left, right);
    count += !found;
  }
  return count;
}

/* 1 same, 2 near, 3 one is part of the other, 4 different: each has words of
** its own, or other numbers */
static unsigned title_level(ec_field a, ec_field b) {
  size_t longer, left_other, right_other;
  const char *i, *j;
  ec_field left, right;
  EACH_ITEM(a, left, i) {
    EACH_ITEM(b, right, j) {
      if (is_equal(left, right))
        return EC_SAME;
    }
  }
  left = first_item(a);
  right = first_item(b);
  left_other = other_words(left, right);
  right_other = other_words(right, left);
  if (left_other == 0 && right_other == 0)
    return 2;
  longer = left.length > right.length ? left.length : right.length;
  if (is_same_number(left, right) &&
      is_within(left, right, longer >= 12 ? 2 : 1))
    return 2;
  return left_other == 0 || right_other == 0 ? 3 : 4;
}

unsigned ec_level(ec_kind kind, ec_field a, ec_field b, ec_sharing_of *sharing,
                  const void *context) {
  if (kind == EC_SUFFIX)
    return suffix_level(a, b);
  if (a.length == 0 && b.length == 0 &&
      (kind == EC_EMAILS || kind == EC_PHONES))
    return kind == EC_EMAILS ? NO_EMAILS : NO_PHONES;
  if (a.length == 0 || b.length == 0)
    return 0;
  switch (kind) {
  case EC_MIDDLE:
    return middle_level(a, b);
  case EC_EMAILS:
    return emails_level(a, b, sharing, context);
  case EC_PHONES:
    return phones_level(a, b, sharing, context);
  case EC_IDS:
    return ids_level(a, b);
  case EC_DATE:
    return date_level(a, b);
  case EC_ADDRESS:
    return address_level(a, b);
  case EC_TITLE:
    return title_level(a, b);
  case EC_DOMAINS:
    return domains_level(a, b);
  default:
    return 0;
  }
}
