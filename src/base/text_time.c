#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_A_DAY 86400

static const struct {
	const char *suffix;
	int64_t ms;
} units[] = {
	{ "", 1000 },       { "ms", 1 },          { "s", 1000 },
	{ "m", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", SECONDS_A_DAY * (int64_t)1000 },
};

bool text_duration_ms(const char *text, int64_t *ret_ms)
{
	size_t digits = text ? strspn(text, "0123456789") : 0, i;
	int64_t value;

	if (!digits || !span_int(span_from(text, digits), &value))
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].suffix))
			continue;
		if (value > INT64_MAX / units[i].ms)
			return false;
		*ret_ms = value * units[i].ms;
		return true;
	}
	return false;
}

void text_age(struct buf *out, int64_t seconds)
{
	uint64_t s = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;

	if (seconds < 0)
		buf_addc(out, '-');
	if (s < 120)
		buf_addf(out, "%llu s", (unsigned long long)s);
	else if (s < 120 * 60)
		buf_addf(out, "%llu min", (unsigned long long)(s / 60));
	else if (s < 48 * 3600)
		buf_addf(out, "%llu h", (unsigned long long)(s / 3600));
	else
		buf_addf(out, "%llu d", (unsigned long long)(s / SECONDS_A_DAY));
}

/*
 * Both ways between days and dates: years begin in March, so that the leap day is the
 * last of its year, and 400 years are one era of 146,097 days; 719,468 is the day
 * number of 1970-01-01 counted from 0000-03-01.
 */
int64_t text_days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			       day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 -
					    year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

const char *text_time_utc(int64_t epoch_seconds, char *ret_text)
{
	const int64_t first = -62167219200, last = 253402300799;
	int64_t t = epoch_seconds, days;
	int year, month, day;
	unsigned second;

	if (t < first)
		t = first;
	if (t > last)
		t = last;
	days = (t >= 0 ? t : t - (SECONDS_A_DAY - 1)) / SECONDS_A_DAY;
	second = (unsigned)(t - days * SECONDS_A_DAY);
	civil_from_days(days, &year, &month, &day);
	snprintf(ret_text, TEXT_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100,
		 second / 3600 % 24, second / 60 % 60, second % 60);
	return ret_text;
}

int text_month(struct span name)
{
	static const char names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int i;

	for (i = 0; i < 12; i++)
		if (span_eq(name, names[i]))
			return i + 1;
	return 0;
}
