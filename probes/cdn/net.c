#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "probes/cdn/cdn.h"

struct net {
	unsigned char bytes[16];
	int family, bits;
};

/* "10.0.0.0/8", "::1", "10.1.2.3"; false for anything else. */
static bool net_read(const char *text, struct net *ret)
{
	char host[64];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	int width;
	long bits;
	char *end;

	if (!len || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	ret->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(ret->family, host, ret->bytes) != 1)
		return false;
	width = ret->family == AF_INET6 ? 128 : 32;
	ret->bits = width;
	if (!slash)
		return true;
	bits = strtol(slash + 1, &end, 10);
	if (end == slash + 1 || *end || bits < 0 || bits > width)
		return false;
	ret->bits = (int)bits;
	return true;
}

bool net_holds(const char *network, const char *address)
{
	struct net n, a;
	int rest;

	if (!network || !address || !net_read(network, &n) || !net_read(address, &a) ||
	    n.family != a.family)
		return false;
	if (memcmp(n.bytes, a.bytes, (size_t)n.bits / 8) != 0)
		return false;
	rest = n.bits % 8;
	return !rest || (n.bytes[n.bits / 8] ^ a.bytes[n.bits / 8]) >> (8 - rest) == 0;
}

bool net_is_cloudflare(const char *address)
{
	static const char *const ranges[] = {
		"173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22",
		"141.101.64.0/18", "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20",
		"197.234.240.0/22", "198.41.128.0/17", "162.158.0.0/15", "104.16.0.0/13",
		"104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22", "2400:cb00::/32",
		"2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32",
		"2a06:98c0::/29", "2c0f:f248::/32", NULL
	};
	char first[64];
	size_t i, len = address ? strcspn(address, "/") : 0;

	if (!len || len >= sizeof(first))
		return false;
	memcpy(first, address, len); /* a banned network counts by where it begins */
	first[len] = '\0';
	for (i = 0; ranges[i]; i++)
		if (net_holds(ranges[i], first))
			return true;
	return false;
}
