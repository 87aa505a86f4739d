#include "base/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 8192

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks;
	size_t handed_out;
};

static void (*restore_terminal)(void);

void mem_on_death(void (*restore)(void))
{
	restore_terminal = restore;
}

static void die(size_t size)
{
	if (restore_terminal)
		restore_terminal();
	fprintf(stderr, "wp502: out of memory (%zu bytes asked)\n", size);
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die(size);
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		die(size);
	return p;
}

void *xrealloc(void *old, size_t count, size_t size)
{
	void *p;

	if (size && count > SIZE_MAX / size)
		die(SIZE_MAX);
	p = realloc(old, count && size ? count * size : 1);
	if (!p)
		die(count * size);
	return p;
}

char *xstrndup(const char *text, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	text = xmalloc((size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	struct block *block, *next;

	if (!arena)
		return;
	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct block *add_block(struct arena *arena, size_t need)
{
	size_t size = need > ARENA_BLOCK ? need : ARENA_BLOCK;
	struct block *block = xcalloc(1, sizeof(*block) + size);

	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t mask = alignof(max_align_t) - 1;
	struct block *block = arena->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		die(size);
	size = (size + mask) & ~mask;
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	p = block->bytes + block->used;
	block->used += size;
	arena->handed_out += size;
	return p;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	text = arena_alloc(arena, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

size_t arena_size(const struct arena *arena)
{
	return arena->handed_out;
}

void *arena_push(struct arena *arena, void *items, size_t *count, size_t size)
{
	size_t n = *count;
	void *array;

	memcpy(&array, items, sizeof(array));
	if ((n & (n - 1)) == 0) { /* full: 0, 1, 2, 4, 8 ... */
		void *bigger = arena_alloc(arena, (n ? n * 2 : 1) * size);

		if (n)
			memcpy(bigger, array, n * size);
		array = bigger;
		memcpy(items, &array, sizeof(array));
	}
	*count = n + 1;
	return (char *)array + n * size;
}
