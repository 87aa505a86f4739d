/*
 * host.pulse: who and where we are, load and memory. probes/shell/pulse.sh makes it from
 * shell builtins alone, so that it arrives even where nothing can be started any more.
 */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"

/* "1.23" -> 123 */
static struct num hundredths(struct span s)
{
	int64_t whole, part = 0;
	ptrdiff_t dot = span_find(s, ".");

	if (!span_lead_int(s, &whole) || whole < 0 || whole > INT32_MAX)
		return (struct num){ 0 };
	if (dot >= 0 && span_int(span_skip(s, (size_t)dot + 1), &part) && part >= 0 && part < 100)
		return num_of(whole * 100 + part);
	return num_of(whole * 100);
}

struct pulse {
	struct num pid_max, processes;
};

/* load<TAB>1 min<TAB>5 min<TAB>15 min<TAB>RUNNING/ALL */
static void read_load(struct host_facts *f, struct pulse *p, struct span rest)
{
	struct span running;

	f->load1_x100 = hundredths(span_field(&rest));
	span_field(&rest);
	span_field(&rest);
	rest = span_field(&rest);
	if (span_cut(&rest, '/', &running))
		p->processes = host_num(rest);
}

static void read_login(struct host_facts *f, struct arena *mem, struct span rest)
{
	struct num uid;

	f->login = host_text(mem, span_field(&rest));
	uid = host_num(span_field(&rest));
	if (uid.known)
		f->root = uid.v == 0 ? TRI_YES : TRI_NO;
}

static void read_memory(struct host_facts *f, struct span rest)
{
	f->mem_kb = host_num(span_field(&rest));
	f->mem_available_kb = host_num(span_field(&rest));
	f->swap_kb = host_num(span_field(&rest));
	f->swap_free_kb = host_num(span_field(&rest));
}

static const char *init_name(struct span s)
{
	return span_eq(s, "systemd") ? "systemd" : span_eq(s, "openrc") ? "openrc"
		: span_eq(s, "sysv") ? "sysv" : "other";
}

static void read_line(struct host_facts *f, struct arena *mem, struct pulse *p, struct span line)
{
	struct span name = span_field(&line);

	if (span_eq(name, "load")) {
		read_load(f, p, line);
	} else if (span_eq(name, "memory")) {
		read_memory(f, line);
	} else if (span_eq(name, "pid_max")) {
		p->pid_max = host_num(line);
	} else if (span_eq(name, "shell")) {
		f->shell = host_text(mem, line);
	} else if (span_eq(name, "init")) {
		f->init = init_name(line);
	} else if (span_eq(name, "login")) {
		read_login(f, mem, line);
	} else if (span_eq(name, "sudo")) {
		f->sudo_says = host_text(mem, line);
	} else if (span_eq(name, "kernel")) {
		f->kernel = host_text(mem, line);
	} else if (span_eq(name, "os")) {
		f->os = host_text(mem, line);
	} else if (span_eq(name, "ssh")) {
		span_field(&line);
		span_field(&line);
		f->ssh_address = host_text(mem, span_field(&line));
	}
}

static void forget(struct host_facts *f)
{
	static const struct num unknown;

	f->load1_x100 = f->mem_kb = f->mem_available_kb = f->swap_kb = f->swap_free_kb = unknown;
	f->pids_free = unknown;
	f->os = f->kernel = f->shell = f->login = f->sudo_says = f->ssh_address = NULL;
	f->init = NULL;
	f->root = TRI_UNKNOWN;
}

void host_parse_pulse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct host_facts *f = &facts->host;
	struct pulse pulse = { { 0 }, { 0 } };
	struct span line;

	(void)flags;
	forget(f);
	while (span_line(&bytes, &line))
		read_line(f, mem, &pulse, line);
	if (pulse.pid_max.known && pulse.processes.known && pulse.pid_max.v >= pulse.processes.v &&
	    pulse.processes.v >= 0)
		f->pids_free = num_of(pulse.pid_max.v - pulse.processes.v);
}
