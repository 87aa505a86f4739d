#include "ui/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf heard;

static void hear(void *owner, const struct key *key)
{
	char name[KEY_NAME_SIZE];

	(void)owner;
	if (key->code == KEY_CLICK || key->code == KEY_WHEEL_UP || key->code == KEY_WHEEL_DOWN)
		buf_addf(&heard, "%s%d@%d,%d ", key->pasted ? "*" : "", (int)(key->code - KEY_CLICK),
			key->x, key->y);
	else if (key->code == KEY_REPLY)
		buf_addf(&heard, "reply=%d ", key->x);
	else
		buf_addf(&heard, "%s%s ", key->pasted ? "*" : "", key_text(key, name));
}

static const struct {
	const char *bytes, *keys;
} table[] = {
	{ "j", "j " }, { "\r", "Enter " }, { "\n", "Enter " }, { "\t", "Tab " },
	{ "\x0c", "Ctrl-L " }, { "\x7f", "Backspace " }, { "\b", "Backspace " },
	{ " ", "Space " }, { "\xc3\xa9", "é " }, { "\033[A", "Up " }, { "\033OB", "Down " },
	{ "\033[5~", "PgUp " }, { "\033[1;5C", "Right " }, { "\033[Z", "Shift-Tab " },
	{ "\033OP", "F1 " }, { "\033[[A", "F1 " }, { "\033[15~", "F5 " }, { "\033[21~", "F10 " },
	{ "\033[24~", "F12 " }, { "\033[H", "Home " }, { "\033[4~", "End " },
	{ "\033j", "Alt-j " }, { "\033[<0;10;5M", "0@9,4 " }, { "\033[<0;10;5m", "" },
	{ "\033[<64;1;1M", "1@0,0 " }, { "\033[<65;1;1M", "2@0,0 " }, { "\033[<0;0;0M", "" },
	{ "\033[?2026;2$y", "reply=2 " }, { "\033[?2026;0$y", "reply=0 " }, { "\033[99~", "" },
	{ "\033[200~ab\033[201~c", "*a *b c " }, { "\033[99999999999999999999~j", "j " },
	{ "\033[?1;2cj", "j " }, { "\xffj", "j " }, { "\033[Ajk", "Up j k " },
	{ "rm -rf / --no-preserve-root", "*r *m *Space *- *r *f *Space */ *Space *- *- *n *o *- *p "
		"*r *e *s *e *r *v *e *- *r *o *o *t " },
};

static void test_decodes(void **state)
{
	struct keys keys;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		memset(&keys, 0, sizeof(keys));
		buf_clear(&heard);
		keys_feed(&keys, table[i].bytes, strlen(table[i].bytes), 0, hear, NULL);
		assert_string_equal(heard.data, table[i].keys);
		assert_int_equal(keys_wait(&keys, 0), -1);
	}
}

/* The same keys however the bytes are cut (a burst is one only when it comes at once). */
static void test_cut_anywhere(void **state)
{
	struct keys keys;
	size_t i, cut, len;

	(void)state;
	for (i = 0; i + 1 < sizeof(table) / sizeof(*table); i++) {
		len = strlen(table[i].bytes);
		for (cut = 1; cut < len; cut++) {
			memset(&keys, 0, sizeof(keys));
			buf_clear(&heard);
			keys_feed(&keys, table[i].bytes, cut, 0, hear, NULL);
			keys_feed(&keys, table[i].bytes + cut, len - cut, 5, hear, NULL);
			assert_string_equal(heard.data, table[i].keys);
		}
	}
}

static void test_escape_alone(void **state)
{
	struct keys keys = { 0 };

	(void)state;
	buf_clear(&heard);
	keys_feed(&keys, "\033", 1, 100, hear, NULL);
	assert_string_equal(heard.data, "");
	assert_int_equal(keys_wait(&keys, 100), KEYS_ESC_MS);
	keys_tick(&keys, 100 + KEYS_ESC_MS - 1, hear, NULL);
	assert_string_equal(heard.data, "");
	keys_tick(&keys, 100 + KEYS_ESC_MS, hear, NULL);
	assert_string_equal(heard.data, "Esc ");
	buf_clear(&heard);
	keys_feed(&keys, "\033\033[A", 4, 200, hear, NULL); /* Esc, then an arrow */
	assert_string_equal(heard.data, "Esc Up ");
	buf_clear(&heard);
	keys_feed(&keys, "\033[", 2, 300, hear, NULL); /* its rest is on a slow way */
	keys_tick(&keys, 320, hear, NULL);
	keys_feed(&keys, "A", 1, 330, hear, NULL);
	assert_string_equal(heard.data, "Up ");
}

static void forget(void *owner, const struct key *key)
{
	hear(NULL, key);
	memset(owner, 0, sizeof(struct keys));
}

/* Ctrl-Z lets go of the terminal from inside: what was behind it is dropped. */
static void test_zeroed_by_the_sink(void **state)
{
	struct keys keys = { 0 };

	(void)state;
	buf_clear(&heard);
	keys_feed(&keys, "\x1a\033[", 3, 0, forget, &keys);
	assert_string_equal(heard.data, "Ctrl-Z ");
	assert_int_equal(keys.len, 0);
}

static void test_garbage(void **state)
{
	static const char alphabet[] = "\033[O<;~0123456789ABmM?$y\x80\xc3\xa9 jq";
	struct keys keys = { 0 };
	unsigned seed = 1;
	char bytes[64];
	int round, i;

	(void)state;
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < 64; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		buf_clear(&heard);
		keys_feed(&keys, bytes, sizeof(bytes), round, hear, NULL);
		assert_true(keys.len < sizeof(keys.raw));
	}
}

static void test_names(void **state)
{
	static const char *const good[] = { "j", "?", "F1", "F12", "Ctrl-L", "Esc", "Space", "PgDn",
		"Shift-Tab", "Alt-x", "é", "Enter" };
	static const char *const bad[] = { "", "F0", "F13", "Ctrl-", "Ctrl-l", "jj", "Hyper-x" };
	char name[KEY_NAME_SIZE];
	struct key key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(key_parse(bad[i], strlen(bad[i]), &key));
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(key_parse(good[i], strlen(good[i]), &key));
		assert_string_equal(key_text(&key, name), good[i]);
	}
}

/* No key means two things in one view, every wish has a key, and fixed ones are as promised. */
static void test_keymap_is_sound(void **state)
{
	static const struct { unsigned view; const char *key; enum wish wish; } fixed[] = {
		{ IN_FLEET, "?", WISH_HELP }, { IN_CHAIN, "Esc", WISH_BACK },
		{ IN_CHAIN, "q", WISH_LEAVE }, { IN_CHAIN, "L", WISH_LOGS },
		{ IN_HELP, "Ctrl-L", WISH_REDRAW }, { IN_LINE, "q", WISH_NONE },
	};
	struct keymap map;
	struct key key;
	unsigned view;
	int a, i;
	size_t n;

	(void)state;
	keymap_init(&map);
	for (a = 1; a < WISHES; a++) {
		assert_int_not_equal(map.keys[a][0].code, KEY_NONE);
		for (i = 0; i < KEYS_PER_WISH && map.keys[a][i].code; i++)
			for (view = IN_FLEET; view <= IN_LINE; view <<= 1)
				if (wish_views((enum wish)a) & view)
					assert_int_equal(keymap_find(&map, view, &map.keys[a][i]), a);
	}
	for (n = 0; n < sizeof(fixed) / sizeof(*fixed); n++) {
		assert_true(key_parse(fixed[n].key, strlen(fixed[n].key), &key));
		assert_int_equal(keymap_find(&map, fixed[n].view, &key), fixed[n].wish);
	}
}

/* What leads toward changing a server is never a lone lower-case key, Enter, Ctrl-K, Ctrl-D. */
static void test_danger_is_deliberate(void **state)
{
	struct keymap map;
	int wish, i;
	uint32_t code;

	(void)state;
	keymap_init(&map);
	for (wish = 1; wish < WISHES; wish++)
		for (i = 0; wish_danger((enum wish)wish) && i < KEYS_PER_WISH; i++) {
			code = map.keys[wish][i].code;
			assert_false(code >= 'a' && code <= 'z');
			assert_false(code == KEY_RETURN || code == 4 || code == 11);
		}
}

static void test_remap(void **state)
{
	static const struct { const char *name, *keys; } bad[] = {
		{ "nonsense", "x" }, { "fold", "Hyper-x" }, { "fold", "a b c d e" }, { "fold", "q" },
		{ "fold", "x Esc" },
	};
	struct keymap map, before;
	struct key key;
	char *error;
	size_t i;

	(void)state;
	keymap_init(&map);
	before = map;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(keymap_remap(&map, bad[i].name, bad[i].keys, &error));
		assert_memory_equal(&map, &before, sizeof(map));
		free(error);
	}
	assert_true(keymap_remap(&map, "fold", "x Alt-f", &error));
	key_parse("x", 1, &key);
	assert_int_equal(keymap_find(&map, IN_FLEET, &key), WISH_FOLD);
	key_parse("Space", 5, &key);
	assert_int_equal(keymap_find(&map, IN_FLEET, &key), WISH_NONE);
	/* a key that is free in these views is free, whatever it means elsewhere */
	assert_true(keymap_remap(&map, "fold", "f", &error));
}

static void test_print(void **state)
{
	struct keymap map;
	struct buf out;
	int wish;

	(void)state;
	buf_init(&out, 1 << 20);
	keymap_init(&map);
	keymap_print(&map, &out);
	for (wish = 1; wish < WISHES; wish++) {
		assert_non_null(strstr(out.data, wish_name((enum wish)wish)));
		assert_non_null(strstr(out.data, wish_help((enum wish)wish)));
	}
	buf_release(&out);
}

static int setup(void **state)
{
	(void)state;
	buf_init(&heard, 65536);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decodes),        cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_escape_alone),   cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_names),          cmocka_unit_test(test_keymap_is_sound),
		cmocka_unit_test(test_danger_is_deliberate), cmocka_unit_test(test_remap),
		cmocka_unit_test(test_print),          cmocka_unit_test(test_zeroed_by_the_sink),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
