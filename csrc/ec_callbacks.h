/*
** libcurl's callbacks for one transfer.  They append to its buffers and note
** why they stopped it; none of them calls back into the program.
*/
#ifndef EC_CALLBACKS_H
#define EC_CALLBACKS_H

#include "ec_engine_state.h"

/* The last argument is the transfer. */
size_t ec_on_header(char *line, size_t size, size_t count, void *transfer);
size_t ec_on_body(char *bytes, size_t size, size_t count, void *transfer);
size_t ec_on_read(char *out, size_t size, size_t count, void *transfer);

/* Creates a socket for the transfer. */
curl_socket_t ec_on_open(void *transfer, curlsocktype purpose,
                         struct curl_sockaddr *address);

/* Closes a socket of the engine. */
int ec_on_close(void *engine, curl_socket_t fd);

/* Counts the attempts, and stops a write's second one. */
int ec_on_attempt(void *transfer, char *ip, char *local_ip, int port,
                  int local_port);

#endif
