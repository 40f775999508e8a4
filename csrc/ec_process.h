/*
** Which process this is, asked for at every call that must not use what its
** parent made: without asking the system each time.
*/
#ifndef EC_PROCESS_H
#define EC_PROCESS_H

/* The number of this process; after a fork the child's own. */
long ec_process(void);

#endif
