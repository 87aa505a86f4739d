/* How little of a sick server may be asked: engine/pages.h. */
#include "engine/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BIT(way) (1u << (way))

static struct chain_facts facts;
static struct model_site site;
static struct page_run run;
static struct page visitor, origin, loopback;
static struct verdict verdict;
static const struct cause some_cause = { .id = "fpm.down", .link = LINK_FPM };

static int set_up(void **state)
{
	(void)state;
	memset(&facts, 0, sizeof(facts));
	memset(&site, 0, sizeof(site));
	memset(&run, 0, sizeof(run));
	memset(&verdict, 0, sizeof(verdict));
	memset(&visitor, 0, sizeof(visitor));
	memset(&origin, 0, sizeof(origin));
	memset(&loopback, 0, sizeof(loopback));
	site.view.chain = &facts;
	visitor.way = WAY_VISITOR;
	visitor.address = "10.0.0.1";
	visitor.status = num_of(200);
	origin.way = WAY_ORIGIN;
	origin.status = num_of(200);
	loopback.way = WAY_LOOPBACK;
	return 0;
}

static void answered(enum page_way way, const struct page *page, int64_t at)
{
	run.asked |= BIT(way);
	run.answered |= BIT(way);
	run.answered_at[way] = at;
	site.view.pages[way] = page;
}

static enum page_way next_way(const char *dialled)
{
	return page_next(&run, &site, dialled).way;
}

static void test_visitor_first_and_alone(void **state)
{
	(void)state;
	assert_int_equal(next_way(NULL), WAY_VISITOR);
	run.asked = BIT(WAY_VISITOR);
	assert_true(page_in_flight(&run));
	assert_int_equal(next_way("10.0.0.1"), WAYS);
}

static void test_nothing_more_while_we_cannot_tell_a_cdn(void **state)
{
	(void)state;
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way(NULL), WAYS);
}

static void test_a_direct_healthy_page_is_enough(void **state)
{
	(void)state;
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way("10.0.0.1"), WAYS);
	facts.host.addresses = "fe80::1 10.0.0.1";
	assert_int_equal(next_way("192.0.2.1"), WAYS);
}

static void test_a_cached_page_is_looked_behind(void **state)
{
	(void)state;
	visitor.cache_hit = true;
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way("10.0.0.1"), WAY_ORIGIN);
	assert_true(page_next(&run, &site, "10.0.0.1").bust_cache);
}

static void test_a_page_too_good_for_the_verdict_is_looked_behind(void **state)
{
	(void)state;
	answered(WAY_VISITOR, &visitor, 100);
	verdict.row = &some_cause;
	site.verdict = &verdict;
	assert_int_equal(next_way("10.0.0.1"), WAY_ORIGIN);
}

static void test_a_failure_is_confirmed_unless_explained(void **state)
{
	(void)state;
	visitor.status = num_of(502);
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way("10.0.0.1"), WAY_ORIGIN);
	assert_int_equal(page_next(&run, &site, "10.0.0.1").not_before, 100 + PAGE_CONFIRM_MS);
	verdict.row = &some_cause;
	verdict.confidence = 0.85;
	site.verdict = &verdict;
	assert_int_equal(next_way("10.0.0.1"), WAYS);
}

static void test_a_hanging_page_is_never_asked_again(void **state)
{
	(void)state;
	visitor.failure = PAGE_TIMEOUT;
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way("10.0.0.1"), WAYS);
}

static void test_behind_a_cdn_the_origin_is_asked(void **state)
{
	(void)state;
	visitor.edge = "cloudflare";
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way(NULL), WAY_ORIGIN);
	visitor.edge = NULL;
	assert_int_equal(next_way("192.0.2.1"), WAY_ORIGIN);
}

static void test_loopback_only_when_the_origin_is_out_of_reach(void **state)
{
	(void)state;
	visitor.edge = "cloudflare";
	answered(WAY_VISITOR, &visitor, 100);
	answered(WAY_ORIGIN, &origin, 200);
	assert_int_equal(next_way("192.0.2.1"), WAYS);
	origin.failure = PAGE_REFUSED;
	assert_int_equal(next_way("192.0.2.1"), WAY_LOOPBACK);
	answered(WAY_LOOPBACK, &loopback, 300);
	assert_int_equal(next_way("192.0.2.1"), WAYS);
}

static void test_a_failure_that_passed_is_asked_once_more(void **state)
{
	(void)state;
	visitor.status = num_of(502);
	run.visitor_asks = 1;
	answered(WAY_VISITOR, &visitor, 100);
	answered(WAY_ORIGIN, &origin, 500);
	assert_int_equal(next_way("10.0.0.1"), WAY_VISITOR);
	run.visitor_asks = 2;
	assert_int_equal(next_way("10.0.0.1"), WAYS);
}

static void test_young(void **state)
{
	(void)state;
	assert_int_equal(page_young_ms(&run, 50), 0);
	run.asked = BIT(WAY_VISITOR);
	run.asked_at[WAY_VISITOR] = 100;
	assert_int_equal(page_young_ms(&run, 400), PAGE_YOUNG_MS - 300);
	assert_int_equal(page_young_ms(&run, 100 + PAGE_YOUNG_MS), 0);
	run.answered = BIT(WAY_VISITOR);
	assert_int_equal(page_young_ms(&run, 400), 0);
}

/* The same way again would be refused again; a firewall lets the machine ask itself. */
static void test_who_is_shut_out_asks_the_server_itself(void **state)
{
	(void)state;
	visitor.failure = PAGE_CONNECT_TIMEOUT;
	visitor.status = (struct num){ 0, false };
	answered(WAY_VISITOR, &visitor, 100);
	assert_int_equal(next_way("10.0.0.1"), WAY_LOOPBACK);
	loopback.status = num_of(200);
	answered(WAY_LOOPBACK, &loopback, 200);
	assert_int_equal(next_way("10.0.0.1"), WAYS);
	visitor.failure = PAGE_REFUSED; /* nginx was being restarted, perhaps: cheap to ask again */
	run.visitor_asks = 1;
	assert_int_equal(next_way("10.0.0.1"), WAY_VISITOR);
	run.visitor_asks = 2;
	assert_int_equal(next_way("10.0.0.1"), WAYS);
}

static void test_without_a_tool_on_the_server_the_origin_is_asked(void **state)
{
	(void)state;
	visitor.failure = PAGE_REFUSED;
	answered(WAY_VISITOR, &visitor, 100);
	answered(WAY_LOOPBACK, NULL, 200);
	assert_int_equal(next_way("10.0.0.1"), WAY_ORIGIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_who_is_shut_out_asks_the_server_itself, set_up),
		cmocka_unit_test_setup(test_without_a_tool_on_the_server_the_origin_is_asked, set_up),
		cmocka_unit_test_setup(test_visitor_first_and_alone, set_up),
		cmocka_unit_test_setup(test_nothing_more_while_we_cannot_tell_a_cdn, set_up),
		cmocka_unit_test_setup(test_a_direct_healthy_page_is_enough, set_up),
		cmocka_unit_test_setup(test_a_cached_page_is_looked_behind, set_up),
		cmocka_unit_test_setup(test_a_page_too_good_for_the_verdict_is_looked_behind, set_up),
		cmocka_unit_test_setup(test_a_failure_is_confirmed_unless_explained, set_up),
		cmocka_unit_test_setup(test_a_hanging_page_is_never_asked_again, set_up),
		cmocka_unit_test_setup(test_behind_a_cdn_the_origin_is_asked, set_up),
		cmocka_unit_test_setup(test_loopback_only_when_the_origin_is_out_of_reach, set_up),
		cmocka_unit_test_setup(test_a_failure_that_passed_is_asked_once_more, set_up),
		cmocka_unit_test_setup(test_young, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
