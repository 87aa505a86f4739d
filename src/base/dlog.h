/*
 * dlog: the debug log (-v). A file, never stderr: the screen may be up. Off until
 * dlog_open() succeeds; then each call is one line with a monotonic time stamp.
 * Secrets never come here.
 */
#ifndef BASE_DLOG_H
#define BASE_DLOG_H

#include <stdbool.h>

bool dlog_open(const char *path);
void dlog_close(void);
void dlog(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
