#include "report/postmortem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void hides(const char *text, const char *want)
{
	struct buf out;

	buf_init(&out, 4096);
	postmortem_hide(&out, text);
	assert_string_equal(out.data ? out.data : "", want);
	buf_release(&out);
}

static void addresses(void **state)
{
	(void)state;
	hides("client: 10.0.0.1, server", "client: [address], server");
	hides("10.0.0.1:443 said.", "[address] said.");
	hides("It was 192.0.2.7.", "It was [address].");
	hides("[2001:db8::1]:443 and fe80::1", "[[address]]:443 and [address]");
	hides("root@web1 and a.b@shop.example.", "[address] and [address].");
	hides("\"1.2.3.4\"", "\"[address]\"");
}

static void others_stay(void **state)
{
	static const char *const texts[] = {
		"", "2026/11/20 11:22:24 [crit] 641#641: *1 connect() to unix:/run/a.sock failed",
		"2026-11-20T11:22:24Z", "php8.2-fpm.service", "nginx/1.22.1", "confidence 0.95",
		"1.2.3 and 1.2.3.4.5 and 256.1.1.1", "Plugin::load", "@ alone", "11:22:33:44",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		hides(texts[i], texts[i]);
}

/* Nothing played: a report that says so, not one that looks well. */
static void empty(void **state)
{
	struct postmortem *pm = postmortem_new(false);
	struct model *model = model_new();
	struct buf out;

	(void)state;
	buf_init(&out, 1u << 16);
	postmortem_write(pm, model, &out);
	assert_non_null(strstr(out.data, "No cause was proven"));
	assert_non_null(strstr(out.data, "Unknown: no page was asked for"));
	buf_release(&out);
	model_free(model);
	postmortem_free(pm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(others_stay),
		cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
