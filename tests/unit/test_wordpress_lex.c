/*
 * The lexer of wp-config under every awk that is there, against a table of configurations
 * that try to mislead it: tests/fixtures/wordpress/lex/NAME.php, NAME.want, NAME.env.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char script[] =
	". probes/wordpress/lex.sh; . probes/wordpress/collect.sh; bad=0 ran=0\n"
	"LC_ALL=C W5_CONF=/srv/x/wp-config.php W5_ABS=/srv/x W5_OUT=report W5_WANT=$W5_WP_NAMES\n"
	"W5_HIDE='DB_PASSWORD WP_REDIS_PASSWORD'\n"
	"export LC_ALL W5_CONF W5_ABS W5_OUT W5_WANT W5_HIDE\n"
	"for a in mawk gawk 'gawk --posix' 'busybox awk' awk; do\n"
	"command -v ${a%% *} >/dev/null || continue\n"
	"for f in tests/fixtures/wordpress/lex/*.php; do b=${f%.php} e=\n"
	"[ -f $b.env ] && e=\"m=e $b.env\"\n"
	"got=$($a \"$W5_LEX\" $e m=c $f 2>&1; echo .) want=$(cat $b.want; echo .); ran=$((ran + 1))\n"
	"[ \"$got\" = \"$want\" ] || { echo \"$a $f: $got\"; bad=1; }\n"
	"done; done; [ $ran -ge 14 ] && exit $bad; echo \"only $ran ran\"; exit 1\n";

static void table(void **state)
{
	char line[512];
	FILE *sh;

	(void)state;
	setenv("SCRIPT", script, 1);
	sh = popen("sh -c \"$SCRIPT\"", "r");
	assert_non_null(sh);
	while (fgets(line, sizeof(line), sh))
		fputs(line, stderr);
	assert_int_equal(pclose(sh), 0);
}

/* The password leaves the lexer only in the parts that feed a client, never in a report. */
static void secrets_stay(void **state)
{
	char bytes[8192];
	size_t n;
	FILE *sh = popen("sh -c '. probes/wordpress/lex.sh; for o in report db redis; do "
		"printf \"%s\" \"<?php define(\\\"DB_PASSWORD\\\", \\\"hunter2\\\"); "
		"define(\\\"WP_REDIS_PASSWORD\\\", \\\"hunter3\\\"); define(\\\"X\\\", \\\"hunter4\\\");\" | "
		"W5_OUT=$o W5_CONF=/c W5_ABS=/ W5_WANT=DB_NAME "
		"W5_HIDE=\"DB_PASSWORD WP_REDIS_PASSWORD\" awk \"$W5_LEX\" m=c -; echo @@; done'", "r");
	char *part, *secret;

	(void)state;
	assert_non_null(sh);
	n = fread(bytes, 1, sizeof(bytes) - 1, sh);
	bytes[n] = '\0';
	assert_int_equal(pclose(sh), 0);
	assert_null(strstr(bytes, "hunter4"));
	part = strstr(bytes, "@@"); /* end of the report */
	assert_non_null(part);
	assert_non_null(strstr(bytes, "const\tDB_PASSWORD\tp\tset"));
	assert_true(strstr(bytes, "hunter") > part);
	secret = strstr(part, "password=\"hunter2\"");
	assert_non_null(secret);
	assert_true(strstr(part, "@w5@") < secret);
	secret = strstr(secret, "hunter3");
	assert_non_null(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(secrets_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
