/* Any bytes as a report of the host: first byte chooses the parser. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "probes/host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parsers[])(struct chain_facts *, struct arena *, struct span,
		unsigned) = { host_parse_pulse, host_parse_proc, host_parse_unit, host_parse_disk,
		host_parse_log, host_parse_fire, host_parse_path };
	struct chain_facts facts;
	struct arena *mem;

	if (!size)
		return 0;
	memset(&facts, 0, sizeof(facts));
	mem = arena_new();
	parsers[data[0] % (sizeof(parsers) / sizeof(parsers[0]))](&facts, mem,
		span_from((const char *)data + 1, size - 1), 0);
	arena_free(mem);
	return 0;
}
