/*
 * conf: the tree the report's directives make, and how nginx reads it: includes expanded
 * where they stand. Private to probes/nginx. Everything lives in a scratch arena that the
 * parser drops; the strings were cleaned.
 */
#ifndef PROBES_NGINX_CONF_H
#define PROBES_NGINX_CONF_H

#include "base/mem.h"
#include "base/span.h"
#include "probes/nginx/facts.h"

struct conf_node {
	const char **word;   /* word[0]: its name */
	size_t words;
	int64_t line;
	const char *file;
	bool block;
	struct conf_node *child, *next; /* in the order of the file */
};

struct conf_file {
	const char *path;
	struct conf_node *first;
	struct conf_file *next;
};

struct conf_tree {
	struct arena *mem;
	const char *main;    /* path of the main file */
	struct conf_file *files;
	long budget;         /* steps left: a report may include itself without end */
};

/* The directives of one level, includes in place. */
struct conf_level {
	const struct conf_node **node;
	size_t count;
};

/* Word n, or NULL when the directive has fewer. */
const char *conf_word(const struct conf_node *node, size_t n);
bool conf_is(const struct conf_node *node, const char *name);
struct conf_level conf_flatten(struct conf_tree *tree, const struct conf_node *first);

/* "60", "60s", "1m 30s", "500ms" -> ms; "4k", "1m", "512" -> bytes. */
struct num conf_time_ms(const char *text);
struct num conf_size(const char *text);

/* Reads the servers of the tree into facts; strings from mem. */
void conf_servers(struct nginx_facts *facts, struct arena *mem, struct conf_tree *tree,
	const char *prefix, const char *access_log);

#endif
