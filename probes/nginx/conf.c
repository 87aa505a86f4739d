#include "probes/nginx/conf.h"

#include <string.h>

/* A hostile report may include itself or nest without end. */
#define DEPTH_MAX 16

const char *conf_word(const struct conf_node *node, size_t n)
{
	return n < node->words ? node->word[n] : NULL;
}

bool conf_is(const struct conf_node *node, const char *name)
{
	return node->words && !strcmp(node->word[0], name);
}

/* Relative includes count from the folder of the main file. */
static const char *full_path(const struct conf_tree *tree, const char *path)
{
	const char *slash = tree->main ? strrchr(tree->main, '/') : NULL;

	if (*path == '/' || !slash)
		return path;
	return arena_printf(tree->mem, "%.*s/%s", (int)(slash - tree->main), tree->main, path);
}

/* [abc], [a-z], [!a]: matches c; *ret_p is moved behind it. */
static bool in_set(const char **ret_p, char c)
{
	const char *p = *ret_p + 1;
	bool invert = *p == '!' || *p == '^', hit = false;

	for (p += invert; *p && *p != ']'; p++) {
		if (p[1] == '-' && p[2] && p[2] != ']') {
			hit = hit || (c >= p[0] && c <= p[2]);
			p += 2;
		} else {
			hit = hit || c == *p;
		}
	}
	if (!*p) { /* no set after all */
		hit = c == '[';
		++*ret_p;
		return hit;
	}
	*ret_p = p + 1;
	return hit != invert;
}

/*
 * glob(3)'s match of one path: * and ? stop at slashes and spare leading dots. One point to
 * come back to is enough, since a star never reaches past a slash: linear per segment, so
 * a hostile pattern cannot stall us as fnmatch could be.
 */
static bool glob_match(const char *p, const char *s)
{
	const char *star = NULL, *from = NULL, *next;
	bool first = true;

	for (;;) {
		if (*p == '*' && !(first && *s == '.')) {
			star = ++p;
			from = s;
			first = false;
			continue;
		}
		if (!*s && !*p)
			return true;
		next = p;
		if (*s && *p && (*p == *s || (*s != '/' && *p == '?') ||
		    (*s != '/' && *p == '[' && in_set(&next, *s)))) {
			p = next == p ? p + 1 : next;
			first = *s++ == '/';
			if (first)
				star = NULL;
			continue;
		}
		if (!star || !*from || *from == '/')
			return false;
		p = star;
		s = ++from;
	}
}

static void flatten(struct conf_tree *tree, const struct conf_node *node,
	struct conf_level *level, int depth)
{
	const struct conf_file *file;
	const struct conf_node **slot;
	const char *pattern;

	for (; node && tree->budget > 0; node = node->next) {
		tree->budget--;
		if (!conf_is(node, "include") || node->words < 2) {
			slot = arena_push(tree->mem, &level->node, &level->count, sizeof(*slot));
			*slot = node;
			continue;
		}
		if (depth >= DEPTH_MAX)
			continue;
		pattern = full_path(tree, node->word[1]);
		for (file = tree->files; file && tree->budget-- > 0; file = file->next)
			if (glob_match(pattern, file->path))
				flatten(tree, file->first, level, depth + 1);
	}
}

struct conf_level conf_flatten(struct conf_tree *tree, const struct conf_node *first)
{
	struct conf_level level = { NULL, 0 };

	flatten(tree, first, &level, 0);
	return level;
}

/* One number with its unit from the front; false when there is none. */
static bool number(struct span *s, int64_t *ret)
{
	int64_t v;

	if (!span_lead_int(*s, &v) || v < 0 || v > 4000000000LL)
		return false;
	while (s->n && *s->p >= '0' && *s->p <= '9')
		*s = span_skip(*s, 1);
	*ret = v;
	return true;
}

struct num conf_time_ms(const char *text)
{
	struct num none = { 0, false };
	struct span s = text ? span_of(text) : span_of("");
	int64_t v, sum = 0;

	while (s.n) {
		if (!number(&s, &v))
			return none;
		if (span_starts(s, "ms")) {
			sum += v;
			s = span_skip(s, 2);
			continue;
		}
		if (s.n && *s.p == 'm')
			v *= 60;
		else if (s.n && *s.p == 'h')
			v *= 3600;
		else if (s.n && *s.p == 'd')
			v *= 86400;
		else if (s.n && *s.p != 's')
			return none;
		sum += v * 1000;
		s = span_skip(s, s.n ? 1 : 0);
	}
	return text && *text ? num_of(sum) : none;
}

struct num conf_size(const char *text)
{
	struct num none = { 0, false };
	struct span s = text ? span_of(text) : span_of("");
	int64_t v;

	if (!number(&s, &v))
		return none;
	if (!s.n)
		return num_of(v);
	if (s.n == 1 && (*s.p == 'k' || *s.p == 'K'))
		return num_of(v * 1024);
	if (s.n == 1 && (*s.p == 'm' || *s.p == 'M'))
		return num_of(v * 1024 * 1024);
	return none;
}
