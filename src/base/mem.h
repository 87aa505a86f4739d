/*
 * mem: memory that cannot be missing. Every allocation here succeeds or the
 * program stops through mem_die(), which lets the terminal be restored first.
 *
 * An arena is memory that dies in one piece: a parser takes all it keeps from
 * the arena of its report, and the next report drops the old arena whole.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Called once with the reason before the program aborts for want of memory. */
void mem_on_death(void (*restore)(void));

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text); /* NULL stays NULL */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What has been handed out so far, in bytes. */
size_t arena_size(const struct arena *arena);

/*
 * Grows an array that lives in an arena: returns room for one more item behind
 * the *count items of *items, zeroed, and counts it. Grows in powers of two.
 *     struct rule *r = arena_push(mem, &f->rules, &f->rule_count, sizeof(*r));
 */
void *arena_push(struct arena *arena, void *items, size_t *count, size_t size);

#endif
