/*
 * host.log: lines of the kernel and of the service manager, from whatever file, ring or
 * journal tells them; host.fire: rules and bans. The report gives each line with = in
 * front, so that a log cannot forge a record.
 */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LINES_MAX 400
#define BANS_MAX 1200

struct reader {
	struct host_facts *f;
	struct arena *mem;
	struct host_clock clock;
	const char *source; /* of the lines that follow */
};

/* Who wrote it counts: a web server's log line may quote anything. */
static bool from_kernel(const struct reader *r, struct span line)
{
	return !strcmp(r->source, "dmesg") || span_has(line, " kernel: ") ||
	       span_has(line, " kernel[") || span_has(line, " systemd[1]: ");
}

static bool is_oom(struct span s)
{
	return span_has(s, "Out of memory: Kill") || span_has(s, "oom-kill:constraint=") ||
	       span_has(s, "Memory cgroup out of memory") || span_has(s, "OOM killer") ||
	       span_has(s, "invoked oom-killer") || span_has(s, "Failed with result 'oom-kill'");
}

static enum kernel_kind kind_of(struct span s)
{
	if (is_oom(s))
		return KERNEL_OOM;
	if (span_has(s, "segfault at") || span_has(s, "general protection") ||
	    span_has(s, "trap invalid opcode"))
		return KERNEL_SEGFAULT;
	if (span_has(s, "emounting filesystem read-only"))
		return KERNEL_READ_ONLY;
	if (span_has(s, "I/O error") || span_has(s, "EXT4-fs error") || span_has(s, "XFS ("))
		return KERNEL_IO;
	if (span_has(s, "conntrack: ") && span_has(s, "table full"))
		return KERNEL_CONNTRACK;
	if (span_has(s, "SYN flooding"))
		return KERNEL_SYN_FLOOD;
	if ((span_has(s, "avc:") && span_has(s, "denied")) || span_has(s, "apparmor=\"DENIED\""))
		return KERNEL_DENIED;
	return KERNEL_OTHER;
}

static void read_pid(struct kernel_line *k, struct span digits)
{
	k->pid.known = span_lead_int(digits, &k->pid.v);
}

/* Killed process 123 (php-fpm8.2) ..., or task=php-fpm8.2,pid=123 */
static void read_victim(struct arena *mem, struct kernel_line *k, struct span s)
{
	struct span part;
	ptrdiff_t at = span_find(s, "process ");

	k->cgroup = span_has(s, "Memory cgroup out of memory") ||
		span_has(s, "constraint=CONSTRAINT_MEMCG");
	if (at >= 0 && span_has(s, "Kill")) {
		read_pid(k, span_skip(s, (size_t)at + 8));
		if (span_between(span_skip(s, (size_t)at), "(", ")", &part))
			k->comm = host_text(mem, part);
	} else if (span_between(s, "task=", ",", &part)) {
		k->comm = host_text(mem, part);
		at = span_find(s, ",pid=");
		if (at >= 0)
			read_pid(k, span_skip(s, (size_t)at + 5));
	}
}

/* php-fpm8.2[123]: segfault at 0 ip ... error 4 in imagick.so[7f..+1000] likely on CPU 1 */
static void read_crash(struct arena *mem, struct kernel_line *k, struct span s)
{
	struct span head = s, part;
	ptrdiff_t at = span_find(s, "]: segfault at"), in;
	size_t open, start;

	if (at < 0)
		at = span_find(s, "] general protection");
	if (at > 0) {
		head.n = (size_t)at;
		for (open = head.n; open && head.p[open - 1] != '['; open--)
			;
		if (open) {
			read_pid(k, span_skip(head, open));
			for (start = open - 1; start && head.p[start - 1] != ' ' &&
			     head.p[start - 1] != ']'; start--)
				;
			k->comm = host_text(mem, span_from(head.p + start, open - 1 - start));
		}
	}
	in = span_find(s, " in ");
	if (in >= 0) {
		part = span_skip(s, (size_t)in + 4);
		if (span_cut(&part, '[', &head))
			k->library = host_text(mem, span_trim(head));
	}
}

static void read_log_line(struct reader *r, struct span line)
{
	struct kernel_line *k;
	enum kernel_kind kind;

	if (!r->source || !from_kernel(r, line) || r->f->kernel_line_count >= LINES_MAX)
		return;
	kind = kind_of(line);
	if (kind == KERNEL_OTHER && !span_has(line, "Failed with result") &&
	    !span_has(line, "Start request repeated"))
		return;
	k = arena_push(r->mem, &r->f->kernel_lines, &r->f->kernel_line_count, sizeof(*k));
	k->kind = kind;
	k->line.source = r->source;
	k->line.at = host_line_time(&r->clock, line);
	k->line.text = text_clean_dup(r->mem, line);
	if (kind == KERNEL_OOM)
		read_victim(r->mem, k, line);
	else if (kind == KERNEL_SEGFAULT)
		read_crash(r->mem, k, line);
}

void host_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .f = &facts->host, .mem = mem };
	struct span line, name;

	(void)flags;
	r.f->kernel_lines = NULL;
	r.f->kernel_line_count = 0;
	r.f->kernel_known = TRI_UNKNOWN;
	while (span_line(&bytes, &line)) {
		if (line.n && line.p[0] == '=') {
			read_log_line(&r, span_skip(line, 1));
			continue;
		}
		name = span_field(&line);
		if (span_eq(name, "clock")) {
			r.clock = host_clock_read(line);
		} else if (span_eq(name, "file") && line.n) {
			r.source = host_text(mem, line);
			r.f->kernel_known = TRI_YES;
		}
	}
}

/* --- host.fire -------------------------------------------------------------------- */

struct fire {
	struct host_facts *f;
	struct arena *mem;
	const char *via;
};

static void add_rule(struct fire *fire, struct host_ban **list, size_t *count,
	struct span address, const char *via, struct span text)
{
	struct host_ban *b;

	if (*count >= BANS_MAX)
		return;
	b = arena_push(fire->mem, list, count, sizeof(*b));
	b->address = host_text(fire->mem, address);
	b->via = via;
	b->text = host_text(fire->mem, text);
}

static void add_ban(struct fire *fire, struct span address, const char *via, struct span text)
{
	add_rule(fire, &fire->f->bans, &fire->f->ban_count, address, via, text);
}

/* "f2b-sshd" in a rule: who made it is worth more than where it stands. */
static const char *jail(struct fire *fire, struct span line)
{
	ptrdiff_t at = span_find(line, "f2b-");
	size_t n = 0;

	if (at < 0)
		return fire->via;
	line = span_skip(line, (size_t)at + 4);
	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t' && line.p[n] != '"')
		n++;
	line.n = n;
	return arena_printf(fire->mem, "fail2ban %s", text_clean_dup(fire->mem, line));
}

static struct span word_after(struct span line, const char *flag)
{
	struct span word;

	for (word = span_word(&line); word.n; word = span_word(&line))
		if (span_eq(word, flag))
			return span_word(&line);
	return span_from(NULL, 0);
}

static bool is_address(struct span s)
{
	size_t i;
	bool digit = false, mark = false;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		digit |= c >= '0' && c <= '9';
		mark |= c == '.' || c == ':';
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '.' || c == ':' ||
		      c == '/' || c == '-'))
			return false;
	}
	return digit && mark;
}

/* A rule that only some packets meet. */
static bool is_narrow(struct span line)
{
	static const char *const words[] = { " -s ", "dport", "sport", "--ports", " -m set", "state ", "-p udp", "-p icmp",
		" -i lo", "saddr", " -m limit", " -d ", NULL };
	size_t i;

	for (i = 0; words[i]; i++)
		if (span_has(line, words[i]))
			return true;
	return false;
}

/* What meets all that no rule before it let in: a policy, or a last rule for everybody. */
static bool is_shut(struct span where, struct span line)
{
	if (span_starts(line, ":INPUT DROP"))
		return true;
	if (span_starts(line, "-A INPUT "))
		return (span_has(line, "-j DROP") || span_has(line, "-j REJECT")) && !is_narrow(line);
	if (span_has(line, "hook input"))
		return span_has(line, "policy drop");
	return (span_has(where, "input") || span_has(where, "INPUT")) && !is_narrow(line) &&
	       (span_starts(line, "drop") || span_starts(line, "reject") ||
		span_starts(line, "counter"));
}

/* Addresses of a set or of "ip saddr { a, b }": each its own ban. */
static void nft_line(struct fire *fire, struct span line)
{
	struct span where = span_field(&line), whole = line, word;
	bool source = span_has(where, "set ") || span_has(line, "elements");
	bool any = false;

	for (word = span_word(&line); word.n; word = span_word(&line)) {
		if (span_eq(word, "saddr") || span_eq(word, "elements"))
			source = true;
		if (span_eq(word, "daddr") || span_eq(word, "dport") || span_eq(word, "counter"))
			source = false;
		while (word.n && (word.p[word.n - 1] == ',' || word.p[word.n - 1] == '}'))
			word.n--;
		if (source && is_address(word)) {
			add_ban(fire, word, jail(fire, span_has(where, "f2b-") ? where : whole), whole);
			any = true;
		}
	}
	if (any)
		return;
	if (is_shut(where, whole))
		add_rule(fire, &fire->f->shuts, &fire->f->shut_count, span_from(NULL, 0), fire->via, whole);
	else if (!span_has(whole, "elements") && span_has(whole, "dport"))
		add_ban(fire, span_from(NULL, 0), fire->via, whole);
}

static bool lets_in(struct fire *fire, struct span line)
{
	struct span where = line, address;
	bool nft = !strcmp(fire->via, "nft");

	if (nft) {
		span_field(&line);
		if (!span_has(line, " accept") || span_has(line, "policy accept"))
			return false;
		address = word_after(line, "saddr");
		if (span_eq(address, "{") || span_eq(address, "!="))
			address.n = 0; /* whom of several: taken for all, so that nobody is blamed */
	} else {
		if (!span_has(where, "-j ACCEPT"))
			return false;
		address = word_after(line, "-s");
	}
	add_rule(fire, &fire->f->lets, &fire->f->let_count, address, fire->via, line);
	return true;
}

static void read_rule(struct fire *fire, struct span line)
{
	struct span address, rest = line;

	if (lets_in(fire, line))
		return;
	if (!strcmp(fire->via, "nft")) {
		nft_line(fire, line);
		return;
	}
	if (!strcmp(fire->via, "ipset")) {
		span_word(&rest);
		address = span_word(&rest); /* name of the set */
		add_ban(fire, span_word(&rest), jail(fire, address), line);
		return;
	}
	if (!strcmp(fire->via, "route")) {
		span_word(&rest);
		add_ban(fire, span_word(&rest), fire->via, line);
		return;
	}
	if (is_shut(span_from(NULL, 0), line)) {
		add_rule(fire, &fire->f->shuts, &fire->f->shut_count, span_from(NULL, 0), fire->via, line);
		return;
	}
	address = word_after(line, "-s");
	if (address.n && span_has(line, "! -s "))
		address.n = 0;
	add_ban(fire, address, jail(fire, line), line);
}

void host_parse_fire(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct fire fire = { &facts->host, mem, "" };
	struct span line, name;

	(void)flags;
	fire.f->bans = NULL;
	fire.f->ban_count = 0;
	fire.f->shuts = fire.f->lets = NULL;
	fire.f->shut_count = fire.f->let_count = 0;
	fire.f->bans_known = TRI_UNKNOWN;
	while (span_line(&bytes, &line)) {
		if (line.n && line.p[0] == '=') {
			read_rule(&fire, span_skip(line, 1));
			continue;
		}
		name = span_field(&line);
		if (span_eq(name, "via"))
			fire.via = line.n ? host_text(mem, line) : "";
		else if (span_eq(name, "fire"))
			fire.f->bans_known = TRI_YES;
	}
}
