#include "base/regex.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MAX 512
#define STEPS_MAX 20000
#define DEPTH_MAX 200
#define HEAP_MAX_KB 256

static bool run(const pcre2_code *code, const char *text)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	bool found = false;

	if (data && limits) {
		pcre2_set_match_limit(limits, STEPS_MAX);
		pcre2_set_depth_limit(limits, DEPTH_MAX);
		pcre2_set_heap_limit(limits, HEAP_MAX_KB);
		/* 0: matched, with more groups than there is room for */
		found = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, limits) >= 0;
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	return found;
}

bool regex_matches(const char *pattern, const char *text, bool caseless)
{
	pcre2_compile_context *limits;
	pcre2_code *code;
	PCRE2_SIZE at;
	bool found;
	int error;

	if (strlen(pattern) > PATTERN_MAX)
		return false;
	limits = pcre2_compile_context_create(NULL);
	if (!limits)
		return false;
	pcre2_set_parens_nest_limit(limits, 20);
	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		caseless ? PCRE2_CASELESS : 0, &error, &at, limits);
	pcre2_compile_context_free(limits);
	if (!code)
		return false;
	found = run(code, text);
	pcre2_code_free(code);
	return found;
}
