#include "ui/sizing.h"

#include <string.h>

static int64_t memory_of(const struct host_proc *proc)
{
	return proc->pss_kb.known ? proc->pss_kb.v : num_or(proc->rss_kb, 0);
}

static void count_workers(struct sizing *s, const struct host_facts *facts,
	const struct fpm_pool *pool)
{
	int64_t sum = 0, n = 0;
	size_t i;

	for (i = 0; i < facts->proc_count; i++) {
		const struct host_proc *proc = &facts->procs[i];

		if (proc->role != PROC_FPM_WORKER || !proc->pool || !pool->name ||
		    strcmp(proc->pool, pool->name) != 0 || memory_of(proc) <= 0)
			continue;
		sum += memory_of(proc);
		n++;
		s->by_rss |= !proc->pss_kb.known;
	}
	s->worker_kb = n ? sum / n : 0;
}

struct sizing sizing_of(const struct model_host *host, const struct fpm_pool *pool)
{
	const struct host_facts *facts = &host->facts.host;
	struct sizing s = { 0 };
	size_t i;

	if (!facts->mem_kb.known || !pool)
		return s;
	count_workers(&s, facts, pool);
	s.ram_kb = facts->mem_kb.v;
	for (i = 0; i < facts->proc_count; i++)
		switch (facts->procs[i].role) {
		case PROC_MYSQL: s.mysql_kb += memory_of(&facts->procs[i]); break;
		case PROC_REDIS: s.redis_kb += memory_of(&facts->procs[i]); break;
		case PROC_NGINX_MASTER:
		case PROC_NGINX_WORKER: s.nginx_kb += memory_of(&facts->procs[i]); break;
		default: break;
		}
	s.left_kb = s.ram_kb - SIZING_SYSTEM_KB - s.mysql_kb - s.redis_kb - s.nginx_kb;
	if (s.left_kb < 0)
		s.left_kb = 0;
	s.now = num_or(pool->max_children, 0);
	s.known = s.worker_kb > 0;
	if (s.known) {
		s.most = s.left_kb / s.worker_kb;
		s.suggested = s.most * 3 / 4;
	}
	return s;
}

const char *sizing_what_if(const struct sizing *s, int64_t workers, struct arena *mem)
{
	int64_t need = workers * s->worker_kb;

	if (need > s->left_kb)
		return arena_printf(mem, "out of memory by %.1f GB",
			(double)(need - s->left_kb) / (1024 * 1024));
	return workers > s->suggested ? "tight" : "fits";
}
