/*
 * tty: the terminal as a device: raw mode and back, its size, and the promise that it is
 * whole again however the program ends. No curses, no loop.
 *
 * Call order: tty_open, tty_raw; tty_cooked whenever somebody else needs it (a shell, a
 * stopped job) and tty_raw again; tty_close. While raw, a crash restores the terminal from
 * inside the signal handler. One terminal per program.
 */
#ifndef UI_TTY_H
#define UI_TTY_H

#include <stdbool.h>
#include <stddef.h>

/* Descriptor of its own (non-blocking, so neither stdin nor the shell's share is touched);
 * -1 with *ret_why (static text) when there is none or TERM cannot address the cursor. */
int tty_open(const char **ret_why);
void tty_close(void);

bool tty_raw(void);    /* false when the terminal is gone */
void tty_cooked(void); /* modes as found, mouse and paste marks off, cursor shown */

void tty_size(int *ret_w, int *ret_h); /* 80x24 when nobody knows */

/* Writes all of it, waiting at most ms for a slow terminal; false when it did not take it. */
bool tty_write_all(const char *bytes, size_t len, int ms);

#endif
