/* The edge does not get to the origin: dropped, sent elsewhere, or stopped by TLS. */
#include <string.h>

#include "base/text.h"
#include "probes/cdn/causes.h"
#include "probes/cdn/cdn.h"
#include "probes/nginx/nginx.h"
#include "probes/visitor/visitor.h"

/* Cloudflare's own: refused, no connection, and 523 no route; 530 means the name. */
static bool says_no_connection(int64_t status)
{
	return status == 521 || status == 522 || status == 523;
}

/* The edge gave up on its way to the origin, or may have: it says 5xx. */
static bool may_be_cut_off(const struct site_view *v)
{
	int64_t status = cdn_edge_status(v);

	return says_no_connection(status) || status == 500 || (status >= 502 && status <= 504) ||
	       status == 530;
}

/* Without an edge: the visitor's own connection is not let in. */
static bool visitor_is_cut_off(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR];

	return page && (page->failure == PAGE_REFUSED || page->failure == PAGE_CONNECT_TIMEOUT ||
			page->failure == PAGE_UNREACHABLE);
}

/* Cloudflare takes 19 s to say 522, others a minute: we may have left before that. */
static bool edge_is_silent(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR];

	return page && page->failure == PAGE_TIMEOUT && page->address && cdn_present(v) != TRI_NO;
}

static int web_port(const struct site_view *v)
{
	return v->tls ? 443 : 80;
}

/* The visitor's own connection met it: no CDN has a part in it. */
static bool keeps_visitor_out(const struct site_view *v)
{
	return visitor_is_cut_off(v) && cdn_present(v) != TRI_YES;
}

/* Where some are let in, they may be what the CDN fetches from, though visitors meet it at
 * another address: then only an edge that says it got no connection is proof. */
static const struct host_ban *find_shut(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	if (!keeps_visitor_out(v) && !says_no_connection(cdn_edge_status(v)) &&
	    cdn_lets_some(h, web_port(v)))
		return NULL;
	return cdn_find_shut(h, v->pages[WAY_VISITOR]->address, web_port(v));
}

/* A policy or a last rule drops what no rule lets in, and none lets this in. */
static void tell_shut(const struct site_view *v, struct finding *f, const struct host_ban *shut)
{
	int port = web_port(v);

	finding_state(f, shut->via ? shut->via : "packet filter", num_or(v->chain->host.now, 0), "%s",
		shut->text ? shut->text : "");
	f->title = finding_text(f, "The server's packet filter drops what it is not told to let in, "
		"and no rule lets %s in on port %d", keeps_visitor_out(v) ? "visitors" : "the CDN", port);
	f->fix = finding_text(f, "%s -I INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT, and save it; "
		"with ufw: ufw allow 80,443/tcp; with firewalld: firewall-cmd --permanent "
		"--add-service=https && firewall-cmd --reload",
		shut->via && strstr(shut->via, "ip6") ? "ip6tables" : "iptables");
}

static void tell_ban(const struct site_view *v, struct finding *f, const struct host_ban *ban)
{
	const char *address = ban->address ? ban->address : "all addresses";
	const char *later = keeps_visitor_out(v) ? "then save the rules, so that they are not back "
		"after a reboot" : "then let the CDN's address ranges in for good";

	finding_state(f, ban->via ? ban->via : "packet filter", num_or(v->chain->host.now, 0), "%s",
		ban->text ? ban->text : address);
	f->title = finding_text(f, "The server drops what the %s sends (%s: %s)",
		keeps_visitor_out(v) ? "visitor" : "CDN", ban->via ? ban->via : "packet filter",
		address);
	if (ban->via && strstr(ban->via, "fail2ban"))
		f->fix = finding_text(f, "fail2ban-client unban %s; then give nginx set_real_ip_from "
			"and real_ip_header, so that visitors are punished and not the edge", address);
	else if (ban->via && ban->text && !strncmp(ban->text, "-A ", 3))
		f->fix = finding_text(f, "%s -D %s; %s", ban->via, ban->text + 3, later);
	else
		f->fix = finding_text(f, "delete that rule: %s; %s", ban->text ? ban->text : address, later);
	f->subject = ban->address;
}

static void rule_out_blocked(const struct site_view *v, struct finding *f)
{
	if (cdn_server_fails(v) && says_no_connection(cdn_edge_status(v)))
		finding_rule_out(f, "the server does not answer itself either");
	else if (v->pages[WAY_VISITOR] && !page_no_answer(v->pages[WAY_VISITOR]) &&
		 !cdn_edge_fails(v))
		finding_rule_out(f, "the visitor's way gets through");
}

/* No rule was seen, yet the edge cannot connect to a server that answers all others. */
static void suspect_blocked(const struct site_view *v, struct finding *f)
{
	const struct page *well = cdn_server_well(v);

	if (!well || !(says_no_connection(cdn_edge_status(v)) || visitor_is_cut_off(v))) {
		rule_out_blocked(v, f);
		return;
	}
	finding_page(f, v->pages[WAY_VISITOR]);
	finding_page(f, well);
	f->state = FINDING_HINT;
	/* With the server's own rules read and none of them in the way, the edge is more likely
	 * to knock at another door (origin_address). */
	f->by_elimination = cdn_edge_status(v) > 0 && v->chain->host.bans_known != TRI_YES;
	f->title = "The CDN gets no connection to a server that answers: a firewall in between";
	f->changes_mind = "a rule or ban on the server that names the edge, or the provider's firewall";
}

/* nginx's own deny, in a line about this site at the moment of the 403. Real addresses
 * restored (real_ip_header) name the visitor there, so only the edge's own ones count. */
static const struct nginx_error *denied_line(const struct site_view *v, const struct page *page)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_error *e;
	size_t i;

	for (i = n->error_count; i > 0; i--) {
		e = &n->errors[i - 1];
		if (!view_fresh(v, &e->line) || !view_error_mine(v, e) || !e->client ||
		    !strstr(e->line.text, "access forbidden by rule"))
			continue;
		if (net_holds(page->address, e->client) ||
		    (net_is_cloudflare(page->address) && net_is_cloudflare(e->client)))
			return e;
	}
	return NULL;
}

static bool look_denied(const struct site_view *v, struct finding *f, const struct page *page)
{
	const struct nginx_error *line;

	if (page->failure != PAGE_ANSWERED || num_or(page->status, 0) != 403 ||
	    cdn_present(v) != TRI_YES)
		return false;
	line = denied_line(v, page);
	if (!line)
		return false;
	cdn_decisive_page(f, page);
	finding_log(f, v, &line->line);
	f->title = finding_text(f, "nginx turns the CDN away: a deny rule holds %s", line->client);
	f->fix = finding_text(f, "grep -rn 'deny' /etc/nginx; take %s out, give nginx set_real_ip_from and "
		"real_ip_header, then: nginx -t && systemctl reload nginx", line->client);
	f->arrow = "cdn>nginx";
	finding_prove(f, HEALTH_BROKEN);
	return true;
}

void cdn_look_blocked(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR], *well = cdn_server_well(v);
	bool edge_cut = may_be_cut_off(v) || edge_is_silent(v);
	bool cut = edge_cut || visitor_is_cut_off(v);
	const struct host_ban *ban, *shut;

	if (!page || look_denied(v, f, page))
		return;
	ban = cut ? cdn_find_ban(&v->chain->host, page->address,
			page->edge && !strcmp(page->edge, "cloudflare")) : NULL;
	shut = cut && !ban && well ? find_shut(v) : NULL;
	if (!ban && !shut) {
		suspect_blocked(v, f);
		return;
	}
	if (!well && !says_no_connection(cdn_edge_status(v)) && !visitor_is_cut_off(v)) {
		rule_out_blocked(v, f); /* a 502 of the origin's own, and a rule that is old */
		return;
	}
	cdn_decisive_page(f, page);
	if (ban)
		tell_ban(v, f, ban);
	else
		tell_shut(v, f, shut);
	if (well)
		cdn_decisive_page(f, well);
	f->arrow = edge_cut ? "cdn>nginx" : "visitor>nginx";
	/* of visitors we know but one, ourselves: others may be let in */
	f->refuter_missing = !well || keeps_visitor_out(v) ||
		(shut && cdn_lets_some(&v->chain->host, web_port(v)));
	finding_prove(f, HEALTH_BROKEN);
}

/* It answers us, and no rule of its own keeps anybody out: the edge does not knock here. */
static void suspect_address(const struct site_view *v, struct finding *f, const struct page *well)
{
	finding_page(f, v->pages[WAY_VISITOR]);
	finding_page(f, well);
	finding_note(f, "packet filter", num_or(v->chain->host.now, 0),
		"read, and no rule of this server keeps the CDN out");
	f->state = FINDING_HINT;
	f->by_elimination = true;
	f->title = "The CDN gets no connection, yet the server answers and shuts nobody out: it looks "
		"for the origin at another address";
	f->fix = finding_text(f, "compare the origin's record at the CDN with this server: %s; if they "
		"are the same, the provider's firewall is in between",
		v->chain->host.addresses ? v->chain->host.addresses : "ip address");
	f->changes_mind = "the origin's record at the CDN names this server: then a firewall between them";
}

void cdn_look_address(const struct site_view *v, struct finding *f)
{
	int64_t status = cdn_edge_status(v);
	const struct page *page = v->pages[WAY_VISITOR], *well = cdn_server_well(v);

	if (says_no_connection(status) && status != 523 && well && v->chain->host.bans_known == TRI_YES &&
	    !cdn_find_ban(&v->chain->host, page->address, false) &&
	    !find_shut(v)) {
		suspect_address(v, f, well);
		return;
	}
	if (status != 523 && status != 530) {
		if (page && page->failure == PAGE_ANSWERED && !page_failed(page))
			finding_rule_out(f, "the visitor's way gets an answer");
		return;
	}
	cdn_decisive_page(f, page);
	if (well)
		cdn_decisive_page(f, well);
	if (v->chain->host.addresses)
		f->fix = finding_text(f, "set the origin's record at the CDN to this server: %s",
			v->chain->host.addresses);
	finding_prove(f, HEALTH_BROKEN);
}

/* What a strict CDN objects to; NULL: nothing, or not known. */
static const char *objection(const struct site_view *v, const struct page *origin,
	struct finding *f)
{
	const struct page_cert *c = &origin->cert;
	char time[TEXT_TIME_SIZE];

	if (c->dates_ok == TRI_NO && origin->at.v < c->not_before.v)
		return finding_text(f, "is not valid before %s", text_time_utc(c->not_before.v, time));
	if (c->dates_ok == TRI_NO)
		return finding_text(f, "expired %s", text_time_utc(c->not_after.v, time));
	if (c->name_ok == TRI_NO)
		return finding_text(f, "is for %s, not for %s", c->names ? c->names : "another name",
			v->host_name);
	if (c->chain_ok == TRI_NO && c->self_signed)
		return "is self-signed";
	if (c->chain_ok == TRI_NO)
		return finding_text(f, "has no chain to a known authority (%s)",
			c->verify_error ? c->verify_error : "verification failed");
	return NULL;
}

static const char *certificate_fix(const struct site_view *v, struct finding *f)
{
	if (!v->server || !v->server->cert)
		return NULL;
	if (nginx_cert_unread(v).known)
		return finding_text(f, "nginx -t && systemctl reload nginx: %s was renewed after nginx was "
			"started, and never read", v->server->cert);
	return finding_text(f, "openssl x509 -noout -subject -dates -in %s   # newer than what is "
		"served: only the reload is missing; else renew (certbot renew), then: "
		"nginx -t && systemctl reload nginx", v->server->cert);
}

/* An edge that has a status of its own for bad certificates says nothing else for them. */
static bool would_say_526(const struct site_view *v)
{
	const char *edge = v->pages[WAY_VISITOR]->edge;

	return edge && !strcmp(edge, "cloudflare");
}

void cdn_look_certificate(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR], *origin = v->pages[WAY_ORIGIN];
	int64_t status = cdn_edge_status(v);
	const char *why = origin && origin->has_cert ? objection(v, origin, f) : NULL;

	if (origin && origin->has_cert && !why && status != 526) {
		if (origin->cert.chain_ok == TRI_YES)
			finding_rule_out(f, "%s", origin->cert.origin_ca
				? "a valid certificate of Cloudflare's Origin CA"
				: "dates, name and chain of the origin's certificate are good");
		return;
	}
	if (status != 526 && (!why || !may_be_cut_off(v)))
		return;
	cdn_decisive_page(f, page);
	if (why) {
		finding_state(f, "origin's certificate", origin->at.v, "%s %s",
			origin->cert.subject ? origin->cert.subject : "it", why);
		f->title = finding_text(f, "The CDN refuses the origin's certificate: it %s", why);
	}
	f->fix = certificate_fix(v, f);
	if (status == 526) {
		f->refuter_missing = !origin; /* what it objects to is still to be seen */
		finding_prove(f, HEALTH_BROKEN);
		return;
	}
	f->state = FINDING_HINT; /* the origin may well have said 502 itself */
	if (would_say_526(v) || page_failed(origin) || !cdn_server_well(v))
		return;
	cdn_decisive_page(f, cdn_server_well(v));
	finding_prove(f, HEALTH_BROKEN);
}

void cdn_look_handshake(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR], *origin = v->pages[WAY_ORIGIN];
	const struct page *self = v->pages[WAY_LOOPBACK];
	int64_t status = cdn_edge_status(v);
	bool origin_fails = origin && origin->failure == PAGE_TLS;
	bool self_fails = self && self->failure == PAGE_TLS;

	if (status != 525 && !(may_be_cut_off(v) && origin_fails && self_fails)) {
		if (origin && num_or(origin->tls_ms, 0) > 0)
			finding_rule_out(f, "TLS with the origin was agreed in %lld ms",
				(long long)(origin->tls_ms.v - num_or(origin->connect_ms, 0)));
		return;
	}
	cdn_decisive_page(f, page);
	if (origin_fails)
		cdn_decisive_page(f, origin);
	if (self_fails)
		cdn_decisive_page(f, self);
	if (v->server)
		f->fix = finding_text(f, "%s: `listen 443 ssl` and a readable certificate and key (%s, "
			"%s), then: nginx -t && systemctl reload nginx",
			v->server->file ? v->server->file : "the server block",
			v->server->cert ? v->server->cert : "no ssl_certificate",
			v->server->cert_key ? v->server->cert_key : "no ssl_certificate_key");
	finding_prove(f, HEALTH_BROKEN);
}
