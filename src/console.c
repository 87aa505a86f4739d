/*
 * The pace: what the server says is shown at most 30 times a second, what a key does at
 * once; a frame waits while the terminal still takes the last one. Whatever moves by
 * itself (ages, a spinner) asks for its own next frame.
 */
#include "console.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/mem.h"
#include "console_shell.h"
#include "engine/engine.h"
#include "keep.h"
#include "loop/loop.h"
#include "probes/probe.h"
#include "session.h"
#include "store/recorder.h"
#include "store/recording.h"
#include "ui/term.h"
#include "ui/ui.h"

#define FRAME_MS 33
#define FOR_EVER INT64_MAX

struct console {
	const struct cli *cli;
	const struct targets *targets;
	const struct console_guest *guest; /* NULL: none */
	struct loop *loop;
	struct term *term;
	struct ui *ui;
	struct canvas canvas, screens; /* screens: above the guest's rows */
	struct model *model;
	struct source *source;
	struct engine *engine;
	struct recorder *recorder;  /* NULL: none */
	struct console_shell *shell;/* NULL: the terminal is ours */
	struct loop_timer *tick, *frame;
	int64_t tick_due, frame_due, last_frame; /* mono ms */
	size_t hosts_known;         /* of a recording: they come one by one */
	uint64_t shown;             /* generation of the model on the screen */
	bool waiting;               /* a frame is due but the terminal is busy */
};

/* ---- frames ---- */

/* The screens above, the guest's rows below. */
static void draw_shared(struct console *c, int rows, int w, int h)
{
	struct rect below = { 0, h - rows, w, rows };
	int y;

	if (c->canvas.w != w || c->canvas.h != h) {
		canvas_release(&c->canvas);
		canvas_init(&c->canvas, w, h, ui_settings(c->ui)->ascii);
	}
	canvas_clear(&c->canvas);
	if (rows < h) {
		ui_draw(c->ui, c->model, c->source->ops->now(c->source).wall, w, h - rows,
			&c->screens);
		for (y = 0; y < h - rows; y++)
			memcpy(&c->canvas.cells[y * w], &c->screens.cells[y * w],
				(size_t)w * sizeof(struct cell));
	}
	c->guest->draw(c->guest->owner, &c->canvas, below);
}

static void draw_all(struct console *c)
{
	int w, h, rows;

	term_size(c->term, &w, &h);
	rows = c->guest ? c->guest->rows(c->guest->owner, w, h) : 0;
	if (rows > 0)
		draw_shared(c, rows < h ? rows : h, w, h);
	else
		ui_draw(c->ui, c->model, c->source->ops->now(c->source).wall, w, h, &c->canvas);
}

static void draw(void *owner)
{
	struct console *c = owner;
	int64_t next;

	c->frame_due = FOR_EVER;
	c->waiting = !term_idle(c->term);
	if (c->waiting)
		return;
	c->shown = c->model->generation;
	c->last_frame = loop_now(c->loop);
	draw_all(c);
	term_show(c->term, &c->canvas, ui_theme(c->ui), ui_color(c->ui));
	next = ui_next_frame(c->ui, c->model);
	if (next >= 0) {
		c->frame_due = c->last_frame + next;
		loop_timer_start(c->frame, next);
	}
}

static void want_frame(struct console *c, int64_t in_ms)
{
	int64_t due = loop_now(c->loop) + in_ms;

	if (due >= c->frame_due)
		return;
	c->frame_due = due;
	loop_timer_start(c->frame, in_ms);
}

static void data_changed(struct console *c)
{
	int64_t since = loop_now(c->loop) - c->last_frame;

	if (c->model->generation != c->shown)
		want_frame(c, since >= FRAME_MS ? 0 : FRAME_MS - since);
}

/* ---- engine ---- */

static void tick(void *owner)
{
	struct console *c = owner;

	c->tick_due = FOR_EVER;
	engine_tick(c->engine);
	if (!c->source->live && c->model->host_count != c->hosts_known) {
		c->hosts_known = c->model->host_count;
		ui_open_first(c->ui, c->model);
	}
	if (c->guest && c->guest->look)
		c->guest->look(c->guest->owner, c->model);
	data_changed(c);
}

static void wake(void *owner, int64_t in_ms)
{
	struct console *c = owner;
	int64_t due = loop_now(c->loop) + in_ms;

	if (due >= c->tick_due)
		return;
	c->tick_due = due;
	loop_timer_start(c->tick, in_ms > 0 ? in_ms : 0);
}

static void witness(void *owner, const struct event *event)
{
	struct console *c = owner;
	char *error = NULL;

	if (c->recorder && !recorder_event(c->recorder, event, &error))
		free(error); /* the screen is up; recorder_free tells it at the end */
}

static void recording_ended(void *owner)
{
	struct console *c = owner;

	engine_source_ended(c->engine);
	ui_open_first(c->ui, c->model); /* now its hosts are known */
	wake(c, 0);
}

static void guest_changed(void *owner)
{
	want_frame(owner, 0);
}

/* ---- terminal ---- */

static void on_key(void *owner, const struct key *key)
{
	struct console *c = owner;

	if (!c->guest || !c->guest->key || ui_typing(c->ui) || key->pasted ||
	    !c->guest->key(c->guest->owner, key))
		ui_key(c->ui, c->model, key);
	want_frame(c, 0);
}

static void on_resize(void *owner)
{
	want_frame(owner, 0);
}

static void on_idle(void *owner)
{
	struct console *c = owner;

	if (c->waiting)
		draw(c);
}

static void on_gone(void *owner)
{
	struct console *c = owner;

	loop_stop(c->loop);
}

/* ---- wishes of the screens ---- */

static void do_suspend(void *owner)
{
	struct console *c = owner;

	term_suspend(c->term);
}

static void do_redraw(void *owner)
{
	struct console *c = owner;

	term_redraw(c->term);
}

static void do_refresh(void *owner, const char *host)
{
	struct console *c = owner;

	engine_refresh(c->engine, host);
}

static void shell_ended(void *owner)
{
	struct console *c = owner;

	console_shell_free(c->shell);
	c->shell = NULL;
	term_return(c->term);
}

static void do_shell(void *owner, const char *host)
{
	struct console *c = owner;
	size_t i;

	for (i = 0; i < c->targets->count && !c->shell; i++)
		if (!strcmp(c->targets->items[i].pages.name, host)) {
			term_leave(c->term);
			c->shell = console_shell_new(c->loop, c->cli, &c->targets->items[i],
				shell_ended, c);
			if (!c->shell)
				term_return(c->term);
			break;
		}
}

static void do_copy(void *owner, const char *text)
{
	struct console *c = owner;

	term_copy(c->term, text);
}

static void do_mouse(void *owner, bool on)
{
	struct console *c = owner;

	term_mouse(c->term, on);
}

static void face_of(enum link link, const struct site_view *view, struct face *face)
{
	if (probes[link]->face)
		probes[link]->face(view, face);
}

/* ---- beginning and end ---- */

/* "15;0": the terminal says what it writes with on what; 7 and 15 are white. */
static const struct theme *theme_for(const struct cli *cli)
{
	const char *no_color = getenv("NO_COLOR"), *ground = getenv("COLORFGBG");
	bool colour = cli->color == COLOR_ALWAYS ||
		      (cli->color == COLOR_AUTO && !(no_color && *no_color));

	if (!colour)
		return theme_find("mono");
	ground = ground ? strrchr(ground, ';') : NULL;
	return theme_find(ground && (!strcmp(ground, ";7") || !strcmp(ground, ";15")) ? "light" :
									 "dark");
}

static void open_screens(struct console *c, bool live)
{
	struct ui_config config = {
		.theme = theme_for(c->cli),
		.ascii = c->cli->ascii || !term_utf8(c->term),
		.utc = c->cli->utc,
		.live = live,
		.recording = c->recorder != NULL,
		.face = face_of,
	};
	const struct ui_outside outside = {
		.quit = on_gone, .suspend = do_suspend, .redraw = do_redraw, .refresh = do_refresh,
		.shell = do_shell, .copy = do_copy, .mouse = do_mouse, .owner = c,
	};

	keymap_init(&config.keymap);
	c->ui = ui_new(&config, &outside);
}

static void open_engine(struct console *c)
{
	struct engine_options options = { .since_ms = c->cli->since_ms, .wake = wake,
		.witness = witness, .owner = c };

	c->engine = engine_new(c->source, c->model, &options);
}

static void add_hosts(struct console *c, const struct config *config)
{
	const struct target_config *own;
	struct engine_target target;
	size_t i;

	for (i = 0; i < c->targets->count; i++) {
		target = c->targets->items[i].pages;
		own = config_find(config, c->targets->items[i].name);
		target.interval_ms = own && own->interval_ms ? own->interval_ms : config->interval_ms;
		target.probe_ms = own && own->probe_ms ? own->probe_ms : config->probe_ms;
		engine_add(c->engine, &target);
	}
}

/* What was dropped to make room is said in the recording that took its place. */
static void note(struct console *c, const char *text)
{
	const struct event event = { .mono = loop_now(c->loop), .wall = loop_wall(c->loop),
		.host = "", .kind = EVENT_NOTE, .name = "dropped", .exit = EVENT_EXIT_UNKNOWN,
		.ms = -1, .bytes = text, .len = strlen(text) };

	witness(c, &event);
}

/* Where it was told to, else where ours lie. Without one the console goes on: an outage is
 * no time to fail for want of a disk; the title does not say REC then. */
static void open_recorder(struct console *c)
{
	char *dropped = NULL, *error = NULL, *path;

	if (c->cli->no_record)
		return;
	path = c->cli->record ? xstrdup(c->cli->record)
			      : keep_new(loop_wall(c->loop) / 1000, &dropped, &error);
	if (path)
		c->recorder = recorder_new(path, &error);
	if (!c->recorder && c->cli->record)
		fprintf(stderr, "wp502: %s\n", error);
	else if (!c->recorder)
		dlog("%s", error);
	if (c->recorder && dropped)
		note(c, dropped);
	free(path);
	free(dropped);
	free(error);
}

static void open_live(struct console *c, char **ret_error)
{
	char *password = NULL;

	/* Before the screen is up: the question stands on the terminal as it is. */
	if (!session_sudo_password(c->cli, &password, ret_error)) {
		fprintf(stderr, "wp502: %s\n", *ret_error);
		return;
	}
	c->source = session_open(c->loop, c->cli, c->targets, password);
	session_wipe(password);
	open_recorder(c);
}

/* False with a complaint on stderr. */
static bool open_source(struct console *c)
{
	char *error = NULL;

	if (c->guest) {
		c->source = c->guest->open(c->guest->owner, c->loop, recording_ended,
			guest_changed, c, &error);
		if (!c->source)
			fprintf(stderr, "wp502: %s\n", error);
	} else if (c->targets->count) {
		open_live(c, &error);
	} else {
		c->source = recording_new(c->loop, c->targets->recordings.items[0], &error);
		if (c->source)
			recording_on_end(c->source, recording_ended, c);
		else
			fprintf(stderr, "wp502: %s\n", error);
	}
	free(error);
	return c->source && (!c->cli->record || !c->targets->count || c->recorder);
}

static void close_all(struct console *c)
{
	char *error;

	console_shell_free(c->shell);
	term_free(c->term); /* first: what follows may take a moment */
	if (c->source)
		c->source->ops->close(c->source);
	engine_free(c->engine);
	ui_free(c->ui);
	canvas_release(&c->canvas);
	canvas_release(&c->screens);
	error = recorder_free(c->recorder);
	if (error)
		fprintf(stderr, "wp502: %s\n", error);
	free(error);
	loop_timer_free(c->tick);
	loop_timer_free(c->frame);
	model_free(c->model);
	loop_free(c->loop);
}

static void begin(struct console *c, const struct config *config)
{
	c->tick = loop_timer_new(c->loop, tick, c);
	c->frame = loop_timer_new(c->loop, draw, c);
	c->tick_due = c->frame_due = FOR_EVER;
	open_screens(c, c->source->live);
	open_engine(c);
	add_hosts(c, config);
	ui_open_first(c->ui, c->model);
	draw(c); /* something to look at before the first name is resolved */
	engine_start(c->engine);
}

static int run_once(struct console *c, const struct config *config, const char **ret_why)
{
	static const struct term_calls calls = { on_key, on_resize, on_idle, on_gone };
	int status = 0;

	c->loop = loop_new();
	c->model = model_new();
	c->term = term_new(c->loop, &calls, c, ret_why);
	if (!c->term)
		status = -1;
	else if (!open_source(c))
		status = 64;
	if (!status) {
		begin(c, config);
		loop_run(c->loop);
	}
	close_all(c);
	return status;
}

int console_run(const struct cli *cli, const struct config *config,
	const struct targets *targets, const struct console_guest *guest, const char **ret_why)
{
	struct console c;
	int status;

	do {
		c = (struct console){ .cli = cli, .targets = targets, .guest = guest };
		status = run_once(&c, config, ret_why);
	} while (!status && guest && guest->again && guest->again(guest->owner));
	return status;
}
