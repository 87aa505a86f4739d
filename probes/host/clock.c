/*
 * Times in logs are local, often without a year and mostly without a zone. The report's
 * own clock record says what the server's clock and zone were when it was made.
 */
#include "probes/host/host.h"

#include "base/text.h"

const char *host_text(struct arena *mem, struct span s)
{
	return s.n ? text_clean_dup(mem, s) : NULL;
}

struct num host_num(struct span s)
{
	struct num n = { 0 };

	n.known = span_int(s, &n.v);
	return n;
}

/* "+0530" -> 19800 */
static struct num zone_read(struct span s)
{
	struct num unknown = { 0 };
	int64_t v;

	if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') || !span_int(span_skip(s, 1), &v) ||
	    v < 0 || v > 1800)
		return unknown;
	v = (v / 100) * 3600 + (v % 100) * 60;
	return num_of(s.p[0] == '-' ? -v : v);
}

struct host_clock host_clock_read(struct span rest)
{
	struct host_clock clock = { 0 };
	struct span field;
	int64_t whole, part = 0;

	clock.now = host_num(span_field(&rest));
	clock.zone = zone_read(span_field(&rest));
	field = span_field(&rest);
	if (span_lead_int(field, &whole) && whole >= 0 && whole < INT64_MAX / 2000) {
		ptrdiff_t dot = span_find(field, ".");

		if (dot >= 0)
			span_lead_int(span_skip(field, (size_t)dot + 1), &part);
		clock.uptime_ms = num_of(whole * 1000 + (part < 100 && part >= 0 ? part * 10 : 0));
	}
	return clock;
}

struct num host_clock_epoch(const struct host_clock *clock, int year, int month, int day,
	int hour, int minute, int second)
{
	struct num unknown = { 0 };

	if (month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 60 || year < 1990 || year > 9999)
		return unknown;
	return num_of(text_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 +
		second - num_or(clock->zone, 0));
}

/* Two or four digits at a place of the line; -1 when they are none. */
static int digits(struct span s, size_t at, size_t count)
{
	int v = 0;

	if (s.n < at + count)
		return -1;
	for (size_t i = at; i < at + count; i++) {
		if (s.p[i] == ' ' && i == at)
			continue;
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

/* 2026-11-20T08:00:00.123456+01:00, or Z, or no zone at all */
static struct num rfc3339(const struct host_clock *clock, struct span s)
{
	struct host_clock zoned = *clock;
	size_t i = 19;
	int hours, minutes;

	if (s.n < 19 || s.p[4] != '-' || s.p[7] != '-' || (s.p[10] != 'T' && s.p[10] != ' '))
		return (struct num){ 0 };
	while (i < s.n && (s.p[i] == '.' || s.p[i] == ',' || (s.p[i] >= '0' && s.p[i] <= '9')))
		i++;
	if (i < s.n && s.p[i] == 'Z')
		zoned.zone = num_of(0);
	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) {
		hours = digits(s, i + 1, 2);
		minutes = digits(s, i + (i + 3 < s.n && s.p[i + 3] == ':' ? 4 : 3), 2);
		if (hours >= 0 && minutes >= 0)
			zoned.zone = num_of((s.p[i] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60));
	}
	return host_clock_epoch(&zoned, digits(s, 0, 4), digits(s, 5, 2), digits(s, 8, 2),
		digits(s, 11, 2), digits(s, 14, 2), digits(s, 17, 2));
}

static int year_of(int64_t epoch)
{
	int year = (int)(1970 + epoch / 31556952);

	if (text_days_from_civil(year + 1, 1, 1) * 86400 <= epoch)
		year++;
	if (text_days_from_civil(year, 1, 1) * 86400 > epoch)
		year--;
	return year;
}

/* "Nov 20 08:00:00": the newest such moment that is not past tomorrow. */
static struct num syslog_time(const struct host_clock *clock, struct span s)
{
	int month, year;
	struct num t;

	if (s.n < 15 || !clock->now.known || clock->now.v < 0 ||
	    clock->now.v > (int64_t)253402300799)
		return (struct num){ 0 };
	month = text_month(span_from(s.p, 3));
	if (!month)
		return (struct num){ 0 };
	year = year_of(clock->now.v + num_or(clock->zone, 0));
	for (int back = -1; back < 2; back++) {
		t = host_clock_epoch(clock, year - back, month, digits(s, 4, 2), digits(s, 7, 2),
			digits(s, 10, 2), digits(s, 13, 2));
		if (!t.known || t.v <= clock->now.v + 86400)
			return t;
	}
	return t;
}

static struct num dmesg_time(const struct host_clock *clock, struct span s)
{
	int64_t seconds;

	s = span_trim(span_skip(s, 1));
	if (!clock->now.known || !clock->uptime_ms.known || !span_lead_int(s, &seconds) ||
	    seconds < 0 || seconds > clock->uptime_ms.v / 1000 + 60)
		return (struct num){ 0 };
	return num_of(clock->now.v - clock->uptime_ms.v / 1000 + seconds);
}

struct num host_line_time(const struct host_clock *clock, struct span line)
{
	if (!line.n)
		return (struct num){ 0 };
	if (line.p[0] == '[')
		return dmesg_time(clock, line);
	if (line.p[0] >= '0' && line.p[0] <= '9')
		return rfc3339(clock, line);
	return syslog_time(clock, line);
}
