/* Any bytes as a known_hosts file, a .pub file and the output of ssh -G. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "live/ssh/known_hosts.h"
#include "live/ssh/login.h"
#include "live/ssh/packet.h"
#include "live/ssh/sshconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "web", "[web]:2222", "10.0.0.1", "a.b.c.d.e" };
	struct span text = span_from((const char *)data, size), blob;
	struct arena *mem = arena_new();
	char print[PACKET_FINGERPRINT_SIZE];
	const struct known_key *entry;
	struct known_hosts known;
	struct sshconf conf;
	size_t i, k;

	for (i = 0; i < 4; i++) {
		known_hosts_init(&known, mem, names[i], names[i], 22);
		known_hosts_read(&known, "file", text);
		for (k = 0; k < known.count && k < 8; k++) {
			if (known_hosts_check(&known, known.keys[k].blob, &entry) == KNOWN_CHANGED &&
			    known.keys[k].mark == KNOWN_HOST)
				abort(); /* a key that stands there is not another one */
			packet_fingerprint(known.keys[k].blob, print);
		}
	}
	login_read_public(mem, text, &blob);
	if (sshconf_parse(mem, text, "/home/me", &conf) && !*conf.host)
		abort();
	arena_free(mem);
	return 0;
}
