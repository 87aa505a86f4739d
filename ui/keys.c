/*
 * Every sequence this knows is CSI (ESC [ parameters final) or SS3 (ESC O final): xterm,
 * VTE, tmux, screen, the Linux console and rxvt agree on those below. A sequence that is
 * whole but means nothing here is dropped as a whole, so its tail is never typed text.
 */
#include "ui/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct named_key {
	const char *name;
	uint32_t code;
};

static const struct named_key names[] = {
	{ "Tab", KEY_TAB }, { "Enter", KEY_RETURN }, { "Esc", KEY_ESC }, { "Space", KEY_SPACE },
	{ "Backspace", KEY_BACK }, { "Up", KEY_ARROW_UP }, { "Down", KEY_ARROW_DOWN },
	{ "Left", KEY_ARROW_LEFT }, { "Right", KEY_ARROW_RIGHT }, { "PgUp", KEY_PAGE_UP },
	{ "PgDn", KEY_PAGE_DOWN }, { "Home", KEY_TO_HOME }, { "End", KEY_TO_END },
	{ "Ins", KEY_INS }, { "Del", KEY_DEL }, { "Shift-Tab", KEY_TAB_BACK },
};

bool key_same(const struct key *a, const struct key *b)
{
	return a->code == b->code && a->alt == b->alt;
}

static bool parse_function(struct span name, struct key *key)
{
	int64_t n;

	if (name.n < 2 || name.p[0] != 'F' || !span_int(span_skip(name, 1), &n) || n < 1 || n > 12)
		return false;
	key->code = KEY_FUNCTION + (uint32_t)n;
	return true;
}

bool key_parse(const char *name, size_t len, struct key *ret)
{
	struct span s = span_from(name, len);
	struct key key = { 0 };
	uint32_t code;
	size_t i;

	if (span_starts(s, "Alt-")) {
		key.alt = true;
		s = span_skip(s, 4);
	}
	for (i = 0; i < COUNT(names) && !key.code; i++)
		if (span_eq(s, names[i].name))
			key.code = names[i].code;
	if (!key.code && span_starts(s, "Ctrl-") && s.n == 6 && s.p[5] >= 'A' && s.p[5] <= 'Z')
		key.code = (uint32_t)(s.p[5] - 'A' + 1);
	if (!key.code && !parse_function(s, &key) && text_utf8_next(s, &code) == s.n && s.n &&
	    code > ' ' && code != 127)
		key.code = code;
	if (!key.code)
		return false;
	*ret = key;
	return true;
}

static size_t encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 63));
		out[2] = (char)(0x80 | (code & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 63));
	out[2] = (char)(0x80 | (code >> 6 & 63));
	out[3] = (char)(0x80 | (code & 63));
	return 4;
}

const char *key_text(const struct key *key, char *ret_name)
{
	const char *alt = key->alt ? "Alt-" : "";
	char utf8[5] = "";
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (names[i].code == key->code) {
			snprintf(ret_name, KEY_NAME_SIZE, "%s%s", alt, names[i].name);
			return ret_name;
		}
	if (key->code > KEY_FUNCTION && key->code <= KEY_FUNCTION_LAST)
		snprintf(ret_name, KEY_NAME_SIZE, "%sF%u", alt, (unsigned)(key->code - KEY_FUNCTION));
	else if (key->code < 32)
		snprintf(ret_name, KEY_NAME_SIZE, "%sCtrl-%c", alt, (char)(key->code + 'A' - 1));
	else if (key->code < KEY_FIRST) {
		utf8[encode(key->code, utf8)] = '\0';
		snprintf(ret_name, KEY_NAME_SIZE, "%s%s", alt, utf8);
	} else {
		snprintf(ret_name, KEY_NAME_SIZE, "mouse");
	}
	return ret_name;
}

/* ---- decoding ---- */

/* Final byte of ESC [ X or ESC O X, without parameters that matter. */
static uint32_t by_final(char final)
{
	switch (final) {
	case 'A': return KEY_ARROW_UP;
	case 'B': return KEY_ARROW_DOWN;
	case 'C': return KEY_ARROW_RIGHT;
	case 'D': return KEY_ARROW_LEFT;
	case 'H': return KEY_TO_HOME;
	case 'F': return KEY_TO_END;
	case 'Z': return KEY_TAB_BACK;
	case 'M': return KEY_RETURN; /* of the keypad */
	case 'P': case 'Q': case 'R': case 'S':
		return KEY_FUNCTION + (uint32_t)(final - 'P' + 1);
	default: return KEY_NONE;
	}
}

/* ESC [ N ~ */
static uint32_t by_number(int64_t n)
{
	static const struct { int from, to, function; } runs[] = {
		{ 11, 15, 1 }, { 17, 21, 6 }, { 23, 24, 11 },
	};
	size_t i;

	for (i = 0; i < COUNT(runs); i++)
		if (n >= runs[i].from && n <= runs[i].to)
			return KEY_FUNCTION + (uint32_t)(runs[i].function + n - runs[i].from);
	switch (n) {
	case 1: case 7: return KEY_TO_HOME;
	case 2: return KEY_INS;
	case 3: return KEY_DEL;
	case 4: case 8: return KEY_TO_END;
	case 5: return KEY_PAGE_UP;
	case 6: return KEY_PAGE_DOWN;
	default: return KEY_NONE;
	}
}

/* CSI < button ; x ; y M: a press of the left button or a turn of the wheel. */
static struct key mouse_key(struct span s)
{
	struct key key = { 0 };
	struct span part[3];
	int64_t n[3];
	int i;

	for (i = 0; i < 3; i++)
		if (!span_cut(&s, ';', &part[i]) || !span_int(part[i], &n[i]))
			return key;
	if (n[1] < 1 || n[2] < 1 || n[1] > 9999 || n[2] > 9999)
		return key;
	key.code = n[0] == 0 ? KEY_CLICK : n[0] == 64 ? KEY_WHEEL_UP :
		   n[0] == 65 ? KEY_WHEEL_DOWN : KEY_NONE;
	key.x = (int)n[1] - 1;
	key.y = (int)n[2] - 1;
	return key;
}

/* What a whole CSI sequence (without ESC [) says; code KEY_NONE: nothing. */
static struct key csi_key(struct keys *keys, struct span s)
{
	struct key key = { 0 };
	char final = s.p[s.n - 1];
	int64_t n, state;

	s.n--;
	if (final == '~' && span_lead_int(s, &n)) {
		if (n == 200 || n == 201)
			keys->pasting = n == 200;
		else
			key.code = by_number(n);
	} else if (s.n && *s.p == '<') {
		return final == 'M' ? mouse_key(span_skip(s, 1)) : key;
	} else if (final == 'y' && span_starts(s, "?2026;") && span_ends(s, "$") &&
		   span_lead_int(span_skip(s, 6), &state)) {
		key.code = KEY_REPLY;
		key.x = (int)state;
	} else if (!s.n || *s.p != '?') {
		key.code = final == '[' ? (uint32_t)KEY_NONE : by_final(final);
	}
	return key;
}

/* Bytes of the sequence in `s` (which begins with ESC), 0: not whole yet. */
static size_t sequence_length(struct span s)
{
	size_t i;

	if (s.n < 2)
		return 0;
	if (s.p[1] == 'O')
		return s.n < 3 ? 0 : 3;
	if (s.p[1] != '[')
		return 2; /* Alt and a character; more bytes of it come below */
	if (s.n >= 3 && s.p[2] == '[') /* the Linux console's F1 to F5 */
		return s.n < 4 ? 0 : 4;
	for (i = 2; i < s.n; i++)
		if (s.p[i] >= 0x40 && s.p[i] <= 0x7e)
			return i + 1;
	return 0;
}

static struct key sequence_key(struct keys *keys, struct span s)
{
	struct key key = { 0 };

	if (s.p[1] == 'O')
		key.code = by_final(s.p[2]);
	else if (s.p[1] == '[' && s.n == 4 && s.p[2] == '[')
		key.code = s.p[3] >= 'A' && s.p[3] <= 'E' ?
			KEY_FUNCTION + (uint32_t)(s.p[3] - 'A' + 1) : (uint32_t)KEY_NONE;
	else if (s.p[1] == '[')
		return csi_key(keys, span_skip(s, 2));
	return key;
}

static uint32_t plain_code(uint32_t code)
{
	if (code == '\n')
		return KEY_RETURN;
	return code == 8 ? (uint32_t)KEY_BACK : code;
}

struct feed {
	struct keys *keys;
	keys_sink *sink;
	void *owner;
	bool burst;
};

static void emit(struct feed *feed, struct key key)
{
	key.pasted = key.code != KEY_REPLY && (feed->keys->pasting || feed->burst);
	if (key.code != KEY_NONE)
		feed->sink(feed->owner, &key);
}

/* The front of s may become a character when more bytes come. */
static bool is_begun(struct span s)
{
	unsigned char lead = (unsigned char)*s.p;
	size_t need = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 :
		      lead >= 0xc2 && lead < 0xe0 ? 2 : 1, i;

	for (i = 1; i < s.n && i < need; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return false;
	return s.n < need;
}

/* A character at the front of s; 0: its bytes are not all here yet. */
static size_t take_character(struct feed *feed, struct span s, bool alt)
{
	struct key key = { .alt = alt };
	size_t len = text_utf8_next(s, &key.code);

	if (!len && is_begun(s))
		return 0;
	key.code = len ? plain_code(key.code) : (uint32_t)KEY_NONE;
	emit(feed, key);
	return len ? len : 1;
}

/* Eats one key from the front; 0: more bytes are needed. */
static size_t take_key(struct feed *feed, struct span s)
{
	size_t len;

	if (*s.p != '\033')
		return take_character(feed, s, false);
	len = sequence_length(s);
	if (!len)
		return 0;
	if (s.p[1] != '[' && s.p[1] != 'O') {
		if (s.p[1] == '\033') { /* Esc, then another sequence */
			emit(feed, (struct key) { .code = KEY_ESC });
			return 1;
		}
		len = take_character(feed, span_skip(s, 1), true);
		return len ? len + 1 : 0;
	}
	emit(feed, sequence_key(feed->keys, span_from(s.p, len)));
	return len;
}

static bool is_burst(const char *bytes, size_t len)
{
	size_t i, printable = 0;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '\033')
			return false;
		printable += (unsigned char)bytes[i] >= ' ';
	}
	return printable > KEYS_BURST;
}

void keys_feed(struct keys *keys, const char *bytes, size_t len, int64_t now, keys_sink *sink,
	void *owner)
{
	struct feed feed = { keys, sink, owner, !keys->len && is_burst(bytes, len) };
	size_t room, eaten, used;

	while (len) {
		if (!keys->len)
			keys->since = now;
		room = sizeof(keys->raw) - keys->len;
		if (room > len)
			room = len;
		memcpy(keys->raw + keys->len, bytes, room);
		keys->len += room;
		bytes += room;
		len -= room;
		for (used = 0; used < keys->len; used += eaten) {
			eaten = take_key(&feed, span_from(keys->raw + used, keys->len - used));
			if (!keys->len)
				return; /* whoever heard it let go of the terminal */
			if (!eaten)
				break;
		}
		if (!used && keys->len == sizeof(keys->raw))
			used = keys->len; /* no sequence is that long */
		if (used) {
			memmove(keys->raw, keys->raw + used, keys->len - used);
			keys->len -= used;
			keys->since = now;
		}
	}
}

int64_t keys_wait(const struct keys *keys, int64_t now)
{
	int64_t left = keys->since + (keys->len > 1 ? KEYS_REST_MS : KEYS_ESC_MS) - now;

	if (!keys->len)
		return -1;
	return left > 0 ? left : 0;
}

void keys_tick(struct keys *keys, int64_t now, keys_sink *sink, void *owner)
{
	struct feed feed = { keys, sink, owner, false };
	char rest[KEYS_MAX];
	size_t len = keys->len;

	if (!len || keys_wait(keys, now) > 0)
		return;
	keys->len = 0;
	if (keys->raw[0] != '\033')
		return; /* half a character: nothing */
	emit(&feed, (struct key) { .code = KEY_ESC });
	if (len > 1 && keys->raw[1] != '[' && keys->raw[1] != 'O') {
		memcpy(rest, keys->raw + 1, len - 1);
		keys_feed(keys, rest, len - 1, now, sink, owner);
	}
}
