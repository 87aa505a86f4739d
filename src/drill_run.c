/*
 * Without a screen a drill is told to its end: what is seen, each question with the line it
 * points at, what the wrong key does, and the cure.
 */
#include "drill_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/dlog.h"
#include "base/mem.h"
#include "drill/coach.h"
#include "drill/source.h"
#include "drill_files.h"
#include "drill_screen.h"
#include "play.h"
#include "replay.h"

#define EXIT_USAGE 64
#define OUTPUT_MAX (16u << 20)

struct telling {
	const struct cli *cli;
	struct replay_teller teller;
	struct play *play;
	struct drill_opener opener;
	struct source *source;
	struct coach coach;
	struct buf sheet; /* as the stretch left it */
};

static int list(const char *folder)
{
	struct drill **all;
	size_t count, i;

	all = drill_load_all(folder, &count);
	for (i = 0; i < count; i++) {
		printf("%s\t%s\t%s\n", all[i]->name, all[i]->level, all[i]->title);
		drill_free(all[i]);
	}
	free(all);
	return 0;
}

static void put(const struct buf *out)
{
	fwrite(out->data ? out->data : "", 1, out->len, stdout);
}

static void look(void *owner, const struct model *model)
{
	struct telling *t = owner;
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	replay_tell(&t->teller, model, &out);
	put(&out);
	buf_release(&out);
}

static void play_stretch(struct telling *t)
{
	play_on(t->play);
	buf_clear(&t->sheet);
	replay_sheet(t->cli, play_model(t->play), &t->sheet);
	putchar('\n');
	put(&t->sheet);
	putchar('\n');
}

/* The line of the sheet that a question points at. */
static void show_line(const struct telling *t, const char *words)
{
	struct span rest = span_from(t->sheet.data, t->sheet.len), line;

	while (span_line(&rest, &line))
		if (span_has(line, words)) {
			line = span_trim(line);
			printf("   LOOK  > %.*s\n", (int)line.n, line.p);
			return;
		}
	printf("   LOOK  for: %s\n", words);
}

static void tell_question(struct telling *t)
{
	const char *text;
	size_t i;

	printf("ASK      %s\n", coach_text(&t->coach, 0));
	show_line(t, coach_points_at(&t->coach));
	for (i = 0; (text = coach_choice(&t->coach, i)) != NULL; i++)
		printf("   %c) %s\n", (int)('a' + i), text);
	i = coach_right(&t->coach);
	coach_choose(&t->coach, i, 0);
	printf("   ->  %c) %s\n\n", (int)('a' + i), t->coach.reply.data);
}

static void tell_says(struct telling *t)
{
	const char *text;
	size_t i;

	for (i = 0; (text = coach_text(&t->coach, i)) != NULL; i++)
		printf("COACH    %s\n", text);
	putchar('\n');
	coach_next(&t->coach);
}

/* Each key that does not cure first, then the one that does. */
static size_t next_action(const struct telling *t, bool *wrong_done, size_t *ret_last)
{
	size_t right = coach_right(&t->coach), i = *ret_last;

	while (!*wrong_done && coach_choice(&t->coach, i) && i == right)
		i++;
	if (*wrong_done || !coach_choice(&t->coach, i)) {
		*wrong_done = true;
		return right;
	}
	*ret_last = i + 1;
	return i;
}

static bool tell_action(struct telling *t, bool *wrong_done, size_t *last)
{
	const char *before = t->coach.stretch;
	size_t i = next_action(t, wrong_done, last);

	printf("DO       %s%s\n", coach_choice(&t->coach, i),
		*wrong_done ? "" : "      (the wrong key, to see what it does)");
	coach_choose(&t->coach, i, 0);
	if (before != t->coach.stretch && !drill_source_go(t->source, t->coach.stretch)) {
		fprintf(stderr, "wp502: %s\n", t->opener.error);
		return false;
	}
	if (before != t->coach.stretch)
		play_stretch(t);
	printf("   ->    %s\n\n", t->coach.reply.data);
	return true;
}

static bool tell(struct telling *t)
{
	bool wrong_done = false;
	size_t last = 0;

	while (t->coach.state != COACH_CURED) {
		if (t->coach.state == COACH_SAYS)
			tell_says(t);
		else if (t->coach.state == COACH_ASKS)
			tell_question(t);
		else if (!tell_action(t, &wrong_done, &last))
			return false;
	}
	tell_says(t);
	return true;
}

static int tell_drill(const struct cli *cli, const char *folder, const struct drill *drill)
{
	struct telling t = { .cli = cli };
	const struct play_calls calls = { .look = look, .owner = &t };
	const struct drill_source_calls source_calls = { drill_open_stretch, &t.opener };
	bool done = false;

	t.play = play_new(cli, &calls);
	t.opener = (struct drill_opener){ play_loop(t.play), folder, drill, play_ended, t.play, NULL };
	replay_teller_init(&t.teller, cli);
	buf_init(&t.sheet, OUTPUT_MAX);
	coach_begin(&t.coach, drill, COACH_GUIDED, 0, 0);
	t.source = drill_source_new(drill, &source_calls);
	if (t.source) {
		printf("DRILL    %s (%s): recorded on a real server\n\n", drill->title, drill->level);
		play_open(t.play, t.source);
		play_stretch(&t);
		done = tell(&t);
	} else {
		fprintf(stderr, "wp502: %s\n", t.opener.error);
	}
	play_free(t.play);
	coach_release(&t.coach);
	buf_release(&t.sheet);
	replay_teller_release(&t.teller);
	free(t.opener.error);
	return done ? 0 : EXIT_USAGE;
}

static int no_drill(char *why)
{
	fprintf(stderr, "wp502: %s\n", why);
	free(why);
	return EXIT_USAGE;
}

/* What is wanted: "NAME", "alone NAME", "blind" or "blind SEED". */
struct wanted {
	const char *name; /* NULL: any */
	enum coach_mode mode;
	unsigned seed;
};

static unsigned any_seed(void)
{
	unsigned seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		dlog("drill: no random number");
	return seed % 10000;
}

static bool read_wanted(const struct words *words, struct wanted *wanted)
{
	const char *first = words->items[0], *second = words->count > 1 ? words->items[1] : NULL;
	int64_t seed;

	*wanted = (struct wanted){ first, COACH_GUIDED, 0 };
	if (!strcmp(first, "alone")) {
		*wanted = (struct wanted){ second, COACH_ALONE, any_seed() };
		return second != NULL;
	}
	if (strcmp(first, "blind") != 0)
		return !second;
	*wanted = (struct wanted){ NULL, COACH_ALONE, any_seed() };
	if (!second)
		return true;
	if (!span_int(span_of(second), &seed) || seed < 0 || seed > 9999)
		return false;
	wanted->seed = (unsigned)seed;
	return true;
}

/* The same for all who give the same seed and have the same drills. */
static struct drill *pick(const char *folder, unsigned seed, char **ret_error)
{
	struct drill *chosen = NULL, **all;
	size_t count, i;

	all = drill_load_all(folder, &count);
	for (i = 0; i < count; i++)
		if (i == seed % count)
			chosen = all[i];
		else
			drill_free(all[i]);
	free(all);
	if (!chosen)
		*ret_error = xasprintf("no drills in %s", folder);
	return chosen;
}

/* On the terminal, or at the end of a file: a line for each drill done. */
static int put_score(const char *path, const char *json)
{
	FILE *file = path ? fopen(path, "ae") : stdout;
	int failed;

	if (!file) {
		perror(path);
		return 1;
	}
	failed = fputs(json, file) < 0;
	failed |= path ? fclose(file) != 0 : fflush(file) != 0;
	return failed;
}

static int run_wanted(const struct cli *cli, const char *folder, const struct wanted *wanted)
{
	char *error = NULL, *json = NULL;
	const char *why = NULL;
	struct drill *drill;
	int status = -1;

	drill = wanted->name ? drill_load(folder, wanted->name, &error)
			     : pick(folder, wanted->seed, &error);
	if (!drill)
		return no_drill(error);
	status = drill_screen_run(cli, folder, drill, wanted->mode, wanted->seed, &json, &why);
	if (json && put_score(cli->output, json))
		status = 1;
	free(json);
	if (status < 0) {
		dlog("no console: %s", why);
		status = tell_drill(cli, folder, drill);
	}
	drill_free(drill);
	return status;
}

int drill_run(const struct cli *cli)
{
	char *folder = drill_folder();
	struct wanted wanted;
	int status;

	if (!folder)
		return no_drill(xstrdup("no drills are installed"));
	if (!cli->targets.count || !strcmp(cli->targets.items[0], "list"))
		status = list(folder);
	else if (read_wanted(&cli->targets, &wanted))
		status = run_wanted(cli, folder, &wanted);
	else
		status = no_drill(xstrdup("drill wants list, NAME, alone NAME, or blind [SEED] "
					  "with a seed from 0 to 9999"));
	free(folder);
	return status;
}
