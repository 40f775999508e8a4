/*
** A child process that answers lines: one line in, one line out, each within a
** deadline.  It runs a program without a shell, in a process group of its own,
** and ends when its input does.
*/
#ifndef EC_CHILD_H
#define EC_CHILD_H

#include <stddef.h>
#include <sys/types.h>

typedef struct ec_child {
  int fd; /* both its input and its output; -1: not running */
  pid_t pid;
  long owner; /* the process that started it: a fork of ours must not end it */
} ec_child;

enum { EC_CHILD_OK = 0, EC_CHILD_LATE, EC_CHILD_ENDED, EC_CHILD_LONG };

/* Starts a program, found in PATH; `argv` ends with NULL.  0, or an errno. */
int ec_child_start(ec_child *child, char *const argv[]);

/* Sends `text`, which ends with a newline, and reads a line into `answer`,
** without its newline.  After any result but EC_CHILD_OK the child must be
** closed. */
int ec_child_ask(const ec_child *child, const char *text, size_t length,
                 double seconds, char *answer, size_t room, size_t *answered);

/* Ends it at once; never waits for what it does. */
void ec_child_close(ec_child *child);

#endif
