/*
** A private unix socket through which a thread of this process wakes an event
** loop that can only wait for connections (nginx).  It has a path only until
** it is connected, in a directory that no other user can enter.
*/
#ifndef EC_LOCAL_H
#define EC_LOCAL_H

#define EC_LOCAL_PATH 104 /* bytes, including the NUL at the end */

typedef struct ec_local {
  int listener; /* -1 for none */
  char path[EC_LOCAL_PATH];
} ec_local;

void ec_local_init(ec_local *l);

/* Listens in a new directory inside `directory`.  0, or an errno. */
int ec_local_listen(ec_local *l, const char *directory);

/* The connection from this process, after which the path is removed; -1 if it
** has not connected yet.  Connections from other processes are closed. */
int ec_local_accept(ec_local *l);

/* Removes the path. */
void ec_local_close(ec_local *l);

/* Sends the peer a byte, unless it has a buffer full of unread ones.  0, or -1
** if the peer has disconnected. */
int ec_local_ring(int fd, char byte);

#endif
