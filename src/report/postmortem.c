#include "report/postmortem.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TEXT_MAX (4u << 20)
#define PARTS 64

/* One fault of one site: what was known of it when most was known. */
struct fault {
	char *host, *site, *cause;
	char *sheet;          /* Markdown */
	char *prevention;
	double confidence;
	int proofs;
	int64_t from, to;     /* console's clock, epoch s; to: 0 while it lasts */
};

/* What visitors of one site got, as our own requests saw it. */
struct outage {
	char *site;
	int64_t from, last_bad, to; /* epoch s; from 0: none yet; to 0: not over */
	unsigned asked, failed;
	int64_t last_at;
};

struct postmortem {
	bool client;
	int64_t first, last;  /* epoch s */
	struct buf timeline, actions;
	size_t told;
	struct fault faults[PARTS];
	size_t fault_count;
	struct outage outages[PARTS];
	size_t outage_count;
};

struct postmortem *postmortem_new(bool client)
{
	struct postmortem *pm = xcalloc(1, sizeof(*pm));

	pm->client = client;
	buf_init(&pm->timeline, TEXT_MAX);
	buf_init(&pm->actions, TEXT_MAX);
	return pm;
}

void postmortem_free(struct postmortem *pm)
{
	size_t i;

	if (!pm)
		return;
	for (i = 0; i < pm->fault_count; i++) {
		free(pm->faults[i].host);
		free(pm->faults[i].site);
		free(pm->faults[i].cause);
		free(pm->faults[i].sheet);
		free(pm->faults[i].prevention);
	}
	for (i = 0; i < pm->outage_count; i++)
		free(pm->outages[i].site);
	buf_release(&pm->timeline);
	buf_release(&pm->actions);
	free(pm);
}

/* ---- pieces of text ---- */

static void add(const struct postmortem *pm, struct buf *out, const char *text)
{
	if (pm->client)
		postmortem_hide(out, text);
	else
		buf_adds(out, text);
}

static void add_time(struct buf *out, int64_t epoch)
{
	char text[TEXT_TIME_SIZE];

	buf_adds(out, text_time_utc(epoch, text));
}

static void add_length(struct buf *out, int64_t seconds)
{
	if (seconds < 120)
		buf_addf(out, "%lld s", (long long)seconds);
	else
		buf_addf(out, "%lld min", (long long)((seconds + 30) / 60));
}

/* A block of code: whatever stands in it stays in it. */
static void add_code(const struct postmortem *pm, struct buf *out, const char *text)
{
	struct span rest = span_of(text), line;

	buf_adds(out, "\n");
	while (span_line(&rest, &line)) {
		char *copy = xstrndup(line.p, line.n);

		buf_adds(out, "    ");
		add(pm, out, copy);
		buf_addc(out, '\n');
		free(copy);
	}
	buf_addc(out, '\n');
}

/* ---- what is seen while it plays ---- */

void postmortem_event(struct postmortem *pm, const struct event *event)
{
	pm->last = event->wall / 1000;
	if (!pm->first)
		pm->first = pm->last;
	if (event->kind != EVENT_ACTION && event->kind != EVENT_INTENT)
		return;
	buf_adds(&pm->actions, "- ");
	add_time(&pm->actions, pm->last);
	buf_adds(&pm->actions, "  ");
	add(pm, &pm->actions, event->host);
	buf_adds(&pm->actions, ": ");
	add(pm, &pm->actions, event->name);
	if (event->kind == EVENT_ACTION && event->exit >= 0)
		buf_addf(&pm->actions, " (exit %d)", event->exit);
	buf_addc(&pm->actions, '\n');
}

static void take_timeline(struct postmortem *pm, const struct timeline *timeline)
{
	const struct happening *h;
	size_t i;

	for (i = timeline->count - pm->told; i; i--) {
		h = timeline_newest(timeline, i - 1);
		if (!h)
			continue;
		buf_adds(&pm->timeline, "| ");
		add_time(&pm->timeline, h->wall / 1000);
		buf_addf(&pm->timeline, " | %s | ", health_name(h->health));
		add(pm, &pm->timeline, h->host);
		buf_adds(&pm->timeline, " | ");
		add(pm, &pm->timeline, h->text);
		buf_addf(&pm->timeline, "%s%s%s |\n", *h->cause ? " (" : "", h->cause,
			*h->cause ? ")" : "");
	}
	pm->told = timeline->count;
}

static struct outage *outage_of(struct postmortem *pm, const char *site)
{
	struct outage *o;
	size_t i;

	for (i = 0; i < pm->outage_count; i++)
		if (!strcmp(pm->outages[i].site, site))
			return &pm->outages[i];
	if (pm->outage_count == PARTS)
		return NULL;
	o = &pm->outages[pm->outage_count++];
	o->site = xstrdup(site);
	return o;
}

static bool failed(const struct page *page)
{
	return page->failure != PAGE_ANSWERED || (page->status.known && page->status.v >= 500);
}

static void take_page(struct postmortem *pm, const struct page *page)
{
	struct outage *o = page->way == WAY_VISITOR && page->at.known ? outage_of(pm, page->site)
								      : NULL;

	if (!o || page->at.v <= o->last_at)
		return;
	o->last_at = page->at.v;
	o->asked++;
	if (failed(page)) {
		o->failed++;
		o->from = o->from ? o->from : page->at.v;
		o->last_bad = page->at.v;
		o->to = 0;
	} else if (o->from && !o->to) {
		o->to = page->at.v;
	}
}

static void add_list(const struct postmortem *pm, struct buf *out, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->ruled_out_count; i++) {
		if (pm->client) { /* the reasons are commands and paths */
			buf_addf(out, "- %s\n", v->ruled_out[i].cause);
			continue;
		}
		buf_addf(out, "- %s: ", v->ruled_out[i].cause);
		add(pm, out, v->ruled_out[i].because);
		buf_addc(out, '\n');
	}
	for (i = 0; i < v->rival_count && !pm->client; i++) {
		buf_addf(out, "- %s (%.2f): ", v->rivals[i].cause->id, v->rivals[i].confidence);
		add(pm, out, v->rivals[i].why_not);
		buf_addc(out, '\n');
	}
}

static void add_sheet(const struct postmortem *pm, struct buf *out, const struct verdict *v,
	int64_t offset)
{
	const struct evidence *e;
	size_t i;

	buf_addf(out, "Cause `%s`, confidence %.2f%s%s.\n", v->cause, v->confidence,
		v->arrow ? ", first broken arrow " : "", v->arrow ? v->arrow : "");
	if (v->row && v->row->plain) {
		buf_addc(out, '\n');
		add(pm, out, v->row->plain);
		buf_addc(out, '\n');
	}
	buf_adds(out, "\n**Proof**\n");
	for (i = 0; i < v->evidence_count; i++) {
		e = &v->evidence[i];
		buf_adds(out, "\n");
		if (e->at.known) {
			add_time(out, e->at.v + offset);
			buf_adds(out, ", ");
		}
		add(pm, out, e->source);
		buf_adds(out, ":\n");
		add_code(pm, out, e->text);
	}
	buf_adds(out, "\n**Ruled out**\n\n");
	add_list(pm, out, v);
	if (!pm->client && v->fix) {
		buf_adds(out, "\n**What mends it**\n");
		add_code(pm, out, v->fix);
	}
	if (!pm->client && v->wrong_fix) {
		buf_adds(out, "\n**What would not have helped**\n");
		add_code(pm, out, v->wrong_fix);
	}
}

static struct fault *fault_of(struct postmortem *pm, const struct model_host *host,
	const struct verdict *v)
{
	const char *site = v->site ? v->site : "";
	struct fault *f;
	size_t i;

	for (i = 0; i < pm->fault_count; i++) {
		f = &pm->faults[i];
		if (!f->to && !strcmp(f->host, host->target) && !strcmp(f->site, site) &&
		    !strcmp(f->cause, v->cause))
			return f;
	}
	if (pm->fault_count == PARTS)
		return NULL;
	f = &pm->faults[pm->fault_count++];
	f->host = xstrdup(host->target);
	f->site = xstrdup(site);
	f->cause = xstrdup(v->cause);
	f->from = pm->last;
	return f;
}

/* What this server's own figures say about the next time. */
static char *prevention_of(const struct model_host *host, const struct verdict *v)
{
	const struct fpm_facts *fpm = &host->facts.fpm;
	struct buf out;
	size_t i;

	buf_init(&out, 64u << 10);
	if (!strcmp(v->cause, "fpm.down") || !strcmp(v->cause, "mysql.down") ||
	    !strcmp(v->cause, "redis.down") || !strcmp(v->cause, "nginx.down"))
		buf_addf(&out, "- The unit%s%s should come back by itself: `Restart=on-failure` in a "
			"drop-in, and a check that tells when it does not run.\n",
			v->subject ? " " : "", v->subject ? v->subject : "");
	for (i = 0; v->link == LINK_FPM && i < fpm->pool_count; i++)
		if (fpm->pools[i].max_children.known)
			buf_addf(&out, "- Pool %s may have %lld workers (pm.max_children): to be "
				"compared with the memory they need.\n", fpm->pools[i].name,
				(long long)fpm->pools[i].max_children.v);
	if (v->changes_mind)
		buf_addf(&out, "- What would show that it is over: %s.\n", v->changes_mind);
	buf_addf(&out, "- A check of this very condition (`%s`) every minute from outside would "
		"have told before the first visitor did.\n", v->cause);
	return buf_take(&out);
}

static void take_verdict(struct postmortem *pm, const struct model_host *host,
	const struct verdict *v)
{
	const struct num *offset = &host->facts.clock_offset;
	struct fault *f;
	struct buf sheet;

	if (!v || !v->row || (v->health != HEALTH_BROKEN && v->health != HEALTH_WARN))
		return;
	f = fault_of(pm, host, v);
	if (!f)
		return;
	if (v->since.known && v->since.v + (offset->known ? offset->v : 0) < f->from)
		f->from = v->since.v + (offset->known ? offset->v : 0);
	if (v->confidence < f->confidence ||
	    (v->confidence == f->confidence && (int)v->evidence_count < f->proofs))
		return;
	f->confidence = v->confidence;
	f->proofs = (int)v->evidence_count;
	buf_init(&sheet, TEXT_MAX);
	buf_addf(&sheet, "### ");
	add(pm, &sheet, v->title);
	buf_adds(&sheet, "\n\n");
	add_sheet(pm, &sheet, v, offset->known ? offset->v : 0);
	free(f->sheet);
	f->sheet = buf_take(&sheet);
	free(f->prevention);
	f->prevention = prevention_of(host, v);
}

/* A fault whose site has another verdict now is over. */
static void end_faults(struct postmortem *pm, const struct model_host *host)
{
	const struct verdict *v;
	size_t i, s;
	bool lasts;

	for (i = 0; i < pm->fault_count; i++) {
		if (pm->faults[i].to || strcmp(pm->faults[i].host, host->target) != 0)
			continue;
		lasts = false;
		for (s = 0; s < host->site_count; s++) {
			v = host->sites[s].verdict;
			lasts = lasts || (v && !strcmp(v->cause, pm->faults[i].cause) && v->site &&
						 !strcmp(v->site, pm->faults[i].site));
		}
		if (!lasts)
			pm->faults[i].to = pm->last;
	}
}

void postmortem_look(struct postmortem *pm, const struct model *model)
{
	const struct model_host *host;
	size_t i, s;

	take_timeline(pm, &model->timeline);
	for (i = 0; i < model->host_count; i++) {
		host = model->hosts[i];
		for (s = 0; s < host->facts.visitor.page_count; s++)
			take_page(pm, &host->facts.visitor.pages[s]);
		for (s = 0; s < host->site_count; s++)
			take_verdict(pm, host, host->sites[s].verdict);
		end_faults(pm, host);
	}
}

/* ---- the end ---- */

static void write_visitors(const struct postmortem *pm, struct buf *out, int64_t *ret_longest)
{
	const struct outage *o;
	int64_t length;
	size_t i;

	*ret_longest = 0;
	buf_adds(out, "\n## How long visitors saw errors\n\n");
	for (i = 0; i < pm->outage_count; i++) {
		o = &pm->outages[i];
		buf_addf(out, "- %s: ", o->site);
		if (!o->from) {
			buf_addf(out, "none of %u requests failed.\n", o->asked);
			continue;
		}
		length = (o->to ? o->to : pm->last) - o->from;
		*ret_longest = length > *ret_longest ? length : *ret_longest;
		buf_adds(out, o->to ? "" : "at least ");
		add_length(out, length);
		buf_adds(out, ", from ");
		add_time(out, o->from);
		buf_adds(out, o->to ? " to " : "; it still failed when the recording ended, ");
		add_time(out, o->to ? o->to : pm->last);
		buf_addf(out, " (%u of our %u requests failed).\n", o->failed, o->asked);
	}
	if (!pm->outage_count)
		buf_adds(out, "Unknown: no page was asked for in this recording.\n");
	buf_adds(out, "\nOur own requests say this; it may have begun before the first of them.\n");
}

static void write_seo(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t hours;
		const char *mark, *what;
	} marks[] = {
		{ 1, "1 h", "crawlers ask again soon; a short 5xx leaves no trace" },
		{ 24, "24 h", "crawlers come less often, and advertisements may be paused" },
		{ 48, "48-72 h", "pages begin to leave the index" },
	};
	size_t i;

	buf_adds(out, "\n## Search engines\n\n");
	for (i = 0; i < 3; i++)
		buf_addf(out, "- %s %s: %s.\n", marks[i].mark,
			seconds >= marks[i].hours * 3600 ? "**was reached**" : "was not reached",
			marks[i].what);
	buf_adds(out, "\nA 503 with Retry-After tells them to wait; a 502 does not.\n");
}

static void write_faults(const struct postmortem *pm, struct buf *out)
{
	const struct fault *f;
	size_t i;

	buf_adds(out, "\n## Cause\n");
	for (i = 0; i < pm->fault_count; i++) {
		f = &pm->faults[i];
		buf_addf(out, "\n%s", f->sheet);
		buf_adds(out, "\nFrom ");
		add_time(out, f->from);
		buf_adds(out, f->to ? " to " : "; it lasted when the recording ended, ");
		add_time(out, f->to ? f->to : pm->last);
		buf_adds(out, *f->site ? ", site " : "");
		buf_addf(out, "%s.\n", f->site);
	}
	if (!pm->fault_count)
		buf_adds(out, "\nNo cause was proven in this recording.\n");
}

static void write_prevention(const struct postmortem *pm, struct buf *out)
{
	size_t i, k;

	buf_adds(out, "\n## Prevention\n");
	for (i = 0; i < pm->fault_count; i++) {
		for (k = 0; k < i && strcmp(pm->faults[k].cause, pm->faults[i].cause) != 0; k++)
			;
		if (k < i)
			continue;
		buf_addf(out, "\n`%s`\n\n", pm->faults[i].cause);
		add(pm, out, pm->faults[i].prevention);
	}
}

void postmortem_write(const struct postmortem *pm, const struct model *model, struct buf *out)
{
	int64_t longest;
	size_t i;

	buf_adds(out, "# Incident report\n\n");
	for (i = 0; i < model->host_count; i++) {
		buf_adds(out, "- Server: ");
		add(pm, out, model->hosts[i]->target);
		buf_addc(out, '\n');
	}
	buf_adds(out, "- Recorded: ");
	add_time(out, pm->first);
	buf_adds(out, " to ");
	add_time(out, pm->last);
	buf_adds(out, "\n\n## Timeline\n\n| time (UTC) | health | server | what |\n|---|---|---|---|\n");
	buf_adds(out, pm->timeline.data ? pm->timeline.data : "");
	write_faults(pm, out);
	buf_adds(out, "\n## Actions\n\n");
	buf_adds(out, pm->actions.len ? pm->actions.data : "None is in the recording: what was done "
							   "was done by other means.\n");
	write_visitors(pm, out, &longest);
	write_prevention(pm, out);
	write_seo(out, longest);
}
