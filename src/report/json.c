#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probes/probe.h"
#include "report/report.h"

static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *num_or_null(struct num n)
{
	return n.known ? json_integer(n.v) : json_null();
}

static json_t *wall_time(int64_t epoch)
{
	char text[TEXT_TIME_SIZE];

	return json_string(text_time_utc(epoch, text));
}

/* The server's clock as the console's: what a reader can compare between hosts. */
static json_t *server_time(const struct chain_facts *facts, struct num at)
{
	if (!at.known)
		return json_null();
	return wall_time(at.v + num_or(facts->clock_offset, 0));
}

static json_t *evidence_list(const struct chain_facts *facts, const struct verdict *v)
{
	static const char *const kinds[] = { "state", "log", "http" };
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < v->evidence_count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o, s:o}", "kind", kinds[v->evidence[i].kind],
				"source", text_or_null(v->evidence[i].source), "time",
				server_time(facts, v->evidence[i].at), "text",
				text_or_null(v->evidence[i].text)));
	return list;
}

static json_t *ruled_out_list(const struct verdict *v)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < v->ruled_out_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "cause", v->ruled_out[i].cause,
						    "because", text_or_null(v->ruled_out[i].because)));
	return list;
}

static json_t *rival_list(const struct verdict *v)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < v->rival_count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:f, s:o}", "cause", v->rivals[i].cause->id, "confidence",
				v->rivals[i].confidence, "why_not",
				text_or_null(v->rivals[i].why_not)));
	return list;
}

static json_t *recovered_list(const struct chain_facts *facts, const struct verdict *v)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < v->recovered_count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:o}", "cause", v->recovered[i].cause->id, "from",
				server_time(facts, v->recovered[i].from), "to",
				server_time(facts, v->recovered[i].to)));
	return list;
}

static json_t *action_list(const char *words)
{
	struct span rest = span_of(words), word;
	json_t *list = json_array();

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		json_array_append_new(list, json_stringn(word.p, word.n));
	return list;
}

static json_t *verdict_object(const struct chain_facts *facts, const struct verdict *v)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:f, s:o, s:o}", "cause", v->cause, "link",
		link_name(v->link), "health", health_name(v->health), "title",
		text_or_null(v->title), "confidence", v->confidence, "since",
		server_time(facts, v->since), "first_broken_arrow", text_or_null(v->arrow));

	json_object_set_new(object, "evidence", evidence_list(facts, v));
	json_object_set_new(object, "ruled_out", ruled_out_list(v));
	json_object_set_new(object, "fix", text_or_null(v->fix));
	json_object_set_new(object, "wrong_fix", text_or_null(v->wrong_fix));
	json_object_set_new(object, "changes_mind", text_or_null(v->changes_mind));
	json_object_set_new(object, "actions", action_list(v->actions));
	return object;
}

static json_t *face_object(const struct site_view *view, enum link link)
{
	struct face face = { .mem = arena_new() };
	json_t *object = json_object();
	size_t i;

	probes[link]->face(view, &face);
	for (i = 0; i < face.count; i++)
		json_object_set_new(object, face.lines[i].label, text_or_null(face.lines[i].value));
	arena_free(face.mem);
	return object;
}

static json_t *chain_list(const struct model_site *site)
{
	json_t *list = json_array();
	enum link link;

	for (link = 0; link < LINKS && site && site->verdict; link++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o, s:o}", "link", link_name(link), "health",
				health_name(site->verdict->chain[link]), "says",
				text_or_null(site->verdict->says[link]), "facts",
				face_object(&site->view, link)));
	return list;
}

static json_t *status_of(const struct page *page)
{
	return page ? num_or_null(page->status) : json_null();
}

/* With nothing between, the visitor's request is the origin's answer. */
static const struct page *origin_page(const struct model_site *site)
{
	const struct page *const *pages = site->view.pages;

	if (pages[WAY_ORIGIN] || site->verdict->chain[LINK_CDN] != HEALTH_ABSENT)
		return pages[WAY_ORIGIN];
	return pages[WAY_VISITOR];
}

static json_t *timings(const struct page *page)
{
	if (!page)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "dns", num_or_null(page->dns_ms), "connect",
		num_or_null(page->connect_ms), "tls", num_or_null(page->tls_ms), "first_byte",
		num_or_null(page->first_byte_ms), "total", num_or_null(page->total_ms));
}

static json_t *pool_of(const struct site_view *view)
{
	const char *unit = view->fpm_unit ? view->fpm_unit->name : NULL;
	size_t len = unit ? strlen(unit) : 0;
	json_t *value;
	char *text;

	if (!view->pool)
		return json_null();
	if (len > 8 && !strcmp(unit + len - 8, ".service"))
		len -= 8;
	text = xasprintf("%.*s%s%s", (int)len, unit ? unit : "", unit ? "/" : "",
		view->pool->name ? view->pool->name : "?");
	value = json_string(text);
	free(text);
	return value;
}

static json_t *site_object(const struct model_site *site)
{
	const struct page *const *pages = site->view.pages;
	const struct verdict *v = site->verdict;
	json_t *object = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "url", site->url, "pool",
		pool_of(&site->view), "cause", v->cause, "link", link_name(v->link), "health",
		health_name(v->health), "first_broken_arrow", text_or_null(v->arrow));

	json_object_set_new(object, "status", status_of(pages[WAY_VISITOR]));
	json_object_set_new(object, "origin_status", status_of(origin_page(site)));
	json_object_set_new(object, "loopback_status", status_of(pages[WAY_LOOPBACK]));
	json_object_set_new(object, "ms", timings(pages[WAY_VISITOR]));
	return object;
}

static json_t *missing_list(const struct chain_facts *facts)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < facts->missing_count; i++)
		json_array_append_new(list,
			json_pack("{s:o, s:o}", "what", text_or_null(facts->missing[i].what), "why",
				text_or_null(facts->missing[i].why)));
	return list;
}

static const struct model_site *site_of(const struct model_host *host, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < host->site_count; i++)
		if (host->sites[i].verdict == v)
			return &host->sites[i];
	return NULL;
}

static json_t *host_object(const struct model_host *host)
{
	const struct verdict *v = host->verdict;
	const struct chain_facts *facts = &host->facts;
	json_t *sites = json_array(), *object;
	size_t i;

	object = json_pack("{s:s, s:o, s:b, s:o, s:o}", "target", host->target, "name",
		text_or_null(facts->host.name), "reachable",
		host_link_live(host), "error",
		text_or_null(v ? v->error : NULL), "transport", text_or_null(host->link.transport));
	for (i = 0; i < host->site_count; i++)
		if (host->sites[i].verdict)
			json_array_append_new(sites, site_object(&host->sites[i]));
	json_object_set_new(object, "verdict", v ? verdict_object(facts, v) : json_null());
	json_object_set_new(object, "recovered", v ? recovered_list(facts, v) : json_array());
	json_object_set_new(object, "rivals", v ? rival_list(v) : json_array());
	json_object_set_new(object, "chain", chain_list(v ? site_of(host, v) : NULL));
	json_object_set_new(object, "sites", sites);
	json_object_set_new(object, "missing", missing_list(facts));
	return object;
}

void report_json(struct buf *out, const struct model *model, struct source_time started,
	struct source_time ended)
{
	json_t *hosts = json_array(), *root;
	char *text;
	size_t i;

	for (i = 0; i < model->host_count; i++)
		json_array_append_new(hosts, host_object(model->hosts[i]));
	root = json_pack("{s:i, s:s, s:o, s:I, s:o}", "schema", 1, "tool", "wp502 " WP502_VERSION,
		"started", wall_time(started.wall / 1000), "elapsed_ms",
		(json_int_t)(ended.mono - started.mono), "hosts", hosts);
	text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(3));
	if (text) {
		buf_adds(out, text);
		buf_addc(out, '\n');
	}
	free(text);
	json_decref(root);
}
