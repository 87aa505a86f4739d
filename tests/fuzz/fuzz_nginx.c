/* libFuzzer: nginx's three parsers, and the join that walks what they made. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "probes/nginx/nginx.h"
#include "probes/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses; 3: a configuration and a log, cut at the first NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };
	struct span bytes = span_from((const char *)data, size), part = { "", 0 };
	struct site_time time = { 1795161600, 300, 60 };
	const struct cause *cause;
	struct site_view *views;
	size_t count, i;

	if (size) {
		bytes = span_skip(bytes, 1);
		switch (data[0] & 3) {
		case 0: nginx_parse_conf(&facts, mem, bytes, 0); break;
		case 1: nginx_parse_log(&facts, mem, bytes, 0); break;
		case 2: nginx_parse_access(&facts, mem, bytes, 0); break;
		default:
			span_cut(&bytes, '\0', &part);
			nginx_parse_conf(&facts, mem, part, 0);
			nginx_parse_log(&facts, mem, bytes, 0);
		}
	}
	facts.host.net_known = facts.host.proc_known = TRI_YES;
	facts.host.now = num_of(time.now);
	views = site_views(&facts, NULL, time, mem, &count);
	for (i = 0; i < count; i++)
		for (cause = nginx_causes; cause->id; cause++) {
			struct finding finding = { .mem = mem };

			cause->look(&views[i], &finding);
		}
	arena_free(mem);
	return 0;
}
