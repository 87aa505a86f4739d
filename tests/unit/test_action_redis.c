/* purge-redis: which keys are this site's, and when that cannot be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "actions/action.h"

static char target[] = "web1", url[] = "https://shop.test/";
static struct wp_site wps[2];
static struct wp_file dropin;
static struct model_site site;
static struct model_host host;
static struct verdict verdict;

static int setup(void **state)
{
	(void)state;
	memset(wps, 0, sizeof(wps));
	memset(&site, 0, sizeof(site));
	memset(&host, 0, sizeof(host));
	memset(&verdict, 0, sizeof(verdict));
	verdict.cause = "healthy";
	wps[0].root = "/srv/shop";
	wps[0].config = "/srv/shop/wp-config.php";
	wps[0].user = "shop";
	wps[0].redis_prefix = "shop_";
	wps[0].prefix = "wp_";
	wps[1] = wps[0];
	wps[1].root = "/srv/other";
	wps[1].config = "/srv/other/wp-config.php";
	wps[1].redis_prefix = "other_";
	dropin.name = "object-cache.php";
	dropin.kind = "dropin";
	dropin.title = "Redis Object Cache Drop-In";
	wps[0].files = &dropin;
	wps[0].file_count = 1;
	site.url = url;
	site.view.wp = &wps[0];
	site.verdict = &verdict;
	host.target = target;
	host.sites = &site;
	host.site_count = 1;
	host.verdict = &verdict;
	host.facts.wordpress.sites = wps;
	host.facts.wordpress.site_count = 2;
	return 0;
}

static void is(const char *guard, const char *own, const char *pattern)
{
	static const struct act_wish wish;
	struct act_plan *plan = plan_new(action_find("purge-redis"), &host, &wish, NULL);
	const char *refused = NULL;
	size_t i;

	for (i = 0; i < plan->line_count; i++)
		if (plan->lines[i].kind == ACT_REFUSAL)
			refused = plan->lines[i].key;
	if (guard) {
		assert_non_null(refused);
		assert_string_equal(refused, guard);
	} else {
		assert_null(refused);
		assert_string_equal(plan->words[3], pattern);
		assert_string_equal(plan->words[4], own);
	}
	plan_free(plan);
}

static void test_its_own_keys(void **state)
{
	(void)state;
	is(NULL, "shop_wp:", "shop_wp:*");
	wps[0].prefix = "_a-b_$";
	is(NULL, "shop_a-b:", "shop_a\\-b:*");
	wps[0].prefix = "___";
	is(NULL, "shop_:", "shop_:*");
	wps[0].redis_prefix = "s*p[1]?\\";
	wps[0].prefix = "wp_";
	is(NULL, "s*p[1]?\\wp:", "s\\*p\\[1\\]\\?\\\\wp:*");
}

static void test_no_prefix(void **state)
{
	(void)state;
	wps[0].redis_prefix = NULL;
	is("foreign-keys", NULL, NULL);
	wps[0].redis_prefix = "";
	is("foreign-keys", NULL, NULL);
}

static void test_a_neighbour_with_the_same_beginning(void **state)
{
	(void)state;
	wps[1].redis_prefix = "shop_w";
	wps[1].prefix = "p_";
	is("foreign-keys", NULL, NULL);
	wps[1].redis_database = num_of(3);
	is(NULL, "shop_wp:", "shop_wp:*");
	wps[1].redis_database = num_of(0);
	wps[1].redis_prefix = "shop_";
	wps[1].prefix = "two_";
	is(NULL, "shop_wp:", "shop_wp:*");
	wps[1].multisite = true;
	is("foreign-keys", NULL, NULL);
}

static void test_what_is_not_known(void **state)
{
	(void)state;
	dropin.title = "WP Redis";
	is("unsupported", NULL, NULL);
	dropin.title = NULL;
	is("unsupported", NULL, NULL);
	wps[0].file_count = 0;
	is(NULL, "shop_wp:", "shop_wp:*");
	wps[0].multisite = true;
	is("unsupported", NULL, NULL);
	wps[0].multisite = false;
	wps[0].unread = wps[0].config;
	is("unsupported", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_its_own_keys, setup),
		cmocka_unit_test_setup(test_no_prefix, setup),
		cmocka_unit_test_setup(test_a_neighbour_with_the_same_beginning, setup),
		cmocka_unit_test_setup(test_what_is_not_known, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
