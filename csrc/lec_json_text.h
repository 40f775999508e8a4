/*
** Texts that json.decode reads where they are: those of transfers.
*/
#ifndef LEC_JSON_TEXT_H
#define LEC_JSON_TEXT_H

#include <stddef.h>

/* Name of the type of transfers, whose userdata begin with a text. */
#define LEC_TRANSFER "extcontacts.transfer"

typedef struct lec_json_text {
  const char *bytes; /* a NUL follows the last; NULL if there is no text */
  size_t length;
} lec_json_text;

#endif
