#include "cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses blank-separated words; returns the error (to free) or NULL. */
static char *parse(struct cli *cli, const char *line)
{
	static char copy[1024], name[] = "wp502";
	char *argv[32] = { name }, *word, *save = NULL, *error = NULL;
	int argc = 1;

	strncpy(copy, line, sizeof(copy) - 1);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	cli_init(cli);
	return cli_parse(cli, argc, argv, &error) ? NULL : error;
}

static void test_refusals(void **state)
{
	static const struct {
		const char *line, *error;
	} table[] = {
		{ "diagnose", "diagnose: no target given" },
		{ "diagnose -- -oProxyCommand=x",
			"target '-oProxyCommand=x': may not be empty, begin with '-' or hold blanks or "
			"control bytes" },
		{ "diagnose me@-oX", "target 'me@-oX': may not be empty, begin with '-' or hold "
				     "blanks or control bytes" },
		{ "diagnose h\x01x", "target 'h\x01x': may not be empty, begin with '-' or hold "
				     "blanks or control bytes" },
		{ "diagnose -l -x h", "-l '-x': may not be empty, begin with '-' or hold blanks or "
				      "control bytes" },
		{ "diagnose -J -x h", "--jump '-x': may not be empty, begin with '-' or hold blanks "
				      "or control bytes" },
		{ "diagnose -p 0 h", "-p '0': not a port" },
		{ "diagnose -p 22x h", "-p '22x': not a port" },
		{ "diagnose --timeout soon h",
			"--timeout 'soon': not a duration such as 90s, 5m or 2h" },
		{ "diagnose --url ftp://x/ h", "--url 'ftp://x/': not an http:// or https:// address" },
		{ "diagnose --url http:/// h", "--url 'http:///': not an http:// or https:// address" },
		{ "diagnose --resolve a:80 h", "--resolve 'a:80': not HOST:PORT:ADDR" },
		{ "diagnose --transport telnet h",
			"--transport 'telnet': not one of auto, libssh2, openssh" },
		{ "diagnose --sudo always h", "--sudo 'always': not one of ask" },
		{ "diagnose --no-sudo --sudo ask h", "--no-sudo and --sudo ask exclude each other" },
		{ "diagnose --bogus h", "unknown option --bogus" },
		{ "diagnose h --url", "--url needs a value" },
		{ "replay", "exactly one FILE is wanted" },
		{ "replay ./a ./b", "exactly one FILE is wanted" },
	};
	struct cli cli;
	char *error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		error = parse(&cli, table[i].line);
		assert_non_null(error);
		assert_string_equal(error, table[i].error);
		free(error);
		cli_release(&cli);
	}
}

static void test_everything_given(void **state)
{
	struct cli cli;

	(void)state;
	assert_null(parse(&cli, "diagnose --json -F conf -i k1 --identity k2 -l deploy -p 2222 "
				"-J jump --known-hosts kh --url http://a/ --url https://b/ "
				"--resolve b:443:10.0.0.1 --since 10m --timeout 1500ms --no-sudo "
				"web1 [::1]:22 --color never"));
	assert_int_equal(cli.command, COMMAND_DIAGNOSE);
	assert_true(cli.json && cli.no_sudo);
	assert_int_equal(cli.identities.count, 2);
	assert_string_equal(cli.identities.items[1], "k2");
	assert_int_equal(cli.urls.count, 2);
	assert_int_equal(cli.targets.count, 2);
	assert_string_equal(cli.targets.items[1], "[::1]:22");
	assert_int_equal(cli.port, 2222);
	assert_int_equal(cli.since_ms, 600000);
	assert_int_equal(cli.timeout_ms, 1500);
	assert_int_equal(cli.color, COLOR_NEVER);
	cli_release(&cli);
}

static void test_defaults(void **state)
{
	struct cli cli;

	(void)state;
	assert_null(parse(&cli, "web1"));
	assert_int_equal(cli.command, COMMAND_CONSOLE);
	assert_int_equal(cli.since_ms, 300000);
	assert_int_equal(cli.timeout_ms, 15000);
	cli_release(&cli);
}

static void test_recordings(void **state)
{
	(void)state;
	assert_true(cli_is_recording("./x"));
	assert_true(cli_is_recording("night.wp502"));
	assert_false(cli_is_recording("web1"));
	assert_false(cli_is_recording(".wp502"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_everything_given),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
