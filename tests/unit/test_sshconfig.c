/* sshconf: the output of ssh -G, by hand and from the real one; targets that are options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/ssh/proxy.h"
#include "live/ssh/sshconf.h"
#include "loop/loop.h"

static struct arena *mem;

static struct sshconf parse(const char *text)
{
	struct sshconf c;

	assert_true(sshconf_parse(mem, span_of(text), "/home/me", &c));
	return c;
}

static void fields(void **state)
{
	struct sshconf c = parse(
		"host web\nuser bob\nhostname web.example.org\nport 2222\naddressfamily inet6\n"
		"identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519\n"
		"userknownhostsfile ~/.ssh/known_hosts /srv/a b/known_hosts2\n"
		"globalknownhostsfile /etc/ssh/ssh_known_hosts none\n"
		"stricthostkeychecking accept-new\nidentitiesonly yes\nhashknownhosts yes\n"
		"connecttimeout 7\nhostkeyalias w\nproxyjump a,b@c:3\nproxycommand none\n"
		"controlpath none\nidentityagent none\ngssapiauthentication yes\nmacs a,b\n");

	(void)state;
	assert_string_equal(c.host, "web.example.org");
	assert_string_equal(c.named, "web");
	assert_string_equal(c.user, "bob");
	assert_int_equal(c.port, 2222);
	assert_int_equal(c.family, AF_INET6);
	assert_int_equal(c.identities.count, 2);
	assert_false(c.own_identities);
	assert_int_equal(c.known_hosts.count, 3);
	assert_string_equal(c.known_hosts.items[0], "/home/me/.ssh/known_hosts");
	assert_string_equal(c.known_hosts.items[1], "/srv/a b/known_hosts2");
	assert_int_equal(c.strict, STRICT_ACCEPT_NEW);
	assert_true(c.identities_only && c.hash_known_hosts && c.gssapi);
	assert_int_equal(c.connect_timeout_s, 7);
	assert_string_equal(c.host_key_alias, "w");
	assert_string_equal(c.jump, "a,b@c:3");
	assert_null(c.proxy_command);
	assert_null(c.control_path);
	assert_string_equal(c.identity_agent, "none");
	assert_string_equal(c.macs, "a,b");
	assert_null(c.unsupported);
}

static void beyond(void **state)
{
	(void)state;
	assert_null(parse("hostname a\nuser b\nproxyusefdpass no\nverifyhostkeydns false\n"
		"pkcs11provider none\n").unsupported);
	assert_non_null(parse("hostname a\nuser b\ncertificatefile ~/c\n").unsupported);
	assert_non_null(parse("hostname a\nuser b\nproxyusefdpass yes\n").unsupported);
	assert_non_null(parse("hostname a\nuser b\npubkeyauthentication no\n").unsupported);
	assert_non_null(parse("hostname a\nuser b\nbindaddress 10.0.0.1\n").unsupported);
	assert_true(parse("hostname a\nuser b\nidentityfile ~/.ssh/work\n").own_identities);
	assert_int_equal(parse("hostname a\nuser b\nport 0\n").port, 22);
	assert_int_equal(parse("hostname a\nuser b\nport 70000\n").port, 22);
}

static void cut_anywhere(void **state)
{
	static const char text[] = "user b\nhostname a\nuserknownhostsfile /a ~/b\nport 22\nproxyjump x";
	struct sshconf c;
	char *copy;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		copy = malloc(n + 1);
		memcpy(copy, text, n);
		assert_int_equal(sshconf_parse(mem, span_from(copy, n), "/h", &c), n > 16);
		free(copy);
	}
}

static void tokens(void **state)
{
	struct sshconf c = parse("host n\nhostname h\nuser u\nport 23\n");

	(void)state;
	assert_string_equal(sshconf_path(mem, &c, "/home/me", "~/.ssh/%r@%h:%p-%n-%k%%"),
		"/home/me/.ssh/u@h:23-n-n%");
	assert_string_equal(sshconf_path(mem, &c, "/home/me", "%d/x"), "/home/me/x");
	assert_null(sshconf_path(mem, &c, "/home/me", "/x/%C"));
	assert_string_equal(proxy_expand(mem, &c, "nc %h %p %% %r %n"), "nc h 23 % u n");
	assert_null(proxy_expand(mem, &c, "nc %Z"));
}

static void refusals(void **state)
{
	static const char *const bad[] = { "-oProxyCommand=id", "", "a\nb", "a\x7f", NULL };
	struct transport_config c = { .target = "web" };
	const char *identities[] = { "-x", NULL };
	size_t i;

	(void)state;
	assert_null(sshconf_refused(&c));
	for (i = 0; bad[i]; i++) {
		c.target = bad[i];
		assert_non_null(sshconf_refused(&c));
	}
	c.target = "web";
	c.jump = "-v";
	assert_non_null(sshconf_refused(&c));
	c.jump = NULL;
	c.identities = identities;
	assert_non_null(sshconf_refused(&c));
}

/* ---- the real ssh -G, several at once ---- */

struct answer {
	struct loop *loop;
	struct sshconf conf;
	struct ssh_failure failure;
	bool ok, done;
	int *left;
};

static void done_cb(void *owner, const struct sshconf *conf, const struct ssh_failure *failure)
{
	struct answer *a = owner;

	a->done = true;
	a->ok = conf != NULL;
	if (conf)
		a->conf = *conf;
	else
		a->failure = *failure;
	if (--*a->left == 0)
		loop_stop(a->loop);
}

static void real(void **state)
{
	char file[] = "/tmp/wp502-conf-XXXXXX";
	int fd = mkstemp(file), left = 10, i;
	struct transport_config configs[10];
	struct sshconf_query *queries[10];
	struct answer answers[10];
	struct loop *loop = loop_new();

	(void)state;
	if (system("command -v ssh >/dev/null") != 0)
		skip();
	dprintf(fd, "Host web*\n HostName real.example\n Port 2200\n User deploy\n"
		" IdentityFile ~/.ssh/work\n ProxyJump bastion\n UserKnownHostsFile /k1 /k2\n");
	memset(answers, 0, sizeof(answers));
	for (i = 0; i < 10; i++) {
		configs[i] = (struct transport_config){ .target = i == 9 ? "eve@web9" : "web1",
			.config_file = i == 8 ? "/nonexistent/config" : file,
			.port = i == 7 ? 77 : 0, .known_hosts = i == 6 ? "/own" : NULL };
		answers[i] = (struct answer){ .loop = loop, .left = &left };
		queries[i] = sshconf_query_new(loop, mem, &configs[i], done_cb, &answers[i]);
	}
	loop_run(loop);
	assert_string_equal(answers[0].conf.host, "real.example");
	assert_string_equal(answers[0].conf.named, "web1");
	assert_string_equal(answers[0].conf.user, "deploy");
	assert_string_equal(answers[0].conf.jump, "bastion");
	assert_int_equal(answers[0].conf.port, 2200);
	assert_true(answers[0].conf.own_identities);
	assert_string_equal(answers[0].conf.known_hosts.items[1], "/k2");
	assert_int_equal(answers[6].conf.known_hosts.count, 1);
	assert_int_equal(answers[7].conf.port, 77);
	assert_false(answers[8].ok);
	assert_int_equal(answers[8].failure.error, SSH_E_USAGE);
	assert_string_equal(answers[9].conf.user, "eve");
	for (i = 0; i < 10; i++)
		sshconf_query_free(queries[i]);
	loop_free(loop);
	close(fd);
	unlink(file);
}

static int up(void **state)
{
	(void)state;
	mem = arena_new();
	return 0;
}

static int down(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields), cmocka_unit_test(beyond), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(tokens), cmocka_unit_test(refusals), cmocka_unit_test(real),
	};

	return cmocka_run_group_tests(tests, up, down);
}
