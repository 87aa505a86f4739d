/*
 * Memory and processes. A line of the kernel names the victim; whether that is today's
 * outage is told by the victim: its service must be down now, or pages must fail, or the
 * line be fresh. Free memory alone proves nothing.
 */
#include "probes/host/causes.h"

#include <string.h>

#include "base/span.h"

#define SAME_MOMENT 15 /* seconds between the kernel's line and the unit's last change */

static enum unit_kind kind_of_comm(const char *comm)
{
	if (!comm)
		return UNIT_OTHER;
	if (strstr(comm, "fpm"))
		return UNIT_FPM;
	if (!strncmp(comm, "mysqld", 6) || !strncmp(comm, "mariadbd", 8))
		return UNIT_MYSQL;
	if (strstr(comm, "redis") || strstr(comm, "valkey"))
		return UNIT_REDIS;
	if (strstr(comm, "nginx"))
		return UNIT_NGINX;
	return UNIT_OTHER;
}

static bool role_is(enum proc_role role, enum unit_kind kind)
{
	switch (kind) {
	case UNIT_FPM:
		return role == PROC_FPM_MASTER;
	case UNIT_MYSQL:
		return role == PROC_MYSQL;
	case UNIT_REDIS:
		return role == PROC_REDIS;
	case UNIT_NGINX:
		return role == PROC_NGINX_MASTER;
	default:
		return false;
	}
}

static bool runs(const struct host_facts *h, enum unit_kind kind)
{
	for (size_t i = 0; i < h->proc_count; i++)
		if (role_is(h->procs[i].role, kind) && h->procs[i].state != 'Z')
			return true;
	return false;
}

static bool is_active(const struct host_unit *unit)
{
	return unit->active && (!strcmp(unit->active, "active") || !strcmp(unit->active, "reloading"));
}

/* A service of that kind that is down although it should run; its state is proof of now. */
static const struct host_unit *down_unit(const struct site_view *v, enum unit_kind kind)
{
	const struct host_facts *h = &v->chain->host;

	if (kind == UNIT_FPM && v->fpm_unit)
		return is_active(v->fpm_unit) ? NULL : v->fpm_unit;
	for (size_t i = 0; i < h->unit_count; i++)
		if (h->units[i].kind == kind && h->units[i].active && !is_active(&h->units[i]) &&
		    h->units[i].enabled && strstr(h->units[i].enabled, "enabled"))
			return &h->units[i];
	return NULL;
}

/* The line counts: fresh, or of the moment when the unit that is down went down. */
static bool line_counts(const struct site_view *v, const struct kernel_line *k,
	const struct host_unit *down)
{
	int64_t apart;

	if (view_recent(v, &k->line))
		return down || view_fresh(v, &k->line);
	if (!down || !down->changed_at.known || !k->line.at.known)
		return false;
	apart = down->changed_at.v - k->line.at.v;
	return apart >= -SAME_MOMENT && apart <= SAME_MOMENT;
}

/* The line people know comes first: Killed process, not the table before it. */
static bool says_killed(const struct kernel_line *k)
{
	return strstr(k->line.text, "Kill") != NULL;
}

static const struct kernel_line *oom_line(const struct site_view *v, bool cgroup,
	enum unit_kind *ret_kind)
{
	const struct host_facts *h = &v->chain->host;
	const struct kernel_line *best = NULL;

	for (size_t i = h->kernel_line_count; i-- > 0;) {
		const struct kernel_line *k = &h->kernel_lines[i];
		enum unit_kind kind = kind_of_comm(k->comm);

		if (k->kind != KERNEL_OOM || k->cgroup != cgroup || kind == UNIT_OTHER ||
		    !line_counts(v, k, down_unit(v, kind)))
			continue;
		if (best && (says_killed(best) || !says_killed(k)))
			continue;
		best = k;
		*ret_kind = kind;
	}
	return best;
}

static const struct host_unit *oom_unit(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; i < h->unit_count; i++)
		if (h->units[i].result && !strcmp(h->units[i].result, "oom-kill") &&
		    h->units[i].kind != UNIT_OTHER && !is_active(&h->units[i]) &&
		    (h->units[i].kind != UNIT_FPM || !v->fpm_unit || v->fpm_unit == &h->units[i]))
			return &h->units[i];
	return NULL;
}

static void unit_evidence(const struct site_view *v, struct finding *f,
	const struct host_unit *unit)
{
	finding_state(f, unit->name, v->now, "%s (%s), result %s", unit->active ? unit->active : "?",
		unit->sub ? unit->sub : "?", unit->result ? unit->result : "?");
	f->subject = unit->name;
	if (unit->changed_at.known)
		f->since = unit->changed_at;
}

static const char *start_words(struct finding *f, const struct host_unit *unit)
{
	return unit ? finding_text(f, "systemctl start %s", unit->name) : "see that the victim runs again";
}

static void kill_evidence(const struct site_view *v, struct finding *f,
	const struct kernel_line *k, enum unit_kind kind, const struct host_unit *down)
{
	const struct host_facts *h = &v->chain->host;
	bool dead = h->proc_known == TRI_YES && !runs(h, kind);

	if (k)
		finding_log(f, v, &k->line);
	if (down)
		unit_evidence(v, f, down);
	else if (k && dead)
		finding_state(f, "/proc", v->now, "no process of %s is left", k->comm);
	/* what was killed and is back is a fault of a moment */
	finding_prove(f, down || dead || view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
	f->refuter_missing = h->kernel_known != TRI_YES;
}

void host_look_oom(const struct site_view *v, struct finding *f)
{
	enum unit_kind kind = UNIT_OTHER;
	const struct kernel_line *k = oom_line(v, false, &kind);
	const struct host_unit *unit = oom_unit(v);

	if (!k && !(unit && !oom_line(v, true, &kind))) {
		if (v->chain->host.kernel_known == TRI_YES)
			finding_rule_out(f, "no kernel line of an out-of-memory kill");
		return;
	}
	if (!unit && k)
		unit = down_unit(v, kind);
	if (unit)
		kind = unit->kind;
	kill_evidence(v, f, k, kind, unit);
	f->title = finding_text(f, "the machine ran out of memory and the kernel killed %s",
		k ? k->comm : unit->name);
	f->fix = finding_text(f, "%s; then take memory back: lower pm.max_children to (free memory) / (Pss "
		"of a worker), innodb_buffer_pool_size to what is left, add a little swap",
		start_words(f, unit));
	f->changes_mind = "no out-of-memory line at that moment: then somebody killed it";
}

void host_look_cgroup_limit(const struct site_view *v, struct finding *f)
{
	enum unit_kind kind = UNIT_OTHER;
	const struct kernel_line *k = oom_line(v, true, &kind);
	const struct host_unit *unit = k ? down_unit(v, kind) : NULL;
	const struct host_facts *h = &v->chain->host;

	if (!k) {
		if (h->kernel_known == TRI_YES)
			finding_rule_out(f, "no kernel line of a control group's memory limit");
		return;
	}
	kill_evidence(v, f, k, kind, unit);
	for (size_t i = 0; i < h->unit_count; i++)
		if (h->units[i].kind == kind && h->units[i].memory_max_kb.known) {
			finding_note(f, h->units[i].name, v->now, "MemoryMax %lld MB",
				(long long)(h->units[i].memory_max_kb.v / 1024));
			if (!unit)
				unit = &h->units[i];
		}
	f->title = finding_text(f, "a memory limit killed %s", k->comm);
	f->fix = finding_text(f, "raise that limit: systemctl edit %s, [Service] MemoryMax= (or the "
		"container's or LVE's limit); then %s", unit ? unit->name : "the unit",
		start_words(f, unit));
	f->changes_mind = "an out-of-memory line of the whole machine";
}

/* Pressure is the whole machine's: it needs workers that really stand still. */
static int stuck_workers(const struct site_view *v, int *ret_all)
{
	const struct host_facts *h = &v->chain->host;
	int stuck = 0;

	*ret_all = 0;
	for (size_t i = 0; i < h->proc_count; i++) {
		if (h->procs[i].role != PROC_FPM_WORKER)
			continue;
		(*ret_all)++;
		stuck += h->procs[i].state == 'D';
	}
	return stuck;
}

void host_look_swap_thrash(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	int all, stuck = stuck_workers(v, &all);

	if (h->psi_mem_full_x100.known && h->psi_mem_full_x100.v < 1000) {
		finding_rule_out(f, "memory pressure is low");
		return;
	}
	if (!h->psi_mem_full_x100.known || !all || stuck * 2 < all || !view_page_fails(v) ||
	    !h->swap_kb.known || h->swap_free_kb.v * 4 > h->swap_kb.v)
		return;
	finding_state(f, "/proc/pressure/memory", v->now, "full avg10 = %lld %%",
		(long long)(h->psi_mem_full_x100.v / 100));
	finding_state(f, "/proc", v->now, "%d of %d PHP workers wait for memory (state D)", stuck, all);
	finding_prove(f, HEALTH_BROKEN);
}

void host_look_out_of_processes(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;

	if (h->pids_free.known && h->pids_free.v > 20) {
		finding_rule_out(f, "room for %lld more processes", (long long)h->pids_free.v);
		return;
	}
	if (!h->pids_free.known)
		return;
	finding_state(f, "/proc/loadavg", v->now, "room for %lld more processes (kernel.pid_max)",
		(long long)h->pids_free.v);
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}
