/* The judge's own rules, apart from what any cause looks at: DESIGN.md section 5. */
#include "judge/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "judge/candidates.h"
#include "probes/probe.h"

/* The table of confidence, row by row. */
static void test_confidence_table(void **state)
{
	static const struct {
		int decisive, fresh;
		bool elimination, rival, refuter_missing;
		double expected;
	} rows[] = {
		{ 1, 1, false, false, false, 0.95 }, /* state and log */
		{ 2, 0, false, false, false, 0.95 }, /* two states */
		{ 1, 0, false, false, false, 0.85 }, /* one decisive state */
		{ 0, 1, false, false, false, 0.70 }, /* fresh lines only */
		{ 0, 0, true, false, false, 0.50 },  /* by elimination */
		{ 0, 0, false, false, false, 0.30 }, /* nothing counts */
		{ 1, 1, false, true, false, 0.75 },
		{ 1, 1, false, false, true, 0.75 },
		{ 0, 1, false, true, true, 0.30 },
	};
	struct finding f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(&f, 0, sizeof(f));
		f.decisive = rows[i].decisive;
		f.fresh_lines = rows[i].fresh;
		f.by_elimination = rows[i].elimination;
		f.refuter_missing = rows[i].refuter_missing;
		assert_float_equal(judge_confidence(&f, rows[i].rival), rows[i].expected, 0.001);
	}
}

static void test_explains_words(void **state)
{
	const struct cause c = { .id = "host.oom", .explains = "fpm.killed mysql.* fpm.down" };

	(void)state;
	assert_false(cause_explains(&c, "host.oom"));
	assert_false(cause_explains(&c, "fpm.kill"));
	assert_false(cause_explains(&c, "fpm.killed2"));
	assert_false(cause_explains(&c, "mysqld.down"));
	assert_true(cause_explains(&c, "fpm.killed"));
	assert_true(cause_explains(&c, "fpm.down"));
	assert_true(cause_explains(&c, "mysql.lock_wait"));
}

static void test_depth(void **state)
{
	(void)state;
	assert_true(link_depth(LINK_HOST) < link_depth(LINK_MYSQL));
	assert_true(link_depth(LINK_REDIS) < link_depth(LINK_WORDPRESS));
	assert_true(link_depth(LINK_WORDPRESS) < link_depth(LINK_FPM));
	assert_true(link_depth(LINK_FPM) < link_depth(LINK_NGINX));
	assert_true(link_depth(LINK_NGINX) < link_depth(LINK_CDN));
	assert_true(link_depth(LINK_CDN) < link_depth(LINK_VISITOR));
}

static bool words_are_causes(const char *words)
{
	struct span rest = span_of(words), word;
	char id[64];

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		if (span_ends(word, ".*"))
			continue;
		if (word.n >= sizeof(id))
			return false;
		memcpy(id, word.p, word.n);
		id[word.n] = '\0';
		if (!cause_find(id)) {
			print_error("explains names %s, which is no cause\n", id);
			return false;
		}
	}
	return true;
}

/* Every row of every table can be shown: no empty text, no dangling name, no id twice. */
static void test_every_row_is_whole(void **state)
{
	const struct cause *c;
	int link;

	(void)state;
	for (link = 0; link < LINKS; link++)
		for (c = probes[link]->causes; c && c->id; c++) {
			if (!c->title || !c->fix || !c->wrong_fix || !c->plain || !c->signs || !c->look)
				fail_msg("%s lacks a text", c->id);
			assert_ptr_equal(cause_find(c->id), c);
			assert_true(words_are_causes(c->explains));
		}
}

/* Knowing nothing is never healthy, and never a named cause. */
static void test_nothing_known_is_unknown(void **state)
{
	struct chain_facts facts;
	struct site_view view;
	struct pending pending = { 0 };
	struct verdict *v;

	(void)state;
	memset(&facts, 0, sizeof(facts));
	memset(&view, 0, sizeof(view));
	view.chain = &facts;
	view.url = "https://shop.test/";
	view.host_name = "shop.test";
	view.fresh = 60;
	view.window = 300;
	v = judge_site(&view, pending);
	assert_string_equal(v->cause, "unknown");
	assert_int_equal(v->health, HEALTH_UNKNOWN);
	assert_int_not_equal(v->chain[LINK_FPM], HEALTH_OK);
	assert_int_not_equal(v->chain[LINK_MYSQL], HEALTH_OK);
	verdict_free(v);
}

static const char *cause_of(struct site_view *view)
{
	struct pending pending = { 0 };
	struct verdict *v = judge_site(view, pending);
	const char *cause = v->cause;

	verdict_free(v);
	return cause; /* a literal, or the row's */
}

/* A page the user named that tells visitors 403 is not well because we get past them; only
 * an edge that takes us for a robot tells nothing. */
static void test_what_visitors_are_told_counts(void **state)
{
	static struct chain_facts facts;
	struct page visitor = { .way = WAY_VISITOR, .url = "https://shop.test/",
		.status = { 403, true } };
	struct page origin = { .way = WAY_ORIGIN, .url = "https://shop.test/", .status = { 200, true } };
	struct site_view view = { .chain = &facts, .url = "https://shop.test/",
		.host_name = "shop.test", .given = true, .fresh = 60, .window = 300 };

	(void)state;
	view.pages[WAY_VISITOR] = &visitor;
	view.pages[WAY_ORIGIN] = &origin;
	assert_string_equal(cause_of(&view), "unknown");
	visitor.challenged = visitor.edge_made = true;
	assert_string_equal(cause_of(&view), "healthy");
	visitor.challenged = visitor.edge_made = false;
	visitor.status = num_of(200);
	assert_string_equal(cause_of(&view), "healthy");
}

static void test_unreachable(void **state)
{
	struct verdict *v = judge_unreachable(NULL, "SSH failed", "Connection refused"), *ok;
	struct verdict well = { .health = HEALTH_OK }, broken = { .health = HEALTH_BROKEN };

	(void)state;
	assert_string_equal(v->cause, "unknown");
	assert_string_equal(v->error, "Connection refused");
	assert_true(v->settled);
	ok = &well;
	assert_true(verdict_compare(v, ok) < 0);
	assert_true(verdict_compare(&broken, v) < 0);
	verdict_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confidence_table),
		cmocka_unit_test(test_explains_words),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_nothing_known_is_unknown),
		cmocka_unit_test(test_what_visitors_are_told_counts),
		cmocka_unit_test(test_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
