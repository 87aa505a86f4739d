/*
 * host.unit: what the service manager says of the services of the chain. systemd answers
 * in blocks of KEY=VALUE divided by blank lines; OpenRC and plain init scripts come as
 * records of our own.
 */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"

#define UNITS_MAX 256

struct reader {
	struct host_facts *f;
	struct arena *mem;
	struct host_clock clock;
	const char *manager;
	bool showing;         /* inside systemd's answer */
	struct host_unit unit; /* the block under way */
	int64_t main_status, main_code;
	bool absent;          /* no such unit: LoadState=not-found */
};

static const struct {
	const char *word;
	enum unit_kind kind;
} kinds[] = {
	{ "fpm", UNIT_FPM },           { "nginx", UNIT_NGINX },       { "openresty", UNIT_NGINX },
	{ "mysqld", UNIT_MYSQL },      { "mariadbd", UNIT_MYSQL },    { "mysql", UNIT_MYSQL },
	{ "mariadb", UNIT_MYSQL },     { "redis-server", UNIT_REDIS },{ "valkey", UNIT_REDIS },
	{ "redis", UNIT_REDIS },       { "apache2", UNIT_BACKEND },   { "httpd", UNIT_BACKEND },
	{ "varnishd", UNIT_BACKEND },  { "litespeed", UNIT_BACKEND },
};

static enum unit_kind kind_in(struct span text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_has(text, kinds[i].word))
			return kinds[i].kind;
	return UNIT_OTHER;
}

/* The program that runs says more than the name somebody gave the unit. */
static enum unit_kind kind_of(const struct host_unit *unit)
{
	struct span exec = span_of(unit->exec), program = span_word(&exec);
	enum unit_kind kind = kind_in(program);

	if (kind == UNIT_OTHER)
		kind = kind_in(span_of(unit->name));
	return kind != UNIT_OTHER ? kind : kind_in(exec);
}

/* The word behind an option ("-c FILE" or "--opt=FILE"). */
static const char *option(struct arena *mem, struct span rest, const char *flag)
{
	struct span word;
	size_t len = strlen(flag);

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		if (span_eq(word, flag))
			return host_text(mem, span_word(&rest));
		if (span_starts(word, flag) && word.n > len && word.p[len] == '=')
			return host_text(mem, span_skip(word, len + 1));
	}
	return NULL;
}

static const char *conf_of(struct arena *mem, const struct host_unit *unit)
{
	struct span exec = span_of(unit->exec), word;
	const char *conf;

	switch (unit->kind) {
	case UNIT_FPM:
		conf = option(mem, exec, "--fpm-config");
		return conf ? conf : option(mem, exec, "-y");
	case UNIT_NGINX:
		return option(mem, exec, "-c");
	case UNIT_MYSQL:
		return option(mem, exec, "--defaults-file");
	case UNIT_REDIS:
		for (word = span_word(&exec); word.n; word = span_word(&exec))
			if (span_starts(word, "/") && span_ends(word, ".conf"))
				return host_text(mem, word);
		return NULL;
	default:
		return NULL;
	}
}

static void keep_unit(struct reader *r)
{
	struct host_unit *unit = &r->unit;
	bool known = !unit->name || r->absent || r->f->unit_count >= UNITS_MAX;

	for (size_t i = 0; i < r->f->unit_count && !known; i++)
		known = !strcmp(r->f->units[i].name, unit->name);
	if (!known) {
		if (r->main_code == 1)
			unit->exit_code = num_of(r->main_status);
		else if (r->main_code == 2 || r->main_code == 3)
			unit->exit_signal = num_of(r->main_status);
		unit->manager = r->manager;
		unit->kind = kind_of(unit);
		unit->conf = conf_of(r->mem, unit);
		*(struct host_unit *)arena_push(r->mem, &r->f->units, &r->f->unit_count,
			sizeof(*unit)) = *unit;
	}
	memset(unit, 0, sizeof(*unit));
	r->main_status = r->main_code = 0;
	r->absent = false;
}

static const char *argv_of(struct arena *mem, struct span value)
{
	struct span argv;

	return span_between(value, "argv[]=", " ; ignore_errors=", &argv) ? host_text(mem, argv)
									  : NULL;
}

static struct num changed(const struct reader *r, struct span value)
{
	int64_t us;

	if (!span_int(value, &us) || us <= 0 || us / 1000 > INT64_MAX / 2 || !r->clock.now.known ||
	    !r->clock.uptime_ms.known)
		return (struct num){ 0 };
	return num_of(r->clock.now.v - (r->clock.uptime_ms.v - us / 1000) / 1000);
}

static void read_numbers(struct reader *r, struct span key, struct span value)
{
	struct host_unit *u = &r->unit;
	struct num n = host_num(value);

	if (!n.known || n.v < 0)
		return;
	if (span_eq(key, "ExecMainStatus"))
		r->main_status = n.v;
	else if (span_eq(key, "ExecMainCode"))
		r->main_code = n.v;
	else if (span_eq(key, "MainPID") && n.v > 0)
		u->main_pid = n;
	else if (span_eq(key, "NRestarts"))
		u->restarts = n;
	else if (span_eq(key, "TasksCurrent"))
		u->tasks = n;
	else if (span_eq(key, "TasksMax"))
		u->tasks_max = n;
	else if (span_eq(key, "MemoryCurrent"))
		u->memory_kb = num_of(n.v / 1024);
	else if (span_eq(key, "MemoryMax"))
		u->memory_max_kb = num_of(n.v / 1024);
	else if (span_eq(key, "StateChangeTimestampMonotonic"))
		u->changed_at = changed(r, value);
}

static void read_property(struct reader *r, struct span line)
{
	struct host_unit *u = &r->unit;
	struct span key;

	if (!line.n) {
		keep_unit(r);
		return;
	}
	if (!span_has(line, "=") || !span_cut(&line, '=', &key))
		return;
	if (span_eq(key, "Id"))
		u->name = host_text(r->mem, line);
	else if (span_eq(key, "LoadState"))
		r->absent = span_eq(line, "not-found");
	else if (span_eq(key, "ActiveState"))
		u->active = host_text(r->mem, line);
	else if (span_eq(key, "SubState"))
		u->sub = host_text(r->mem, line);
	else if (span_eq(key, "Result"))
		u->result = host_text(r->mem, line);
	else if (span_eq(key, "UnitFileState"))
		u->enabled = host_text(r->mem, line);
	else if (span_eq(key, "StatusText"))
		u->status_text = host_text(r->mem, line);
	else if (span_eq(key, "ExecStart"))
		u->exec = argv_of(r->mem, line);
	else
		read_numbers(r, key, line);
}

static void read_script(struct reader *r, struct span rest)
{
	struct host_unit *u = &r->unit;

	u->name = host_text(r->mem, span_field(&rest));
	u->active = host_text(r->mem, span_field(&rest));
	u->enabled = host_text(r->mem, span_field(&rest));
	u->exec = host_text(r->mem, rest);
	if (u->active)
		u->sub = u->active;
	keep_unit(r);
	r->f->units_known = TRI_YES;
}

static void read_line(struct reader *r, struct span line)
{
	struct span rest = line, name = span_field(&rest);

	if (r->showing && !span_eq(name, "showed")) {
		read_property(r, line);
	} else if (span_eq(name, "showed")) {
		keep_unit(r);
		r->showing = false;
		if (span_eq(rest, "0"))
			r->f->units_known = TRI_YES;
	} else if (span_eq(name, "show")) {
		r->showing = true;
	} else if (span_eq(name, "clock")) {
		r->clock = host_clock_read(rest);
	} else if (span_eq(name, "manager")) {
		r->manager = host_text(r->mem, rest);
	} else if (span_eq(name, "script")) {
		read_script(r, rest);
	}
}

void host_parse_unit(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .f = &facts->host, .mem = mem };
	struct span line;

	(void)flags;
	r.f->units = NULL;
	r.f->unit_count = 0;
	r.f->units_known = TRI_UNKNOWN;
	while (span_line(&bytes, &line))
		read_line(&r, line);
	keep_unit(&r);
}
