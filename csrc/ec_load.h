/*
** What holds from the moment the core is loaded.
*/
#ifndef EC_LOAD_H
#define EC_LOAD_H

/* Keeps the shared object that contains this code in memory until the process
** ends, even if the Lua state that loaded it is closed: its thread and its exit
** handlers run its code.  Linked into a program, there is nothing to do. */
void ec_load_pin(void);

/* The version of libcurl if it lacks options that this build uses, or NULL. */
const char *ec_load_old_libcurl(void);

#endif
