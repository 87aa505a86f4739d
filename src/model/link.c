#include "model/link.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"

#define FIELD(name) { #name, offsetof(struct link_info, name) }

static const struct {
	const char *name;
	size_t at;
} fields[] = {
	FIELD(state), FIELD(transport), FIELD(address), FIELD(step), FIELD(error), FIELD(says),
	FIELD(advice), FIELD(fingerprint), FIELD(known_hosts),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const char **field(struct link_info *info, size_t i)
{
	return (const char **)((char *)info + fields[i].at);
}

void link_info_write(struct buf *out, const struct link_info *info)
{
	struct link_info copy = *info;
	json_t *object = json_object();
	struct buf clean;
	char *text;
	size_t i;

	buf_init(&clean, 65536);
	for (i = 0; i < FIELDS; i++) {
		if (!*field(&copy, i)) {
			json_object_set_new(object, fields[i].name, json_null());
			continue;
		}
		buf_clear(&clean);
		text_clean(&clean, span_of(*field(&copy, i)));
		json_object_set_new(object, fields[i].name,
			json_string(clean.data ? clean.data : ""));
	}
	text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	buf_adds(out, text ? text : "{}");
	free(text);
	buf_release(&clean);
	json_decref(object);
}

bool link_info_parse(struct arena *mem, struct span bytes, struct link_info *ret)
{
	json_t *object, *value;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	object = json_loadb(bytes.p ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		return false;
	}
	for (i = 0; i < FIELDS; i++) {
		value = json_object_get(object, fields[i].name);
		if (json_is_string(value))
			*field(ret, i) = text_clean_dup(mem, span_from(json_string_value(value),
				json_string_length(value)));
	}
	json_decref(object);
	return true;
}
