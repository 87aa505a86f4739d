#include "live/shell.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "live/command.h"
#include "live/frame.h"
#include "loop/loop.h"
#include "model/event.h"

/*
 * How it works: every report under way is an entry in a list, made by a request or, for
 * what a survey or a round brings, by its first chunk. An entry leaves when its last chunk came.
 * At its deadline it is reported late and stays, so that the collector is not started
 * again on top of itself; at twice that time the server is told to end it. One timer
 * serves the earliest of these. Before all that stands the hello: pulse, or noise.
 */

#define REPORT_MAX ((size_t)512 * 1024)
#define NOISE_MAX 2048
#define HELLO_LEAST_MS 1000 /* however long the login took */
#define SEND_MAX ((size_t)1024 * 1024)

struct entry {
	struct entry *next;
	uint64_t seq;
	char name[FRAME_NAME_MAX + 1];
	struct buf bytes;
	int timeout_ms;
	int64_t since; /* -1: the way is not there yet */
	bool late, torn;
};

enum hello { HELLO_NONE, HELLO_SUDO, HELLO_WAITING, HELLO_DONE };

struct shell {
	struct loop *loop;
	const char *const *scripts;
	struct shell_callbacks callbacks;
	void *owner;
	char mark[33], token[33];
	char *command;
	enum shell_sudo sudo;
	char *password;
	int hello_ms;
	int64_t started;
	enum hello hello;
	bool live, only_pulse, asked, failed, closed;
	bool dead; /* freed; the memory lasts to the end of the tick */
	struct arena *mem; /* of the last failure's words */
	struct frames *frames;
	struct buf queue, noise;
	struct entry *entries;
	struct loop_timer *timer, *hello_timer;
	uint64_t first_seq;
};

static void random_hex(char ret[33])
{
	unsigned char bytes[16];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort(); /* sixteen bytes never come short; without them frames can be forged */
	for (i = 0; i < sizeof(bytes); i++) {
		ret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		ret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	ret[32] = '\0';
}

static void wipe_password(struct shell *s)
{
	if (s->password)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	s->password = NULL;
}

/* ---- entries ---- */

static struct entry *find(struct shell *s, uint64_t seq, const char *name)
{
	struct entry *e;

	for (e = s->entries; e; e = e->next)
		if ((!seq || e->seq == seq) && !strcmp(e->name, name))
			return e;
	return NULL;
}

static struct entry *add(struct shell *s, uint64_t seq, const char *name, int timeout_ms)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	e->seq = seq;
	memcpy(e->name, name, strlen(name) + 1);
	buf_init(&e->bytes, REPORT_MAX);
	e->timeout_ms = timeout_ms;
	e->since = s->live ? loop_now(s->loop) : -1;
	e->next = s->entries;
	s->entries = e;
	return e;
}

/* Out of the list, so that a callback may ask for the same report again. */
static void detach(struct shell *s, struct entry *e)
{
	struct entry **at = &s->entries;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
}

static void release(struct entry *e)
{
	buf_release(&e->bytes);
	free(e);
}

static int64_t due(const struct entry *e)
{
	return e->since + (int64_t)e->timeout_ms * (e->late ? 2 : 1);
}

static void set_timer(struct shell *s)
{
	int64_t first = INT64_MAX;
	struct entry *e;

	for (e = s->entries; e; e = e->next)
		if (e->since >= 0 && due(e) < first)
			first = due(e);
	if (first == INT64_MAX)
		loop_timer_stop(s->timer);
	else
		loop_timer_start(s->timer, first - loop_now(s->loop));
}

static void report(struct shell *s, const struct entry *e, const struct frame_chunk *last)
{
	struct shell_report r;

	memset(&r, 0, sizeof(r));
	r.seq = e->seq;
	r.name = e->name;
	r.version = last ? last->version : 0;
	r.exit = last ? last->exit : EVENT_EXIT_UNKNOWN;
	r.ms = last ? last->ms : -1;
	r.flags = last ? 0 : EVENT_LATE;
	if ((last && last->truncated) || e->torn || e->bytes.over)
		r.flags |= EVENT_TRUNCATED;
	if (last && last->needs_root)
		r.flags |= EVENT_NEEDS_ROOT;
	r.bytes = e->bytes.data ? e->bytes.data : "";
	r.len = e->bytes.len;
	s->callbacks.on_report(s->owner, &r);
}

static void tell_end(struct shell *s, const struct entry *e)
{
	char *line = xasprintf("w5_end %llu %s\n", (unsigned long long)e->seq, e->name);

	s->callbacks.on_send(s->owner, line, strlen(line));
	free(line);
}

static struct entry *first_due(struct shell *s)
{
	struct entry *e;

	for (e = s->entries; e; e = e->next)
		if (e->since >= 0 && due(e) <= loop_now(s->loop))
			return e;
	return NULL;
}

static void timer_cb(void *owner)
{
	struct shell *s = owner;
	struct entry *e;

	while (!s->dead && (e = first_due(s))) {
		if (e->late) {
			detach(s, e);
			tell_end(s, e);
			release(e);
		} else {
			e->late = true;
			report(s, e, NULL);
		}
	}
	if (!s->dead)
		set_timer(s);
}

/* ---- failures ---- */

static void fail(struct shell *s, struct ssh_failure *failure)
{
	if (s->failed)
		return;
	s->failed = true;
	loop_timer_stop(s->hello_timer);
	s->callbacks.on_failed(s->owner, failure);
}

/* What came instead of a shell, on one line; "" when nothing did. */
static const char *printed(struct shell *s)
{
	struct span said = span_trim(span_from(s->noise.data ? s->noise.data : "", s->noise.len));
	char *line = arena_strndup(s->mem, said.p, said.n);
	char *p;

	for (p = line; (size_t)(p - line) < said.n; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	return text_clean_dup(s->mem, span_from(line, said.n));
}

static void no_shell(struct shell *s, struct ssh_failure *f)
{
	const char *words = printed(s), *ssh_says = f->says;

	memset(f, 0, sizeof(*f));
	f->error = SSH_E_NO_SHELL;
	f->step = "shell";
	f->says = *words ? words : ssh_says && *ssh_says ? ssh_says : "nothing was printed";
	f->advice = "the login works but no POSIX shell answered: "
		"give the user a login shell and no forced command";
}

static void cannot_fork(struct ssh_failure *f)
{
	f->error = SSH_E_NO_SHELL;
	f->step = "shell";
	f->advice = "the host cannot start a process any more (out of processes or memory): free "
		"some on its own console";
}

static void hello_cb(void *owner)
{
	struct shell *s = owner;
	struct ssh_failure f = { .error = SSH_E_NO_SHELL };

	no_shell(s, &f);
	if (!s->noise.len) {
		f.says = "logged in, but the shell did not answer in time";
		f.advice = "the host may be out of memory or processes: "
			"look at its console (load, free memory, disk)";
	}
	fail(s, &f);
}

/* ---- what comes in ---- */

static bool is_group(const char *name)
{
	return !strcmp(name, "survey") || !strcmp(name, "round");
}

/* What a survey began and did not end by now will not come: its collector died. */
static void end_group(struct shell *s, uint64_t seq)
{
	struct entry *e;

	for (;;) {
		for (e = s->entries; e && e->seq != seq; e = e->next)
			;
		if (!e || s->dead)
			return;
		detach(s, e);
		if (!e->late)
			report(s, e, NULL);
		release(e);
	}
}

static void chunk_cb(void *owner, const struct frame_chunk *chunk)
{
	struct shell *s = owner;
	struct ssh_failure f = { .says = "the remote shell could not start any process" };
	struct entry *e, *group;

	if (s->dead)
		return;
	if (s->hello != HELLO_DONE) {
		s->hello = HELLO_DONE;
		s->only_pulse = true;
		loop_timer_stop(s->hello_timer);
		s->callbacks.on_ready(s->owner);
	}
	if (strcmp(chunk->name, "host.pulse") != 0 && strcmp(chunk->name, "survey") != 0)
		s->only_pulse = false;
	e = find(s, chunk->seq, chunk->name);
	if (!e) {
		group = find(s, chunk->seq, "survey");
		if (!group)
			group = find(s, chunk->seq, "round");
		if (!group && strcmp(chunk->name, "host.pulse") != 0)
			return; /* given up long ago */
		e = add(s, chunk->seq, chunk->name, group ? group->timeout_ms : 10000);
		if (group)
			e->since = group->since;
	}
	buf_add(&e->bytes, chunk->bytes, chunk->len);
	e->torn |= chunk->torn;
	if (!chunk->last)
		return;
	detach(s, e);
	if (is_group(e->name))
		end_group(s, chunk->seq);
	report(s, e, chunk);
	release(e);
	if (!strcmp(chunk->name, "survey") && chunk->exit != 0 && s->only_pulse && !s->dead) {
		cannot_fork(&f);
		fail(s, &f);
	}
}

static void send_all(struct shell *s)
{
	struct buf out;

	buf_init(&out, SEND_MAX);
	command_scripts(&out, s->scripts, s->mark, s->first_seq);
	buf_add(&out, s->queue.data, s->queue.len);
	buf_release(&s->queue);
	s->hello = HELLO_WAITING;
	s->callbacks.on_send(s->owner, out.data, out.len);
	buf_release(&out);
}

static void give_password(struct shell *s)
{
	struct ssh_failure f = {
		.error = SSH_E_AUTH, .step = "sudo",
		.says = "sudo did not accept the password",
		.advice = "try again with the right password, or use --no-sudo",
	};

	if (!s->password && !s->asked) {
		f.says = "sudo asks for a password and none was given";
		f.advice = "run wp502 in a terminal, where it can ask you, or use --no-sudo";
	}
	if (s->asked || !s->password) {
		fail(s, &f);
		return;
	}
	s->asked = true;
	s->callbacks.on_send(s->owner, s->password, strlen(s->password));
	s->callbacks.on_send(s->owner, "\n", 1);
	wipe_password(s);
	buf_clear(&s->noise); /* the token is spent: the next one is a second question */
}

/* Before the scripts are sent with --sudo ask: sudo's question, or how it ended. */
static void watch_sudo(struct shell *s)
{
	struct span said = span_from(s->noise.data, s->noise.len);
	char *word = xasprintf("%s?", s->token);
	bool asks = span_has(said, word);

	word[32] = '+';
	if (span_has(said, word)) {
		send_all(s);
	} else {
		word[32] = '-';
		if (span_has(said, word))
			send_all(s);
		else if (asks)
			give_password(s);
	}
	free(word);
}

static void noise_cb(void *owner, const char *bytes, size_t len)
{
	struct shell *s = owner;

	if (s->dead || s->hello == HELLO_DONE)
		return;
	if (s->hello == HELLO_SUDO && s->noise.len + len > NOISE_MAX)
		buf_consume(&s->noise, s->noise.len / 2); /* a talkative profile */
	buf_add(&s->noise, bytes, len);
	if (s->hello == HELLO_SUDO)
		watch_sudo(s);
}

void shell_feed(struct shell *s, const char *bytes, size_t len)
{
	if (s->dead)
		return;
	frames_feed(s->frames, bytes, len);
	if (!s->dead)
		set_timer(s);
}

/* The connection itself went, and took the shell with it: nothing is known of the shell. */
static bool was_cut(const struct ssh_failure *f)
{
	static const char *const words[] = { "closed by", "reset", "Broken pipe", "imeout",
		"timed out" };
	size_t i;

	for (i = 0; f->says && i < sizeof(words) / sizeof(*words); i++)
		if (strstr(f->says, words[i]))
			return true;
	return false;
}

void shell_closed(struct shell *s, struct ssh_failure *f)
{
	bool waiting = s->entries != NULL;
	struct entry *e;

	loop_timer_stop(s->hello_timer);
	loop_timer_stop(s->timer);
	s->closed = true;
	while ((e = s->entries) && !s->dead) {
		detach(s, e);
		if (!e->late && e->bytes.len)
			report(s, e, NULL);
		release(e);
	}
	if (s->dead || !s->live || (f->error != SSH_E_LOST && f->error != SSH_E_NO_SHELL))
		return;
	if (s->hello == HELLO_DONE) {
		if (s->only_pulse && waiting && !was_cut(f))
			cannot_fork(f);
	} else if (f->error != SSH_E_NO_SHELL || s->noise.len) {
		no_shell(s, f); /* ssh's own words, if it has any, know more than silence */
	}
}

/* ---- life ---- */

struct shell *shell_new(struct loop *loop, const struct shell_config *config,
	const struct shell_callbacks *callbacks, void *owner)
{
	struct shell *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->mem = arena_new();
	s->scripts = config->scripts;
	s->callbacks = *callbacks;
	s->owner = owner;
	s->sudo = config->sudo;
	s->password = config->password ? xstrdup(config->password) : NULL;
	s->hello_ms = config->hello_ms;
	random_hex(s->mark);
	random_hex(s->token);
	s->command = command_login(s->sudo, s->token);
	s->frames = frames_new(s->mark, chunk_cb, noise_cb, s);
	buf_init(&s->queue, SEND_MAX / 2);
	buf_init(&s->noise, NOISE_MAX);
	s->timer = loop_timer_new(loop, timer_cb, s);
	s->hello_timer = loop_timer_new(loop, hello_cb, s);
	return s;
}

static void free_now(void *owner)
{
	struct shell *s = owner;
	struct entry *e;

	while ((e = s->entries)) {
		detach(s, e);
		release(e);
	}
	wipe_password(s);
	loop_timer_free(s->timer);
	loop_timer_free(s->hello_timer);
	buf_release(&s->queue);
	buf_release(&s->noise);
	frames_free(s->frames);
	arena_free(s->mem);
	free(s->command);
	free(s);
}

/* A callback of ours may be on the stack: the memory goes at the end of the tick. */
void shell_free(struct shell *s)
{
	if (!s || s->dead)
		return;
	s->dead = true;
	wipe_password(s);
	loop_timer_stop(s->timer);
	loop_timer_stop(s->hello_timer);
	loop_defer(s->loop, free_now, s);
}

const char *shell_command(const struct shell *s)
{
	return s->command;
}

void shell_start(struct shell *s)
{
	s->started = loop_now(s->loop);
	if (s->sudo == SHELL_SUDO_ASK)
		s->hello = HELLO_SUDO;
	else
		send_all(s);
}

void shell_live(struct shell *s)
{
	struct entry *e;
	int64_t left;

	s->live = true;
	for (e = s->entries; e; e = e->next)
		e->since = loop_now(s->loop);
	left = s->started + s->hello_ms - loop_now(s->loop);
	if (s->hello != HELLO_DONE)
		loop_timer_start(s->hello_timer, left > HELLO_LEAST_MS ? left : HELLO_LEAST_MS);
	set_timer(s);
}

bool shell_request(struct shell *s, uint64_t seq, const char *name, const char *const *args,
	int timeout_ms)
{
	bool started = s->hello == HELLO_WAITING || s->hello == HELLO_DONE;
	struct buf line;

	if (s->closed || strlen(name) > FRAME_NAME_MAX || find(s, 0, name))
		return false;
	buf_init(&line, SEND_MAX / 2);
	if (!command_request(&line, seq, name, args, timeout_ms)) {
		buf_release(&line);
		return false;
	}
	if (!s->first_seq)
		s->first_seq = seq;
	add(s, seq, name, timeout_ms);
	if (started)
		s->callbacks.on_send(s->owner, line.data, line.len);
	else
		buf_add(&s->queue, line.data, line.len);
	buf_release(&line);
	if (s->live)
		set_timer(s);
	return true;
}
