/*
 * Disks. A full disk hides its own evidence (the logs stop), so its state counts; but
 * only that of a mount where the chain keeps something.
 */
#include "probes/host/causes.h"

#include <string.h>

#define FULL_KB 1024       /* less free than this is full */
#define NEARLY_PCT 98      /* counts with a fresh "No space left" */

static bool no_blocks(const struct host_mount *m)
{
	return m->free_kb.known && m->free_kb.v < FULL_KB && num_or(m->used_pct, 0) >= 95;
}

static bool no_inodes(const struct host_mount *m)
{
	return m->inodes_free.known && m->inodes_free.v < 5 && num_or(m->inodes_used_pct, 0) >= 95;
}

static const struct log_line *space_line(const struct site_view *v)
{
	const struct chain_facts *c = v->chain;

	for (size_t i = c->nginx.error_count; i-- > 0;)
		if ((c->nginx.errors[i].kind == NGX_NO_SPACE ||
		     num_or(c->nginx.errors[i].code, 0) == 28) &&
		    view_fresh(v, &c->nginx.errors[i].line))
			return &c->nginx.errors[i].line;
	/* reprinted every ten minutes while the server waits */
	for (size_t i = c->mysql.event_count; i-- > 0;)
		if (c->mysql.events[i].kind == MY_NO_SPACE &&
		    view_recent(v, &c->mysql.events[i].line))
			return &c->mysql.events[i].line;
	for (size_t i = c->wordpress.error_count; i-- > 0;)
		if (c->wordpress.errors[i].kind == PHP_NO_SPACE &&
		    view_fresh(v, &c->wordpress.errors[i].line))
			return &c->wordpress.errors[i].line;
	return NULL;
}

static const struct host_mount *full_mount(const struct site_view *v, bool nearly)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_mount *best = NULL;

	for (size_t i = 0; i < h->mount_count; i++) {
		const struct host_mount *m = &h->mounts[i];

		if (!m->holds || m->read_only)
			continue;
		if (!no_blocks(m) && !no_inodes(m) &&
		    !(nearly && num_or(m->used_pct, 0) >= NEARLY_PCT))
			continue;
		if (!best || strstr(m->holds, "MySQL"))
			best = m;
	}
	return best;
}

static bool mysql_runs(const struct host_facts *h)
{
	for (size_t i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_MYSQL)
			return true;
	return h->proc_known != TRI_YES;
}

static bool mysql_should_run(const struct host_facts *h)
{
	for (size_t i = 0; i < h->unit_count; i++)
		if (h->units[i].kind == UNIT_MYSQL && h->units[i].enabled &&
		    strstr(h->units[i].enabled, "enabled"))
			return true;
	return false;
}

static const char *how_full(struct finding *f, const struct host_mount *m)
{
	if (no_inodes(m) && !no_blocks(m))
		return finding_text(f, "no inode left on %s (%lld %% of inodes, %lld %% of blocks used)",
			m->path, (long long)num_or(m->inodes_used_pct, 100),
			(long long)num_or(m->used_pct, 0));
	return finding_text(f, "%s is %lld %% full, %lld kB free", m->path,
		(long long)num_or(m->used_pct, 100), (long long)num_or(m->free_kb, 0));
}

void host_look_disk_full(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	const struct log_line *line = space_line(v);
	const struct host_mount *m = full_mount(v, line != NULL);
	bool data, broken;

	if (!m) {
		if (h->disk_known == TRI_YES)
			finding_rule_out(f, "every disk of the chain has room");
		return;
	}
	data = strstr(m->holds, "MySQL") != NULL;
	broken = (data && !mysql_runs(h) && mysql_should_run(h)) || (line && view_page_fails(v)) ||
		(data && view_page_fails(v) && !(v->db && v->db->ok == TRI_YES));
	finding_state(f, no_inodes(m) && !no_blocks(m) ? "df -Pi" : "df -P", v->now, "%s, which holds %s",
		how_full(f, m), m->holds);
	if (data && !mysql_runs(h) && mysql_should_run(h))
		finding_state(f, "/proc", v->now, "the database server does not run");
	if (line)
		finding_log(f, v, line);
	f->title = finding_text(f, "%s", how_full(f, m));
	if (no_inodes(m) && !no_blocks(m))
		f->fix = finding_text(f, "find the folder with too many small files: for d in %s/*; do echo "
			"$(find \"$d\" -xdev | wc -l) $d; done | sort -n | tail; delete old cache or session "
			"files there", strcmp(m->path, "/") ? m->path : "");
	else
		f->fix = finding_text(f, "du -xh %s | sort -h | tail -20; delete rotated logs, old backups and "
			"package caches there; binary logs only by PURGE BINARY LOGS; MySQL goes on by itself%s",
			m->path, data && !mysql_runs(h) ? " once it is started" : "");
	f->changes_mind = "free space on that mount";
	finding_prove(f, broken ? HEALTH_BROKEN : HEALTH_WARN);
}

static const struct kernel_line *io_line(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = h->kernel_line_count; i-- > 0;)
		if ((h->kernel_lines[i].kind == KERNEL_READ_ONLY ||
		     h->kernel_lines[i].kind == KERNEL_IO) && h->kernel_lines[i].line.at.known)
			return &h->kernel_lines[i];
	return NULL;
}

/* Where services must write, whatever an image builder had in mind for the rest. */
static const struct host_mount *read_only_mount(const struct host_facts *h, bool line)
{
	for (size_t i = 0; i < h->mount_count; i++) {
		const struct host_mount *m = &h->mounts[i];

		if (!m->read_only || !m->holds)
			continue;
		if (strstr(m->holds, "MySQL") || strstr(m->holds, "Redis") ||
		    (line && strcmp(m->holds, "the sites") != 0))
			return m;
	}
	return NULL;
}

void host_look_read_only_fs(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	const struct kernel_line *k = io_line(v);
	const struct host_mount *m = read_only_mount(h, k != NULL);

	if (!m) {
		if (h->disk_known == TRI_YES)
			finding_rule_out(f, "every disk of the chain can be written");
		return;
	}
	finding_state(f, "/proc/mounts", v->now, "%s (%s) is mounted read-only and holds %s", m->path,
		m->device ? m->device : "?", m->holds);
	if (k)
		finding_log(f, v, &k->line);
	f->title = finding_text(f, "%s is read-only", m->path);
	f->fix = finding_text(f, "ask the provider about the disk (dmesg | grep -i error), copy what matters, "
		"then unmount and fsck %s; only a sound disk is mounted for writing again",
		m->device ? m->device : "it");
	f->changes_mind = "a write to it that succeeds";
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}

/* Pressure is the machine's, not ours: it counts only with workers stuck in state D. */
void host_look_stall(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	int all = 0, stuck = 0;

	for (size_t i = 0; i < h->proc_count; i++) {
		all += h->procs[i].role == PROC_FPM_WORKER;
		stuck += h->procs[i].role == PROC_FPM_WORKER && h->procs[i].state == 'D';
	}
	if (h->psi_io_full_x100.known && h->psi_io_full_x100.v < 3000) {
		finding_rule_out(f, "the disks are not what everybody waits for");
		return;
	}
	if (!h->psi_io_full_x100.known || !all || stuck * 2 < all || !view_page_fails(v))
		return;
	finding_state(f, "/proc/pressure/io", v->now, "full avg10 = %lld %%",
		(long long)(h->psi_io_full_x100.v / 100));
	finding_state(f, "/proc", v->now, "%d of %d PHP workers wait for the disk (state D)", stuck, all);
	finding_prove(f, HEALTH_BROKEN);
}
