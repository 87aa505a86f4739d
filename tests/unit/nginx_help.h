/* nginx_help: reading fixtures and making facts, for the tests of probes/nginx and site. */
#ifndef TESTS_UNIT_NGINX_HELP_H
#define TESTS_UNIT_NGINX_HELP_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probes/nginx/nginx.h"

#define FIXTURES "tests/fixtures/nginx/"

static inline struct span fixture(struct arena *mem, const char *name)
{
	char *path = arena_printf(mem, FIXTURES "%s", name), *bytes = arena_alloc(mem, 1 << 20);
	FILE *file = fopen(path, "rb");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	assert_true(n > 0);
	return span_from(bytes, n);
}

#endif
