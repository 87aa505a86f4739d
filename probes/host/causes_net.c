/* The machine's network: its table of connections, its ports, its queues for visitors. */
#include "probes/host/causes.h"

#include <string.h>

static const struct kernel_line *fresh_line(const struct site_view *v, enum kernel_kind kind)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = h->kernel_line_count; i-- > 0;)
		if (h->kernel_lines[i].kind == kind && view_fresh(v, &h->kernel_lines[i].line))
			return &h->kernel_lines[i];
	return NULL;
}

void host_look_conntrack(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	const struct kernel_line *k = fresh_line(v, KERNEL_CONNTRACK);
	const struct nginx_error *ports = view_error(v, NGX_CONNECT, 99);
	bool full = h->conntrack.known && h->conntrack_max.known && h->conntrack_max.v > 0 &&
		h->conntrack.v >= h->conntrack_max.v;

	if (!k && !ports && !full) {
		if (h->conntrack.known && h->conntrack_max.known)
			finding_rule_out(f, "%lld of %lld tracked connections", (long long)h->conntrack.v,
				(long long)h->conntrack_max.v);
		return;
	}
	if (full)
		finding_state(f, "/proc/sys/net/netfilter/nf_conntrack_count", v->now,
			"%lld of %lld tracked connections", (long long)h->conntrack.v,
			(long long)h->conntrack_max.v);
	if (k)
		finding_log(f, v, &k->line);
	if (ports)
		finding_log(f, v, &ports->line);
	if (ports && !full && !k) {
		f->title = "nginx has no local port left to connect from";
		f->fix = "sysctl -w net.ipv4.ip_local_port_range='1024 65000' net.ipv4.tcp_tw_reuse=1; reach "
			 "the backend by a unix socket or with keepalive connections";
	}
	f->changes_mind = "room in the table of connections";
	finding_prove(f, HEALTH_BROKEN);
}

static bool web_port(const struct site_view *v, int port)
{
	for (size_t i = 0; v->server && i < v->server->listen_count; i++)
		if (v->server->listens[i].at.port == port)
			return true;
	return port == 80 || port == 443;
}

/* Visitors whom nginx has not yet taken: it, or the machine, cannot keep up. */
static const struct host_listener *long_queue(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; i < h->listener_count; i++)
		if (!h->listeners[i].at.path && web_port(v, h->listeners[i].at.port) &&
		    num_or(h->listeners[i].queued, 0) >= 100)
			return &h->listeners[i];
	return NULL;
}

void host_look_tcp_overload(const struct site_view *v, struct finding *f)
{
	const struct kernel_line *k = fresh_line(v, KERNEL_SYN_FLOOD);
	const struct host_listener *l = long_queue(v);

	if (!k && !l) {
		if (v->chain->host.net_known == TRI_YES)
			finding_rule_out(f, "no visitor waits to be let in");
		return;
	}
	if (l)
		finding_state(f, "/proc/net/tcp", v->now, "%lld connections wait on port %d",
			(long long)l->queued.v, l->at.port);
	if (k)
		finding_log(f, v, &k->line);
	f->changes_mind = "short queues on the web ports";
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}
