/*
 * fpm: every php-fpm.conf with its pools, and what a test of a stopped one said. The
 * server resolves the includes and sends the directives that we use in the order FPM
 * reads them; here they become pools.
 */
#include "probes/fpm/fpm.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/host.h"

#define MASTERS_MAX 64
#define POOLS_MAX 2000

struct reader {
	struct fpm_facts *f;
	struct arena *mem;
	struct fpm_master *master; /* under way; borrowed from f */
	struct fpm_pool *pool;     /* NULL: in [global] */
	const char *file;
	const char *prefix;
};

/* 8.2 from /etc/php/8.2/fpm/php-fpm.conf, /usr/sbin/php-fpm8.2, /etc/php82/php-fpm.conf */
static const char *version_in(struct arena *mem, const char *path)
{
	const char *p = path;

	while (p && (p = strstr(p, "php")) != NULL) {
		p += 3;
		if (!strncmp(p, "-fpm", 4))
			p += 4;
		while (*p == '/')
			p++;
		if (p[0] >= '5' && p[0] <= '9') {
			if (p[1] == '.' && p[2] >= '0' && p[2] <= '9')
				return arena_strndup(mem, p, 3);
			if (p[1] >= '0' && p[1] <= '9')
				return arena_printf(mem, "%c.%c", p[0], p[1]);
		}
	}
	return NULL;
}

static void read_conf(struct reader *r, struct span rest)
{
	struct fpm_master *m;

	r->pool = NULL;
	r->prefix = NULL;
	r->master = NULL;
	if (r->f->master_count >= MASTERS_MAX)
		return;
	m = arena_push(r->mem, &r->f->masters, &r->f->master_count, sizeof(*m));
	m->conf = host_text(r->mem, span_field(&rest));
	m->pid = host_num(span_field(&rest));
	m->binary = host_text(r->mem, span_field(&rest));
	m->unit = host_text(r->mem, span_field(&rest));
	m->version = version_in(r->mem, m->conf);
	if (!m->version)
		m->version = version_in(r->mem, m->binary);
	r->master = m;
}

static void read_unit(struct reader *r, struct span rest)
{
	struct span conf = span_field(&rest);

	for (size_t i = 0; i < r->f->master_count; i++)
		if (r->f->masters[i].conf && span_eq(conf, r->f->masters[i].conf) &&
		    !r->f->masters[i].unit)
			r->f->masters[i].unit = host_text(r->mem, rest);
}

static void read_section(struct reader *r, struct span rest)
{
	struct span file = span_field(&rest);
	struct fpm_pool *p;

	r->pool = NULL;
	if (!r->master || !rest.n || span_eq(rest, "global"))
		return;
	for (size_t i = r->f->pool_count; i-- > 0;)
		if (r->f->pools[i].conf == r->master->conf && span_eq(rest, r->f->pools[i].name)) {
			r->pool = &r->f->pools[i];
			return;
		}
	if (r->f->pool_count >= POOLS_MAX)
		return;
	p = arena_push(r->mem, &r->f->pools, &r->f->pool_count, sizeof(*p));
	p->name = host_text(r->mem, rest);
	p->conf = r->master->conf;
	p->file = host_text(r->mem, file);
	r->pool = p;
}

/* The value with $pool replaced, as FPM does it. */
static const char *value_of(const struct reader *r, struct span s)
{
	struct buf out;
	const char *text;
	ptrdiff_t at;

	if (!r->pool || !span_has(s, "$pool"))
		return host_text(r->mem, s);
	buf_init(&out, 4096);
	while ((at = span_find(s, "$pool")) >= 0) {
		buf_add(&out, s.p, (size_t)at);
		buf_adds(&out, r->pool->name);
		s = span_skip(s, (size_t)at + 5);
	}
	buf_add(&out, s.p, s.n);
	text = host_text(r->mem, span_from(out.data, out.len));
	buf_release(&out);
	return text;
}

/* "10s", "2m", "1h", "1d" or plain seconds */
static struct num seconds_of(struct span s)
{
	static const struct {
		const char *unit;
		int64_t factor;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
	int64_t v;

	if (span_int(s, &v))
		return num_of(v);
	if (!span_lead_int(s, &v) || v < 0 || v > INT32_MAX)
		return (struct num){ 0 };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (span_ends(s, units[i].unit))
			return num_of(v * units[i].factor);
	return (struct num){ 0 };
}

static struct num octal_of(struct span s)
{
	int64_t v = 0;

	if (!s.n || s.n > 6)
		return (struct num){ 0 };
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return (struct num){ 0 };
		v = v * 8 + (s.p[i] - '0');
	}
	return num_of(v);
}

/* listen: a path, a port, or address:port. */
static struct endpoint listen_of(struct reader *r, const char *text)
{
	struct endpoint e = { 0 };
	const char *colon;
	int64_t port;

	if (!text)
		return e;
	if (span_int(span_of(text), &port)) {
		e.port = port > 0 && port < 65536 ? (int)port : 0;
		return e;
	}
	colon = strrchr(text, ':');
	if (*text != '/' && colon && span_int(span_of(colon + 1), &port) && port > 0 && port < 65536) {
		e.port = (int)port;
		if (*text == '[' && colon[-1] == ']')
			e.host = arena_strndup(r->mem, text + 1, (size_t)(colon - text) - 2);
		else
			e.host = arena_strndup(r->mem, text, (size_t)(colon - text));
		return e;
	}
	e.path = *text == '/' || !r->prefix ? text : arena_printf(r->mem, "%s/%s", r->prefix, text);
	return e;
}

static void set_pool_number(struct fpm_pool *p, struct span key, struct span value)
{
	if (span_eq(key, "listen.backlog"))
		p->backlog = host_num(value);
	else if (span_eq(key, "listen.mode"))
		p->listen_mode = octal_of(value);
	else if (span_eq(key, "pm.max_children"))
		p->max_children = host_num(value);
	else if (span_eq(key, "request_terminate_timeout"))
		p->terminate_s = seconds_of(value);
	else if (span_eq(key, "request_slowlog_timeout"))
		p->slowlog_s = seconds_of(value);
}

static void set_pool(struct reader *r, struct span key, struct span value)
{
	struct fpm_pool *p = r->pool;
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "user", &p->user },
		{ "group", &p->group },
		{ "listen.owner", &p->listen_owner },
		{ "listen.group", &p->listen_group },
		{ "listen.acl_users", &p->listen_acl_users },
		{ "listen.allowed_clients", &p->allowed_clients },
		{ "pm", &p->pm },
		{ "slowlog", &p->slowlog },
		{ "pm.status_path", &p->status_path },
		{ "ping.path", &p->ping_path },
		{ "chroot", &p->chroot },
		{ "php_admin_value[error_log]", &p->error_log },
		{ "php_value[error_log]", &p->error_log },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (span_eq(key, texts[i].key)) {
			*texts[i].to = value_of(r, value);
			return;
		}
	if (span_eq(key, "prefix"))
		r->prefix = value_of(r, value);
	else if (span_eq(key, "listen"))
		p->listen = listen_of(r, value_of(r, value));
	else if (span_eq(key, "pm.status_listen"))
		p->status_listen = listen_of(r, value_of(r, value));
	else
		set_pool_number(p, key, value);
}

static void set_global(struct reader *r, struct span key, struct span value)
{
	if (span_eq(key, "error_log"))
		r->master->error_log = host_text(r->mem, value);
	else if (span_eq(key, "process_control_timeout"))
		r->master->control_timeout_s = seconds_of(value);
	else if (span_eq(key, "process.max"))
		r->master->process_max = host_num(value);
}

static void read_mtime(struct reader *r, struct span rest)
{
	struct num t = host_num(span_field(&rest));

	if (r->master && t.known && t.v > num_or(r->master->conf_mtime, 0))
		r->master->conf_mtime = t;
}

/* The words behind FPM's time stamp; only an ERROR or ALERT says why. */
static void read_test_line(struct reader *r, struct span line)
{
	ptrdiff_t at = span_find(line, "] ");

	if (!r->master || r->master->test_ok != TRI_NO || r->master->test_error)
		return;
	if (!span_has(line, "ERROR: ") && !span_has(line, "ALERT: "))
		return;
	/* tested by somebody else than root: he may not open the log, which says nothing */
	if (span_has(line, "Permission denied (13)") || span_has(line, "Operation not permitted (1)")) {
		r->master->test_ok = TRI_UNKNOWN;
		return;
	}
	if (line.p[0] == '[' && at > 0)
		line = span_skip(line, (size_t)at + 2);
	r->master->test_error = host_text(r->mem, line);
}

static void read_tested(struct reader *r, struct span rest)
{
	int64_t status;

	if (!r->master || !span_int(rest, &status))
		return;
	/* 124 and 137: it was cut off; 126, 127: it could not be started */
	if (status == 0)
		r->master->test_ok = TRI_YES;
	else if (status != 124 && status != 126 && status != 127 && status != 137)
		r->master->test_ok = TRI_NO;
}

static void read_line(struct reader *r, struct span line)
{
	struct span name;

	if (line.n && line.p[0] == '=') {
		read_test_line(r, span_skip(line, 1));
		return;
	}
	name = span_field(&line);
	if (span_eq(name, "conf")) {
		read_conf(r, line);
	} else if (span_eq(name, "unit")) {
		read_unit(r, line);
	} else if (span_eq(name, "section")) {
		read_section(r, line);
	} else if (span_eq(name, "set") && r->master) {
		name = span_field(&line);
		if (r->pool)
			set_pool(r, name, line);
		else
			set_global(r, name, line);
	} else if (span_eq(name, "mtime")) {
		read_mtime(r, line);
	} else if (span_eq(name, "tested")) {
		read_tested(r, line);
	} else if (span_eq(name, "fpm")) {
		r->f->config_readable = TRI_YES;
	}
}

void fpm_parse_conf(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .f = &facts->fpm, .mem = mem };
	struct span line;

	(void)flags;
	r.f->masters = NULL;
	r.f->pools = NULL;
	r.f->master_count = r.f->pool_count = 0;
	r.f->config_readable = TRI_UNKNOWN;
	while (span_line(&bytes, &line))
		read_line(&r, line);
}
