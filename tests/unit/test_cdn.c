/* Causes of the CDN and of the visitor's own way, on hand-made views. */
#include "tests/unit/cdn_help.h"

static void rows_are_complete(void **state)
{
	const struct probe *const both[] = { &visitor_probe, &cdn_probe };
	const struct cause *c;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		for (c = both[i]->causes; c->id; c++) {
			assert_true(c->title && c->arrow && c->explains && c->look && c->signs &&
				c->not_if && c->fix && c->wrong_fix && c->actions && c->plain);
			assert_int_equal(c->link, both[i]->link);
		}
}

static void nothing_known_blames_nobody(void **state)
{
	(void)state;
	assert_nobody_blamed();
	assert_int_equal(cdn_present(&view), TRI_UNKNOWN);
	assert_int_equal(cdn_probe.own_health(&view), HEALTH_UNKNOWN);
	assert_int_equal(visitor_probe.own_health(&view), HEALTH_UNKNOWN);
	assert_string_equal(visitor_probe.says(&view, mem), "no page asked yet");
}

static void well_blames_nobody(void **state)
{
	(void)state;
	good_cert(page(WAY_VISITOR, 200));
	good_cert(page(WAY_ORIGIN, 200));
	one_ban(EDGE, "fail2ban wordpress", EDGE); /* yet the page comes */
	assert_nobody_blamed();
	/* a good copy over a good origin */
	pages[WAY_VISITOR].cache_hit = true;
	pages[WAY_VISITOR].cache = "HIT";
	pages[WAY_VISITOR].cache_header = "cf-cache-status";
	assert_nobody_blamed();
	/* closed to the world, open to its CDN, with or without a client's certificate */
	failing(WAY_ORIGIN, PAGE_CONNECT_TIMEOUT);
	assert_nobody_blamed();
	failing(WAY_ORIGIN, PAGE_EMPTY); /* `return 444` for all but the CDN */
	assert_nobody_blamed();
	page(WAY_ORIGIN, 400)->marks = MARK_CLIENT_CERT;
	assert_nobody_blamed();
	/* Origin CA: no browser trusts it, the edge does */
	good_cert(page(WAY_ORIGIN, 200));
	pages[WAY_ORIGIN].cert.origin_ca = true;
	assert_nobody_blamed();
	/* an expired one that a CDN which is not strict takes */
	pages[WAY_ORIGIN].cert.dates_ok = TRI_NO;
	assert_nobody_blamed();
}

static void origins_own_errors_are_its_own(void **state)
{
	(void)state;
	page(WAY_VISITOR, 502);
	good_cert(page(WAY_ORIGIN, 502));
	assert_nobody_blamed();
	one_ban("0.0.0.0/0", "iptables", "-A INPUT -p tcp --dport 3306 -j DROP");
	assert_nobody_blamed();
	assert_int_equal(look(&cdn_probe, "cdn.edge_fault").state, FINDING_RULED_OUT);
	/* the same with an old self-signed certificate and a CDN that does not mind */
	pages[WAY_ORIGIN].cert.dates_ok = pages[WAY_ORIGIN].cert.chain_ok = TRI_NO;
	assert_nobody_blamed();
}

static void is_there_a_cdn(void **state)
{
	(void)state;
	page(WAY_VISITOR, 200);
	assert_int_equal(cdn_present(&view), TRI_YES);
	assert_string_equal(cdn_brand(&view), "cloudflare");
	pages[WAY_VISITOR].address = SELF; /* a header alone makes no CDN */
	assert_int_equal(cdn_present(&view), TRI_NO);
	assert_int_equal(cdn_probe.own_health(&view), HEALTH_ABSENT);
	pages[WAY_VISITOR].address = "198.51.100.7"; /* NAT: what SSH dialled too */
	pages[WAY_VISITOR].edge = NULL;
	assert_int_equal(cdn_present(&view), TRI_UNKNOWN);
	page(WAY_ORIGIN, 200)->address = "198.51.100.7";
	assert_int_equal(cdn_present(&view), TRI_NO);
	pages[WAY_ORIGIN].address = SELF;
	good_cert(&pages[WAY_ORIGIN]);
	good_cert(&pages[WAY_VISITOR]);
	assert_int_equal(cdn_present(&view), TRI_UNKNOWN);
	pages[WAY_VISITOR].cert.sha256 = "bb";
	assert_int_equal(cdn_present(&view), TRI_YES);
	assert_string_equal(cdn_brand(&view), "a proxy in front");
}

static void origin_certificate(void **state)
{
	struct finding f;

	(void)state;
	page(WAY_VISITOR, 526)->edge_made = true;
	good_cert(page(WAY_ORIGIN, 200));
	pages[WAY_ORIGIN].cert.dates_ok = TRI_NO;
	pages[WAY_ORIGIN].cert.not_after = num_of(NOW - 50);
	f = look(&cdn_probe, "cdn.origin_certificate");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_BROKEN);
	assert_int_equal(f.decisive, 2);
	assert_non_null(strstr(f.title, "expired 2026-"));
	pages[WAY_ORIGIN].cert.dates_ok = TRI_YES;
	pages[WAY_ORIGIN].cert.name_ok = TRI_NO;
	f = look(&cdn_probe, "cdn.origin_certificate");
	assert_non_null(strstr(f.title, "not for shop.example.com"));
	view.pages[WAY_ORIGIN] = NULL; /* 526 alone says it */
	f = look(&cdn_probe, "cdn.origin_certificate");
	assert_int_equal(f.decisive, 1);
	assert_true(f.refuter_missing);
	/* an edge without a status of its own for it */
	page(WAY_VISITOR, 502)->edge = "unknown proxy";
	good_cert(page(WAY_ORIGIN, 200));
	assert_int_equal(look(&cdn_probe, "cdn.origin_certificate").state, FINDING_RULED_OUT);
	pages[WAY_ORIGIN].cert.chain_ok = TRI_NO;
	pages[WAY_ORIGIN].cert.self_signed = true;
	f = look(&cdn_probe, "cdn.origin_certificate");
	assert_int_equal(f.state, FINDING_PROVEN);
	pages[WAY_VISITOR].edge = "cloudflare"; /* it would have said 526 */
	assert_int_equal(look(&cdn_probe, "cdn.origin_certificate").state, FINDING_HINT);
}

static void origin_blocked(void **state)
{
	struct finding f;

	(void)state;
	page(WAY_VISITOR, 522)->edge_made = true;
	page(WAY_ORIGIN, 200);
	chain.host.bans_known = TRI_UNKNOWN; /* not root: no rule could be seen */
	f = look(&cdn_probe, "cdn.origin_blocked");
	assert_int_equal(f.state, FINDING_HINT);
	assert_true(f.by_elimination);
	chain.host.bans_known = chain.host.proc_known = TRI_YES;
	one_ban("104.16.0.0/13", "iptables", "-A INPUT -s 104.16.0.0/13 -p tcp --dport 22 -j DROP");
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_HINT);
	one_ban("104.16.0.0/13", "iptables",
		"-A INPUT -s 104.16.0.0/13 -p tcp -m multiport --dports 80,443 -j DROP");
	f = look(&cdn_probe, "cdn.origin_blocked");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_BROKEN);
	assert_string_equal(f.arrow, "cdn>nginx");
	assert_int_equal(look(&cdn_probe, "cdn.edge_fault").state, FINDING_NOTHING);
	/* its own 504 after the connect timeout */
	page(WAY_VISITOR, 504);
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	/* another of Cloudflare's ranges than the one visitors meet */
	one_ban("172.68.1.0/24", "fail2ban nginx-limit-req", "172.68.1.0/24");
	f = look(&cdn_probe, "cdn.origin_blocked");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_non_null(strstr(f.fix, "fail2ban-client unban 172.68.1.0/24"));
	/* from here the origin is closed too: the server's own word will do */
	failing(WAY_ORIGIN, PAGE_CONNECT_TIMEOUT);
	page(WAY_LOOPBACK, 200);
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	/* the edge says nothing while we listen: it waits for a connection itself */
	failing(WAY_VISITOR, PAGE_TIMEOUT)->edge = NULL;
	one_ban(EDGE, "iptables", "-A INPUT -s " EDGE "/32 -j DROP");
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	view.pages[WAY_LOOPBACK] = NULL; /* or the page hangs, and the ban is old */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	/* the server fails by itself and the 502 is its own */
	page(WAY_VISITOR, 502);
	page(WAY_LOOPBACK, 502);
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	page(WAY_VISITOR, 521);
	failing(WAY_LOOPBACK, PAGE_REFUSED);
	chain.host.ban_count = 0;
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_RULED_OUT);
}

static void blocked_without_a_cdn(void **state)
{
	(void)state;
	failing(WAY_VISITOR, PAGE_CONNECT_TIMEOUT)->address = NULL;
	page(WAY_LOOPBACK, 200);
	one_ban(NULL, "nft", "tcp dport { 80, 443 } drop");
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	assert_string_equal(look(&cdn_probe, "cdn.origin_blocked").arrow, "visitor>nginx");
	one_ban(NULL, "iptables", "-A INPUT -j DROP"); /* stands behind rules that let the web in */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
}

/* A policy that drops, and no rule for web ports: what ufw does when nobody told it of them. */
static void shut_by_policy(void **state)
{
	struct host_ban shut = { NULL, "iptables", ":INPUT DROP [12:720]" };
	struct host_ban let = { NULL, "iptables", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT" };
	struct page *edge;

	(void)state;
	chain.host.shuts = &shut;
	chain.host.lets = &let;
	chain.host.shut_count = chain.host.let_count = 1;
	failing(WAY_VISITOR, PAGE_CONNECT_TIMEOUT)->address = SELF;
	page(WAY_LOOPBACK, 200);
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	assert_true(look(&cdn_probe, "cdn.origin_blocked").refuter_missing);
	let.text = "-A INPUT -p tcp -m multiport --dports http,8080 -j ACCEPT"; /* not https */
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	let.text = "-A ufw-user-input -p tcp -m multiport --dports 80,443 -j ACCEPT";
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	let.address = "192.0.2.0/24"; /* only for others */
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	shut.via = "ip6tables"; /* and the visitor came by IPv4 */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	let.address = "192.0.2.0/24";
	shut.via = "iptables";
	edge = page(WAY_VISITOR, 503);
	edge->edge = "fastly"; /* it may fetch from there, and visitors meet it here */
	edge->address = EDGE;
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	edge->status = num_of(521);
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	assert_true(look(&cdn_probe, "cdn.origin_blocked").refuter_missing);
	failing(WAY_VISITOR, PAGE_CONNECT_TIMEOUT)->address = SELF;
	shut.via = "nft";
	let.address = NULL;
	let.text = "-A INPUT -p tcp --dport 22 -j ACCEPT";
	view.pages[WAY_LOOPBACK] = NULL; /* does it answer at all? */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
}

/* The edge gets no connection; whose fault it is depends on what the server's rules say. */
static void no_connection_and_no_rule(void **state)
{
	struct finding f;

	(void)state;
	page(WAY_VISITOR, 522)->edge = "cloudflare";
	page(WAY_ORIGIN, 200);
	f = look(&cdn_probe, "cdn.origin_address");
	assert_int_equal(f.state, FINDING_HINT);
	assert_true(f.by_elimination);
	assert_false(look(&cdn_probe, "cdn.origin_blocked").by_elimination);
	chain.host.bans_known = TRI_UNKNOWN; /* nobody could read the rules */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_address").state, FINDING_HINT);
	assert_true(look(&cdn_probe, "cdn.origin_blocked").by_elimination);
}

/* nginx itself turns the edge away: its line names the edge's address. */
static void denied_by_nginx(void **state)
{
	struct nginx_error error = { .kind = NGX_OTHER, .client = EDGE, .server = "shop.example.com",
		.host = "shop.example.com", .line = { num_of(NOW - 2), "/var/log/nginx/error.log",
		"access forbidden by rule, client: " EDGE, NULL } };
	struct page *visitor = page(WAY_VISITOR, 403);

	(void)state;
	visitor->edge = "cloudflare";
	visitor->address = EDGE;
	page(WAY_ORIGIN, 200);
	chain.nginx.errors = &error;
	chain.nginx.error_count = 1;
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	assert_int_equal(look(&cdn_probe, "cdn.origin_blocked").fresh_lines, 1);
	error.client = "192.0.2.99"; /* somebody else is denied, as he should be */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
	error.client = EDGE;
	visitor->status = num_of(200); /* the page is there; the rule is about another path */
	assert_int_not_equal(look(&cdn_probe, "cdn.origin_blocked").state, FINDING_PROVEN);
}

static void cached_page_hides_outage(void **state)
{
	struct nginx_error error = { .kind = NGX_CONNECT, .code = num_of(2),
		.host = "shop.example.com", .server = "shop.example.com",
		.line = { num_of(NOW - 5), "/var/log/nginx/error.log", "connect() failed", NULL } };
	struct host_unit unit = { .name = "php8.2-fpm.service", .active = "inactive" };
	struct finding f;
	struct page *copy;

	(void)state;
	copy = page(WAY_VISITOR, 200);
	copy->cache_hit = true;
	copy->cache = "HIT";
	copy->cache_header = "cf-cache-status";
	f = look(&cdn_probe, "cdn.cached_page_hides_outage");
	assert_int_equal(f.state, FINDING_NOTHING);
	page(WAY_ORIGIN, 502);
	chain.nginx.errors = &error;
	chain.nginx.error_count = 1;
	view.fpm_unit = &unit;
	f = look(&cdn_probe, "cdn.cached_page_hides_outage");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_WARN);
	assert_int_equal(f.decisive, 2);
	assert_int_equal(f.evidence_count, 3);
	assert_non_null(strstr(f.fix, "systemctl start php8.2-fpm.service"));
	page(WAY_ORIGIN, 200);
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_RULED_OUT);
	/* an origin that hangs up on strangers proves nothing; its own answer to itself does */
	failing(WAY_ORIGIN, PAGE_EMPTY);
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_NOTHING);
	page(WAY_LOOPBACK, 500)->marks = MARK_DB_ERROR;
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_PROVEN);
	/* not told to be a copy: one uncached failure may be chance, two ways are not */
	page(WAY_VISITOR, 200);
	view.pages[WAY_ORIGIN] = NULL;
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_HINT);
	page(WAY_ORIGIN, 500);
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_PROVEN);
	/* visitors see the fault as well: nothing is hidden */
	page(WAY_VISITOR, 502);
	assert_int_equal(look(&cdn_probe, "cdn.cached_page_hides_outage").state, FINDING_NOTHING);
}

static void statuses_of_their_own(void **state)
{
	static const struct {
		int status;
		const char *id;
	} cases[] = {
		{ 520, "cdn.malformed_origin_reply" }, { 523, "cdn.origin_address" },
		{ 524, "cdn.origin_too_slow" },        { 525, "cdn.origin_tls_handshake" },
		{ 530, "cdn.origin_address" },
	};
	const struct cause *c;
	size_t i;

	(void)state;
	page(WAY_ORIGIN, 200);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		page(WAY_VISITOR, cases[i].status)->edge_made = true;
		for (c = cdn_probe.causes; c->id; c++) {
			bool mine = strcmp(c->id, cases[i].id) == 0;

			assert_int_equal(look(&cdn_probe, c->id).state == FINDING_PROVEN, mine);
		}
	}
}

static void edge_made_errors(void **state)
{
	(void)state;
	page(WAY_ORIGIN, 200);
	page(WAY_VISITOR, 502)->edge_made = true;
	assert_int_equal(look(&cdn_probe, "cdn.edge_fault").state, FINDING_PROVEN);
	assert_int_equal(look(&cdn_probe, "cdn.edge_limit").state, FINDING_NOTHING);
	pages[WAY_VISITOR].edge = "fastly";
	assert_int_equal(look(&cdn_probe, "cdn.edge_fault").state, FINDING_NOTHING);
	assert_int_equal(look(&cdn_probe, "cdn.edge_limit").state, FINDING_PROVEN);
	pages[WAY_VISITOR].edge_made = false; /* not told who made it */
	assert_int_equal(look(&cdn_probe, "cdn.edge_fault").state, FINDING_HINT);
	view.pages[WAY_ORIGIN] = NULL;
	assert_nobody_blamed();
}

/* ---- the visitor's own way ---- */

static void names(void **state)
{
	(void)state;
	failing(WAY_VISITOR, PAGE_NO_NAME);
	assert_int_equal(look(&visitor_probe, "visitor.name").state, FINDING_PROVEN);
	view.given = false; /* some server_name of the server's */
	assert_int_equal(look(&visitor_probe, "visitor.name").state, FINDING_HINT);
	view.given = true;
	view.host_name = "shop.test";
	assert_int_equal(look(&visitor_probe, "visitor.name").state, FINDING_HINT);
	view.host_name = "shop.example.com";
	pages[WAY_VISITOR].error = "Resolving timed out after 3000 ms"; /* our own resolver */
	assert_int_equal(look(&visitor_probe, "visitor.name").state, FINDING_HINT);
	page(WAY_VISITOR, 502);
	assert_int_equal(look(&visitor_probe, "visitor.name").state, FINDING_RULED_OUT);
}

static void certificates(void **state)
{
	struct finding f;
	struct page *p = page(WAY_VISITOR, 200);

	(void)state;
	good_cert(p);
	assert_int_equal(look(&visitor_probe, "visitor.certificate").state, FINDING_RULED_OUT);
	p->cert.chain_ok = TRI_NO; /* an authority that only we may not know */
	assert_int_equal(look(&visitor_probe, "visitor.certificate").state, FINDING_NOTHING);
	p->failure = PAGE_TLS_VERIFY;
	p->cert.dates_ok = TRI_NO;
	p->address = SELF;
	f = look(&visitor_probe, "visitor.certificate");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_BROKEN);
	assert_string_equal(f.arrow, "visitor>nginx");
	assert_false(f.refuter_missing);
	chain.clock_offset = num_of(90000); /* whose clock is right? */
	assert_true(look(&visitor_probe, "visitor.certificate").refuter_missing);
	p->cert.dates_ok = TRI_YES;
	p->cert.self_signed = true;
	f = look(&visitor_probe, "visitor.certificate");
	assert_int_equal(f.health, HEALTH_WARN);
}

static void own_network(void **state)
{
	struct nginx_top client = { "203.0.113.9", { 9, true } };
	struct nginx_access access = { .path = "/var/log/nginx/access.log",
		.fresh_requests = num_of(20), .fresh_errors = num_of(0), .clients = &client,
		.client_count = 1 };
	struct finding f;

	(void)state;
	failing(WAY_VISITOR, PAGE_CONNECT_TIMEOUT)->address = NULL;
	page(WAY_LOOPBACK, 502);
	assert_int_equal(look(&visitor_probe, "visitor.network").state, FINDING_RULED_OUT);
	page(WAY_LOOPBACK, 200);
	f = look(&visitor_probe, "visitor.network");
	assert_int_equal(f.state, FINDING_HINT);
	assert_true(f.by_elimination);
	chain.nginx.access = &access;
	chain.nginx.access_count = 1;
	f = look(&visitor_probe, "visitor.network");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_WARN);
	client.what = SELF; /* only our own probes */
	assert_int_equal(look(&visitor_probe, "visitor.network").state, FINDING_HINT);
	page(WAY_VISITOR, 200);
	assert_int_equal(look(&visitor_probe, "visitor.network").state, FINDING_RULED_OUT);
}

/* ---- networks and rules ---- */

static void networks_hold_addresses(void **state)
{
	(void)state;
	assert_false(net_holds(NULL, "10.0.0.1"));
	assert_false(net_holds("10.0.0.0/8", NULL));
	assert_false(net_holds("garbage", "10.0.0.1"));
	assert_false(net_holds("10.0.0.0/33", "10.0.0.1"));
	assert_false(net_holds("10.0.0.0/", "10.0.0.1"));
	assert_false(net_holds("10.0.0.0/8x", "10.0.0.1"));
	assert_false(net_holds("10.0.0.0/9", "10.128.0.1"));
	assert_false(net_holds("::/0", "10.0.0.1"));
	assert_true(net_holds("10.0.0.0/8", "10.255.0.1"));
	assert_true(net_holds("10.0.0.1", "10.0.0.1"));
	assert_true(net_holds("0.0.0.0/0", "10.0.0.1"));
	assert_true(net_holds("2606:4700::/32", "2606:4700:10::1"));
	assert_true(net_is_cloudflare("172.68.4.5"));
	assert_true(net_is_cloudflare("172.68.4.0/24"));
	assert_false(net_is_cloudflare("172.80.0.1"));
}

static void rules_that_let_the_edge_in(void **state)
{
	(void)state;
	one_ban(EDGE, "iptables", "-A INPUT -i eth0 ! -s " EDGE " -p tcp --dports 80,443 -j DROP");
	assert_null(cdn_find_ban(&chain.host, EDGE, true));
	assert_non_null(cdn_find_ban(&chain.host, "9.9.9.9", false));
	one_ban(EDGE, "fail2ban sshd", EDGE);
	assert_null(cdn_find_ban(&chain.host, EDGE, true));
	one_ban(EDGE, "iptables", "-A INPUT -s " EDGE " -p udp --dport 443 -j DROP");
	assert_null(cdn_find_ban(&chain.host, EDGE, true));
	one_ban(EDGE, "iptables", "-A INPUT -s " EDGE " -p tcp --dport 1:1024 -j DROP");
	assert_non_null(cdn_find_ban(&chain.host, EDGE, true));
	one_ban(EDGE, NULL, NULL);
	assert_non_null(cdn_find_ban(&chain.host, EDGE, false));
	one_ban(NULL, NULL, NULL);
	assert_null(cdn_find_ban(&chain.host, EDGE, false));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	const struct CMUnitTest tests[] = {
		T(rows_are_complete), T(nothing_known_blames_nobody), T(well_blames_nobody),
		T(origins_own_errors_are_its_own), T(is_there_a_cdn), T(origin_certificate),
		T(origin_blocked), T(blocked_without_a_cdn), T(shut_by_policy),
		T(no_connection_and_no_rule), T(denied_by_nginx), T(cached_page_hides_outage),
		T(statuses_of_their_own), T(edge_made_errors), T(names), T(certificates),
		T(own_network), T(networks_hold_addresses), T(rules_that_let_the_edge_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
