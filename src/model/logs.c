/*
 * New or seen before: every line has a hash of host, source, time and text. Of a report's
 * lines the k-th with the same hash is new if fewer than k of them are kept already. What
 * was dropped for want of room lies below `floor` and is not taken again.
 */
#include "model/logs.h"

#include <stdlib.h>
#include <string.h>

void logs_release(struct logs *logs)
{
	size_t i;

	for (i = 0; i < logs->count; i++)
		free(logs->items[i]);
	free(logs->items);
	free(logs->slots);
	free(logs->seen);
	memset(logs, 0, sizeof(*logs));
}

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return (hash ^ 0xff) * 1099511628211u;
}

static size_t place_of(const struct logs *logs, int64_t at)
{
	size_t low = 0, high = logs->count, middle;

	if (!high || logs->items[high - 1]->at <= at)
		return high;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (logs->items[middle]->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The slot of that hash: its own, or the free one it would take. */
static struct log_slot *slot_of(struct logs *logs, uint64_t hash)
{
	size_t i = hash & (logs->slot_cap - 1);

	while (logs->slots[i].hash && logs->slots[i].hash != hash)
		i = (i + 1) & (logs->slot_cap - 1);
	return &logs->slots[i];
}

static void count_kept(struct logs *logs, uint64_t hash)
{
	struct log_slot *slot = slot_of(logs, hash);

	logs->slots_used += !slot->hash;
	slot->hash = hash;
	slot->kept++;
}

/* Slots of dropped lines stay taken until the table is made anew. */
static void grow_slots(struct logs *logs)
{
	size_t i, cap = 256;

	while (cap < logs->count * 4)
		cap *= 2;
	free(logs->slots);
	logs->slots = xcalloc(cap, sizeof(*logs->slots));
	logs->slot_cap = cap;
	logs->slots_used = 0;
	for (i = 0; i < logs->count; i++)
		count_kept(logs, logs->items[i]->hash);
}

static size_t kept(struct logs *logs, uint64_t hash)
{
	return logs->slot_cap ? slot_of(logs, hash)->kept : 0;
}

/* How often this hash was met in the report in hand, this time included. */
static size_t meet(struct logs *logs, uint64_t hash)
{
	size_t i, n = 1;

	for (i = 0; i < logs->seen_count; i++)
		n += logs->seen[i] == hash;
	if (logs->seen_count == logs->seen_cap) {
		logs->seen_cap = logs->seen_cap ? logs->seen_cap * 2 : 64;
		logs->seen = xrealloc(logs->seen, logs->seen_cap, sizeof(*logs->seen));
	}
	logs->seen[logs->seen_count++] = hash;
	return n;
}

static void drop_oldest(struct logs *logs)
{
	struct log_entry *old = logs->items[0];

	if (old->at > logs->floor)
		logs->floor = old->at;
	logs->bytes -= old->bytes;
	slot_of(logs, old->hash)->kept--;
	logs->dropped++;
	free(old);
	memmove(logs->items, logs->items + 1, --logs->count * sizeof(*logs->items));
}

static void insert(struct logs *logs, struct log_entry *entry)
{
	size_t place = place_of(logs, entry->at);

	if (logs->count == logs->cap) {
		logs->cap = logs->cap ? logs->cap * 2 : 256;
		logs->items = xrealloc(logs->items, logs->cap, sizeof(*logs->items));
	}
	memmove(logs->items + place + 1, logs->items + place,
		(logs->count - place) * sizeof(*logs->items));
	logs->items[place] = entry;
	logs->count++;
	logs->bytes += entry->bytes;
	if ((logs->slots_used + 1) * 2 > logs->slot_cap)
		grow_slots(logs);
	else
		count_kept(logs, entry->hash);
	while (logs->count > LOGS_MAX || logs->bytes > LOGS_BYTES)
		drop_oldest(logs);
}

static char *pack(char **room, const char *text)
{
	char *at = *room;
	size_t len = text ? strlen(text) + 1 : 0;

	if (!text)
		return NULL;
	memcpy(at, text, len);
	*room += len;
	return at;
}

/* What the lines of one log have in common. */
struct taking {
	struct logs *logs;
	const char *host, *tag;
	int64_t offset, wall;
};

static void add(const struct taking *t, const struct log_line *line, enum log_level level)
{
	size_t bytes = sizeof(struct log_entry) + (line->text ? strlen(line->text) : 0) +
		       (line->more ? strlen(line->more) : 0) +
		       (line->source ? strlen(line->source) : 0) + 3;
	int64_t at = line->at.known ? line->at.v + t->offset : t->wall;
	struct log_entry *entry;
	uint64_t hash = mix(mix(mix(14695981039346656037u, t->host), line->source), line->text);
	char *room;

	if (!line->text || (line->at.known && t->logs->dropped && at <= t->logs->floor))
		return;
	hash ^= line->at.known ? (uint64_t)line->at.v * 0x9e3779b97f4a7c15u : 0;
	hash |= 1; /* 0 means a free slot */
	if (meet(t->logs, hash) <= kept(t->logs, hash))
		return;
	entry = xcalloc(1, bytes);
	entry->seq = ++t->logs->last_seq;
	entry->at = at;
	entry->host = t->host;
	entry->tag = t->tag;
	entry->level = level;
	entry->hash = hash;
	entry->bytes = bytes;
	room = (char *)(entry + 1);
	entry->text = pack(&room, line->text);
	entry->more = pack(&room, line->more);
	entry->source = pack(&room, line->source);
	insert(t->logs, entry);
}

static enum log_level nginx_level(const char *level)
{
	static const char *const grave[] = { "error", "crit", "alert", "emerg" };
	size_t i;

	for (i = 0; level && i < sizeof(grave) / sizeof(*grave); i++)
		if (!strcmp(level, grave[i]))
			return LOG_ERROR_LINE;
	return level && !strcmp(level, "warn") ? LOG_WARN_LINE : LOG_INFO_LINE;
}

static enum log_level fpm_level(enum fpm_event_kind kind)
{
	switch (kind) {
	case FPM_BIND_FAILED: case FPM_ANOTHER_INSTANCE: case FPM_CONFIG_ERROR:
	case FPM_FORK_FAILED: case FPM_EMERGENCY: case FPM_PHP_FATAL: case FPM_SHM:
	case FPM_CHILD_SIGNAL:
		return LOG_ERROR_LINE;
	case FPM_OTHER: case FPM_STARTED: case FPM_STOPPING: case FPM_RELOADING: case FPM_TRACE:
		return LOG_INFO_LINE;
	default:
		return LOG_WARN_LINE;
	}
}

static enum log_level mysql_level(enum mysql_event_kind kind)
{
	return kind == MY_OTHER || kind == MY_STARTING || kind == MY_READY ? LOG_INFO_LINE :
	       kind == MY_SHUTDOWN || kind == MY_RECOVERY ? LOG_WARN_LINE : LOG_ERROR_LINE;
}

static void take_nginx(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->nginx.error_count; i++)
		add(t, &facts->nginx.errors[i].line, nginx_level(facts->nginx.errors[i].level));
}

static void take_fpm(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->fpm.event_count; i++)
		add(t, &facts->fpm.events[i].line, fpm_level(facts->fpm.events[i].kind));
}

static void take_slow(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->fpm.slow_count; i++)
		add(t, &facts->fpm.slow[i].line, LOG_WARN_LINE);
}

static void take_kernel(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->host.kernel_line_count; i++)
		add(t, &facts->host.kernel_lines[i].line,
			facts->host.kernel_lines[i].kind == KERNEL_OTHER ? LOG_INFO_LINE :
									   LOG_ERROR_LINE);
}

static void take_mysql(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->mysql.event_count; i++)
		add(t, &facts->mysql.events[i].line, mysql_level(facts->mysql.events[i].kind));
}

static void take_redis(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->redis.event_count; i++)
		add(t, &facts->redis.events[i].line, LOG_INFO_LINE);
}

static void take_php(struct taking *t, const struct chain_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->wordpress.error_count; i++)
		add(t, &facts->wordpress.errors[i].line,
			facts->wordpress.errors[i].kind == PHP_OTHER ? LOG_WARN_LINE : LOG_ERROR_LINE);
}

void logs_take(struct logs *logs, const char *host, const char *report,
	const struct chain_facts *facts, int64_t wall_s)
{
	static const struct {
		const char *report, *tag;
		void (*take)(struct taking *t, const struct chain_facts *facts);
	} readers[] = {
		{ "nginx.log", "ngx", take_nginx }, { "fpm.log", "fpm", take_fpm },
		{ "fpm.slow", "slow", take_slow },  { "host.log", "krnl", take_kernel },
		{ "mysql.log", "sql", take_mysql }, { "redis.log", "rds", take_redis },
		{ "wordpress.log", "php", take_php },
	};
	struct taking t = { logs, host, NULL, num_or(facts->clock_offset, 0), wall_s };
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(*readers); i++)
		if (!strcmp(readers[i].report, report)) {
			t.tag = readers[i].tag;
			logs->seen_count = 0;
			readers[i].take(&t, facts);
		}
}
