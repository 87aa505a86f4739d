#include "player.h"

#include <stdio.h>
#include <time.h>

#include "console.h"
#include "loop/loop.h"
#include "model/model.h"
#include "store/recording.h"
#include "ui/canvas.h"
#include "ui/keys.h"

struct player {
	const struct cli *cli;
	const char *path;
	struct loop *loop;
	struct source *source; /* the console's; NULL before and after */
	int speed;             /* index */
	bool paused, ended, again;
	bool jumping;          /* as fast as can be, until something changes ... */
	bool to_fault;         /* ... or until the first thing is ill, at the start */
	size_t changes;        /* in the model's timeline */
	void (*end_call)(void *console);
	void *console;
};

static const double speeds[] = { 0.5, 1, 2, 4, 8, 16, 60 };
#define SPEEDS ((int)(sizeof(speeds) / sizeof(*speeds)))
#define FIRST_SPEED 2

static void set_pace(struct player *p)
{
	recording_pace(p->source, p->jumping ? 0 : speeds[p->speed]);
	recording_pause(p->source, p->paused && !p->jumping);
}

static void ended(void *owner)
{
	struct player *p = owner;

	p->ended = true;
	p->jumping = false;
	p->end_call(p->console);
}

static struct source *open_file(void *owner, struct loop *loop, void (*end_call)(void *),
	void (*changed)(void *), void *console, char **ret_error)
{
	struct player *p = owner;

	p->loop = loop;
	(void)changed; /* each event changes the model, each change the screen */
	p->end_call = end_call;
	p->console = console;
	p->ended = p->again = p->paused = false;
	p->jumping = p->to_fault = true;
	p->changes = 0;
	p->source = recording_new(loop, p->path, ret_error);
	if (p->source) {
		recording_on_end(p->source, ended, p);
		set_pace(p);
	}
	return p->source;
}

static void look(void *owner, const struct model *model)
{
	struct player *p = owner;

	const struct happening *last = timeline_newest(&model->timeline, 0);

	if (p->jumping && last && model->timeline.count != p->changes &&
	    (!p->to_fault || last->health != HEALTH_OK)) {
		p->jumping = false;
		p->paused = !p->to_fault;
		p->to_fault = false;
		set_pace(p);
	}
	p->changes = model->timeline.count;
}

static bool key(void *owner, const struct key *key)
{
	struct player *p = owner;

	if (key->code == 'p')
		p->paused = !p->paused;
	else if (key->code == '<' && p->speed > 0)
		p->speed--;
	else if (key->code == '>' && p->speed < SPEEDS - 1)
		p->speed++;
	else if (key->code == 'J')
		p->jumping = !p->ended;
	else if (key->code == '.')
		p->paused = true;
	else if (key->code == 'B')
		p->again = true;
	else
		return key->code == '<' || key->code == '>';
	set_pace(p);
	if (key->code == '.')
		recording_step(p->source);
	if (p->again)
		loop_stop(p->loop);
	return true;
}

static bool again(void *owner)
{
	struct player *p = owner;

	return p->again;
}

static int rows(void *owner, int w, int h)
{
	(void)owner;
	(void)w;
	return h > 18 ? 1 : 0; /* the screens need 18 */
}

static void draw(void *owner, struct canvas *canvas, struct rect in)
{
	const struct player *p = owner;
	time_t at = (time_t)(p->source->ops->now(p->source).wall / 1000);
	struct tm parts;
	char clock[32];
	int col;

	if (p->cli->utc)
		gmtime_r(&at, &parts);
	else
		localtime_r(&at, &parts);
	strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M:%S", &parts);
	canvas_fill(canvas, in, STYLE_BAR, " ");
	col = canvas_putf(canvas, in, 0, 0, STYLE_BAR, " REPLAY %s  %s x%g  ", clock,
		p->ended ? "end" : p->jumping ? "jump" : p->paused ? "paused" : "plays",
		speeds[p->speed]);
	canvas_put(canvas, in, col, 0, STYLE_BAR, "p pause  . step  < > speed  J next change  B again");
}

int player_run(const struct cli *cli, const struct config *config,
	const struct targets *targets, const char **ret_why)
{
	struct player player = { .cli = cli, .path = targets->recordings.items[0],
		.speed = FIRST_SPEED };
	const struct console_guest guest = { .open = open_file, .look = look, .key = key,
		.rows = rows, .draw = draw, .again = again, .owner = &player };

	return console_run(cli, config, targets, &guest, ret_why);
}
