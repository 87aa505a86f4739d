#include "engine/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "engine/host_run.h"
#include "probes/wordpress/wordpress.h"

#define TIMEOUT_MS 8000
#define PAGES_BROKEN_MS 10000     /* while something is wrong */
#define SURVEY_BROKEN_MS 60000
#define SURVEY_WELL_MS 1800000
#define SURVEY_SOON_MS 5000       /* after a change of services */
#define PAGES_SOON_MS 1500
#define WORDS_MAX 64

/* Words for a collector, as the survey would find them; strings borrowed or from mem. */
struct asked {
	struct arena *mem;
	const char *words[WORDS_MAX + 1];
	size_t count;
};

static void add(struct asked *a, const char *word)
{
	size_t i;

	if (!word || !*word || a->count == WORDS_MAX)
		return;
	for (i = 0; i < a->count; i++)
		if (!strcmp(a->words[i], word))
			return;
	a->words[a->count++] = word;
}

static void add_path(struct asked *a, const char *path)
{
	if (path && *path == '/' && strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0)
		add(a, path);
}

static void nginx_logs(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->nginx.error_log_count; i++)
		add(a, facts->nginx.error_logs[i]);
}

static void access_logs(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->nginx.access_log_count; i++)
		add(a, facts->nginx.access_logs[i]);
	for (i = 0; i < facts->nginx.access_count; i++)
		add(a, facts->nginx.access[i].path);
}

static void fpm_logs(struct asked *a, const struct chain_facts *facts)
{
	const struct fpm_master *m;
	bool file;
	size_t i;

	for (i = 0; i < facts->fpm.master_count; i++) {
		m = &facts->fpm.masters[i];
		file = m->error_log && *m->error_log == '/' &&
		       strncmp(m->error_log, "/proc/", 6) != 0 &&
		       strncmp(m->error_log, "/dev/", 5) != 0;
		if (file)
			add(a, m->error_log);
		if (m->unit && (!file || !m->pid.known) && facts->host.init &&
		    !strcmp(facts->host.init, "systemd"))
			add(a, arena_printf(a->mem, "journal:%s", m->unit));
	}
}

static void slow_logs(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->fpm.pool_count; i++)
		add_path(a, facts->fpm.pools[i].slowlog);
}

static void socket_paths(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->host.path_count; i++)
		add_path(a, facts->host.paths[i].path);
}

static void units(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->host.unit_count; i++)
		add(a, facts->host.units[i].name);
}

static void php_logs(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->wordpress.site_count; i++)
		add(a, wordpress_log_word(&facts->wordpress.sites[i], a->mem));
	for (i = 0; i < facts->wordpress.log_count; i++)
		add(a, facts->wordpress.logs[i]);
	for (i = 0; i < facts->fpm.pool_count; i++)
		if (facts->fpm.pools[i].error_log && *facts->fpm.pools[i].error_log == '/')
			add(a, arena_printf(a->mem, "-:%s", facts->fpm.pools[i].error_log));
}

static void site_configs(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	add(a, "+admin");
	for (i = 0; i < facts->wordpress.site_count; i++)
		add(a, wordpress_config_word(&facts->wordpress.sites[i], a->mem));
}

static void roots(struct asked *a, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->wordpress.site_count; i++)
		add_path(a, facts->wordpress.sites[i].docroot);
}

/*
 * well, ill: every how many rounds, while all is well and while something is wrong. What
 * each costs on a small server, in ms of CPU: host.proc 12, nginx.log 13, host.unit 10,
 * mysql 13, nginx.access 9, mysql.log 16, host.fire 15, fpm.log and host.log 7, the others
 * less; all of them together may cost 30 a round on average.
 */
static const struct question {
	const char *name;
	void (*words)(struct asked *a, const struct chain_facts *facts); /* NULL: none needed */
	unsigned well, ill;
} questions[] = {
	{ "host.pulse", NULL, 1, 1 },        { "host.proc", NULL, 1, 1 },
	{ "nginx.log", nginx_logs, 3, 1 },   { "host.unit", units, 4, 1 },
	{ "fpm.log", fpm_logs, 4, 2 },       { "nginx.access", access_logs, 6, 3 },
	{ "mysql", site_configs, 6, 2 },     { "redis", site_configs, 6, 2 },
	{ "host.log", NULL, 6, 3 },          { "wordpress.log", php_logs, 6, 2 },
	{ "fpm.slow", slow_logs, 6, 3 },     { "host.path", socket_paths, 6, 2 },
	{ "wordpress", roots, 12, 3 },       { "host.disk", NULL, 12, 4 },
	{ "mysql.log", NULL, 24, 6 },        { "redis.log", NULL, 24, 12 },
	{ "host.fire", NULL, 60, 12 },
};

static void ask(struct engine *engine, struct host_run *run, const struct question *q)
{
	struct asked a = { .mem = arena_new() };
	struct request request = { .kind = REQUEST_REPORT, .host = run->target.name, .name = q->name,
		.args = a.words, .timeout_ms = TIMEOUT_MS };

	if (q->words)
		q->words(&a, &run->model->facts);
	request.args = a.count ? a.words : NULL;
	/* one that needs words and has none has nothing to look at; refused: still under way */
	if (!q->words || a.count)
		engine->source->ops->request(engine->source, &request);
	arena_free(a.mem);
}

static bool is_ill(const struct host_run *run)
{
	return run->model->verdict && run->model->verdict->health != HEALTH_OK;
}

/* Which are due is spread over the rounds, so that no round is a heavy one; but the first
 * after a change for the worse asks everything that is asked of an ill host at all. */
static void ask_round(struct engine *engine, struct host_run *run)
{
	bool ill = is_ill(run);
	unsigned every;
	size_t i;

	for (i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		every = ill ? questions[i].ill : questions[i].well;
		if (run->round.all || (run->round.count + i) % every == 0)
			ask(engine, run, &questions[i]);
	}
	run->round.all = false;
	run->round.count++;
}

/* Other processes serve now than before: what was read of them may be wrong. */
static bool services_changed(struct host_run *run)
{
	const struct host_facts *host = &run->model->facts.host;
	uint64_t sum = 1;
	bool changed;
	size_t i;

	if (host->proc_known != TRI_YES)
		return false;
	for (i = 0; i < host->proc_count; i++)
		if (host->procs[i].role == PROC_NGINX_MASTER ||
		    host->procs[i].role == PROC_NGINX_WORKER ||
		    host->procs[i].role == PROC_FPM_MASTER)
			sum += (uint64_t)host->procs[i].pid * 2654435761u +
			       (uint64_t)num_or(host->procs[i].start, 0);
	changed = run->round.services && run->round.services != sum;
	run->round.services = sum;
	return changed;
}

static void ask_survey(struct engine *engine, struct host_run *run, int64_t mono)
{
	struct request request = { .kind = REQUEST_REPORT, .host = run->target.name,
		.name = "survey", .timeout_ms = 20000 };

	engine->source->ops->request(engine->source, &request);
	run->round.next_survey = mono + (is_ill(run) ? SURVEY_BROKEN_MS : SURVEY_WELL_MS);
}

static void pages_soon(struct host_run *run, int64_t at)
{
	if (run->round.next_pages > at)
		run->round.next_pages = at;
}

static void survey_if_due(struct engine *engine, struct host_run *run, int64_t mono)
{
	struct round_state *round = &run->round;

	if (services_changed(run)) { /* what starts may need a moment */
		pages_soon(run, mono + PAGES_SOON_MS);
		if (round->next_survey > mono + SURVEY_SOON_MS)
			round->next_survey = mono + SURVEY_SOON_MS;
	}
	if (is_ill(run) && round->next_survey > mono + SURVEY_BROKEN_MS)
		round->next_survey = mono + SURVEY_BROKEN_MS;
	if (mono >= round->next_survey)
		ask_survey(engine, run, mono);
}

/* Lets all pages be asked anew, but for those that have not answered yet. */
static void renew_pages(struct engine *engine, struct host_run *run, int64_t mono)
{
	size_t i;

	for (i = 0; i < run->model->site_count; i++)
		if (!page_in_flight(&run->sites[i].pages))
			memset(&run->sites[i].pages, 0, sizeof(run->sites[i].pages));
	run->round.next_pages = mono + run->target.probe_ms;
	run->round.pages_since = engine->source->ops->now(engine->source).wall / 1000;
	run->round.pages_asked = true;
	run->dirty = true;
}

static bool all_pages_answered(const struct host_run *run)
{
	size_t i;

	for (i = 0; i < run->model->site_count; i++)
		if (page_in_flight(&run->sites[i].pages) ||
		    page_next(&run->sites[i].pages, &run->model->sites[i],
			    run->model->link.address).way != WAYS)
			return false;
	return true;
}

/* A way that was not asked this time says nothing about now. */
static void forget_old_pages(struct host_run *run)
{
	struct visitor_facts *visitor = &run->model->facts.visitor;
	size_t i, kept = 0;

	for (i = 0; i < visitor->page_count; i++)
		if (!visitor->pages[i].at.known ||
		    visitor->pages[i].at.v >= run->round.pages_since)
			visitor->pages[kept++] = visitor->pages[i];
	run->dirty |= kept != visitor->page_count;
	visitor->page_count = kept;
}

/* Longer than the ways of one asking lie apart, shorter than two askings of a console. */
#define ONE_ASKING_S 4

void rounds_replayed_page(struct host_run *run)
{
	struct visitor_facts *visitor = &run->model->facts.visitor;
	const struct page *page, *last;
	size_t i, kept = 0;

	if (!visitor->page_count)
		return;
	last = &visitor->pages[visitor->page_count - 1];
	if (last->way != WAY_VISITOR || !last->at.known)
		return;
	for (i = 0; i < visitor->page_count; i++) {
		page = &visitor->pages[i];
		if (strcmp(page->site, last->site) != 0 || !page->at.known ||
		    page->at.v + ONE_ASKING_S >= last->at.v)
			visitor->pages[kept++] = *page;
	}
	visitor->page_count = kept;
}

static void pages_if_due(struct engine *engine, struct host_run *run, int64_t mono)
{
	struct round_state *round = &run->round;

	if (round->pages_asked && !run->dirty && all_pages_answered(run)) {
		round->pages_asked = false;
		forget_old_pages(run);
	}
	if (is_ill(run) != round->was_ill) { /* what a visitor sees of it is the next question */
		pages_soon(run, mono);
		round->all = true;
	}
	round->was_ill = is_ill(run);
	if (round->was_ill)
		pages_soon(run, mono + PAGES_BROKEN_MS);
	if (mono >= round->next_pages)
		renew_pages(engine, run, mono);
}

void rounds_now(struct engine *engine, struct host_run *run)
{
	int64_t mono = engine->source->ops->now(engine->source).mono;

	if (!run->target.interval_ms || !run->survey_done)
		return;
	run->round.next = run->round.next_pages = mono;
	run->round.all = true;
}

int64_t rounds_tick(struct engine *engine, struct host_run *run)
{
	int64_t mono = engine->source->ops->now(engine->source).mono, wait;
	struct round_state *round = &run->round;

	if (!run->target.interval_ms)
		return -1;
	if (!run->survey_done || !host_link_live(run->model))
		return run->target.interval_ms;
	if (!round->next) {
		round->next = mono + run->target.interval_ms;
		round->next_pages = mono + run->target.probe_ms;
		round->next_survey = mono + SURVEY_WELL_MS;
		round->count = 1;
		round->was_ill = is_ill(run);
		services_changed(run);
	}
	if (mono >= round->next) {
		survey_if_due(engine, run, mono);
		ask_round(engine, run);
		round->next = mono + run->target.interval_ms;
	}
	pages_if_due(engine, run, mono);
	if (run->dirty)
		return 0;
	wait = round->next < round->next_pages ? round->next - mono : round->next_pages - mono;
	return wait > 0 ? wait : 0;
}
