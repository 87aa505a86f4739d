#include <string.h>
#include <time.h>

#include "base/text.h"
#include "probes/probe.h"
#include "report/report.h"

#define WRAP 78
#define INDENT 10 /* room of the word in front: "RULED OUT " */

static const char *colour_of(const struct report_style *style, enum health health)
{
	static const char *const codes[] = {
		[HEALTH_UNKNOWN] = "\033[35m", [HEALTH_OK] = "\033[32m",
		[HEALTH_WARN] = "\033[33m",    [HEALTH_BROKEN] = "\033[1;31m",
		[HEALTH_AFFECTED] = "\033[33m", [HEALTH_STALE] = "\033[36m",
		[HEALTH_ABSENT] = "\033[2m",
	};

	return style->color ? codes[health] : "";
}

static const char *plain(const struct report_style *style)
{
	return style->color ? "\033[0m" : "";
}

static void add_clock(struct buf *out, const struct report_style *style, int64_t epoch)
{
	time_t when = (time_t)epoch;
	struct tm tm;
	char text[64];

	if (style->utc)
		gmtime_r(&when, &tm);
	else
		localtime_r(&when, &tm);
	strftime(text, sizeof(text), style->utc ? "%Y-%m-%d %H:%M:%SZ" : "%Y-%m-%d %H:%M:%S", &tm);
	buf_adds(out, text);
}

/* A heading word, then text that wraps at blanks and stays indented. A line that must be
 * quoted as it stands (raw) is never broken. */
static void add_block(struct buf *out, const char *head, const char *text, bool raw)
{
	struct span rest = span_of(text), line, word;
	int column = INDENT;

	buf_addf(out, "%-*s", INDENT, head);
	if (raw) {
		buf_addf(out, "%s\n", text);
		return;
	}
	while (span_line(&rest, &line)) {
		for (word = span_word(&line); word.n; word = span_word(&line)) {
			if (column > INDENT && column + 1 + (int)word.n > WRAP) {
				buf_addf(out, "\n%*s", INDENT, "");
				column = INDENT;
			}
			if (column > INDENT) {
				buf_addc(out, ' ');
				column++;
			}
			buf_add(out, word.p, word.n);
			column += (int)word.n;
		}
		if (rest.n) {
			buf_addf(out, "\n%*s", INDENT, "");
			column = INDENT;
		}
	}
	buf_addc(out, '\n');
}

static bool arrow_ends_at(const char *arrow, enum link link)
{
	const char *to = arrow ? strchr(arrow, '>') : NULL;

	return to && !strcmp(to + 1, link_name(link));
}

/* Visitor ==> Nginx =XX=> PHP-FPM ==> MySQL: the way, with the first broken arrow. */
static void add_chain_line(struct buf *out, const struct report_style *style,
	const struct verdict *v)
{
	static const enum link way[] = { LINK_VISITOR, LINK_CDN, LINK_NGINX, LINK_FPM, LINK_MYSQL };
	const char *arrow;
	enum link link;
	size_t i;

	buf_adds(out, "  ");
	for (i = 0; i < sizeof(way) / sizeof(*way); i++) {
		link = way[i];
		if (v->chain[link] == HEALTH_ABSENT && link == LINK_CDN)
			continue;
		arrow = arrow_ends_at(v->arrow, link) ? " =XX=> " : " ==> ";
		buf_addf(out, "%s%s%s%s", link ? arrow : "", colour_of(style, v->chain[link]),
			probes[link]->title, plain(style));
	}
	buf_adds(out, "\n\n");
}

static void add_links(struct buf *out, const struct report_style *style, const struct verdict *v)
{
	enum link link;

	for (link = 0; link < LINKS; link++)
		buf_addf(out, "  %s%s%s %-10s %s\n", colour_of(style, v->chain[link]),
			health_letter(v->chain[link]), plain(style), probes[link]->title,
			v->says[link] ? v->says[link] : "");
	buf_addc(out, '\n');
}

static void add_cause(struct buf *out, const struct report_style *style,
	const struct model_host *host, const struct verdict *v)
{
	buf_addf(out, "%s%-*s%s%s  (%s, confidence %.2f", colour_of(style, v->health), INDENT,
		v->row ? "CAUSE" : "VERDICT", v->title, plain(style), v->cause, v->confidence);
	if (v->since.known) {
		buf_adds(out, ", since ");
		add_clock(out, style, v->since.v + num_or(host->facts.clock_offset, 0));
	}
	buf_adds(out, ")\n");
	if (v->arrow)
		add_block(out, "ARROW", v->arrow, true);
	if (v->error)
		add_block(out, "SAID", v->error, true);
}

static void add_proof(struct buf *out, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->evidence_count; i++) {
		buf_addf(out, "%-*s%s\n", INDENT, i ? "" : "PROOF", v->evidence[i].source);
		buf_addf(out, "%*s  %s\n", INDENT, "", v->evidence[i].text);
	}
}

static void add_weighed(struct buf *out, const struct report_style *style,
	const struct model_host *host, const struct verdict *v)
{
	int64_t offset = num_or(host->facts.clock_offset, 0);
	size_t i;

	for (i = 0; i < v->recovered_count; i++) {
		buf_addf(out, "%-*s%s: ", INDENT, i ? "" : "RECOVERED", v->recovered[i].cause->id);
		add_clock(out, style, v->recovered[i].from.v + offset);
		buf_adds(out, " to ");
		add_clock(out, style, v->recovered[i].to.v + offset);
		buf_addc(out, '\n');
	}
	for (i = 0; i < v->ruled_out_count && v->row; i++)
		buf_addf(out, "%-*s%s: %s\n", INDENT, i ? "" : "RULED OUT", v->ruled_out[i].cause,
			v->ruled_out[i].because);
	for (i = 0; i < v->rival_count && (v->row || v->health == HEALTH_UNKNOWN); i++)
		buf_addf(out, "%-*s%s (%.2f): %s\n", INDENT, i ? "" : "RIVALS",
			v->rivals[i].cause->id, v->rivals[i].confidence, v->rivals[i].why_not);
}

static void add_advice(struct buf *out, const struct verdict *v)
{
	if (v->fix)
		add_block(out, "FIX", v->fix, false);
	if (v->wrong_fix)
		add_block(out, "NOT THIS", v->wrong_fix, false);
	if (v->changes_mind)
		add_block(out, "UNLESS", v->changes_mind, false);
	if (v->actions && *v->actions)
		add_block(out, "ACTIONS", v->actions, false);
}

static void add_other_sites(struct buf *out, const struct report_style *style,
	const struct model_host *host, const struct verdict *shown)
{
	const struct verdict *v;
	size_t i;
	bool first = true;

	for (i = 0; i < host->site_count; i++) {
		v = host->sites[i].verdict;
		if (!v || v == shown)
			continue;
		buf_addf(out, "%-*s%s%s%s %s  %s  %s\n", INDENT, first ? "ALSO" : "",
			colour_of(style, v->health), health_letter(v->health), plain(style),
			host->sites[i].url, v->cause, v->title);
		first = false;
	}
}

static void add_missing(struct buf *out, const struct model_host *host)
{
	size_t i;

	for (i = 0; i < host->facts.missing_count; i++)
		buf_addf(out, "%-*s%s: %s\n", INDENT, i ? "" : "MISSING",
			host->facts.missing[i].what, host->facts.missing[i].why);
}

static void add_host(struct buf *out, const struct model_host *host,
	const struct report_style *style)
{
	const struct verdict *v = host->verdict;

	if (!v) {
		buf_addf(out, "?? %s  nothing was learned in the time given\n", host->target);
		return;
	}
	buf_addf(out, "%s%s%s %s%s%s  %s\n", colour_of(style, v->health), health_letter(v->health),
		plain(style), host->target, v->site ? "  " : "", v->site ? v->site : "",
		health_name(v->health));
	if (!host->unreachable) {
		add_chain_line(out, style, v);
		add_links(out, style, v);
	}
	add_cause(out, style, host, v);
	add_proof(out, v);
	add_weighed(out, style, host, v);
	add_advice(out, v);
	add_other_sites(out, style, host, v);
	add_missing(out, host);
}

void report_text(struct buf *out, const struct model *model, const struct report_style *style)
{
	size_t i;

	for (i = 0; i < model->host_count; i++) {
		if (i)
			buf_addc(out, '\n');
		add_host(out, model->hosts[i], style);
	}
}
