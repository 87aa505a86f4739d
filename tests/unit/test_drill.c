/* The drills as they are in the tree, and the machinery under them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "drill/coach.h"
#include "drill/source.h"
#include "drill_files.h"
#include "play.h"
#include "replay.h"

#define FOLDER "tests/drills"
#define MOST 300000

static struct drill *parse(const char *text)
{
	char *error = NULL;
	struct drill *drill = drill_parse("small", span_of(text), &error);

	if (!drill)
		assert_non_null(error);
	free(error);
	return drill;
}

#define HEAD "title = t\nlevel = beginner\ncause = fpm.down\nstart = a\n[stretch a]\n[stretch b]\n"
#define CURE "[action]\ndo = x\nto = b\nright = yes\nwhy = w\n"
#define WRONG "[action]\ndo = y\nto = a\nright = no\nwhy = v\ndestroys = the proof\n"
#define ASK "[question]\nat = a\nask = q?\nline = l\nright = r\nwrong = n | not\nwhy = y\n"

static void broken_scripts(void **state)
{
	static const char *const scripts[] = {
		"", HEAD, "[nothing]\n" HEAD CURE, HEAD CURE "[action]\ndo = x\n",
		HEAD "[action]\ndo = x\nto = nowhere\nright = yes\nwhy = w\n",
		HEAD CURE "[question]\nat = a\nask = q?\n", HEAD CURE "colour = red\n",
		HEAD CURE "[stretch ../etc]\n", HEAD CURE "[question]\nwrong = no bar\n",
		"title = t\nlevel = easy\ncause = c\nstart = a\n[stretch a]\n[stretch b]\n" CURE,
		HEAD WRONG, HEAD "[action]\ndo = x\nto = b\nright = perhaps\nwhy = w\n",
	};
	struct drill *drill;
	char *error = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		drill = parse(scripts[i]);
		if (drill)
			fail_msg("script %zu was taken", i);
	}
	assert_null(drill_load(FOLDER, "../../src", &error));
	free(error);
	assert_null(drill_load(FOLDER, "no-such-drill", &error));
	free(error);
}

static void whole_script(void **state)
{
	struct drill *drill = parse("# a comment\n" HEAD ASK WRONG CURE);

	(void)state;
	assert_non_null(drill);
	assert_int_equal(drill->stretch_count, 2);
	assert_int_equal(drill->question_count, 1);
	assert_string_equal(drill->questions[0].wrong[0].answer, "n");
	assert_string_equal(drill->questions[0].wrong[0].why, "not");
	assert_int_equal(drill->action_count, 2);
	assert_false(drill->actions[0].right);
	assert_string_equal(drill->actions[0].destroys, "the proof");
	drill_free(drill);
}

static size_t choice_of(const struct coach *coach, const char *text)
{
	size_t i;

	for (i = 0; coach_choice(coach, i); i++)
		if (!strcmp(coach_choice(coach, i), text))
			return i;
	fail_msg("no choice %s", text);
	return 0;
}

static void score_of_who_looks(void **state)
{
	struct drill *drill = parse(HEAD ASK WRONG CURE);
	struct coach coach;

	(void)state;
	coach_begin(&coach, drill, COACH_GUIDED, 7, 1000);
	assert_int_equal(coach.state, COACH_ASKS);
	assert_string_equal(coach_points_at(&coach), "l");
	assert_int_equal(coach_score(&coach), 0); /* not cured */
	assert_true(coach_choose(&coach, coach_right(&coach), 11000));
	assert_int_equal(coach.state, COACH_ACTS);
	assert_true(coach_choose(&coach, choice_of(&coach, "x"), 21000));
	assert_int_equal(coach.state, COACH_CURED);
	assert_string_equal(coach.stretch, "b");
	assert_int_equal(coach.found, 11000);
	assert_int_equal(coach.cured, 21000);
	assert_int_equal(coach_score(&coach), 100);
	assert_false(coach_choose(&coach, 0, 22000));
	coach_release(&coach);
	drill_free(drill);
}

static void score_of_who_does_not(void **state)
{
	struct drill *drill = parse(HEAD ASK WRONG CURE);
	struct coach coach;
	struct buf json;

	(void)state;
	coach_begin(&coach, drill, COACH_ALONE, 3, 0);
	assert_true(coach_choose(&coach, choice_of(&coach, "n"), 0));
	assert_non_null(strstr(coach.reply.data, "No. not"));
	coach_act(&coach);
	assert_true(coach_choose(&coach, choice_of(&coach, "y"), 0));
	assert_non_null(strstr(coach.reply.data, "the proof"));
	coach_act(&coach);
	assert_true(coach_choose(&coach, choice_of(&coach, "x"), 150000));
	/* 100 - 10 wrong answer - 25 wrong key - 5 not looked - 3 for 30 s over two minutes */
	assert_int_equal(coach_score(&coach), 57);
	buf_init(&json, 4096);
	coach_json(&coach, &json);
	assert_string_equal(json.data,
		"{\"schema\":1,\"drill\":\"small\",\"mode\":\"alone\",\"seed\":3,\"score\":57,"
		"\"to_cause_ms\":150000,\"to_cure_ms\":150000,\"wrong_answers\":1,"
		"\"wrong_actions\":1,\"unlooked\":1,\"destroyed\":[\"the proof\"]}\n");
	buf_release(&json);
	coach_release(&coach);
	drill_free(drill);
}

/* ---- each drill of the tree, along the way a trainee can go ---- */

struct walk {
	struct cli cli;
	struct play *play;
	struct drill_opener opener;
	struct source *source;
	const struct drill *drill;
};

static const char *cause_now(const struct walk *w)
{
	const struct model *model = play_model(w->play);

	assert_int_equal(model->host_count, 1);
	assert_non_null(model->hosts[0]->verdict);
	return model->hosts[0]->verdict->cause;
}

static void check_stretch(struct walk *w, const char *name)
{
	const struct drill_stretch *stretch = drill_stretch(w->drill, name);
	struct buf sheet;
	size_t i;

	play_on(w->play);
	assert_non_null(stretch->expect);
	if (strcmp(stretch->expect, cause_now(w)) != 0)
		fail_msg("%s %s: %s and not %s", w->drill->name, name, cause_now(w),
			stretch->expect);
	buf_init(&sheet, 1u << 20);
	replay_sheet(&w->cli, play_model(w->play), &sheet);
	for (i = 0; i < w->drill->question_count; i++)
		if (!strcmp(w->drill->questions[i].at, name) &&
		    !strstr(sheet.data, w->drill->questions[i].line))
			fail_msg("%s: not on the screen: %s", w->drill->name,
				w->drill->questions[i].line);
	buf_release(&sheet);
}

/* From the start by one action, or by a wrong one and then the cure. */
static void walk(const struct drill *drill, const struct drill_action *first,
	const struct drill_action *second)
{
	struct walk w = { .drill = drill };
	const struct play_calls none = { NULL, NULL, NULL };
	const struct drill_source_calls calls = { drill_open_stretch, &w.opener };

	cli_init(&w.cli);
	w.cli.utc = true;
	w.play = play_new(&w.cli, &none);
	w.opener = (struct drill_opener){ play_loop(w.play), FOLDER, drill, play_ended, w.play, NULL };
	w.source = drill_source_new(drill, &calls);
	if (!w.source)
		fail_msg("%s: %s", drill->name, w.opener.error);
	play_open(w.play, w.source);
	check_stretch(&w, drill->start);
	assert_string_equal(cause_now(&w), drill->cause);
	if (first && drill_source_go(w.source, first->to))
		check_stretch(&w, first->to);
	if (second && drill_source_go(w.source, second->to))
		check_stretch(&w, second->to);
	assert_false(drill_source_go(w.source, "no-such-stretch"));
	play_free(w.play);
	free(w.opener.error);
}

static long size_of(const struct drill *drill)
{
	char path[512];
	struct stat st;
	long total = 0;
	size_t i;

	for (i = 0; i < drill->stretch_count; i++) {
		snprintf(path, sizeof(path), FOLDER "/%s/%s.events.zst", drill->name,
			drill->stretches[i].name);
		assert_int_equal(stat(path, &st), 0);
		total += (long)st.st_size;
	}
	return total;
}

static void drills_of_the_tree(void **state)
{
	struct drill **all;
	size_t count, i, k, questions;
	const struct drill_action *cure, *wrong;

	(void)state;
	all = drill_load_all(FOLDER, &count);
	assert_true(count >= 6);
	for (i = 0; i < count; i++) {
		cure = wrong = NULL;
		questions = 0;
		for (k = 0; k < all[i]->question_count; k++)
			questions += !strcmp(all[i]->questions[k].at, all[i]->start);
		for (k = 0; k < all[i]->action_count; k++)
			if (all[i]->actions[k].right)
				cure = &all[i]->actions[k];
			else
				wrong = &all[i]->actions[k];
		if (questions < 3 || !wrong)
			fail_msg("%s: three questions and a wrong key are wanted", all[i]->name);
		if (size_of(all[i]) > MOST)
			fail_msg("%s: %ld bytes", all[i]->name, size_of(all[i]));
		walk(all[i], cure, NULL);
		walk(all[i], wrong, cure);
		drill_free(all[i]);
	}
	free(all);
}

/* Beginners first, then by name. */
static void listed_in_order(void **state)
{
	struct drill **all;
	size_t count, i;
	char *error;

	(void)state;
	all = drill_load_all(FOLDER, &count);
	for (i = 0; i + 1 < count; i++)
		assert_true(strcmp(all[i]->level, all[i + 1]->level) < 0 ||
			    (!strcmp(all[i]->level, all[i + 1]->level) &&
				    strcmp(all[i]->name, all[i + 1]->name) < 0));
	for (i = 0; i < count; i++)
		drill_free(all[i]);
	free(all);
	error = NULL;
	drill_free(drill_load(FOLDER, "fpm-stopped", &error));
	assert_null(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_scripts),
		cmocka_unit_test(whole_script),
		cmocka_unit_test(score_of_who_looks),
		cmocka_unit_test(score_of_who_does_not),
		cmocka_unit_test(drills_of_the_tree),
		cmocka_unit_test(listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
