/*
 * buf: growable bytes with a mandatory maximum. What does not fit is dropped
 * and remembered in `over`: a buffer never grows because a server wants it to.
 * data is always NUL-terminated behind len (the NUL is not counted).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool over; /* something did not fit */
};

void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */

/* False when not all of it fitted. */
bool buf_add(struct buf *buf, const void *bytes, size_t len);
bool buf_adds(struct buf *buf, const char *text);
bool buf_addc(struct buf *buf, char c);
bool buf_addf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool buf_vaddf(struct buf *buf, const char *format, va_list args);

/* Drops the first len bytes. */
void buf_consume(struct buf *buf, size_t len);

/* Hands the bytes over: the caller frees them; buf is empty afterwards. */
char *buf_take(struct buf *buf);

#endif
