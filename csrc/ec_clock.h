/*
** The clock of deadlines and waits.
*/
#ifndef EC_CLOCK_H
#define EC_CLOCK_H

double ec_now(void); /* monotonic seconds */

#endif
