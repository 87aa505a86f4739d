/*
 * keys: bytes from a terminal -> keys. Pure: time is an argument. An escape byte that
 * nothing follows for KEYS_ESC_MS is the Esc key; what stands between the marks of a
 * bracketed paste comes flagged as pasted, and so does what arrives in one burst.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_ESC_MS 10
#define KEYS_REST_MS 150 /* ... and for one that has begun: its rest is on a slow way */
#define KEYS_BURST 16 /* more printable characters than this in one read: nobody typed them */

/* Keys that are no character, behind Unicode. */
enum key_code {
	KEY_NONE = 0,
	KEY_TAB = 9,
	KEY_RETURN = 13,
	KEY_ESC = 27,
	KEY_SPACE = 32,
	KEY_BACK = 127,
	KEY_FIRST = 0x110000,
	KEY_ARROW_UP = KEY_FIRST,
	KEY_ARROW_DOWN,
	KEY_ARROW_LEFT,
	KEY_ARROW_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_TO_HOME,
	KEY_TO_END,
	KEY_INS,
	KEY_DEL,
	KEY_TAB_BACK,
	KEY_FUNCTION,                    /* KEY_FUNCTION + n is Fn */
	KEY_FUNCTION_LAST = KEY_FUNCTION + 12,
	KEY_CLICK,                       /* x, y */
	KEY_WHEEL_UP,
	KEY_WHEEL_DOWN,
	KEY_REPLY                        /* answer to DECRQM 2026: x is 0 to 4 */
};

struct key {
	uint32_t code; /* Unicode or enum key_code; Ctrl-X is 1 to 26 */
	bool alt, pasted;
	int x, y;
};

#define KEYS_MAX 64

struct keys {
	char raw[KEYS_MAX]; /* an unfinished sequence */
	size_t len;
	int64_t since;      /* ms when its first byte came */
	bool pasting;
};

typedef void keys_sink(void *owner, const struct key *key);

/* Any bytes at all may come; each key found goes to sink, which may zero *keys: then the
 * rest is dropped. */
void keys_feed(struct keys *keys, const char *bytes, size_t len, int64_t now, keys_sink *sink,
	void *owner);
/* ms until keys_tick is due; -1: nothing waits. */
int64_t keys_wait(const struct keys *keys, int64_t now);
/* Decides what an unfinished sequence was. */
void keys_tick(struct keys *keys, int64_t now, keys_sink *sink, void *owner);

/* "Ctrl-L", "F1", "PgDn", "Shift-Tab", "j": both ways. False (output untouched): no key. */
bool key_parse(const char *name, size_t len, struct key *ret);
#define KEY_NAME_SIZE 16
const char *key_text(const struct key *key, char *ret_name);
bool key_same(const struct key *a, const struct key *b);

#endif
