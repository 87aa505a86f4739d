/*
 * delay NETNS MS: a link to the network namespace NETNS whose round trip takes MS, so that
 * TCP's own waiting (handshake, Nagle, delayed acknowledgements) is real. Makes the TUN
 * devices wp502a (10.98.0.1) here and wp502b (10.98.0.2) there, prints "up" and holds each
 * packet for half of MS until it is killed; the devices go with it. Needs root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MTU_ROOM 2048
#define HELD 8192 /* packets on their way in one direction; beyond that they are lost */

struct packet {
	int64_t due;
	ssize_t len;
	char bytes[MTU_ROOM];
};

struct direction {
	int from, to;
	size_t first, count;
	struct packet held[HELD];
};

static struct direction directions[2];

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int make_tun(const char *name, const char *address)
{
	struct ifreq request;
	char command[256];
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
		perror("/dev/net/tun");
		exit(2);
	}
	snprintf(command, sizeof(command), "ip addr add %s/30 dev %s && ip link set lo up && "
		"ip link set %s mtu 1500 txqueuelen 5000 up", address, name, name);
	if (system(command) != 0)
		exit(2);
	return fd;
}

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static void take(struct direction *d, int64_t hold)
{
	char lost[MTU_ROOM];
	struct packet *p;

	while (d->count < HELD) {
		p = &d->held[(d->first + d->count) % HELD];
		p->len = read(d->from, p->bytes, sizeof(p->bytes));
		if (p->len <= 0)
			return;
		p->due = now() + hold;
		d->count++;
	}
	while (read(d->from, lost, sizeof(lost)) > 0)
		;
}

/* Sends what is due; returns how long the next one waits, -1: there is none. */
static int64_t give(struct direction *d)
{
	struct packet *p;
	int64_t wait;

	while (d->count) {
		p = &d->held[d->first];
		wait = p->due - now();
		if (wait > 0)
			return wait;
		if (write(d->to, p->bytes, (size_t)p->len) < 0 && errno == EAGAIN)
			return 100000;
		d->first = (d->first + 1) % HELD;
		d->count--;
	}
	return -1;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

int main(int argc, char **argv)
{
	int64_t hold, wait;
	struct pollfd polled[2];
	struct timespec t;
	int i;

	if (argc != 3 || (hold = strtol(argv[2], NULL, 10) * 500000) <= 0) {
		fprintf(stderr, "usage: delay NETNS MS\n");
		return 64;
	}
	prctl(PR_SET_TIMERSLACK, 1);
	prctl(PR_SET_PDEATHSIG, 15);
	directions[0].from = directions[1].to = make_tun("wp502a", "10.98.0.1");
	enter(argv[1]);
	directions[0].to = directions[1].from = make_tun("wp502b", "10.98.0.2");
	puts("up");
	fflush(stdout);
	for (;;) {
		wait = sooner(give(&directions[0]), give(&directions[1]));
		t.tv_sec = wait / 1000000000;
		t.tv_nsec = wait % 1000000000;
		for (i = 0; i < 2; i++)
			polled[i] = (struct pollfd){ .fd = directions[i].from, .events = POLLIN };
		ppoll(polled, 2, wait < 0 ? NULL : &t, NULL);
		for (i = 0; i < 2; i++)
			if (polled[i].revents)
				take(&directions[i], hold);
	}
}
