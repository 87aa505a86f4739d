/* Workers, what changed, other sites, what could not be read: where there is width. */
#include <stdlib.h>
#include <string.h>

#include "ui/chain_parts.h"
#include "ui/changes.h"
#include "ui/show.h"

#define DAY_S 86400

static const char *waits_word(enum proc_waits waits)
{
	static const char *const words[] = { "?", "the next request", "a file lock",
		"somebody's answer", "a sleep of its own", "the CPU", "the disk", "stopped",
		"something else" };

	return words[waits];
}

/* Busy ones first, the longest-lived at the top. */
static int by_busy(const void *va, const void *vb)
{
	const struct host_proc *a = *(const struct host_proc *const *)va;
	const struct host_proc *b = *(const struct host_proc *const *)vb;

	if (a->busy != b->busy)
		return a->busy > b->busy ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static const struct host_proc **workers_of(const struct model_host *host, const char *pool,
	struct arena *mem, size_t *ret_count)
{
	const struct host_proc **list = NULL, *proc;
	size_t i, count = 0;

	for (i = 0; i < host->facts.host.proc_count; i++) {
		proc = &host->facts.host.procs[i];
		if (proc->role != PROC_FPM_WORKER || !proc->pool || strcmp(proc->pool, pool) != 0)
			continue;
		*(const struct host_proc **)arena_push(mem, &list, &count, sizeof(*list)) = proc;
	}
	if (count)
		qsort(list, count, sizeof(*list), by_busy);
	*ret_count = count;
	return list;
}

static const char *peer_of(const struct model_host *host, const struct host_proc *proc,
	struct arena *mem)
{
	const struct host_facts *facts = &host->facts.host;
	size_t i;

	for (i = 0; i < facts->peer_count; i++)
		if (facts->peers[i].pid == proc->pid && facts->peers[i].remote.host &&
		    !facts->peers[i].self)
			return arena_printf(mem, "%s:%d", facts->peers[i].remote.host,
				facts->peers[i].remote.port);
	return NULL;
}

static void draw_worker(struct canvas *canvas, struct rect in, int y, const struct frame *frame,
	const struct subject *s, const struct host_proc *proc)
{
	const char *peer = peer_of(s->host, proc, frame->mem);
	unsigned style = proc->busy == TRI_YES ? STYLE_STRONG : STYLE_DIM;
	int64_t now = num_or(s->host->facts.host.now, 0);
	int col;

	canvas_putf(canvas, in, 1, y, style, "%7d", proc->pid);
	canvas_put(canvas, in, 10, y, style, proc->busy == TRI_YES ? "busy" :
		proc->busy == TRI_NO ? "idle" : "?");
	if (proc->start.known && now)
		canvas_right(canvas, in, 22, y, style, show_age(frame, now - proc->start.v));
	canvas_right(canvas, in, 30, y, style, proc->pss_kb.known || proc->rss_kb.known ?
		arena_printf(frame->mem, "%lld MB",
			(long long)num_or(proc->pss_kb, proc->rss_kb.v) / 1024) : "?");
	col = canvas_put(canvas, in, 32, y, style, waits_word(proc->waits));
	if (peer)
		canvas_put(canvas, in, col + 1, y, style, peer);
}

void chain_workers(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s)
{
	const struct fpm_pool *pool = s->site ? s->site->view.pool : NULL;
	const struct host_proc **list;
	struct num busy;
	size_t count, i;
	int col = canvas_put(canvas, in, 0, 0, STYLE_HEAD, "WORKERS");

	if (!pool || !pool->name) {
		canvas_put(canvas, in, col + 2, 0, STYLE_DIM, "no pool is known to serve this site");
		return;
	}
	list = workers_of(s->host, pool->name, frame->mem, &count);
	busy = view_pool_busy(&s->site->view);
	canvas_putf(canvas, in, col + 2, 0, STYLE_PLAIN, "pool %s  %s of %zu busy%s%s%s%s", pool->name,
		busy.known ? arena_printf(frame->mem, "%lld", (long long)busy.v) : "?", count,
		pool->max_children.known ? ", at most " : "", pool->max_children.known ?
		arena_printf(frame->mem, "%lld", (long long)pool->max_children.v) : "",
		pool->pm ? ", " : "", pool->pm ? pool->pm : "");
	canvas_put(canvas, in, 1, 1, STYLE_DIM, "    PID  STATE     LIVES     RAM  WAITS FOR");
	for (i = 0; i < count && (int)i + 2 < in.h - 1; i++)
		draw_worker(canvas, in, (int)i + 2, frame, s, list[i]);
	if (i < count)
		canvas_putf(canvas, in, 3, (int)i + 2, STYLE_DIM, "%zu more", count - i);
	if (!count)
		canvas_put(canvas, in, 3, 2, STYLE_DIM, "no process of this pool was seen");
}

static int draw_changes(struct canvas *canvas, struct rect in, int y, const struct frame *frame,
	const struct subject *s)
{
	int64_t now = num_or(s->host->facts.host.now, 0), until = now;
	bool since = s->verdict && s->verdict->row && s->verdict->since.known, passed = false;
	struct change *list;
	size_t count, i;

	if (!now)
		return y;
	if (since)
		until = s->verdict->since.v;
	list = changes_of(s->host, s->site, until, DAY_S, frame->mem, &count);
	canvas_putf(canvas, in, 0, y++, STYLE_HEAD, "CHANGED in the day before");
	for (i = 0; i < count && y < in.h; i++) {
		if (since && !passed && list[i].at <= until) {
			canvas_putf(canvas, in, 1, y++, STYLE_BROKEN, "%s  the fault began",
				show_clock(s->host, frame, until));
			passed = true;
		}
		canvas_putf(canvas, in, 1, y++, STYLE_PLAIN, "%s  %s",
			show_clock(s->host, frame, list[i].at), list[i].text);
	}
	if (!count)
		canvas_put(canvas, in, 1, y++, STYLE_DIM, "nothing that leaves a time behind");
	return y + 1;
}

void chain_around(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s)
{
	const struct model_host *host = s->host;
	const struct verdict *v;
	int y = 0, col;
	size_t i;

	if (host->site_count > 1 && y < in.h) {
		canvas_put(canvas, in, 0, y++, STYLE_HEAD, "SITES of this host");
		for (i = 0; i < host->site_count && y < in.h / 2; i++) {
			v = host->sites[i].verdict;
			col = show_health(canvas, in, 1, y, v ? v->health : HEALTH_UNKNOWN);
			canvas_putf(canvas, in, col + 1, y++,
				&host->sites[i] == s->site ? STYLE_STRONG : STYLE_PLAIN, "%s  %s",
				site_short(frame->mem, host->sites[i].url), v ? v->title : "asking");
		}
		y++;
	}
	y = draw_changes(canvas, in, y, frame, s);
	if (host->facts.missing_count && y + 1 < in.h) {
		canvas_put(canvas, in, 0, y++, STYLE_HEAD, "COULD NOT BE READ");
		for (i = 0; i < host->facts.missing_count && y < in.h; i++)
			canvas_putf(canvas, in, 1, y++, STYLE_UNKNOWN, "%s: %s",
				host->facts.missing[i].what, host->facts.missing[i].why);
	}
}
