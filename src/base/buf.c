#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *buf, size_t max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = max;
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->over = false;
	if (buf->data)
		buf->data[0] = '\0';
}

static void reserve(struct buf *buf, size_t extra)
{
	size_t need = buf->len + extra + 1;
	size_t cap = buf->cap ? buf->cap : 64;

	if (need <= buf->cap)
		return;
	while (cap < need)
		cap *= 2;
	if (cap > buf->max + 1)
		cap = buf->max + 1;
	buf->data = xrealloc(buf->data, cap, 1);
	buf->cap = cap;
}

bool buf_add(struct buf *buf, const void *bytes, size_t len)
{
	size_t room = buf->max - buf->len;
	bool fits = len <= room;

	if (!fits) {
		len = room;
		buf->over = true;
	}
	reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return fits;
}

bool buf_adds(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

bool buf_addc(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

bool buf_vaddf(struct buf *buf, const char *format, va_list args)
{
	char small[512], *big;
	va_list again;
	bool fits;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, args);
	if (len < 0) {
		fits = false;
	} else if ((size_t)len < sizeof(small)) {
		fits = buf_add(buf, small, (size_t)len);
	} else {
		big = xmalloc((size_t)len + 1);
		vsnprintf(big, (size_t)len + 1, format, again);
		fits = buf_add(buf, big, (size_t)len);
		free(big);
	}
	va_end(again);
	return fits;
}

bool buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	bool fits;

	va_start(args, format);
	fits = buf_vaddf(buf, format, args);
	va_end(args);
	return fits;
}

void buf_consume(struct buf *buf, size_t len)
{
	if (len > buf->len)
		len = buf->len;
	buf->len -= len;
	if (buf->data) {
		memmove(buf->data, buf->data + len, buf->len);
		buf->data[buf->len] = '\0';
	}
}

char *buf_take(struct buf *buf)
{
	char *data = buf->data ? buf->data : xstrdup("");

	buf->data = NULL;
	buf_init(buf, buf->max);
	return data;
}
