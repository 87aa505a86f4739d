/* Any bytes as an agent's answers, as what is to be signed, as a server's offer. */
#include <stdint.h>
#include <stdlib.h>

#include "live/ssh/agent.h"
#include "live/ssh/login.h"
#include "live/ssh/methods.h"
#include "live/ssh/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sshconf conf = { .kex = "curve25519-sha256", .macs = "hmac-sha2-256",
		.ciphers = "aes128-ctr", .host_key_algorithms = "ssh-ed25519" };
	static LIBSSH2_SESSION *session;
	struct span bytes = span_from((const char *)data, size), signature;
	struct arena *mem = arena_new();
	struct agent_key *keys = NULL;
	size_t count = 0, i;
	struct buf words;

	if (!session)
		session = libssh2_session_init();
	if (agent_read_keys(mem, bytes, &keys, &count))
		for (i = 0; i < count; i++)
			packet_key_type(keys[i].blob);
	if (agent_read_signature(bytes, &signature) && !signature.n)
		abort();
	if (login_algorithm(bytes).n > size)
		abort();
	buf_init(&words, 8192);
	if (methods_explain(session, &conf, bytes, &words) && !words.len)
		abort();
	buf_release(&words);
	arena_free(mem);
	return 0;
}
