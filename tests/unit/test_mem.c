#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void arena_memory_is_zeroed_and_aligned(void **state)
{
	struct arena *arena = arena_new();
	size_t size, i;

	(void)state;
	for (size = 0; size < 20000; size = size * 2 + 1) {
		char *p = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_true(arena_size(arena) >= 32767 - 15);
	arena_free(arena);
	arena_free(NULL);
}

static void arena_strings(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, NULL, 0), "");
	assert_string_equal(arena_strdup(arena, "x"), "x");
	assert_null(arena_strdup(arena, NULL));
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 5), "a-5");
	arena_free(arena);
}

static void arena_push_keeps_all(void **state)
{
	struct arena *arena = arena_new();
	int *items = NULL;
	size_t count = 0, i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		int *item = arena_push(arena, &items, &count, sizeof(*item));

		assert_int_equal(*item, 0);
		assert_ptr_equal(item, items + i);
		*item = (int)i + 1;
	}
	assert_int_equal(count, 1000);
	for (i = 0; i < count; i++)
		assert_int_equal(items[i], i + 1);
	arena_free(arena);
}

static void heap(void **state)
{
	char *text = xasprintf("%s %d", "status", 502);
	void *p;

	(void)state;
	assert_string_equal(text, "status 502");
	free(text);
	text = xstrndup("abc", 2);
	assert_string_equal(text, "ab");
	free(text);
	p = xrealloc(NULL, 0, 10);
	assert_non_null(p);
	p = xrealloc(p, 100, 8);
	memset(p, 1, 800);
	free(p);
	free(xmalloc(0));
	free(xcalloc(0, 0));
}

static void say_restored(void)
{
	static const char word[] = "restored ";

	if (write(STDERR_FILENO, word, sizeof(word) - 1) < 0)
		_exit(9);
}

/* In a child: what it wrote to stderr; the signal it died of is the result. */
static int die_asking(size_t count, size_t size, char *ret_said, size_t room)
{
	struct rlimit no_core = { 0, 0 };
	int pipes[2], status;
	ssize_t got, len = 0;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (!child) {
		dup2(pipes[1], STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL); /* cmocka catches it */
		mem_on_death(say_restored);
		free(xrealloc(NULL, count, size));
		_exit(0);
	}
	close(pipes[1]);
	while ((got = read(pipes[0], ret_said + len, room - 1 - (size_t)len)) > 0)
		len += got;
	ret_said[len] = '\0';
	close(pipes[0]);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void death_restores_first(void **state)
{
	char said[4000];

	(void)state;
	assert_int_equal(die_asking(SIZE_MAX / 2, 16, said, sizeof(said)), SIGABRT);
	assert_int_equal(strncmp(said, "restored wp502: out of memory", 29), 0);
	assert_int_equal(die_asking(10, 10, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
		cmocka_unit_test(arena_strings),
		cmocka_unit_test(arena_push_keeps_all),
		cmocka_unit_test(heap),
		cmocka_unit_test(death_restores_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
