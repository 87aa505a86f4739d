/*
 * ways COUNT SECONDS CONFIG TARGET...: holds COUNT libssh2 sessions (targets taken in turn)
 * for SECONDS and tells what they cost: memory and CPU a session, the longest turn of the
 * loop while the first floods, and each state that changes, with its time. For the bench.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "live/ssh/transport.h"
#include "loop/loop.h"

struct way {
	struct transport *transport;
	int number;
	size_t bytes;
};

static struct loop *loop;
static int64_t began, last_turn, longest;
static int live, ended;
static bool watching, quiet;

static void on_state(void *owner, enum ssh_state state)
{
	struct way *w = owner;

	live += state == SSH_LIVE;
	if (!quiet || state > SSH_LIVE)
		printf("%6.2f s way %d: %s\n", (double)(loop_now(loop) - began) / 1000, w->number,
			ssh_state_name(state));
	fflush(stdout);
}

static void on_data(void *owner, const char *bytes, size_t len)
{
	struct way *w = owner;

	(void)bytes;
	w->bytes += len;
}

static void on_note(void *owner, const char *says)
{
	struct way *w = owner;

	printf("%6.2f s way %d: %s\n", (double)(loop_now(loop) - began) / 1000, w->number, says);
}

static void on_closed(void *owner, const struct ssh_failure *failure)
{
	struct way *w = owner;

	ended++;
	printf("%6.2f s way %d: closed: %s, %s, %s; %s\n", (double)(loop_now(loop) - began) / 1000,
		w->number, ssh_error_name(failure->error), failure->step, failure->says,
		failure->advice);
	fflush(stdout);
}

/* Deferred to each tick: the time between two is the length of a turn (and of the wait). */
static void turn(void *owner)
{
	int64_t now = loop_now(loop);

	(void)owner;
	if (watching && now - last_turn > longest)
		longest = now - last_turn;
	last_turn = now;
	if (watching)
		loop_defer(loop, turn, NULL);
}

static double cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static long anon_kb(void)
{
	char line[256];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "RssAnon:", 8))
			kb = strtol(line + 8, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static void stop_cb(void *owner)
{
	(void)owner;
	loop_stop(loop);
}

static void run(int64_t ms)
{
	struct loop_timer *limit = loop_timer_new(loop, stop_cb, NULL);

	loop_timer_start(limit, ms);
	loop_run(loop);
	loop_timer_free(limit);
}

int main(int argc, char **argv)
{
	static const struct transport_callbacks callbacks = { .on_state = on_state,
		.on_data = on_data, .on_closed = on_closed, .on_note = on_note };
	struct transport_config config = { .connect_timeout_ms = 60000 };
	int count, seconds, i;
	struct way *ways;
	double before;
	long base;

	if (argc < 5) {
		fprintf(stderr, "usage: ways COUNT SECONDS CONFIG TARGET...\n");
		return 64;
	}
	count = (int)strtol(argv[1], NULL, 10);
	seconds = (int)strtol(argv[2], NULL, 10);
	config.config_file = argv[3];
	quiet = count > 4;
	loop = loop_new();
	began = loop_now(loop);
	ways = xcalloc((size_t)count, sizeof(*ways));
	base = anon_kb();
	for (i = 0; i < count; i++) {
		config.target = argv[4 + i % (argc - 4)];
		config.command = i == 0 ? "read x; exec cat /dev/zero" : "exec cat";
		ways[i].number = i;
		ways[i].transport = libssh2_transport.make(loop, &config, &callbacks, &ways[i]);
		ways[i].transport->ops->start(ways[i].transport);
	}
	while (live + ended < count && loop_now(loop) - began < 120000)
		run(20);
	printf("%d of %d live after %lld ms, CPU %.2f ms each\n", live, count,
		(long long)(loop_now(loop) - began), cpu() * 1000 / count);
	run(2000);
	malloc_trim(0);
	printf("memory %.1f kB each\n", (double)(anon_kb() - base) / count);
	before = cpu();
	run(seconds * 1000);
	printf("idle CPU %.2f %%\n", (cpu() - before) * 100 / seconds);
	ways[0].transport->ops->write(ways[0].transport, "\n", 1);
	watching = true;
	last_turn = loop_now(loop);
	turn(NULL);
	before = cpu();
	run(3000);
	watching = false;
	printf("flood of one: %.0f MB/s, longest turn %lld ms, CPU %.0f %%\n",
		(double)ways[0].bytes / 3e6, (long long)longest, (cpu() - before) * 100 / 3);
	for (i = 0; i < count; i++)
		ways[i].transport->ops->free(ways[i].transport);
	loop_free(loop);
	free(ways);
	return 0;
}
