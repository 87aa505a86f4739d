/* The report `nginx.access` -> facts: counts made on the server, nothing is added here. */
#include "base/text.h"
#include "probes/nginx/nginx.h"

#define LOGS_MAX 64
#define TOPS_MAX 32

static void counts(struct nginx_access *a, struct span rest)
{
	struct num *const slots[] = { &a->requests, &a->server_errors, &a->s499, &a->s500, &a->s502,
		&a->s503, &a->s504, &a->fresh_requests, &a->fresh_errors };
	int64_t v;
	size_t i;

	for (i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (span_int(span_field(&rest), &v) && v >= 0)
			*slots[i] = num_of(v);
}

static void top(struct arena *mem, struct nginx_top **list, size_t *count, struct span rest)
{
	struct nginx_top *t;
	int64_t v;

	if (*count >= TOPS_MAX || !span_int(span_field(&rest), &v) || v < 0)
		return;
	t = arena_push(mem, list, count, sizeof(*t));
	t->count = num_of(v);
	t->what = text_clean_dup(mem, rest);
}

void nginx_parse_access(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct nginx_facts *f = &facts->nginx;
	struct nginx_access *a = NULL;
	struct span line, name;

	(void)flags; /* a cut report is read as far as it goes */
	f->access = NULL;
	f->access_count = 0;
	while (span_line(&bytes, &line)) {
		name = span_field(&line);
		if (span_eq(name, "access")) {
			a = f->access_count < LOGS_MAX ?
				arena_push(mem, &f->access, &f->access_count, sizeof(*a)) : NULL;
			if (a)
				a->path = text_clean_dup(mem, line);
		} else if (a && span_eq(name, "counts")) {
			counts(a, line);
		} else if (a && span_eq(name, "uri")) {
			top(mem, &a->uris, &a->uri_count, line);
		} else if (a && span_eq(name, "client")) {
			top(mem, &a->clients, &a->client_count, line);
		}
	}
}
