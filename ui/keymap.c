#include "ui/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/span.h"

static const struct {
	const char *name, *keys, *word, *help;
	unsigned views;
	bool danger;
} rows[WISHES] = {
#define X(wish, name, keys, views, word, help, danger) \
	[WISH_##wish] = { name, keys, word, help, views, danger },
	KEYMAP(X)
#undef X
};

static const struct {
	unsigned view;
	const char *name;
} view_names[] = {
	{ IN_FLEET, "fleet" }, { IN_CHAIN, "chain" }, { IN_CAUSE, "cause" }, { IN_LINK, "link" },
	{ IN_LOGS, "logs" },   { IN_HELP, "help" },   { IN_LINE, "line" },
};

unsigned wish_views(enum wish wish)
{
	return rows[wish].views;
}

const char *wish_name(enum wish wish)
{
	return rows[wish].name;
}

const char *wish_word(enum wish wish)
{
	return rows[wish].word;
}

const char *wish_help(enum wish wish)
{
	return rows[wish].help;
}

bool wish_danger(enum wish wish)
{
	return rows[wish].danger;
}

/* Words of `text` as keys; false with the word that is none. */
static bool read_keys(const char *text, struct key *ret_keys, struct span *ret_bad)
{
	struct key keys[KEYS_PER_WISH + 1] = { 0 };
	struct span rest = span_of(text), word;
	int n = 0;

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		if (n == KEYS_PER_WISH || !key_parse(word.p, word.n, &keys[n])) {
			*ret_bad = word;
			return false;
		}
		n++;
	}
	memcpy(ret_keys, keys, sizeof(*keys) * KEYS_PER_WISH);
	return true;
}

void keymap_init(struct keymap *map)
{
	struct span bad;
	int wish;

	memset(map, 0, sizeof(*map));
	for (wish = 1; wish < WISHES; wish++)
		read_keys(rows[wish].keys, map->keys[wish], &bad);
}

static bool has_key(const struct key *keys, const struct key *key)
{
	int i;

	for (i = 0; i < KEYS_PER_WISH && keys[i].code != KEY_NONE; i++)
		if (key_same(&keys[i], key))
			return true;
	return false;
}

enum wish keymap_find(const struct keymap *map, unsigned view, const struct key *key)
{
	int wish;

	for (wish = 1; wish < WISHES; wish++)
		if ((rows[wish].views & view) && has_key(map->keys[wish], key))
			return (enum wish)wish;
	return WISH_NONE;
}

static int wish_by_name(const char *name)
{
	int wish;

	for (wish = 1; wish < WISHES; wish++)
		if (!strcmp(rows[wish].name, name))
			return wish;
	return WISH_NONE;
}

/* Another wish that would hear one of these keys too, WISH_NONE: none. */
static int rival_of(const struct keymap *map, int wish, const struct key *keys, int *ret_key)
{
	int other, i;

	for (other = 1; other < WISHES; other++) {
		if (other == wish || !(rows[other].views & rows[wish].views))
			continue;
		for (i = 0; i < KEYS_PER_WISH && keys[i].code != KEY_NONE; i++)
			if (has_key(map->keys[other], &keys[i])) {
				*ret_key = i;
				return other;
			}
	}
	return WISH_NONE;
}

bool keymap_remap(struct keymap *map, const char *name, const char *text, char **ret_error)
{
	struct key keys[KEYS_PER_WISH];
	char key[KEY_NAME_SIZE];
	int wish = wish_by_name(name), rival, at = 0;
	struct span bad;

	if (wish == WISH_NONE) {
		*ret_error = xasprintf("there is no key binding '%s'", name);
		return false;
	}
	if (!read_keys(text, keys, &bad)) {
		*ret_error = xasprintf("%s: '%.*s' is no key, or one too many", name, (int)bad.n,
			bad.p);
		return false;
	}
	rival = rival_of(map, wish, keys, &at);
	if (rival != WISH_NONE) {
		*ret_error = xasprintf("%s: %s already means '%s'", name, key_text(&keys[at], key),
			rows[rival].name);
		return false;
	}
	memcpy(map->keys[wish], keys, sizeof(keys));
	return true;
}

void keymap_keys(const struct keymap *map, enum wish wish, struct buf *out)
{
	char name[KEY_NAME_SIZE];
	int i;

	for (i = 0; i < KEYS_PER_WISH && map->keys[wish][i].code != KEY_NONE; i++)
		buf_addf(out, "%s%s", i ? " " : "", key_text(&map->keys[wish][i], name));
}

static void print_views(unsigned views, struct buf *out)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(view_names) / sizeof(*view_names); i++)
		if (views & view_names[i].view)
			buf_addf(out, "%s%s", n++ ? "," : "", view_names[i].name);
}

static void pad(struct buf *out, size_t from, size_t columns)
{
	while (out->len < from + columns)
		buf_addc(out, ' ');
}

void keymap_print(const struct keymap *map, struct buf *out)
{
	size_t from;
	int wish;

	for (wish = 1; wish < WISHES; wish++) {
		from = out->len;
		buf_adds(out, rows[wish].name);
		pad(out, from, 12);
		keymap_keys(map, (enum wish)wish, out);
		pad(out, from, 28);
		print_views(rows[wish].views, out);
		pad(out, from, 62);
		buf_addf(out, "%s\n", rows[wish].help);
	}
}
