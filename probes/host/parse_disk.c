/*
 * host.disk: how full the places are where the chain keeps things, and what is mounted
 * read-only. host.path: what stands at the sockets' paths. host.fire: who is shut out.
 */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LIST_MAX 512

struct reader {
	struct host_facts *f;
	struct arena *mem;
};

/* What of the chain lives at a path, for the sentence. */
static const struct {
	const char *path, *holds;
} places[] = {
	{ "/var/lib/mysql", "MySQL data" },      { "/var/lib/redis", "Redis data" },
	{ "/var/log/nginx", "nginx logs" },      { "/var/log", "logs" },
	{ "/var/lib/php", "PHP sessions" },      { "/var/lib/nginx", "nginx temporary files" },
	{ "/var/cache/nginx", "nginx cache" },   { "/var/www", "the sites" },
	{ "/home", "homes" },                    { "/tmp", "temporary files" },
	{ "/run", "sockets" },
};

/* Other places are asked for by the console: folders of sites. A mount point that nobody
 * asked for says nothing. */
static const char *holds_of(struct span path, const struct host_mount *m)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (span_starts(path, places[i].path))
			return places[i].holds;
	return span_eq(path, m->path) ? NULL : "the sites";
}

static bool under(struct span path, const char *mount)
{
	size_t len = strlen(mount);

	if (len == 1)
		return path.n && path.p[0] == '/';
	return span_starts(path, mount) && (path.n == len || path.p[len] == '/');
}

/* Of several mounts over one path the last in /proc/mounts is the one in force. */
static struct host_mount *mount_of(struct host_facts *f, struct span path)
{
	struct host_mount *best = NULL;

	for (size_t i = 0; i < f->mount_count; i++)
		if (under(path, f->mounts[i].path) &&
		    (!best || strlen(f->mounts[i].path) >= strlen(best->path)))
			best = &f->mounts[i];
	return best;
}

static void add_holds(struct arena *mem, struct host_mount *m, const char *what)
{
	if (!what || (m->holds && strstr(m->holds, what)))
		return;
	if (m->holds && strlen(m->holds) > 120)
		return;
	m->holds = m->holds ? arena_printf(mem, "%s, %s", m->holds, what) : what;
}

static void read_mount(struct reader *r, struct span rest)
{
	struct host_mount *m;
	struct span path = span_field(&rest);

	if (!path.n || path.p[0] != '/' || r->f->mount_count >= LIST_MAX)
		return;
	m = arena_push(r->mem, &r->f->mounts, &r->f->mount_count, sizeof(*m));
	m->path = host_text(r->mem, path);
	m->device = host_text(r->mem, span_field(&rest));
	m->type = host_text(r->mem, span_field(&rest));
	m->read_only = span_eq(rest, "ro");
}

/* As df reckons: what root keeps back does not count as free. */
static struct num percent(int64_t used, int64_t available)
{
	if (used < 0 || available < 0 || used > INT64_MAX / 200 || available > INT64_MAX / 200 ||
	    used + available == 0)
		return (struct num){ 0 };
	return num_of((used * 100 + used + available - 1) / (used + available));
}

static void read_statfs(struct reader *r, struct span rest)
{
	int64_t v[6];
	struct host_mount *m;

	for (int i = 0; i < 6; i++)
		if (!span_int(span_field(&rest), &v[i]) || v[i] < 0)
			return;
	m = mount_of(r->f, rest);
	if (!m)
		return;
	m->used_pct = percent(v[0] - v[1], v[2]);
	if (v[3] > 0 && v[2] < INT64_MAX / v[3])
		m->free_kb = num_of(v[2] * v[3] / 1024);
	if (v[4] > 0) {
		m->inodes_used_pct = percent(v[4] - v[5], v[5]);
		m->inodes_free = num_of(v[5]);
	}
	add_holds(r->mem, m, holds_of(rest, m));
	r->f->disk_known = TRI_YES;
}

void host_parse_disk(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { &facts->host, mem };
	struct span line, name;

	(void)flags;
	r.f->mounts = NULL;
	r.f->mount_count = 0;
	r.f->disk_known = TRI_UNKNOWN;
	while (span_line(&bytes, &line)) {
		name = span_field(&line);
		if (span_eq(name, "mount"))
			read_mount(&r, line);
		else if (span_eq(name, "statfs"))
			read_statfs(&r, line);
	}
}

/* --- host.path -------------------------------------------------------------------- */

static struct host_path *path_find(struct host_facts *f, struct span path)
{
	for (size_t i = 0; i < f->path_count; i++)
		if (f->paths[i].path && span_eq(path, f->paths[i].path))
			return &f->paths[i];
	return NULL;
}

static struct host_path *path_add(struct reader *r, struct span path)
{
	struct host_path *p = path_find(r->f, path);

	if (p || !path.n || path.p[0] != '/' || r->f->path_count >= LIST_MAX)
		return p;
	p = arena_push(r->mem, &r->f->paths, &r->f->path_count, sizeof(*p));
	p->path = host_text(r->mem, path);
	return p;
}

static int64_t hex(struct span s)
{
	int64_t v = 0;

	for (size_t i = 0; i < s.n && i < 8; i++) {
		char c = s.p[i];

		v = v * 16 + (c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0);
	}
	return v;
}

static void read_stat(struct reader *r, struct span rest)
{
	int64_t mode = hex(span_field(&rest));
	struct host_path v = { .exists = TRI_YES }, *p;
	const char *kept;

	v.mode = num_of(mode & 07777);
	v.type = (mode & 0170000) == 0140000 ? 's' : (mode & 0170000) == 0040000 ? 'd' : 'f';
	v.uid = host_num(span_field(&rest));
	v.gid = host_num(span_field(&rest));
	v.owner = host_text(r->mem, span_field(&rest));
	v.group = host_text(r->mem, span_field(&rest));
	v.mtime = host_num(span_field(&rest));
	p = path_add(r, rest);
	if (!p)
		return;
	kept = p->path;
	*p = v;
	p->path = kept;
}

/* The path itself without its last part; empty at the root. */
static struct span parent(struct span path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path.n ? span_from(path.p, path.n - 1) : path;
}

/*
 * Not seen by stat: absent, unless the folder above was not seen either, or nobody but
 * its owner may look into it and we are not root.
 */
static void judge_absent(struct reader *r, struct host_path *p)
{
	struct span up = parent(span_of(p->path));
	const struct host_path *dir = up.n ? path_find(r->f, up) : NULL;

	if (p->exists != TRI_UNKNOWN)
		return;
	while (up.n && !(dir && dir->exists == TRI_YES)) {
		up = parent(up);
		dir = up.n ? path_find(r->f, up) : NULL;
	}
	if (!up.n || (dir && (dir->mode.v & 01)) || r->f->root == TRI_YES)
		p->exists = TRI_NO;
}

static void find_closed(struct host_facts *f, struct host_path *p)
{
	struct span up;

	for (up = parent(span_of(p->path)); up.n; up = parent(up)) {
		const struct host_path *dir = path_find(f, up);

		if (dir && dir->exists == TRI_YES && dir->mode.known && !(dir->mode.v & 01))
			p->closed_parent = dir->path;
	}
}

void host_parse_path(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { &facts->host, mem };
	struct span line, name;
	bool whole = false;

	(void)flags;
	r.f->paths = NULL;
	r.f->path_count = 0;
	while (span_line(&bytes, &line)) {
		name = span_field(&line);
		if (span_eq(name, "path"))
			path_add(&r, line);
		else if (span_eq(name, "stat"))
			read_stat(&r, line);
		else if (span_eq(name, "paths"))
			whole = true;
	}
	for (size_t i = 0; i < r.f->path_count; i++) {
		if (whole)
			judge_absent(&r, &r.f->paths[i]);
		find_closed(r.f, &r.f->paths[i]);
	}
}
