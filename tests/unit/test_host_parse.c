/* Reports of the host: real ones, cut at every byte, garbage, and each form of a line. */
#include "fpm_help.h"

#include "probes/host/net.h"

static struct world w;

static int open_world(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	w.mem = arena_new();
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

static const struct host_unit *unit(const char *name)
{
	for (size_t i = 0; i < w.facts.host.unit_count; i++)
		if (!strcmp(w.facts.host.units[i].name, name))
			return &w.facts.host.units[i];
	fail_msg("no unit %s", name);
	return NULL;
}

/* Exactly sized copies, so that a sanitizer sees a read past the end. */
static void cut_everywhere(struct span bytes,
	void (*parse)(struct chain_facts *, struct arena *, struct span, unsigned))
{
	for (size_t n = 0; n <= bytes.n; n++) {
		struct chain_facts facts;
		struct arena *mem = arena_new();
		char *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memset(&facts, 0, sizeof(facts));
		if (n)
			memcpy(copy, bytes.p, n);
		parse(&facts, mem, span_from(copy, n), 0);
		free(copy);
		arena_free(mem);
	}
}

static void every_cut_is_survived(void **state)
{
	static const char *const dirs[] = { "fpm/healthy", "fpm/waits_on_remote_http",
		"fpm/config_invalid", "fpm/terminate_timeout", "host/oom" };

	(void)state;
	for (size_t d = 0; d < sizeof(dirs) / sizeof(dirs[0]); d++)
		for (size_t r = 0; r < WORLD_REPORTS; r++)
			cut_everywhere(world_file(w.mem, dirs[d], world_reports[r].file),
				world_reports[r].parse);
}

static void garbage_is_survived(void **state)
{
	static const char *const heads[] = { "proc\t", "unix\t", "tcp\t4\t", "tcp\t6\t", "peer\t",
		"held\t", "gone\t", "clock\t", "mount\t", "statfs\t", "path\t", "stat\t", "script\t",
		"show\nId=", "show\nExecStart=", "file\t", "=", "via\tnft\n=", "via\tipset\n=", "via\t",
		"conf\t", "section\t", "set\t", "mtime\t", "tested\t", "load\t", "memory\t", "login\t",
		"ssh\t", "journal\t", "addresses\t", "unit\t", "showed\t", "" };
	static const char *const tails[] = { "", "\t", "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t", "999999999999999"
		"9999\t-1\t\xff\xfe\t:\t[\t]", "[\n=[\n= [\n", "-9223372036854775808\t-1\t9223372036854775807"
		"\t9223372036854775807\t9223372036854775807\t9223372036854775807\t/", "/\t/\t/\t/" };

	(void)state;
	for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++)
		for (size_t t = 0; t < sizeof(tails) / sizeof(tails[0]); t++)
			for (size_t r = 0; r < WORLD_REPORTS; r++) {
				char *text = arena_printf(w.mem, "clock\t1795170514\t+0000\t99.00\n"
					"conf\t/c\t\t\t\nmount\t/\td\text4\trw\nfile\tdmesg\n%s%s\n%s%s",
					heads[h], tails[t], heads[h], tails[t]);

				world_reports[r].parse(&w.facts, w.mem, span_of(text), 0);
				host_parse_pulse(&w.facts, w.mem, span_of(text), 0);
				fpm_parse_slow(&w.facts, w.mem, span_of(text), 0);
			}
}

static void processes_and_sockets(void **state)
{
	const struct host_facts *h = &w.facts.host;
	int masters = 0, workers = 0, nginx = 0;

	(void)state;
	host_parse_proc(&w.facts, w.mem, world_file(w.mem, "fpm/waits_on_remote_http", "host_proc"), 0);
	for (size_t i = 0; i < h->proc_count; i++) {
		const struct host_proc *p = &h->procs[i];

		masters += p->role == PROC_FPM_MASTER;
		nginx += p->role == PROC_NGINX_WORKER;
		if (p->role == PROC_FPM_MASTER) {
			assert_string_equal(p->conf, "/etc/php/8.2/fpm/php-fpm.conf");
			assert_string_equal(p->unit, "php8.2-fpm.service");
			assert_true(p->start.known && h->now.v - p->start.v < 60);
		}
		if (p->role != PROC_FPM_WORKER)
			continue;
		workers++;
		assert_string_equal(p->pool, "www");
		assert_int_equal(p->uid.v, 33);
	}
	assert_int_equal(masters, 1);
	assert_int_equal(nginx, 2);
	assert_true(workers >= 3);
	assert_int_equal(h->proc_known, TRI_YES);
	assert_int_equal(h->net_known, TRI_YES);
	assert_int_equal(h->somaxconn.v, 4096);
	assert_true(h->peer_count >= 3);
	for (size_t i = 0; i < h->peer_count; i++)
		if (h->peers[i].remote.host && !h->peers[i].self) {
			assert_string_equal(h->peers[i].remote.host, "203.0.113.20");
			assert_int_equal(h->peers[i].remote.port, 443);
			assert_true(h->peers[i].connecting);
		}
	host_parse_proc(&w.facts, w.mem, span_of(""), 0);
	assert_int_equal(h->proc_count, 0);
	assert_int_equal(h->proc_known, TRI_UNKNOWN);
	assert_false(h->now.known);
}

/* FPM's scoreboard: what the workers of a full pool are at. */
static void work_is_read(void **state)
{
	static const char report[] = "clock\t1795170000\t+0000\t600\n"
		"work\twww\t70\t1795169990\tGET\t/var/www/a/index.php\t/index.php\tn=1&a=b\n"
		"work\twww\t71\t99999999999\tPOST\t/var/www/a/x.php\t/x.php\t\n"
		"work\twww\tno\t1\tGET\t/\t/\t\nwork\twww\nwork\n";
	const struct host_facts *h = &w.facts.host;

	(void)state;
	host_parse_proc(&w.facts, w.mem, span_of(report), 0);
	assert_int_equal(h->work_count, 2);
	assert_int_equal(h->work[0].pid, 70);
	assert_int_equal(h->work[0].since.v, 1795169990);
	assert_string_equal(h->work[0].uri, "/index.php");
	assert_string_equal(h->work[0].query, "n=1&a=b");
	assert_false(h->work[1].since.known); /* no time of this week */
	assert_null(h->work[1].query);
	host_parse_proc(&w.facts, w.mem, span_of(""), 0);
	assert_int_equal(h->work_count, 0);
}

static void own_connections_are_known(void **state)
{
	const struct host_facts *h = &w.facts.host;
	int own = 0;

	(void)state;
	host_parse_proc(&w.facts, w.mem, world_file(w.mem, "fpm/loopback_deadlock", "host_proc"), 0);
	for (size_t i = 0; i < h->peer_count; i++)
		own += h->peers[i].self && h->peers[i].remote.port == 443;
	assert_true(own >= 2);
}

static void addresses_are_read(void **state)
{
	struct endpoint e;

	(void)state;
	assert_true(net_endpoint(w.mem, span_of("4"), span_of("0100007F:0CEA"), &e));
	assert_string_equal(e.host, "127.0.0.1");
	assert_int_equal(e.port, 3306);
	assert_true(net_endpoint(w.mem, span_of("6"),
		span_of("0000000000000000FFFF00000C37D50A:01BB"), &e));
	assert_string_equal(e.host, "10.213.55.12");
	assert_true(net_endpoint(w.mem, span_of("6"),
		span_of("00000000000000000000000001000000:18EB"), &e));
	assert_string_equal(e.host, "::1");
	assert_false(net_endpoint(w.mem, span_of("4"), span_of("0100007F"), &e));
	assert_false(net_endpoint(w.mem, span_of("4"), span_of("0100007F:00000"), &e));
	assert_false(net_endpoint(w.mem, span_of("5"), span_of("0100007F:0CEA"), &e));
	assert_string_equal(net_addresses(w.mem, span_of("10.0.0.1 600000000000000000000000000000001 x")),
		"10.0.0.1 ::1");
	assert_true(net_is_own("10.0.0.1 ::1", "10.0.0.1"));
	assert_true(net_is_own(NULL, "127.0.0.53"));
	assert_false(net_is_own("10.0.0.1", "10.0.0.11"));
}

static void units_of_systemd(void **state)
{
	const struct host_unit *u;

	(void)state;
	host_parse_unit(&w.facts, w.mem, world_file(w.mem, "fpm/killed", "host_unit"), 0);
	assert_int_equal(w.facts.host.units_known, TRI_YES);
	u = unit("php8.2-fpm.service");
	assert_int_equal(u->kind, UNIT_FPM);
	assert_string_equal(u->active, "failed");
	assert_string_equal(u->result, "signal");
	assert_int_equal(u->exit_signal.v, 9);
	assert_false(u->exit_code.known);
	assert_string_equal(u->conf, "/etc/php/8.2/fpm/php-fpm.conf");
	assert_true(u->changed_at.known);
	assert_int_equal(unit("mariadb.service")->kind, UNIT_MYSQL);
	assert_int_equal(unit("redis-server.service")->kind, UNIT_REDIS);
	assert_int_equal(unit("nginx.service")->kind, UNIT_NGINX);
	assert_int_equal(w.facts.host.unit_count, 4);
	host_parse_unit(&w.facts, w.mem, world_file(w.mem, "fpm/config_invalid", "host_unit"), 0);
	assert_int_equal(unit("php8.2-fpm.service")->exit_code.v, 78);
}

static void units_elsewhere(void **state)
{
	static const char openrc[] = "manager\topenrc\nscript\tphp-fpm82\tfailed\tenabled\t/etc/init.d/php-fpm82\n"
		"script\tnginx\tactive\tenabled\t/etc/init.d/nginx\n";
	static const char sysv[] = "manager\tsysv\nscript\tphp8.2-fpm\t\tenabled\t/etc/init.d/php8.2-fpm\n";

	(void)state;
	host_parse_unit(&w.facts, w.mem, span_of(openrc), 0);
	assert_string_equal(unit("php-fpm82")->active, "failed");
	assert_int_equal(unit("php-fpm82")->kind, UNIT_FPM);
	assert_string_equal(unit("nginx")->manager, "openrc");
	host_parse_unit(&w.facts, w.mem, span_of(sysv), 0);
	assert_null(unit("php8.2-fpm")->active);
	assert_string_equal(unit("php8.2-fpm")->enabled, "enabled");
	host_parse_unit(&w.facts, w.mem, span_of("manager\tsystemd\nshow\nFailed to connect to bus\n"
		"showed\t1\n"), 0);
	assert_int_equal(w.facts.host.unit_count, 0);
	assert_int_equal(w.facts.host.units_known, TRI_UNKNOWN);
}

static const struct host_mount *mount_at(const char *path)
{
	for (size_t i = 0; i < w.facts.host.mount_count; i++)
		if (!strcmp(w.facts.host.mounts[i].path, path))
			return &w.facts.host.mounts[i];
	fail_msg("no mount %s", path);
	return NULL;
}

static void disks(void **state)
{
	const struct host_mount *m;

	(void)state;
	host_parse_disk(&w.facts, w.mem, world_file(w.mem, "host/disk_full", "host_disk"), 0);
	m = mount_at("/var/lib/mysql");
	assert_int_equal(m->used_pct.v, 100);
	assert_int_equal(m->free_kb.v, 0);
	assert_string_equal(m->holds, "MySQL data");
	assert_true(mount_at("/")->used_pct.v < 100);
	assert_null(strstr(mount_at("/")->holds, "MySQL"));
	host_parse_disk(&w.facts, w.mem, world_file(w.mem, "host/disk_full_inodes", "host_disk"), 0);
	m = mount_at("/var/lib/mysql");
	assert_true(m->used_pct.v < 100);
	assert_int_equal(m->inodes_free.v, 0);
	host_parse_disk(&w.facts, w.mem, span_of("mount\t/mnt/backup\t/dev/b\text4\trw\n"
		"statfs\t100\t0\t0\t4096\t10\t5\t/mnt/backup\n"), 0);
	assert_null(mount_at("/mnt/backup")->holds);
}

static void kernel_lines(void **state)
{
	static const char text[] = "clock\t1795170597\t+0100\t2734.50\nfile\t/var/log/syslog\n"
		"=Nov 20 11:29:50 web kernel: [2727.1] Out of memory: Kill process 62 (php-fpm7.0) score 9 or "
		"sacrifice child\n"
		"=Nov 20 11:29:51 web kernel: php-fpm8.2[4711]: segfault at 0 ip 00007f sp 00007f error 4 in "
		"imagick.so[7f00+1000] likely on CPU 1\n"
		"=Nov 20 11:29:52 web nginx: kernel says Out of memory: Killed process 1 (x)\n"
		"=2026-11-20T10:29:57.2+00:00 web kernel: Memory cgroup out of memory: Killed process 9 "
		"(mariadbd) total-vm:1kB\n"
		"file\tdmesg\n=[ 2700.123456] nf_conntrack: nf_conntrack: table full, dropping packet\n"
		"=[ 2701.5] TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.\n"
		"=[ 2702.5] EXT4-fs (sda1): Remounting filesystem read-only\n";
	const struct kernel_line *k;

	(void)state;
	host_parse_log(&w.facts, w.mem, span_of(text), 0);
	assert_int_equal(w.facts.host.kernel_line_count, 6);
	k = w.facts.host.kernel_lines;
	assert_int_equal(k[0].kind, KERNEL_OOM);
	assert_int_equal(k[0].line.at.v, 1795170590);
	assert_string_equal(k[0].comm, "php-fpm7.0");
	assert_int_equal(k[0].pid.v, 62);
	assert_false(k[0].cgroup);
	assert_int_equal(k[1].kind, KERNEL_SEGFAULT);
	assert_string_equal(k[1].comm, "php-fpm8.2");
	assert_int_equal(k[1].pid.v, 4711);
	assert_string_equal(k[1].library, "imagick.so");
	assert_true(k[2].cgroup);
	assert_int_equal(k[2].line.at.v, 1795170597);
	assert_int_equal(k[3].kind, KERNEL_CONNTRACK);
	assert_int_equal(k[3].line.at.v, 1795170597 - 2734 + 2700);
	assert_string_equal(k[3].line.source, "dmesg");
	assert_int_equal(k[4].kind, KERNEL_SYN_FLOOD);
	assert_int_equal(k[5].kind, KERNEL_READ_ONLY);
}

static void years_are_guessed(void **state)
{
	struct host_clock clock = host_clock_read(span_of("1798761600\t+0000\t50.5")); /* 1 Jan 2027 */

	(void)state;
	assert_int_equal(host_line_time(&clock, span_of("Dec 31 23:59:00 web x")).v, 1798761540);
	assert_int_equal(host_line_time(&clock, span_of("Jan  1 00:00:00 web x")).v, 1798761600);
	assert_false(host_line_time(&clock, span_of("Foo  1 00:00:00 web x")).known);
	assert_false(host_line_time(&clock, span_of("2026-13-01T00:00:00Z")).known);
	assert_int_equal(host_line_time(&clock, span_of("2026-12-31T23:59:00+05:30 w")).v,
		1798761540 - 19800);
	clock.zone = num_of(-3600);
	assert_int_equal(host_line_time(&clock, span_of("Dec 31 22:59:00 web x")).v, 1798761540);
}

static void bans(void **state)
{
	static const char text[] = "via\tiptables\n=-A INPUT -s 203.0.113.0/24 -j DROP\n"
		"=-A f2b-nginx -s 198.51.100.7/32 -j REJECT --reject-with icmp-port-unreachable\n"
		"=-A INPUT -p tcp -m tcp --dport 443 -j DROP\nvia\tnft\n"
		"=set addr-set-x {\telements = { 192.0.2.1, 192.0.2.9 }\n"
		"=chain input {\tip saddr 198.51.100.0/24 drop\nvia\tipset\n=add bad 192.0.2.77\nfire\tall\n";
	const struct host_ban *b;

	(void)state;
	host_parse_fire(&w.facts, w.mem, span_of(text), 0);
	assert_int_equal(w.facts.host.bans_known, TRI_YES);
	assert_int_equal(w.facts.host.ban_count, 7);
	b = w.facts.host.bans;
	assert_string_equal(b[0].address, "203.0.113.0/24");
	assert_string_equal(b[1].via, "fail2ban nginx");
	assert_null(b[2].address);
	assert_string_equal(b[3].address, "192.0.2.1");
	assert_string_equal(b[4].address, "192.0.2.9");
	assert_string_equal(b[5].address, "198.51.100.0/24");
	assert_string_equal(b[6].address, "192.0.2.77");
	assert_int_equal(w.facts.host.shut_count + w.facts.host.let_count, 0);
	host_parse_fire(&w.facts, w.mem, span_of("via\tiptables\n=:INPUT DROP [1:2]\n"
		"=-A INPUT -i eth0 -j REJECT --reject-with icmp-port-unreachable\n=-A INPUT -s 192.0.2.1/32 -j DROP\n"
		"=-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j ACCEPT\nvia\tnft\n"
		"=chain input {\ttype filter hook input priority filter; policy drop;\n"
		"=chain input {\ttcp dport { 22, 80 } accept\n=chain filter_INPUT {\treject with icmpx\n"), 0);
	assert_int_equal(w.facts.host.ban_count, 1);
	assert_int_equal(w.facts.host.shut_count, 4);
	assert_int_equal(w.facts.host.let_count, 2);
	assert_string_equal(w.facts.host.lets[0].address, "192.0.2.0/24");
	host_parse_fire(&w.facts, w.mem, span_of("missing\tpacket filter\tneeds root\n"), 0);
	assert_int_equal(w.facts.host.bans_known, TRI_UNKNOWN);
}

static void paths(void **state)
{
	static const char text[] = "path\t/home/shop/run/x.sock\npath\t/run/none.sock\n"
		"stat\tc1b0\t33\t33\twww-data\twww-data\t1795170601\t/home/shop/run/x.sock\n"
		"stat\t41ed\t33\t33\twww-data\twww-data\t1\t/home/shop/run\n"
		"stat\t41e8\t1001\t1001\tshop\tshop\t1\t/home/shop\nstat\t41ed\t0\t0\troot\troot\t1\t/home\n"
		"stat\t41ed\t0\t0\troot\troot\t1\t/run\npaths\tall\n";
	const struct host_path *p;

	(void)state;
	host_parse_path(&w.facts, w.mem, span_of(text), 0);
	p = w.facts.host.paths;
	assert_int_equal(p[0].type, 's');
	assert_int_equal(p[0].mode.v, 0660);
	assert_string_equal(p[0].closed_parent, "/home/shop");
	assert_int_equal(p[1].exists, TRI_NO);
	host_parse_path(&w.facts, w.mem, span_of("path\t/root/x.sock\nstat\t41c0\t0\t0\troot\troot\t1\t/root\n"
		"paths\tall\n"), 0);
	assert_int_equal(w.facts.host.paths[0].exists, TRI_UNKNOWN);
	host_parse_path(&w.facts, w.mem, span_of("path\t/x/y\n"), 0);
	assert_int_equal(w.facts.host.paths[0].exists, TRI_UNKNOWN);
}

static void pulse(void **state)
{
	const struct host_facts *h = &w.facts.host;

	(void)state;
	host_parse_pulse(&w.facts, w.mem, span_of("uptime\t99.5\nload\t1.07\t0.5\t0.1\t2/180\n"
		"pid_max\t32768\nmemory\t2000000\t900000\t1000\t500\nshell\tdash\ninit\tsystemd\n"
		"login\tdeploy\t0\nssh\t10.0.0.1\t4000\t10.0.0.2\t22\nkernel\t6.1\nos\tDebian\n"), 0);
	assert_int_equal(h->load1_x100.v, 107);
	assert_int_equal(h->pids_free.v, 32768 - 180);
	assert_int_equal(h->root, TRI_YES);
	assert_string_equal(h->ssh_address, "10.0.0.2");
	assert_string_equal(h->init, "systemd");
	host_parse_pulse(&w.facts, w.mem, span_of("login\tplain\t1001\nsudo\ta password is required\n"), 0);
	assert_int_equal(h->root, TRI_NO);
	assert_string_equal(h->sudo_says, "a password is required");
	assert_false(h->load1_x100.known);
}

/* --- causes of the host ------------------------------------------------------------ */

static void oom_of_somebody_else_is_not_ours(void **state)
{
	(void)state;
	world_close(&w);
	world_open(&w, "fpm/down");
	host_parse_log(&w.facts, w.mem, span_of(arena_printf(w.mem, "clock\t%lld\t+0000\t2000.0\n"
		"file\tdmesg\n=[ 1990.0] Out of memory: Killed process 7 (java) total-vm:1kB\n",
		(long long)w.facts.host.now.v)), 0);
	world_page(&w, 502);
	assert_string_equal(top(&w), "fpm.down");
}

static void an_old_oom_does_not_explain_a_stop(void **state)
{
	(void)state;
	world_close(&w);
	world_open(&w, "fpm/down");
	host_parse_log(&w.facts, w.mem, span_of(arena_printf(w.mem, "clock\t%lld\t+0000\t20000.0\n"
		"file\tdmesg\n=[ 9000.0] Out of memory: Killed process 7 (php-fpm8.2) total-vm:1kB\n",
		(long long)w.facts.host.now.v)), 0);
	world_page(&w, 502);
	assert_string_equal(top(&w), "fpm.down");
}

static void a_full_disk_of_nobody_is_nothing(void **state)
{
	struct host_mount *m;

	(void)state;
	world_close(&w);
	world_open(&w, "fpm/healthy");
	m = arena_push(w.mem, &w.facts.host.mounts, &w.facts.host.mount_count, sizeof(*m));
	*m = (struct host_mount){ .path = "/mnt/backup", .used_pct = num_of(100), .free_kb = num_of(0) };
	world_page(&w, 500);
	assert_string_equal(top(&w), "");
}

static void a_full_log_disk_only_warns(void **state)
{
	(void)state;
	world_close(&w);
	world_open(&w, "host/disk_full_logs");
	world_page(&w, 500);
	assert_string_equal(top(&w), "host.disk_full");
	assert_int_equal(look(&w, "host.disk_full").health, HEALTH_WARN);
}

static void read_only_data_is_broken(void **state)
{
	struct finding f;

	(void)state;
	world_close(&w);
	world_open(&w, "host/disk_full");
	host_parse_disk(&w.facts, w.mem, span_of("mount\t/var/lib/mysql\t/dev/vdb\text4\tro\n"
		"statfs\t100\t50\t50\t4096\t10\t5\t/var/lib/mysql\n"), 0);
	world_page(&w, 500);
	f = look(&w, "host.read_only_fs");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_true(shows(&f, "/dev/vdb"));
	host_parse_disk(&w.facts, w.mem, span_of("mount\t/usr\t/dev/vdb\text4\tro\n"
		"statfs\t100\t50\t50\t4096\t10\t5\t/usr\n"), 0);
	assert_int_not_equal(look(&w, "host.read_only_fs").state, FINDING_PROVEN);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_cut_is_survived), T(garbage_is_survived), T(processes_and_sockets),
		T(work_is_read), T(own_connections_are_known), T(addresses_are_read), T(units_of_systemd),
		T(units_elsewhere), T(disks), T(kernel_lines), T(years_are_guessed), T(bans), T(paths),
		T(pulse), T(oom_of_somebody_else_is_not_ours), T(an_old_oom_does_not_explain_a_stop),
		T(a_full_disk_of_nobody_is_nothing), T(a_full_log_disk_only_warns),
		T(read_only_data_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
