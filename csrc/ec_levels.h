/*
** Levels of agreement between the fields of two records.  A field is a text
** in a normal form; an empty one is unknown.  A text may consist of items:
** equal names in several spellings, or several addresses of one kind.
*/
#ifndef EC_LEVELS_H
#define EC_LEVELS_H

#include <stddef.h>
#include <stdint.h>

/* What a field has, and so how it is compared.  The levels of each kind are
** named in lua/extcontacts/dedupe/levels.lua; 0 is "unknown" everywhere. */
typedef enum ec_kind {
  EC_GIVEN,   /* items: spellings, "~GROUP" of equivalent names, "!" if known */
  EC_FAMILY,  /* items: spellings, "~FORM" of equal pronunciation */
  EC_MIDDLE,  /* a name or its initial */
  EC_SUFFIX,  /* Jr, Sr, II */
  EC_EMAILS,  /* items: "p", "f" (of a free provider), "h" (of a home) or "r" (a
                 role's mailbox) and the address */
  EC_PHONES,  /* items: "p" (a person's own) "h" (of a home) or "w" (of a
                 company) and the number */
  EC_IDS,     /* items: "SOURCE\tVALUE" */
  EC_DATE,    /* digits, year first */
  EC_ADDRESS, /* six items: house number, street, postcode, city, unit, second
                 line */
  EC_TITLE,   /* an organization's name */
  EC_DOMAINS, /* items */
  EC_KINDS
} ec_kind;

typedef struct ec_field {
  const char *text;
  size_t length;
} ec_field;

/* What is known about a field's value beyond its text. */
enum {
  EC_IS_COMMON = 1,     /* a name that many records have */
  EC_IS_ESTABLISHED = 2 /* a given name that several records have */
};

/* How widely people share an e-mail address or phone number. */
typedef enum ec_sharing {
  EC_PERSONAL,
  EC_HOUSEHOLD, /* records with different given names have it */
  EC_PUBLIC     /* many people have it: a switchboard */
} ec_sharing;

typedef ec_sharing ec_sharing_of(const void *context, const char *item,
                                 size_t length);

/* Splits a text at the separator of its kind.  The next item from `*at` on;
** 0 at the end. */
int ec_next_item(const char **at, const char *end, ec_field *item);

unsigned ec_given_level(ec_field a, ec_field b, unsigned a_flags,
                        unsigned b_flags);
unsigned ec_family_level(ec_field a, ec_field b, unsigned a_flags,
                         unsigned b_flags);

/* Whether one record's given name is the other's family name, both ways. */
int ec_is_swapped(ec_field a_given, ec_field a_family, ec_field b_given,
                  ec_field b_family);

/* The level of any other kind. */
unsigned ec_level(ec_kind kind, ec_field a, ec_field b, ec_sharing_of *sharing,
                  const void *context);

/* Levels that others depend on. */
enum {
  EC_SAME = 1,
  EC_GIVEN_DIFFERENT = 6,
  EC_NAMES_SWAPPED = 8,
  EC_TITLE_DIFFERENT = 4,
  EC_HIGHEST_LEVEL = 10
};

#endif
