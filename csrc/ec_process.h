/*
** The id of this process, cached: every call that must not use what a parent
** process created compares it.
*/
#ifndef EC_PROCESS_H
#define EC_PROCESS_H

/* The id of this process; after a fork the child's own. */
long ec_process(void);

#endif
