#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "play.h"
#include "report/report.h"

#define EXIT_USAGE 64
#define OUTPUT_MAX (16u << 20)

void replay_teller_init(struct replay_teller *teller, const struct cli *cli)
{
	memset(teller, 0, sizeof(*teller));
	teller->cli = cli;
	buf_init(&teller->fault, OUTPUT_MAX);
}

void replay_teller_release(struct replay_teller *teller)
{
	buf_release(&teller->fault);
}

void replay_sheet(const struct cli *cli, const struct model *model, struct buf *out)
{
	const char *no_color = getenv("NO_COLOR");
	struct report_style style = { .utc = cli->utc };

	style.color = cli->color == COLOR_ALWAYS ||
		      (cli->color == COLOR_AUTO && isatty(STDOUT_FILENO) &&
			      !(no_color && *no_color));
	report_text(out, model, &style);
}

static void tell_one(const struct replay_teller *teller, const struct happening *h,
	struct buf *out)
{
	time_t at = (time_t)(h->wall / 1000);
	struct tm parts;
	char clock[16];

	if (teller->cli->utc)
		gmtime_r(&at, &parts);
	else
		localtime_r(&at, &parts);
	strftime(clock, sizeof(clock), "%H:%M:%S", &parts);
	buf_addf(out, "%s  %s  %s: %s%s%s%s\n", clock, health_letter(h->health), h->host, h->text,
		*h->cause ? "  (" : "", h->cause, *h->cause ? ")" : "");
}

static bool all_well(const struct model *model)
{
	return report_exit_status(model) == 0;
}

void replay_tell(struct replay_teller *teller, const struct model *model, struct buf *out)
{
	const struct timeline *timeline = &model->timeline;
	size_t fresh = timeline->count - teller->told;
	const struct happening *h;

	for (; fresh; fresh--) {
		h = timeline_newest(timeline, fresh - 1);
		if (h)
			tell_one(teller, h, out);
	}
	teller->told = timeline->count;
	teller->well = all_well(model);
	if (report_exit_status(model) != 1 && report_exit_status(model) != 2)
		return;
	buf_clear(&teller->fault);
	replay_sheet(teller->cli, model, &teller->fault);
}

static void put(struct buf *out)
{
	fwrite(out->data ? out->data : "", 1, out->len, stdout);
	buf_clear(out);
}

static void look(void *owner, const struct model *model)
{
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	replay_tell(owner, model, &out);
	put(&out);
	buf_release(&out);
}

static void tell_end(struct replay_teller *teller, const struct model *model)
{
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	if (teller->well && teller->fault.len) {
		fputs("\nThe fault, as it was last seen:\n\n", stdout);
		put(&teller->fault);
	}
	fputs("\nAt the end of the recording:\n\n", stdout);
	replay_sheet(teller->cli, model, &out);
	put(&out);
	buf_release(&out);
}

int replay_run(const struct cli *cli, const char *path)
{
	struct replay_teller teller;
	const struct play_calls calls = { .look = look, .owner = &teller };
	struct play *play = play_new(cli, &calls);
	char *error = NULL;
	bool done;

	replay_teller_init(&teller, cli);
	done = play_file(play, path, &error);
	if (done)
		tell_end(&teller, play_model(play));
	else
		fprintf(stderr, "wp502: %s\n", error);
	free(error);
	play_free(play);
	replay_teller_release(&teller);
	return done ? 0 : EXIT_USAGE;
}
