/*
 * What is wrong on the visitor's own way, before any server is reached: the name, the
 * certificate shown to browsers, the network between here and there.
 */
#include "probes/visitor/causes.h"

#include <string.h>

#include "base/text.h"
#include "probes/cdn/cdn.h"
#include "probes/nginx/nginx.h"
#include "probes/visitor/visitor.h"

/* Names that the world's DNS never holds (RFC 2606, 6762, 8375): a private set-up. */
static bool is_private_name(const char *host)
{
	static const char *const ends[] = { ".test", ".local", ".localhost", ".invalid", ".example",
		".internal", ".lan", ".home.arpa", NULL };
	size_t i;

	for (i = 0; ends[i]; i++)
		if (span_ends(span_of(host), ends[i]))
			return true;
	return !strchr(host, '.');
}

static bool resolver_is_silent(const struct page *page)
{
	return page->error && strstr(page->error, "timed out");
}

static void look_name(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR];

	if (!page)
		return;
	if (page->failure != PAGE_NO_NAME) {
		finding_rule_out(f, "the name was found%s%s", page->address ? ": " : "",
			page->address ? page->address : "");
		return;
	}
	finding_page(f, page);
	f->title = finding_text(f, "The name %s does not resolve", v->host_name);
	f->fix = finding_text(f, "dig +trace %s; then the registrar (expired?) and the zone's A/AAAA "
		"records", v->host_name);
	f->state = FINDING_HINT;
	if (!v->given || is_private_name(v->host_name) || resolver_is_silent(page))
		return;
	f->decisive = 1;
	finding_prove(f, HEALTH_BROKEN);
}

/* Which of a certificate's faults a browser stops at; NULL: none. */
static const char *cert_fault(const struct site_view *v, const struct page *page,
	struct finding *f)
{
	const struct page_cert *c = &page->cert;
	char time[TEXT_TIME_SIZE];

	if (c->dates_ok == TRI_NO && page->at.v < c->not_before.v)
		return finding_text(f, "is not valid before %s", text_time_utc(c->not_before.v, time));
	if (c->dates_ok == TRI_NO)
		return finding_text(f, "expired %s", text_time_utc(c->not_after.v, time));
	if (c->name_ok == TRI_NO)
		return finding_text(f, "is for %s, not for %s", c->names ? c->names : "another name",
			v->host_name);
	if (c->self_signed && c->chain_ok == TRI_NO)
		return "is self-signed";
	return NULL;
}

static const char *cert_fix(const struct site_view *v, struct finding *f)
{
	if (cdn_present(v) == TRI_YES)
		return "renew or add the certificate at the CDN: browsers meet the edge's";
	if (nginx_cert_unread(v).known)
		return finding_text(f, "%s was renewed and never read: nginx -t && systemctl reload nginx; "
			"let the renewal do that itself (certbot: --deploy-hook)", v->server->cert);
	if (v->server && v->server->cert)
		return finding_text(f, "openssl x509 -noout -subject -dates -ext subjectAltName -in %s; "
			"renew it (certbot renew), then: nginx -t && systemctl reload nginx",
			v->server->cert);
	return "certbot renew, then: nginx -t && systemctl reload nginx";
}

/* Who shows it, and whether a renewed one lies on disk already, is still to be read. */
static bool nginx_unread(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	if (h->proc_known != TRI_YES)
		return true;
	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_MASTER)
			return v->chain->nginx.config_readable == TRI_UNKNOWN;
	return false;
}

static void look_certificate(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR];
	const char *fault;
	int64_t skew;

	if (!page || !page->has_cert)
		return;
	fault = page->failure == PAGE_TLS_VERIFY ? cert_fault(v, page, f) : NULL;
	if (!fault) {
		if (page->cert.chain_ok == TRI_YES && page->cert.name_ok == TRI_YES)
			finding_rule_out(f, "dates, name and chain of the certificate are good");
		return;
	}
	finding_page(f, page);
	finding_state(f, "certificate", page->at.v, "%s %s",
		page->cert.subject ? page->cert.subject : "the certificate", fault);
	if (nginx_cert_unread(v).known && cdn_present(v) != TRI_YES)
		finding_note(f, v->server->cert, v->now, "changed %lld s after nginx's workers were "
			"started: they serve the one before", (long long)nginx_cert_unread(v).v);
	f->title = finding_text(f, "The certificate shown to visitors %s", fault);
	f->fix = cert_fix(v, f);
	f->arrow = cdn_present(v) == TRI_YES ? "visitor>cdn" : "visitor>nginx";
	skew = num_or(v->chain->clock_offset, 0);
	f->refuter_missing = nginx_unread(v) ||
		(page->cert.dates_ok == TRI_NO && (skew > 3600 || skew < -3600));
	finding_prove(f, page->cert.dates_ok == TRI_NO || page->cert.name_ok == TRI_NO
		? HEALTH_BROKEN : HEALTH_WARN);
}

static bool is_own_client(const struct site_view *v, const char *address)
{
	struct span rest = span_of(v->chain->host.addresses ? v->chain->host.addresses : ""), word;

	if (!strncmp(address, "127.", 4) || !strcmp(address, "::1"))
		return true;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, address))
			return true;
	return false;
}

/* The access log shows that others are being served, now and without errors. */
static const struct nginx_access *others_served(const struct site_view *v)
{
	const struct nginx_facts *nginx = &v->chain->nginx;
	size_t i, j;

	for (i = 0; i < nginx->access_count; i++) {
		const struct nginx_access *a = &nginx->access[i];

		if (num_or(a->fresh_requests, 0) < 5 || num_or(a->fresh_errors, 1) > 0)
			continue;
		for (j = 0; j < a->client_count; j++)
			if (num_or(a->clients[j].count, 0) >= 3 && a->clients[j].what &&
			    !is_own_client(v, a->clients[j].what))
				return a;
	}
	return NULL;
}

static bool cannot_get_there(const struct page *page)
{
	return page->failure == PAGE_UNREACHABLE || page->failure == PAGE_CONNECT_TIMEOUT ||
	       page->failure == PAGE_REFUSED ||
	       (page->failure == PAGE_NO_NAME && resolver_is_silent(page));
}

static void look_network(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR], *self = v->pages[WAY_LOOPBACK];
	const struct nginx_access *access;

	if (!page)
		return;
	if (!cannot_get_there(page)) {
		finding_rule_out(f, "from here the site is reached");
		return;
	}
	if (self && page_failed(self)) {
		finding_rule_out(f, "the server does not answer itself either");
		return;
	}
	finding_page(f, page);
	f->state = FINDING_HINT;
	if (!self || !page_well(self))
		return;
	finding_page(f, self);
	f->by_elimination = true;
	access = others_served(v);
	if (!access)
		return;
	f->decisive = 1;
	finding_state(f, access->path, v->now, "%lld requests in the last minute, none failed",
		(long long)access->fresh_requests.v);
	finding_prove(f, HEALTH_WARN);
}

const struct cause visitor_causes[] = {
	{
		.id = "visitor.name", .as = "unknown", .link = LINK_VISITOR, .arrow = "visitor>cdn",
		.title = "The site's name does not resolve",
		.explains = "", .look = look_name,
		.signs = "the resolver here answers that the name of a given --url does not exist",
		.not_if = "the resolver gives no answer at all; a name made for private use",
		.fix = "dig +trace NAME; then the registrar and the zone's A/AAAA records",
		.wrong_fix = "restarting anything on the server: nobody asks it while the name is gone",
		.actions = "",
		.plain = "Browsers first look the name up, as in a phone book. The entry is missing, so "
			"they never learn where the server is.",
	}, {
		.id = "visitor.certificate", .as = "cdn.origin_certificate", .link = LINK_VISITOR, .arrow = "visitor>nginx",
		.title = "Browsers refuse the site's certificate",
		.explains = "", .look = look_certificate,
		.signs = "the certificate on the visitor's way has expired, is for another name or is "
			"self-signed",
		.not_if = "its dates, names and chain are good; our own clock is wrong",
		.fix = "certbot renew, then: nginx -t && systemctl reload nginx",
		.wrong_fix = "restarting PHP-FPM, or telling people to click the warning away: the fault "
			"is the certificate alone, and a renewed file needs a reload of nginx to be served",
		.actions = "reload-nginx",
		.plain = "The site's identity card is out of date or made out to somebody else, so "
			"browsers show a warning page and not the site.",
	}, {
		.id = "visitor.network", .as = "unknown", .link = LINK_VISITOR, .arrow = "visitor>nginx",
		.title = "The site answers, but not on the network way from here",
		.explains = "", .look = look_network,
		.signs = "no connection from here; the server answers itself and serves others now",
		.not_if = "the server does not answer itself; a rule on it drops the connections",
		.fix = "try from another network; traceroute -T -p 443 HOST; the provider's firewall",
		.wrong_fix = "changing the server: it serves the others",
		.actions = "",
		.plain = "The shop is open and others are being served; the road from us to it is closed.",
	},
	{ .id = NULL }
};
