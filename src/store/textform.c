#include "store/textform.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/base64.h"

static const struct {
	unsigned bit;
	const char *name;
} flags[] = {
	{ EVENT_TRUNCATED, "truncated" },
	{ EVENT_LATE, "late" },
	{ EVENT_NEEDS_ROOT, "needs-root" },
};

#define FLAGS (sizeof(flags) / sizeof(flags[0]))

static void set_string(json_t *head, const char *key, const char *key64, const char *value)
{
	struct buf coded;

	if (!*value)
		return;
	if (text_is_utf8(span_of(value))) {
		json_object_set_new(head, key, json_string(value));
		return;
	}
	buf_init(&coded, 2 * strlen(value) + 4);
	base64_encode(&coded, span_of(value));
	json_object_set_new(head, key64, json_string(coded.data));
	buf_release(&coded);
}

static void set_flags(json_t *head, unsigned bits)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < FLAGS; i++)
		if (bits & flags[i].bit)
			json_array_append_new(list, json_string(flags[i].name));
	if (json_array_size(list))
		json_object_set(head, "flags", list);
	json_decref(list);
}

/* Keys in a fixed order, those that say nothing left out: so diffs stay small. */
static bool write_head(struct buf *out, const struct event *event, unsigned bits, bool coded)
{
	json_t *head = json_object();
	char *text;
	bool fits;

	json_object_set_new(head, "seq", json_integer((json_int_t)event->seq));
	json_object_set_new(head, "mono", json_integer(event->mono));
	json_object_set_new(head, "wall", json_integer(event->wall));
	set_string(head, "host", "host64", event->host);
	json_object_set_new(head, "kind", json_string(event_kind_name(event->kind)));
	set_string(head, "name", "name64", event->name);
	if (event->version)
		json_object_set_new(head, "version", json_integer(event->version));
	if (event->re)
		json_object_set_new(head, "re", json_integer((json_int_t)event->re));
	set_flags(head, bits);
	if (event->exit != EVENT_EXIT_UNKNOWN)
		json_object_set_new(head, "exit", json_integer(event->exit));
	if (event->ms != -1)
		json_object_set_new(head, "ms", json_integer(event->ms));
	if (coded)
		json_object_set_new(head, "enc", json_string("b64"));
	text = json_dumps(head, JSON_COMPACT);
	fits = text && strlen(text) <= TEXTFORM_HEAD_MAX && buf_adds(out, text) &&
	       buf_addc(out, '\t');
	free(text);
	json_decref(head);
	return fits;
}

/* Bytes at the front that stand for themselves: 0 when the next one needs an escape. */
static size_t plain_char(struct span s)
{
	uint32_t code;
	size_t len = text_utf8_next(s, &code);

	if (!len || code < 0x20 || code == '\\' || (code >= 0x7f && code < 0xa0) ||
	    text_code_hidden(code))
		return 0;
	return len;
}

static char short_escape(char c)
{
	switch (c) {
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	case '\\': return '\\';
	default: return '\0';
	}
}

static bool better_coded(struct span payload)
{
	size_t strange = 0, len, total = payload.n;

	while (payload.n) {
		len = plain_char(payload);
		if (!len && !short_escape(*payload.p))
			strange++;
		payload = span_skip(payload, len ? len : 1);
	}
	return strange > total / 4;
}

static void write_escaped(struct buf *out, struct span payload)
{
	size_t run, len;
	char escape;

	while (payload.n) {
		for (run = 0; (len = plain_char(span_skip(payload, run))) > 0; run += len)
			;
		buf_add(out, payload.p, run);
		payload = span_skip(payload, run);
		if (!payload.n)
			return;
		escape = short_escape(*payload.p);
		if (escape)
			buf_addf(out, "\\%c", escape);
		else
			buf_addf(out, "\\x%02x", (unsigned char)*payload.p);
		payload = span_skip(payload, 1);
	}
}

bool textform_write(struct buf *out, const struct event *event)
{
	struct span payload = span_from(event->bytes, event->len);
	unsigned bits = event->flags;
	size_t start = out->len;
	bool coded, was_over = out->over;

	if (event->seq > INT64_MAX || event->re > INT64_MAX)
		return false;
	if (payload.n > TEXTFORM_PAYLOAD_MAX) {
		payload.n = TEXTFORM_PAYLOAD_MAX;
		bits |= EVENT_TRUNCATED;
	}
	coded = better_coded(payload);
	out->over = false;
	if (write_head(out, event, bits, coded)) {
		if (coded)
			base64_encode(out, payload);
		else
			write_escaped(out, payload);
		buf_addc(out, '\n');
		if (!out->over) {
			out->over = was_over;
			return true;
		}
	}
	out->over = true;
	out->len = start;
	if (out->data)
		out->data[start] = '\0';
	return false;
}

/* Absent: *ret keeps its default. False when it is there and no integer from `least` on. */
static bool get_int(const json_t *head, const char *key, int64_t least, int64_t most,
		    int64_t *ret)
{
	const json_t *value = json_object_get(head, key);
	int64_t number;

	if (!value)
		return true;
	number = json_integer_value(value);
	if (!json_is_integer(value) || number < least || number > most)
		return false;
	*ret = number;
	return true;
}

static bool get_string(const json_t *head, const char *key, const char *key64,
		       struct arena *mem, const char **ret)
{
	const json_t *plain = json_object_get(head, key), *coded = json_object_get(head, key64);
	struct buf bytes;
	bool good;

	*ret = "";
	if (plain && coded)
		return false;
	if (plain) {
		*ret = arena_strdup(mem, json_string_value(plain));
		return *ret != NULL;
	}
	if (!coded)
		return true;
	buf_init(&bytes, TEXTFORM_HEAD_MAX);
	good = json_is_string(coded) && base64_decode(&bytes, span_of(json_string_value(coded))) &&
	       bytes.len && !memchr(bytes.data, '\0', bytes.len);
	if (good)
		*ret = arena_strdup(mem, bytes.data);
	buf_release(&bytes);
	return good;
}

static bool get_flags(const json_t *head, unsigned *ret)
{
	const json_t *list = json_object_get(head, "flags"), *item;
	size_t i, n;

	*ret = 0;
	if (list && !json_is_array(list))
		return false;
	for (n = 0; n < json_array_size(list); n++) {
		item = json_array_get(list, n);
		for (i = 0; i < FLAGS; i++)
			if (json_is_string(item) && !strcmp(json_string_value(item), flags[i].name))
				break;
		if (i == FLAGS)
			return false;
		*ret |= flags[i].bit;
	}
	return true;
}

static const char *read_numbers(const json_t *head, struct event *event)
{
	int64_t seq = -1, re = 0, version = 0, status = EVENT_EXIT_UNKNOWN, ms = -1;

	if (!get_int(head, "seq", 0, INT64_MAX, &seq) || seq < 0)
		return "seq is missing or no number";
	if (!json_object_get(head, "mono") ||
	    !get_int(head, "mono", INT64_MIN, INT64_MAX, &event->mono))
		return "mono is missing or no number";
	if (!json_object_get(head, "wall") ||
	    !get_int(head, "wall", INT64_MIN, INT64_MAX, &event->wall))
		return "wall is missing or no number";
	if (!get_int(head, "re", 0, INT64_MAX, &re) ||
	    !get_int(head, "version", 0, INT_MAX, &version) ||
	    !get_int(head, "exit", INT_MIN, INT_MAX, &status) ||
	    !get_int(head, "ms", -1, INT_MAX, &ms))
		return "re, version, exit or ms is no number that it can be";
	event->seq = (uint64_t)seq;
	event->re = (uint64_t)re;
	event->version = (int)version;
	event->exit = (int)status;
	event->ms = (int)ms;
	return NULL;
}

static const char *read_head(const json_t *head, struct arena *mem, struct event *event)
{
	const char *kind = json_string_value(json_object_get(head, "kind"));
	const char *why = read_numbers(head, event);

	if (why)
		return why;
	if (!kind || !event_kind_parse(kind, strlen(kind), &event->kind))
		return "kind is missing or unknown";
	if (!get_string(head, "host", "host64", mem, &event->host) ||
	    !get_string(head, "name", "name64", mem, &event->name))
		return "host or name is no text";
	if (!get_flags(head, &event->flags))
		return "an unknown flag";
	return NULL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* What follows a backslash: its length, 0 when it is no escape. */
static size_t unescape(struct span s, char *ret)
{
	int high, low;

	switch (s.n ? *s.p : '\0') {
	case 'n': *ret = '\n'; return 1;
	case 'r': *ret = '\r'; return 1;
	case 't': *ret = '\t'; return 1;
	case '\\': *ret = '\\'; return 1;
	case 'x': break;
	default: return 0;
	}
	high = s.n < 3 ? -1 : hex_value(s.p[1]);
	low = s.n < 3 ? -1 : hex_value(s.p[2]);
	if (high < 0 || low < 0)
		return 0;
	*ret = (char)(high << 4 | low);
	return 3;
}

static bool read_escaped(struct buf *out, struct span payload)
{
	struct span piece;
	bool more;
	size_t len;
	char c;

	while (payload.n) {
		more = memchr(payload.p, '\\', payload.n) != NULL;
		span_cut(&payload, '\\', &piece);
		buf_add(out, piece.p, piece.n);
		if (!more)
			break;
		len = unescape(payload, &c);
		if (!len)
			return false;
		buf_addc(out, c);
		payload = span_skip(payload, len);
	}
	return true;
}

static const char *read_payload(const json_t *head, struct span payload, struct arena *mem,
				struct event *event)
{
	const json_t *enc = json_object_get(head, "enc");
	const char *name = json_string_value(enc), *why = NULL;
	struct buf bytes;

	if (enc && (!name || strcmp(name, "b64")))
		return "an unknown enc";
	buf_init(&bytes, payload.n);
	if (enc && !base64_decode(&bytes, payload))
		why = "the payload is no base64";
	else if (!enc && !read_escaped(&bytes, payload))
		why = "the payload holds a wrong escape";
	event->bytes = arena_strndup(mem, bytes.data, bytes.len);
	event->len = bytes.len;
	buf_release(&bytes);
	return why;
}

bool textform_parse(struct span line, struct arena *mem, struct event *ret_event,
		    const char **ret_why)
{
	const char *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
	struct event event = { 0 };
	json_error_t error;
	const char *why;
	json_t *head;
	size_t len;

	len = tab ? (size_t)(tab - line.p) : 0;
	if (!tab || len > TEXTFORM_HEAD_MAX) {
		*ret_why = tab ? "the head is too long" : "no TAB behind the head";
		return false;
	}
	head = json_loadb(line.p, len, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(head))
		why = "the head is no JSON object";
	else
		why = read_head(head, mem, &event);
	if (!why)
		why = read_payload(head, span_skip(line, len + 1), mem, &event);
	json_decref(head);
	if (why) {
		*ret_why = why;
		return false;
	}
	*ret_event = event;
	return true;
}
