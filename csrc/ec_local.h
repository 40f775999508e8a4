/*
** A private unix socket by which one thread of this process wakes an event
** loop that can wait for connections only (nginx).  It has a name for the
** moment of the connection, in a directory nobody else can enter.
*/
#ifndef EC_LOCAL_H
#define EC_LOCAL_H

#define EC_LOCAL_PATH 104 /* bytes, the end's NUL included */

typedef struct ec_local {
  int listener; /* -1 for none */
  char path[EC_LOCAL_PATH];
} ec_local;

void ec_local_init(ec_local *l);

/* Listens in a new directory below `directory`.  0, or an errno. */
int ec_local_listen(ec_local *l, const char *directory);

/* The connection that this process made, and the name is gone; -1 when there
** is none.  Connections of others are closed. */
int ec_local_accept(ec_local *l);

/* Takes the name away. */
void ec_local_close(ec_local *l);

/* A byte for the peer.  0, or -1 when it is gone; a peer that has not read
** the earlier ones gets no more. */
int ec_local_ring(int fd, char byte);

#endif
