/* Which rule of the packet filter, or which ban, keeps the edge out. */
#include <stdlib.h>
#include <string.h>

#include "probes/cdn/cdn.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "80,443", "{ 80, 443 }", "1:1024", "http": does the list after dport(s) hold the port? */
static bool list_has(const char *p, int port)
{
	long from, to;
	char *end;

	p += strspn(p, "s ={");
	while (*p) {
		if (!strncmp(p, "http", 4) && (p[4] == 's') == (port == 443))
			return true;
		if (!is_digit(*p) && strncmp(p, "http", 4) != 0)
			return false;
		from = to = strtol(p, &end, 10);
		if (end == p)
			end += strspn(p, "https");
		if ((*end == ':' || *end == '-') && is_digit(end[1]))
			to = strtol(end + 1, &end, 10);
		if (from <= port && to >= port)
			return true;
		if (*end != ',')
			return false;
		p = end + 1 + strspn(end + 1, " ");
	}
	return false;
}

static bool list_has_web(const char *p)
{
	return list_has(p, 443) || list_has(p, 80);
}

static bool is_about_web(const struct host_ban *ban)
{
	const char *text = ban->text ? ban->text : "", *ports = strstr(text, "dport");

	if (ban->via && strstr(ban->via, "ssh"))
		return false;
	if (strstr(text, "-p udp") || strstr(text, "-p icmp") || strstr(text, "udp dport"))
		return false;
	return !ports || list_has_web(ports + 5);
}

/* "! -s ADDRESS" lets exactly that one in. */
static bool is_negated(const struct host_ban *ban)
{
	const char *text = ban->text ? ban->text : "";

	return strstr(text, "! -s") || strstr(text, "saddr !=") || strstr(text, "! --match-set");
}

/* A rule that names nobody holds everybody, if it is about web ports by name: a last
 * "drop all" stands behind rules that let the web in, which we did not see. */
static bool holds_everybody(const struct host_ban *ban)
{
	const char *a = ban->address;

	if (a && *a && strcmp(a, "0.0.0.0/0") != 0 && strcmp(a, "::/0") != 0 &&
	    strcmp(a, "any") != 0 && strcmp(a, "anywhere") != 0)
		return false;
	return ban->text && strstr(ban->text, "dport");
}

const struct host_ban *cdn_find_ban(const struct host_facts *host, const char *edge,
	bool cloudflare)
{
	const struct host_ban *ban, *found = NULL;
	size_t i;

	for (i = 0; i < host->ban_count; i++) {
		ban = &host->bans[i];
		if (!is_about_web(ban))
			continue;
		if (is_negated(ban)) {
			if (!net_holds(ban->address, edge) && edge && !found)
				found = ban;
			continue;
		}
		if (net_holds(ban->address, edge) ||
		    (cloudflare && net_is_cloudflare(ban->address)))
			return ban;
		if (!found && holds_everybody(ban))
			found = ban;
	}
	return found;
}

static bool about_port(const struct host_ban *let, int port)
{
	const char *ports = let->text ? strstr(let->text, "dport") : NULL;

	return !ports || list_has(ports + 5, port);
}

/* Of a set nobody knows who is in it: then everybody. */
static bool for_all(const struct host_ban *let)
{
	return !let->address || !*let->address || !strcmp(let->address, "0.0.0.0/0") ||
	       !strcmp(let->address, "::/0");
}

/* Cloudflare fetches from other ranges of its own than visitors see. */
static bool lets(const struct host_ban *let, const char *edge, int port)
{
	return about_port(let, port) && (for_all(let) || net_holds(let->address, edge) ||
		(net_is_cloudflare(edge) && net_is_cloudflare(let->address)));
}

bool cdn_lets_some(const struct host_facts *host, int port)
{
	size_t i;

	for (i = 0; i < host->let_count; i++)
		if (about_port(&host->lets[i], port) && !for_all(&host->lets[i]))
			return true;
	return false;
}

/* Each family of addresses has a filter of its own, but for nft's. */
static bool same_family(const struct host_ban *rule, const char *edge)
{
	bool six = edge && strchr(edge, ':');

	if (!rule->via || !edge)
		return rule->via && strcmp(rule->via, "ip6tables") != 0;
	return strcmp(rule->via, six ? "iptables" : "ip6tables") != 0;
}

const struct host_ban *cdn_find_shut(const struct host_facts *host, const char *edge, int port)
{
	size_t i;

	for (i = 0; i < host->let_count; i++)
		if (same_family(&host->lets[i], edge) && lets(&host->lets[i], edge, port))
			return NULL;
	for (i = 0; i < host->shut_count; i++)
		if (same_family(&host->shuts[i], edge))
			return &host->shuts[i];
	return NULL;
}
