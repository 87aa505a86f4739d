/* docs/causes.md: the tables of all links, in chain order, as a page to read. */
#include "probes/probe.h"
#include "report/report.h"

static void add(struct buf *out, const char *head, const char *text)
{
	struct span words = span_trim(span_of(text));

	if (words.n)
		buf_addf(out, "- **%s**: %.*s\n", head, (int)words.n, words.p);
}

static void add_cause(struct buf *out, const struct cause *c)
{
	buf_addf(out, "### `%s`: %s\n\n%s\n\n", c->id, c->title, c->plain ? c->plain : "");
	if (c->as)
		buf_addf(out, "- **Told as**: `%s`\n", c->as);
	add(out, "First broken arrow", c->arrow);
	add(out, "Proven by", c->signs);
	add(out, "Not if", c->not_if);
	add(out, "Explains", c->explains);
	add(out, "Fix", c->fix);
	add(out, "Wrong fix", c->wrong_fix);
	add(out, "Actions", c->actions);
	buf_addc(out, '\n');
}

void report_causes(struct buf *out)
{
	const struct cause *c;
	int link;

	buf_adds(out, "# What wp502 can name\n\n"
		      "Made by `wp502 --dump-causes` from the tables in `probes/*/causes*.c`; do not "
		      "edit.\nBeside these a verdict can be `healthy` or `unknown`.\n\n");
	for (link = 0; link < LINKS; link++) {
		buf_addf(out, "## %s\n\n", probes[link]->title);
		for (c = probes[link]->causes; c && c->id; c++)
			add_cause(out, c);
	}
}
