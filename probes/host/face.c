/* How the machine shows itself: a clause for the chain, lines for the sheet. */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"

extern const char probes_host_collect_sh[];

static const struct collector collectors[] = {
	{ "host.pulse", 1, host_parse_pulse }, { "host.proc", 1, host_parse_proc },
	{ "host.unit", 1, host_parse_unit },   { "host.disk", 1, host_parse_disk },
	{ "host.log", 1, host_parse_log },     { "host.fire", 1, host_parse_fire },
	{ "host.path", 1, host_parse_path },   { NULL, 0, NULL },
};

const struct probe host_probe = {
	.link = LINK_HOST,
	.title = "Host",
	.script = probes_host_collect_sh,
	.collectors = collectors,
	.causes = host_causes,
	.face = host_face,
	.says = host_says,
	.own_health = host_own_health,
};

static const struct host_mount *fullest(const struct host_facts *h)
{
	const struct host_mount *best = NULL;

	for (size_t i = 0; i < h->mount_count; i++)
		if (h->mounts[i].holds && h->mounts[i].used_pct.known &&
		    (!best || h->mounts[i].used_pct.v > best->used_pct.v))
			best = &h->mounts[i];
	return best;
}

static const struct host_mount *no_inodes(const struct host_facts *h)
{
	for (size_t i = 0; i < h->mount_count; i++)
		if (h->mounts[i].holds && h->mounts[i].inodes_free.known && h->mounts[i].inodes_free.v < 5)
			return &h->mounts[i];
	return NULL;
}

static const struct kernel_line *fresh_oom(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = h->kernel_line_count; i-- > 0;)
		if (h->kernel_lines[i].kind == KERNEL_OOM && view_fresh(v, &h->kernel_lines[i].line))
			return &h->kernel_lines[i];
	return NULL;
}

enum health host_own_health(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_mount *m = fullest(h);

	if (h->proc_known != TRI_YES && !h->load1_x100.known)
		return HEALTH_UNKNOWN;
	if ((m && m->used_pct.v >= 100) || no_inodes(h) || fresh_oom(v))
		return HEALTH_WARN;
	return h->proc_known == TRI_YES ? HEALTH_OK : HEALTH_UNKNOWN;
}

const char *host_says(const struct site_view *v, struct arena *mem)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_mount *m = fullest(h);

	if (fresh_oom(v))
		return "out of memory in the last minute";
	if (no_inodes(h))
		return arena_printf(mem, "no inode left on %s", no_inodes(h)->path);
	if (m && m->used_pct.v >= 95)
		return arena_printf(mem, "%s %lld %% full", m->path, (long long)m->used_pct.v);
	if (!h->load1_x100.known)
		return h->proc_known == TRI_YES ? "running" : "not known";
	return arena_printf(mem, "load %lld.%02lld, %lld MB free", (long long)h->load1_x100.v / 100,
		(long long)h->load1_x100.v % 100, (long long)num_or(h->mem_available_kb, 0) / 1024);
}

static void face_machine(const struct host_facts *h, struct face *face)
{
	if (h->os)
		face_add(face, "system", HEALTH_OK, "%s", h->os);
	if (h->kernel)
		face_add(face, "kernel", HEALTH_OK, "%s", h->kernel);
	if (h->init)
		face_add(face, "services by", HEALTH_OK, "%s", h->init);
	if (h->login)
		face_add(face, "login", HEALTH_OK, "%s%s", h->login,
			h->root == TRI_YES ? ", collecting as root" : "");
	if (h->root == TRI_NO)
		face_add(face, "rights", HEALTH_UNKNOWN, "not root%s%s", h->sudo_says ? ": " : "",
			h->sudo_says ? h->sudo_says : "");
	if (h->load1_x100.known)
		face_add(face, "load", HEALTH_OK, "%lld.%02lld", (long long)h->load1_x100.v / 100,
			(long long)h->load1_x100.v % 100);
	else
		face_add(face, "load", HEALTH_UNKNOWN, "?");
	if (h->mem_kb.known)
		face_add(face, "memory free", HEALTH_OK, "%lld of %lld MB",
			(long long)num_or(h->mem_available_kb, 0) / 1024, (long long)h->mem_kb.v / 1024);
}

void host_face(const struct site_view *view, struct face *face)
{
	const struct host_facts *h = &view->chain->host;

	face_machine(h, face);
	for (size_t i = 0; i < h->mount_count; i++) {
		const struct host_mount *m = &h->mounts[i];

		if (!m->holds || !m->used_pct.known)
			continue;
		face_add(face, m->path, m->used_pct.v >= 100 ? HEALTH_WARN : HEALTH_OK,
			"%lld %% full, inodes %lld %%%s; holds %s", (long long)m->used_pct.v,
			(long long)num_or(m->inodes_used_pct, 0), m->read_only ? ", read-only" : "",
			m->holds);
	}
	for (size_t i = 0; i < h->kernel_line_count; i++)
		if (view_recent(view, &h->kernel_lines[i].line) &&
		    h->kernel_lines[i].kind != KERNEL_OTHER)
			face_add(face, "kernel", HEALTH_WARN, "%s", h->kernel_lines[i].line.text);
	face_add(face, "bans", h->bans_known == TRI_YES ? HEALTH_OK : HEALTH_UNKNOWN,
		h->bans_known == TRI_YES ? "%zu rules that drop or reject" : "not known", h->ban_count);
}
