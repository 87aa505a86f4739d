/* Renames in a site's tree, done by the real script in a shell of this machine: what is planted
 * is refused, what is renamed comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actions/action.h"
#include "actions/guard.h"
#include "base/mem.h"

extern const char probes_shell_pulse_sh[], probes_shell_shell_sh[];

static char root[] = "/tmp/wp502-tree-XXXXXX";
static const char *user;
static struct wp_site wp;
static struct model_site site;
static struct model_host host;
static struct verdict verdict;
static char url[] = "https://shop.test/", target[] = "web1";

static char *at(const char *name)
{
	return xasprintf("%s/%s", root, name);
}

static void own(const char *path)
{
	const struct passwd *pw = getpwnam(user);

	assert_non_null(pw);
	if (!geteuid())
		assert_int_equal(lchown(path, pw->pw_uid, pw->pw_gid), 0);
}

static char *make_file(const char *name, const char *text)
{
	char *path = at(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	own(path);
	return path;
}

static char *make_folder(const char *name)
{
	char *path = at(name);

	assert_int_equal(mkdir(path, 0750), 0);
	own(path);
	return path;
}

static void run_command(const char *command)
{
	char *all = xasprintf("cd %s && %s", root, command);
	pid_t pid = fork();
	int status;

	if (!pid) {
		execl("/bin/sh", "sh", "-c", all, (char *)NULL);
		_exit(127);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	free(all);
}

static int setup(void **state)
{
	char *path;

	(void)state;
	memcpy(root, "/tmp/wp502-tree-XXXXXX", sizeof(root));
	assert_non_null(mkdtemp(root));
	user = geteuid() ? getpwuid(geteuid())->pw_name : "nobody";
	own(root);
	path = make_file("wp-config.php", "<?php\n");
	memset(&wp, 0, sizeof(wp));
	wp.config = path;
	wp.owner = wp.user = user;
	wp.root = wp.docroot = root;
	wp.content_dir = at("content");
	free(make_folder("content"));
	free(make_folder("content/plugins"));
	free(make_folder("content/plugins/shop"));
	free(make_file("content/plugins/shop/shop.php", "<?php // shop\n"));
	memset(&site, 0, sizeof(site));
	memset(&host, 0, sizeof(host));
	memset(&verdict, 0, sizeof(verdict));
	verdict.cause = "wordpress.maintenance";
	verdict.actions = "remove-maintenance";
	verdict.health = HEALTH_BROKEN;
	site.url = url;
	site.view.url = site.url;
	site.view.wp = &wp;
	site.verdict = &verdict;
	host.target = target;
	host.sites = &site;
	host.site_count = 1;
	host.verdict = &verdict;
	return 0;
}

static int teardown(void **state)
{
	char *command = xasprintf("rm -rf %s", root);

	(void)state;
	run_command(command);
	free(command);
	free((char *)wp.config);
	free((char *)wp.content_dir);
	return 0;
}

/* Executes a step as the remote shell would, its answer into the plan. */
static void step(struct act_plan *plan, bool run)
{
	char *script = plan_script(plan, run), *path = xasprintf("%s.sh", root), *command;
	static char answer[65536];
	FILE *f = fopen(path, "w");
	size_t n;

	assert_non_null(f);
	fprintf(f, "W5_MARK=m W5_SEQ=1\n%s\n%s\nW5_SECONDS=20\n%s\n", probes_shell_pulse_sh,
		probes_shell_shell_sh, script);
	fclose(f);
	command = xasprintf("sh %s >%s.out </dev/null", path, root);
	run_command(command);
	free(command);
	unlink(path);
	free(path);
	path = xasprintf("%s.out", root);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(answer, 1, sizeof(answer), f);
	fclose(f);
	unlink(path);
	plan_answer(plan, answer, n, run);
	free(path);
	free(script);
}

static struct act_plan *plan_of(const char *action, json_t *audit)
{
	const struct act_wish wish = { .plugin = !strcmp(action, "disable-plugins") ? "shop" : NULL };
	static struct wp_file file = { .name = "shop", .kind = "plugin" };

	wp.files = &file;
	wp.file_count = 1;
	return plan_new(action_find(action), &host, &wish, audit);
}

static const char *refusal(const struct act_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->line_count; i++)
		if (plan->lines[i].kind == ACT_REFUSAL)
			return plan->lines[i].key;
	return "none";
}

/* Both steps refuse, the second one without having been warned. */
static void refuses(const char *action, const char *guard)
{
	struct act_plan *checked = plan_of(action, NULL), *plan = plan_of(action, NULL);

	assert_string_equal(refusal(checked), "none");
	step(checked, false);
	assert_string_equal(refusal(checked), guard);
	plan->id = checked->id;
	step(plan, true);
	assert_string_equal(refusal(plan), guard);
	assert_int_equal(guard_after_run(plan), ACT_REFUSED);
	plan_free(checked);
	plan_free(plan);
}

static void test_a_link_is_refused(void **state)
{
	(void)state;
	run_command("ln -s wp-config.php .maintenance");
	refuses("remove-maintenance", "symlink");
}

static void test_a_hard_link_is_refused(void **state)
{
	(void)state;
	run_command("ln wp-config.php .maintenance");
	refuses("remove-maintenance", "symlink");
}

static void test_a_pipe_is_refused(void **state)
{
	(void)state;
	run_command("mkfifo .maintenance");
	refuses("remove-maintenance", "symlink");
}

static void test_a_linked_plugin_is_refused(void **state)
{
	(void)state;
	run_command("mv content/plugins/shop elsewhere && ln -s ../../elsewhere content/plugins/shop");
	refuses("disable-plugins", "symlink");
}

static void test_a_linked_plugin_folder_is_refused(void **state)
{
	(void)state;
	run_command("mv content/plugins elsewhere && ln -s ../elsewhere content/plugins");
	refuses("disable-plugins", "symlink");
}

static void test_a_linked_configuration_is_refused(void **state)
{
	(void)state;
	free(make_file(".maintenance", "<?php $upgrading = 1; ?>"));
	run_command("mv wp-config.php real.php && ln -s real.php wp-config.php");
	refuses("remove-maintenance", "lock");
}

static void test_what_is_not_there_is_refused(void **state)
{
	(void)state;
	refuses("remove-maintenance", "unsupported");
}

static void test_a_lock_is_respected(void **state)
{
	int fd = open(wp.config, O_RDONLY | O_CLOEXEC);

	(void)state;
	free(make_file(".maintenance", "<?php $upgrading = 1; ?>"));
	assert_int_equal(flock(fd, LOCK_EX), 0);
	refuses("remove-maintenance", "lock");
	close(fd);
}

/* The sheet showed one file; another one stands there when Enter lands. */
static void test_another_file_is_refused(void **state)
{
	struct act_plan *plan;

	(void)state;
	free(make_file(".maintenance", "first"));
	plan = plan_of("remove-maintenance", NULL);
	step(plan, false);
	assert_string_equal(refusal(plan), "none");
	free(make_file("other", "second"));
	run_command("mv other .maintenance");
	step(plan, true);
	assert_string_equal(refusal(plan), "ambiguous");
	run_command("grep -q second .maintenance");
	plan_free(plan);
}

static void test_root_keeps_off_what_others_can_write(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	free(make_file(".maintenance", "<?php $upgrading = 1; ?>"));
	wp.owner = "root";
	refuses("remove-maintenance", "symlink");
}

static void test_a_check_changes_nothing(void **state)
{
	struct act_plan *plan;
	struct stat before, after;
	char *path = make_file(".maintenance", "<?php $upgrading = 1; ?>");

	(void)state;
	assert_int_equal(stat(root, &before), 0);
	plan = plan_of("remove-maintenance", NULL);
	step(plan, false);
	assert_true(plan->ended);
	assert_int_equal(stat(root, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
	assert_int_equal(access(path, F_OK), 0);
	plan_free(plan);
	free(path);
}

/* The audit as it would stand after that run. */
static json_t *audit_of(const struct act_plan *plan)
{
	json_t *undo = plan_undo_record(plan);

	return json_pack("[{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:o}]", "run", plan->run, "state",
		"running", "host", "web1", "action", plan->action->id, "target", plan->on, "site",
		site.url, "time", "2026-11-20T12:00:00Z", "at", 1, "undo", undo);
}

static void there_and_back(const char *action, const char *name)
{
	struct stat before, gone, after;
	char *path = at(name), *away;
	struct act_plan *plan = plan_of(action, NULL), *undo;
	json_t *audit;

	assert_int_equal(stat(path, &before), 0);
	step(plan, false);
	assert_string_equal(refusal(plan), "none");
	step(plan, true);
	assert_int_equal(guard_after_run(plan), ACT_VERIFYING);
	assert_int_not_equal(stat(path, &gone), 0);
	away = xasprintf("%s/%s", plan->folder, plan->to);
	assert_int_equal(stat(away, &gone), 0);
	assert_int_equal(gone.st_ino, before.st_ino);
	audit = audit_of(plan);
	undo = plan_of("undo", audit);
	step(undo, false);
	assert_string_equal(refusal(undo), "none");
	step(undo, true);
	assert_int_equal(guard_after_run(undo), ACT_VERIFYING);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_size, before.st_size);
	assert_memory_equal(&after.st_mtim, &before.st_mtim, sizeof(after.st_mtim));
	plan_free(plan);
	plan_free(undo);
	json_decref(audit);
	free(path);
	free(away);
}

static void test_maintenance_and_back(void **state)
{
	(void)state;
	free(make_file(".maintenance", "<?php $upgrading = 1; ?>"));
	run_command("chmod 640 .maintenance && touch -d '3 hours ago' .maintenance");
	there_and_back("remove-maintenance", ".maintenance");
}

static void test_plugin_and_back(void **state)
{
	(void)state;
	there_and_back("disable-plugins", "content/plugins/shop");
	run_command("grep -q shop content/plugins/shop/shop.php");
}

static void test_undo_never_overwrites(void **state)
{
	struct act_plan *plan = plan_of("disable-plugins", NULL), *undo;
	json_t *audit;

	(void)state;
	step(plan, false);
	step(plan, true);
	audit = audit_of(plan);
	free(make_folder("content/plugins/shop"));
	undo = plan_of("undo", audit);
	step(undo, false);
	assert_string_equal(refusal(undo), "unsupported");
	plan_free(plan);
	plan_free(undo);
	json_decref(audit);
}

/* Names from the server are words, never commands. */
static void test_hostile_names_are_inert(void **state)
{
	static const char *const names[] = { "$(touch pwned)", "`touch pwned`", "a'; touch pwned; '",
		"-rf", "x\ny", "\"; touch pwned; \"", "a b", "*" };
	struct act_plan *plan;
	struct wp_site hostile;
	char *folder;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		hostile = wp;
		folder = make_folder(names[i]);
		hostile.root = folder;
		site.view.wp = &hostile;
		plan = plan_of("remove-maintenance", NULL);
		step(plan, true);
		assert_int_equal(guard_after_run(plan), ACT_REFUSED);
		run_command("! [ -e pwned ] && ! [ -e content/pwned ]");
		assert_int_not_equal(access("pwned", F_OK), 0);
		plan_free(plan);
		free(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_link_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hard_link_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_pipe_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_linked_plugin_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_linked_plugin_folder_is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_a_linked_configuration_is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_there_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_lock_is_respected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_keeps_off_what_others_can_write, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_a_check_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_maintenance_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_plugin_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_never_overwrites, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names_are_inert, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
