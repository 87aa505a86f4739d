/*
 * drill_files: where drills lie: $WP502_DRILLS; tests/drills beside the program (a built
 * tree); the installed ones. The first folder that is there counts.
 */
#ifndef DRILL_FILES_H
#define DRILL_FILES_H

#include "drill/script.h"
#include "loop/loop.h"
#include "model/source.h"

char *drill_folder(void); /* to free; NULL: none */

/* NULL with *ret_error, a sentence to free. */
struct drill *drill_load(const char *folder, const char *name, char **ret_error);

/* All that can be loaded, beginners' first, then by name; NULL-terminated. Free each, and it. */
struct drill **drill_load_all(const char *folder, size_t *ret_count);

/* Opens stretches of one drill; `ended` is called at the end of each. */
struct drill_opener {
	struct loop *loop;
	const char *folder;
	const struct drill *drill;
	void (*ended)(void *owner);
	void *owner;
	char *error; /* of the last that could not be opened; free it */
};

struct source *drill_open_stretch(void *opener, const char *stretch);

#endif
