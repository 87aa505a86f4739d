#include "ui/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define ROUNDS_MISSED_S 30 /* six rounds: what we know is not now any more */

const enum link chain_links[CHAIN_NODES] = { LINK_VISITOR, LINK_CDN, LINK_NGINX, LINK_FPM,
	LINK_MYSQL };

const char *link_title(enum link link)
{
	static const char *const titles[] = { "Visitor", "CDN", "Nginx", "PHP-FPM", "MySQL",
		"Redis", "WordPress", "Host", "" };

	return titles[link];
}

const struct model_host *focus_host(const struct model *model, const struct focus *focus)
{
	size_t i;

	for (i = 0; i < model->host_count && focus->host; i++)
		if (!strcmp(model->hosts[i]->target, focus->host))
			return model->hosts[i];
	return NULL;
}

const struct model_site *focus_site(const struct model_host *host, const struct focus *focus)
{
	size_t i;

	if (!host || !host->site_count)
		return NULL;
	for (i = 0; i < host->site_count && focus->site; i++)
		if (!strcmp(host->sites[i].url, focus->site))
			return &host->sites[i];
	for (i = 0; i < host->site_count; i++)
		if (host->sites[i].verdict && host->sites[i].verdict == host->verdict)
			return &host->sites[i];
	return &host->sites[0];
}

const struct verdict *site_verdict(const struct model_host *host, const struct model_site *site)
{
	const struct verdict *v = site ? site->verdict : NULL;

	if (host && host->unreachable)
		return host->unreachable;
	/* what is concluded before anything was learned is no verdict to look at */
	if (v && v->health == HEALTH_UNKNOWN && !v->settled && host->pending)
		return NULL;
	return v;
}

const char *site_short(struct arena *mem, const char *url)
{
	const char *p = strstr(url, "://");
	size_t len;

	p = p ? p + 3 : url;
	len = strlen(p);
	if (len && p[len - 1] == '/' && memchr(p, '/', len) == p + len - 1)
		len--;
	return arena_strndup(mem, p, len);
}

int64_t host_age(const struct model_host *host, const struct frame *frame)
{
	const struct chain_facts *facts = &host->facts;

	if (!facts->host.now.known || !facts->clock_offset.known)
		return -1;
	return frame->wall / 1000 - (facts->host.now.v + facts->clock_offset.v);
}

bool host_stale(const struct model_host *host, const struct frame *frame)
{
	const char *state = host->link.state;

	if (!frame->live || !state || host_age(host, frame) < 0)
		return false;
	return strcmp(state, "live") != 0 || host_age(host, frame) > ROUNDS_MISSED_S;
}

enum health link_health(const struct model_host *host, const struct verdict *verdict,
	enum link link, const struct frame *frame)
{
	enum health health = verdict ? verdict->chain[link] : HEALTH_UNKNOWN;

	if (host->unreachable)
		return HEALTH_UNKNOWN;
	if (host_stale(host, frame) && (health == HEALTH_OK || health == HEALTH_WARN))
		return HEALTH_STALE;
	return health;
}

int show_health(struct canvas *canvas, struct rect in, int col, int row, enum health health)
{
	col = canvas_put(canvas, in, col, row, style_of(health), canvas->glyphs->health[health]);
	return canvas_put(canvas, in, col, row, style_of(health), health_letter(health));
}

static struct tm broken_down(const struct frame *frame, int64_t epoch)
{
	time_t when = (time_t)epoch;
	struct tm tm = { 0 };

	if (frame->utc)
		gmtime_r(&when, &tm);
	else
		localtime_r(&when, &tm);
	return tm;
}

const char *show_clock(const struct model_host *host, const struct frame *frame, int64_t epoch)
{
	int64_t here = epoch + num_or(host->facts.clock_offset, 0);
	struct tm tm = broken_down(frame, here), now = broken_down(frame, frame->wall / 1000);
	char text[32];
	bool today = tm.tm_yday == now.tm_yday && tm.tm_year == now.tm_year;

	strftime(text, sizeof(text), today ? "%H:%M:%S" : "%d %b %H:%M", &tm);
	return arena_strdup(frame->mem, text);
}

const char *show_now(const struct frame *frame)
{
	struct tm tm = broken_down(frame, frame->wall / 1000);
	char text[48];

	strftime(text, sizeof(text), frame->utc ? "%H:%M:%S UTC" : "%H:%M:%S %Z", &tm);
	return arena_printf(frame->mem, "%s%s", frame->recording ? "REC  " : "", text);
}

const char *show_age(const struct frame *frame, int64_t seconds)
{
	struct buf out;
	const char *text;

	buf_init(&out, 64);
	text_age(&out, seconds);
	text = arena_strdup(frame->mem, out.data);
	buf_release(&out);
	return text;
}

const char *show_since(const struct model_host *host, const struct verdict *verdict,
	const struct frame *frame)
{
	int64_t age;

	if (host->unreachable && host->link.since)
		age = (frame->wall - host->link.since) / 1000;
	else if (verdict && verdict->since.known && verdict->row)
		age = frame->wall / 1000 - verdict->since.v - num_or(host->facts.clock_offset, 0);
	else
		return NULL;
	return show_age(frame, age < 0 ? 0 : age);
}

/* "2026/11/20 14:31:58 [error] 812#812: *45 connect() ..." */
static const char *after_nginx(const char *line)
{
	const char *p = strstr(line, "] ");

	if (line[0] < '0' || line[0] > '9' || !p || p - line > 40)
		return line;
	p += 2;
	if (strspn(p, "0123456789#") && p[strspn(p, "0123456789#")] == ':')
		p += strspn(p, "0123456789#") + 1;
	p += strspn(p, " ");
	if (*p == '*' && strchr(p, ' '))
		p = strchr(p, ' ') + 1;
	return p;
}

/* "Nov 20 14:31:58 web1 php-fpm[812]: ..." */
static const char *after_syslog(const char *line)
{
	struct span month = span_from(line, 3);
	const char *colon;

	if (strlen(line) < 16 || !text_month(month) || line[3] != ' ')
		return line;
	colon = strstr(line + 15, ": ");
	return colon && colon - line < 80 ? colon + 2 : line;
}

/* "46:C 20 Nov 2026 11:13:22.082 # Server initialized" */
static const char *after_redis(const char *line)
{
	size_t digits = strspn(line, "0123456789");
	const char *p = line + digits;

	if (!digits || digits > 10 || p[0] != ':' || !strchr("MSCX", p[1]) || strlen(p) < 30 ||
	    !strchr("*#-.", p[28]) || p[29] != ' ')
		return line;
	return p + 30;
}

const char *show_gist(const char *line)
{
	const char *p;

	if (line[0] == '[' && line[1] >= '0' && line[1] <= '9') { /* FPM, PHP */
		p = strstr(line, "] ");
		return p && p - line < 48 ? p + 2 : line;
	}
	p = after_nginx(line);
	p = p != line ? p : after_syslog(line);
	return p != line ? p : after_redis(line);
}

const char *show_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	/* a file under /proc means nothing without its path */
	return slash && slash[1] && path[0] == '/' && strncmp(path, "/proc", 5) != 0 ? slash + 1 :
		path;
}

const char *show_way(const struct model_host *host, const struct frame *frame)
{
	static const struct { const char *state, *words; } ways[] = {
		{ "connecting", "connecting" }, { "checking-key", "checking the host key" },
		{ "authenticating", "logging in" }, { "live", "live" },
		{ "stale", "silent" }, { "dead", "connection lost" }, { "failed", "no way in" },
	};
	const char *state = host->link.state, *words = state;
	size_t i;

	if (!frame->live)
		return "recording";
	if (!state)
		return "not begun";
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].state, state))
			words = ways[i].words;
	if (!strcmp(state, "live"))
		return words;
	return arena_printf(frame->mem, "%s %s", words,
		show_age(frame, (frame->wall - host->link.since) / 1000));
}

int show_title(struct canvas *canvas, const struct frame *frame, const char *left,
	enum health health, const char *state, const char *right)
{
	struct rect bar = frame->at.title;
	int col, end = bar.w - text_width(right) - 2;

	canvas_fill(canvas, bar, STYLE_BAR, " ");
	canvas_right(canvas, bar, bar.w - 1, 0, STYLE_BAR, right);
	bar.w = end > 0 ? end : 0;
	col = canvas_put(canvas, bar, 0, 0, STYLE_BAR, left);
	if (state && *state)
		col = canvas_putf(canvas, bar, col + 2, 0,
			health == HEALTH_BROKEN ? STYLE_BAR_BAD : STYLE_BAR, "%s%s %s",
			canvas->glyphs->health[health], health_letter(health), state);
	return col;
}
