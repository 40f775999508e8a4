/*
** What the engine and streams share in their use of libcurl: its start, new
** sockets, and what a multi wants to know of a socket.
*/
#ifndef EC_LIBCURL_H
#define EC_LIBCURL_H

#include "ec_curl_compat.h"

/* Initialises libcurl once; 0 if it cannot be.  For all threads. */
int ec_libcurl_init(void);

/* A socket that programs started by this process do not inherit, or
** CURL_SOCKET_BAD and errno. */
curl_socket_t ec_libcurl_socket(const struct curl_sockaddr *address);

/* The events (ec_poll.h) for a CURL_POLL_ value. */
int ec_libcurl_wanted(int what);

/* The CURL_CSELECT_ bits for events. */
int ec_libcurl_found(int events);

#endif
