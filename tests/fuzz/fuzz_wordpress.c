/* Any bytes as the reports of probes/wordpress, then every cause and the face over what came out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probes/wordpress/wordpress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct chain_facts *facts, struct arena *mem)
{
	struct site_view view = { .chain = facts, .url = "https://x/", .host_name = "x",
		.now = 1795170000, .window = 300, .fresh = 60 };
	struct face face = { .mem = mem };
	const struct cause *row;
	struct finding finding;

	view.wp = facts->wordpress.site_count ? facts->wordpress.sites : NULL;
	view.db = facts->mysql.login_count ? facts->mysql.logins : NULL;
	view.redis = facts->redis.server_count ? facts->redis.servers : NULL;
	for (row = wordpress_causes; row->id; row++) {
		finding = (struct finding){ .mem = mem };
		row->look(&view, &finding);
		if (finding.evidence_count > EVIDENCE_MAX)
			abort();
	}
	wordpress_face(&view, &face);
	if (!wordpress_says(&view, mem))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain_facts facts;
	struct arena *mem = arena_new();

	memset(&facts, 0, sizeof(facts));
	wordpress_parse_log(&facts, mem, span_from((const char *)data, size), 0);
	wordpress_parse(&facts, mem, span_from((const char *)data, size), 0);
	look(&facts, mem);
	arena_free(mem);
	return 0;
}
