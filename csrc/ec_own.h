/*
** Opens files with personal data or secrets: only regular files of this user,
** named directly, which become private.  Owns nothing.
*/
#ifndef EC_OWN_H
#define EC_OWN_H

/* The permissions of a new file. */
enum { EC_PRIVATE = 0600 };

/* Why a file is not one of our own: a code, and what to do. */
typedef struct ec_refusal {
  const char *code;
  const char *text;
} ec_refusal;

/* openat(2), retried when a signal interrupts it. */
int ec_open_at(int directory, const char *path, int flags);

/* Opens `path`, which is in `directory`.  A descriptor, or -1 with errno, or
** with `*why`, which must be NULL before. */
int ec_open_own(const char *directory, const char *path, int flags,
                const ec_refusal **why);

/* 0 if there is no file `path` or it is one of our own, or -1 with errno, or
** with `*why`, which must be NULL before. */
int ec_check_own(const char *path, const ec_refusal **why);

#endif
