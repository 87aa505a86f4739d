#include "report_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "play.h"
#include "report/postmortem.h"

#define EXIT_USAGE 64
#define OUTPUT_MAX (16u << 20)

static void event(void *owner, const struct event *event)
{
	postmortem_event(owner, event);
}

static void look(void *owner, const struct model *model)
{
	postmortem_look(owner, model);
}

int report_run(const struct cli *cli, const char *path)
{
	struct postmortem *pm = postmortem_new(cli->client);
	const struct play_calls calls = { event, look, pm };
	struct play *play = play_new(cli, &calls);
	char *error = NULL;
	bool done = play_file(play, path, &error);
	struct buf out;

	if (done) {
		buf_init(&out, OUTPUT_MAX);
		postmortem_write(pm, play_model(play), &out);
		fwrite(out.data, 1, out.len, stdout);
		buf_release(&out);
	} else {
		fprintf(stderr, "wp502: %s\n", error);
	}
	free(error);
	play_free(play);
	postmortem_free(pm);
	return done ? 0 : EXIT_USAGE;
}
