/* Guards and the life of a run, on models made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "actions/action.h"
#include "actions/guard.h"
#include "base/mem.h"

#define NOW 1763640000

static char target[] = "web1", url[] = "https://shop.test/", url2[] = "https://two.test/";
static struct host_unit units[2];
static struct fpm_master masters[2];
static struct fpm_pool pools[2];
static struct model_site sites[2];
static struct wp_site wp;
static struct verdict verdict, healthy;
static struct model_host host;
static struct act_wish wish;

static int setup(void **state)
{
	(void)state;
	memset(units, 0, sizeof(units));
	memset(masters, 0, sizeof(masters));
	memset(pools, 0, sizeof(pools));
	memset(sites, 0, sizeof(sites));
	memset(&wp, 0, sizeof(wp));
	memset(&verdict, 0, sizeof(verdict));
	memset(&healthy, 0, sizeof(healthy));
	memset(&host, 0, sizeof(host));
	memset(&wish, 0, sizeof(wish));
	units[0].name = "php8.2-fpm.service";
	units[1].name = "php8.3-fpm.service";
	units[0].kind = units[1].kind = UNIT_FPM;
	units[0].manager = units[1].manager = "systemd";
	masters[0].unit = units[0].name;
	masters[1].unit = units[1].name;
	masters[0].conf = "/etc/php/8.2/fpm/php-fpm.conf";
	masters[1].conf = "/etc/php/8.3/fpm/php-fpm.conf";
	masters[0].binary = "/usr/sbin/php-fpm8.2";
	masters[1].binary = "/usr/sbin/php-fpm8.3";
	pools[0].name = "www";
	pools[1].name = "shop";
	pools[0].conf = masters[0].conf;
	pools[1].conf = masters[1].conf;
	host.target = target;
	host.facts.host.units = units;
	host.facts.host.unit_count = 2;
	host.facts.fpm.masters = masters;
	host.facts.fpm.master_count = 2;
	host.facts.fpm.pools = pools;
	host.facts.fpm.pool_count = 2;
	sites[0].url = url;
	sites[1].url = url2;
	host.sites = sites;
	host.site_count = 1;
	verdict.cause = "fpm.down";
	verdict.health = HEALTH_BROKEN;
	verdict.actions = "restart-fpm";
	healthy.cause = "healthy";
	healthy.health = HEALTH_OK;
	healthy.actions = "";
	host.verdict = sites[0].verdict = sites[1].verdict = &healthy;
	return 0;
}

static size_t count(const struct act_plan *plan, enum act_line_kind kind, const char *key)
{
	size_t i, n = 0;

	for (i = 0; i < plan->line_count; i++)
		n += plan->lines[i].kind == kind && (!key || !strcmp(plan->lines[i].key, key));
	return n;
}

static struct act_plan *plan_of(const char *action)
{
	return plan_new(action_find(action), &host, &wish, NULL);
}

static bool refuses(const char *action, const char *guard)
{
	struct act_plan *plan = plan_of(action);
	bool yes = count(plan, ACT_REFUSAL, guard) > 0;

	plan_free(plan);
	return yes;
}

static void test_two_services_are_ambiguous(void **state)
{
	struct act_plan *plan = plan_of("restart-fpm");

	(void)state;
	assert_int_equal(count(plan, ACT_REFUSAL, "ambiguous"), 1);
	assert_int_equal(count(plan, ACT_CANDIDATE, "--unit"), 2);
	assert_null(plan->kind);
	plan_free(plan);
}

static void is_about(const char *action, const char *unit)
{
	struct act_plan *plan = plan_of(action);

	assert_false(plan_refused(plan));
	assert_string_equal(plan->on, unit);
	plan_free(plan);
}

static void test_named_by_unit_pool_or_verdict(void **state)
{
	(void)state;
	wish.unit = "php8.3-fpm";
	is_about("restart-fpm", "php8.3-fpm.service");
	wish.unit = NULL;
	wish.pool = "www";
	is_about("reload-fpm", "php8.2-fpm.service");
	wish.pool = "none";
	assert_true(refuses("restart-fpm", "ambiguous"));
	wish.pool = NULL;
	verdict.subject = "php8.2-fpm.service";
	host.verdict = &verdict;
	is_about("restart-fpm", "php8.2-fpm.service");
	is_about("reload-fpm", "php8.2-fpm.service");
}

static void test_no_service_no_action(void **state)
{
	(void)state;
	host.facts.host.unit_count = 0;
	assert_true(refuses("restart-fpm", "unsupported"));
	assert_true(refuses("start-nginx", "unsupported"));
	assert_true(refuses("start-mysql", "unsupported"));
}

static void test_a_configuration_that_cannot_be_tested(void **state)
{
	(void)state;
	host.facts.fpm.master_count = 0;
	wish.unit = "php8.2-fpm";
	assert_true(refuses("restart-fpm", "config-test"));
}

static void test_two_sites_are_ambiguous(void **state)
{
	struct act_plan *plan;

	(void)state;
	host.site_count = 2;
	sites[0].view.wp = sites[1].view.wp = &wp;
	wp.config = "/srv/wp-config.php";
	wp.owner = "shop";
	wp.root = "/srv";
	plan = plan_of("remove-maintenance");
	assert_int_equal(count(plan, ACT_REFUSAL, "ambiguous"), 1);
	assert_int_equal(count(plan, ACT_CANDIDATE, "--site"), 2);
	plan_free(plan);
	wish.site = "https://two.test";
	assert_false(refuses("remove-maintenance", "ambiguous"));
	wish.site = "https://three.test";
	assert_true(refuses("remove-maintenance", "ambiguous"));
}

static void test_an_update_that_runs(void **state)
{
	(void)state;
	sites[0].view.wp = &wp;
	sites[0].view.now = NOW;
	wp.config = "/srv/wp-config.php";
	wp.owner = "shop";
	wp.root = "/srv";
	assert_false(refuses("remove-maintenance", "update-running"));
	wp.upgrade_mtime = num_of(NOW - 30);
	assert_true(refuses("remove-maintenance", "update-running"));
	wp.upgrade_mtime = num_of(NOW - 300);
	assert_false(refuses("remove-maintenance", "update-running"));
	wp.update_running = true;
	assert_true(refuses("remove-maintenance", "update-running"));
}

static size_t local(json_t *audit, const char *guard)
{
	struct act_plan *plan;
	size_t n;

	wish.unit = "php8.2-fpm";
	plan = plan_of("restart-fpm");
	guard_local(plan, audit, NOW);
	n = count(plan, ACT_REFUSAL, guard);
	plan_free(plan);
	return n;
}

static void test_consent(void **state)
{
	(void)state;
	assert_int_equal(local(NULL, "yes"), 1);
	wish.yes = true;
	assert_int_equal(local(NULL, NULL), 0);
	wish.production = true;
	assert_int_equal(local(NULL, "confirm"), 1);
	wish.confirm = "web2";
	assert_int_equal(local(NULL, "confirm"), 1);
	wish.confirm = "web1";
	assert_int_equal(local(NULL, NULL), 0);
	wish.read_only = true;
	assert_int_equal(local(NULL, "read-only"), 1);
	wish.dry_run = true;
	wish.yes = false;
	wish.confirm = NULL;
	assert_int_equal(local(NULL, NULL), 1);
}

static json_t *ran(const char *unit, int64_t ago, const char *state)
{
	return json_pack("[{s:s,s:s,s:s,s:s,s:s,s:I},{s:s,s:s}]", "run", "1", "state", "running",
		"host", "web1", "action", "restart-fpm", "target", unit, "at", (json_int_t)(NOW - ago),
		"run", "1", "state", state);
}

static size_t brakes(const char *unit, int64_t ago, const char *state)
{
	json_t *audit = ran(unit, ago, state);
	size_t n = local(audit, "brake");

	json_decref(audit);
	return n;
}

static void test_brake(void **state)
{
	(void)state;
	wish.yes = true;
	assert_int_equal(brakes("php8.2-fpm.service", 30, "done"), 1);
	assert_int_equal(brakes("php8.2-fpm.service", 599, "failed"), 1);
	assert_int_equal(brakes("php8.2-fpm.service", 600, "done"), 0);
	assert_int_equal(brakes("php8.3-fpm.service", 30, "done"), 0);
	assert_int_equal(brakes("php8.2-fpm.service", 30, "refused"), 0);
	wish.again = true;
	assert_int_equal(brakes("php8.2-fpm.service", 30, "done"), 0);
	wish.production = true;
	assert_int_equal(brakes("php8.2-fpm.service", 30, "done"), 1);
}

static enum act_state after(const char *format)
{
	struct act_plan *plan;
	enum act_state state;
	char *answer;

	wish.unit = "php8.2-fpm";
	plan = plan_of("restart-fpm");
	answer = xasprintf(format, plan->run);
	plan_answer(plan, answer, strlen(answer), true);
	state = guard_after_run(plan);
	free(answer);
	plan_free(plan);
	return state;
}

/* No sentinel, no success. */
static void test_only_its_own_sentinel_counts(void **state)
{
	(void)state;
	assert_int_equal(after("end\t%s\trun\t0\n"), ACT_VERIFYING);
	assert_int_equal(after("end\t%s\trun\t75\n"), ACT_REFUSED);
	assert_int_equal(after("end\t%s\trun\t1\n"), ACT_FAILED);
	assert_int_equal(after("end\t%s\trun\t137\n"), ACT_UNKNOWN);
	assert_int_equal(after("cmd\tsystemctl restart x\n%.0s"), ACT_UNKNOWN);
	assert_int_equal(after("%.0s"), ACT_UNKNOWN);
	assert_int_equal(after("end\t%s\tcheck\t0\n"), ACT_UNKNOWN);
	assert_int_equal(after("end\t0123456789abcdef\trun\t0\n%.0s"), ACT_UNKNOWN);
	assert_int_equal(after("out\tend\t%s\trun\t0\n"), ACT_UNKNOWN);
	assert_int_equal(after("end\t%s\trun\t\n"), ACT_UNKNOWN);
	assert_int_equal(after("end\t%s\trun"), ACT_UNKNOWN);
}

static void test_answers_cut_anywhere(void **state)
{
	static const char answer[] = "id\t12:3456\nsay\tstate\tactive\nrefuse\tlock\tan\xff\x1b[31mother\n"
		"cmd\tsystemctl restart x\nout\ty\nend\t";
	struct act_plan *plan;
	size_t n;

	(void)state;
	wish.unit = "php8.2-fpm";
	for (n = 0; n <= sizeof(answer) - 1; n++) {
		plan = plan_of("restart-fpm");
		plan_answer(plan, answer, n, false);
		assert_false(plan->ended);
		plan_free(plan);
	}
	plan = plan_of("restart-fpm");
	plan_answer(plan, answer, sizeof(answer) - 1, false);
	assert_string_equal(plan->id, "12:3456");
	assert_string_equal(plan->lines[plan->line_count - 3].text, "an\\xff^[[31mother");
	plan_free(plan);
}

static void test_exit_statuses(void **state)
{
	(void)state;
	assert_int_equal(act_exit_status(ACT_DONE), 0);
	assert_int_equal(act_exit_status(ACT_NO_BETTER), 1);
	assert_int_equal(act_exit_status(ACT_REFUSED), 2);
	assert_int_equal(act_exit_status(ACT_UNKNOWN), 3);
	assert_int_equal(act_exit_status(ACT_RUNNING), 3);
	assert_int_equal(act_exit_status(ACT_FAILED), 4);
}

static void test_what_is_better(void **state)
{
	struct verdict other = verdict;

	(void)state;
	other.cause = "nginx.rate_limited";
	assert_true(guard_better(&verdict, &healthy));
	assert_true(guard_better(&healthy, &healthy));
	assert_false(guard_better(&verdict, &verdict));
	assert_false(guard_better(&verdict, &other));
	assert_false(guard_better(&healthy, &verdict));
	assert_false(guard_better(&verdict, NULL));
	other.health = HEALTH_WARN;
	assert_true(guard_better(&verdict, &other));
	assert_false(guard_better(&healthy, &other));
	other.cause = verdict.cause;
	assert_false(guard_better(&verdict, &other));
	other.health = HEALTH_UNKNOWN;
	assert_false(guard_better(&verdict, &other));
}

static void test_the_sheet_tells_all(void **state)
{
	struct act_plan *plan;
	struct buf out;

	(void)state;
	wish.pool = "www";
	host.verdict = sites[0].verdict = &verdict;
	plan = plan_of("restart-fpm");
	plan_answer(plan, "cmd\tsystemctl restart x\n", 24, false);
	guard_local(plan, NULL, NOW);
	buf_init(&out, 65536);
	guard_sheet(&out, plan, NULL);
	guard_refusals(&out, plan);
	assert_non_null(strstr(out.data, "pool www"));
	assert_non_null(strstr(out.data, "site https://shop.test/"));
	assert_non_null(strstr(out.data, "command     systemctl restart x\n"));
	assert_non_null(strstr(out.data, "this action fits it"));
	assert_non_null(strstr(out.data, "undo "));
	assert_non_null(strstr(out.data, "refused: yes: needs --yes\n"));
	buf_release(&out);
	plan_free(plan);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_services_are_ambiguous),
		TEST(test_named_by_unit_pool_or_verdict),
		TEST(test_no_service_no_action),
		TEST(test_a_configuration_that_cannot_be_tested),
		TEST(test_two_sites_are_ambiguous),
		TEST(test_an_update_that_runs),
		TEST(test_consent),
		TEST(test_brake),
		TEST(test_only_its_own_sentinel_counts),
		TEST(test_answers_cut_anywhere),
		TEST(test_exit_statuses),
		TEST(test_what_is_better),
		TEST(test_the_sheet_tells_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
