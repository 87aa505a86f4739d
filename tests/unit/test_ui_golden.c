/*
 * Golden screens: every view in every situation as text with style marks, compared with
 * tests/golden/screens/NAME.txt. UPDATE_GOLDEN=1 (make golden) writes them anew: then
 * review the difference as text.
 */
#include "ui/ui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/golden/scenes.h"

struct stage {
	struct model *model;
	struct ui *ui;
	struct arena *mem;
	struct canvas canvas;
};

static void press(struct stage *stage, const char *keys)
{
	struct span rest = span_of(keys), word;
	struct key key;

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		ui_draw(stage->ui, stage->model, NOW * 1000, 80, 24, &stage->canvas);
		assert_true(key_parse(word.p, word.n, &key));
		ui_key(stage->ui, stage->model, &key);
	}
}

/* ---- situations ---- */

static void make_empty(struct stage *s)
{
	(void)s;
}

static void make_connecting(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");

	host->link.state = "connecting";
	host->link.since = (NOW - 3) * 1000;
	host->facts.clock_offset.known = host->facts.host.now.known = false;
}

static void make_asking(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");

	host->link.since = (NOW - 1) * 1000;
	host->pending = 1u << LINK_MYSQL | 1u << LINK_REDIS | 1u << LINK_WORDPRESS;
	scene_site(host, "https://shop.example/");
}

static void make_healthy(struct stage *s)
{
	scene_healthy(scene_host(s->model, "web1"), "https://shop.example/");
}

static void make_broken(struct stage *s)
{
	scene_broken(scene_host(s->model, "web1"), "https://shop.example/");
}

static void make_soon(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");
	struct verdict *v = scene_broken(host, "https://shop.example/");

	v->settled = false;
	host->pending = 1u << LINK_REDIS;
}

static void make_full(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "shop-prod-1");

	scene_full(host, "https://shop.example/", s->mem);
	scene_healthy(host, "https://outlet.example/");
	host->verdict = host->sites[0].verdict;
	scene_logs(s->model, host->target, s->mem);
}

static void make_warn(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");
	struct verdict *v = scene_healthy(host, "https://shop.example/");

	v->health = HEALTH_WARN;
	v->title = "3 of 41 requests in the last minute ended in 504";
	scene_break(v, &scene_slow, LINK_WORDPRESS);
	v->chain[LINK_VISITOR] = HEALTH_WARN;
	v->says[LINK_VISITOR] = "200 in 4100 ms";
	v->fix = "read the slow log: /var/log/php8.2-fpm.www.slow.log";
}

static void make_unknown(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");
	struct verdict *v = scene_verdict(scene_site(host, "https://shop.example/"),
		HEALTH_UNKNOWN, "unknown",
		"the page answers 502, and nothing seen on the server explains it");

	v->confidence = 0.3;
	v->chain[LINK_VISITOR] = HEALTH_BROKEN;
	v->chain[LINK_FPM] = HEALTH_UNKNOWN;
	v->says[LINK_FPM] = "needs root";
	v->says[LINK_VISITOR] = "502 in 3 ms";
	scene_rival(v, &scene_fpm_full, 0.45, "workers cannot be read without root");
	scene_evidence(v, EVIDENCE_HTTP, 3, "https://shop.example/", "visitor: 502 in 3 ms");
	host->verdict = v;
}

static void make_unreachable(struct stage *s)
{
	scene_unreachable(scene_host(s->model, "client-fr-4"));
}

static void make_stale(struct stage *s)
{
	struct model_host *host = scene_host(s->model, "web1");

	scene_healthy(host, "https://shop.example/");
	host->facts.host.now = num_of(NOW - 95);
	host->link.state = "dead";
	host->link.since = (NOW - 80) * 1000;
}

static void make_hostile(struct stage *s)
{
	struct model_host *host = scene_host(s->model,
		"deploy@a-host-name-nobody-can-remember.eu-central-1.example.internal:2222");

	scene_hostile(host, s->mem);
	scene_logs(s->model, host->target, s->mem);
}

static void make_fleet(struct stage *s)
{
	static const char *const names[] = { "client-ny-1", "client-ny-2", "client-uk-1", "lab-1" };
	struct model_host *host;
	char url[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		host = scene_host(s->model, names[i]);
		snprintf(url, sizeof(url), "https://%s.example/", names[i]);
		scene_healthy(host, url);
	}
	scene_unreachable(scene_host(s->model, "client-fr-4"));
	host = scene_host(s->model, "shop-prod-1");
	scene_full(host, "https://shop.example/", s->mem);
	scene_healthy(host, "https://outlet.example/");
	host->verdict = host->sites[0].verdict;
	scene_broken(scene_host(s->model, "blog-eu-2"), "http://magazine.example/");
	scene_broken(scene_host(s->model, "blog-eu-3"), "http://news.example/");
	host = scene_host(s->model, "agency-07");
	scene_host(s->model, "new-1")->link.state = "authenticating";
	scene_healthy(host, "https://one.example/");
	host->facts.host.now = num_of(NOW - 95);
	host->link.state = "stale";
	timeline_add(&s->model->timeline, (NOW - 40) * 1000, "agency-07", HEALTH_OK,
		"ssh: logged in");
	timeline_verdict(&s->model->timeline, (NOW - 9) * 1000, "shop-prod-1",
		"https://shop.example/", s->model->hosts[5]->sites[0].verdict);
}

static void make_many(struct stage *s)
{
	char name[32], url[64];
	int i;

	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "host-%03d", i);
		snprintf(url, sizeof(url), "https://site-%03d.example/", i);
		if (i % 97 == 5)
			scene_broken(scene_host(s->model, name), url);
		else
			scene_healthy(scene_host(s->model, name), url);
	}
}

/* ---- the table ---- */

static const struct {
	const char *name;
	void (*make)(struct stage *stage);
	const char *keys;  /* pressed before the picture is taken */
	const char *sizes; /* s 60x18, m 80x24, l 140x40, x 200x60, a 80x24 in ASCII, t 59x17 */
} shots[] = {
	{ "fleet-empty", make_empty, "", "m" },
	{ "fleet-mixed", make_fleet, "", "smlxa" },
	{ "fleet-cursor", make_fleet, "j j j", "m" },
	{ "fleet-filter", make_fleet, "/ n y Enter", "m" },
	{ "fleet-folded", make_fleet, "Space", "m" },
	{ "fleet-by-name", make_fleet, "o", "m" },
	{ "fleet-marked", make_fleet, "t", "m" },
	{ "fleet-500", make_many, "G", "ml" },
	{ "fleet-command", make_fleet, ": t h e Tab", "m" },
	{ "chain-connecting", make_connecting, "", "sm" },
	{ "chain-asking", make_asking, "", "sma" },
	{ "chain-so-far", make_soon, "", "m" },
	{ "chain-healthy", make_healthy, "", "smla" },
	{ "chain-broken", make_broken, "", "smlxat" },
	{ "chain-full", make_full, "", "smlxa" },
	{ "chain-other-site", make_full, "Tab", "m" },
	{ "chain-link-4", make_full, "4", "m" },
	{ "chain-warn", make_warn, "", "sm" },
	{ "chain-unknown", make_unknown, "", "sm" },
	{ "chain-unreachable", make_unreachable, "", "sml" },
	{ "chain-stale", make_stale, "", "sma" },
	{ "chain-hostile", make_hostile, "", "smlxa" },
	{ "chain-frozen", make_broken, "z", "m" },
	{ "cause-broken", make_broken, "v", "smlxa" },
	{ "cause-full", make_full, "v", "ml" },
	{ "cause-full-end", make_full, "v G", "sm" },
	{ "cause-unknown", make_unknown, "v", "m" },
	{ "cause-unreachable", make_unreachable, "v", "m" },
	{ "cause-none", make_asking, "v", "m" },
	{ "cause-hostile", make_hostile, "v", "sma" },
	{ "link-fpm", make_full, "4 Enter", "smla" },
	{ "link-unknown", make_unreachable, "4 Enter", "m" },
	{ "link-stale", make_stale, "3 Enter", "m" },
	{ "logs", make_full, "L", "smlxa" },
	{ "logs-wrapped", make_full, "L w", "sm" },
	{ "logs-errors", make_full, "L + +", "m" },
	{ "logs-found", make_full, "L / f e e d Enter", "m" },
	{ "logs-empty", make_healthy, "L", "m" },
	{ "help-chain", make_broken, "?", "smla" },
	{ "help-fleet", make_fleet, "?", "m" },
	{ "help-logs", make_full, "L ?", "m" },
};

static void free_stage(struct stage *s)
{
	ui_free(s->ui);
	canvas_release(&s->canvas);
	model_free(s->model);
	arena_free(s->mem);
}

static void open_stage(struct stage *s, void (*make)(struct stage *stage), bool ascii)
{
	struct ui_config config = { .theme = themes[0], .ascii = ascii, .utc = true, .live = true,
		.face = scene_face };

	memset(s, 0, sizeof(*s));
	s->model = model_new();
	s->mem = arena_new();
	make(s);
	keymap_init(&config.keymap);
	s->ui = ui_new(&config, NULL);
	ui_open_first(s->ui, s->model);
}

static char *read_file(const char *path)
{
	static char text[400000];
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		return NULL;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

static void compare(const char *name, const struct buf *got)
{
	char path[256];
	const char *want;
	FILE *file;

	snprintf(path, sizeof(path), "tests/golden/screens/%s.txt", name);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(path, "w");
		assert_non_null(file);
		fwrite(got->data, 1, got->len, file);
		fclose(file);
		return;
	}
	want = read_file(path);
	if (!want || strcmp(want, got->data) != 0) {
		print_error("%s differs; this is what is drawn:\n%s", path, got->data);
		fail();
	}
}

static void take(size_t i, char size)
{
	static const struct { char code; int w, h; bool ascii; } sizes[] = {
		{ 's', 60, 18, false }, { 'm', 80, 24, false }, { 'l', 140, 40, false },
		{ 'x', 200, 60, false }, { 'a', 80, 24, true }, { 't', 59, 17, false },
	};
	struct stage stage;
	struct buf got;
	char name[128];
	size_t k = 0;

	while (sizes[k].code != size)
		k++;
	open_stage(&stage, shots[i].make, sizes[k].ascii);
	press(&stage, shots[i].keys);
	ui_draw(stage.ui, stage.model, NOW * 1000, sizes[k].w, sizes[k].h, &stage.canvas);
	buf_init(&got, 1 << 20);
	canvas_dump(&stage.canvas, &got);
	snprintf(name, sizeof(name), "%s-%dx%d%s", shots[i].name, sizes[k].w, sizes[k].h,
		sizes[k].ascii ? "-ascii" : "");
	compare(name, &got);
	buf_release(&got);
	free_stage(&stage);
}

static void test_screens(void **state)
{
	const char *size;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shots) / sizeof(*shots); i++)
		for (size = shots[i].sizes; *size; size++)
			take(i, *size);
}

/* Every situation on every view at every size: no crash, nothing outside, no ok unknown. */
static void test_all_sizes(void **state)
{
	struct stage stage;
	size_t i;
	int w, h;

	(void)state;
	for (i = 0; i < sizeof(shots) / sizeof(*shots); i++) {
		if (shots[i].make == make_many)
			continue;
		open_stage(&stage, shots[i].make, i % 2);
		press(&stage, shots[i].keys);
		for (w = 1; w < 260; w += w < 58 ? 19 : 23)
			for (h = 1; h < 80; h += h < 16 ? 5 : 7)
				ui_draw(stage.ui, stage.model, NOW * 1000, w, h, &stage.canvas);
		free_stage(&stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens), cmocka_unit_test(test_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
