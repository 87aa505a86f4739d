/*
 * script: what a drill is. A drill is a folder: recorded stretches (STRETCH.events.zst,
 * real bytes of a real server) and a file `script` that says in which order they may be
 * seen, what the coach points at and what the trainee may do:
 *
 *     title = PHP-FPM is stopped        ; # begins a comment line
 *     level = beginner                  ; or expert
 *     cause = fpm.down                  ; what is to be found
 *     start = broken
 *
 *     [stretch broken]
 *     expect = fpm.down                 ; the verdict at its end; tests compare it
 *     say = what the coach says here; repeatable
 *
 *     [question]
 *     at = broken
 *     ask = Which arrow broke first?
 *     line = nobody listens             ; words that stand on the screen then
 *     right = Nginx to PHP-FPM
 *     wrong = PHP-FPM to MySQL | why it is not; repeatable
 *     why = what the line proves
 *
 *     [action]
 *     do = systemctl start php8.2-fpm
 *     to = cured                        ; the stretch recorded after it
 *     right = yes
 *     why = what it did
 *     destroys = proof that is gone afterwards; optional
 *
 * Pure; strings live as long as the drill.
 */
#ifndef DRILL_SCRIPT_H
#define DRILL_SCRIPT_H

#include "base/mem.h"
#include "base/span.h"

#define DRILL_ANSWERS 5
#define DRILL_SAYS 6

struct drill_stretch {
	const char *name, *expect;
	const char *says[DRILL_SAYS];
	size_t say_count;
};

struct drill_wrong {
	const char *answer, *why;
};

struct drill_question {
	const char *at, *ask, *line, *right, *why;
	struct drill_wrong wrong[DRILL_ANSWERS - 1];
	size_t wrong_count;
};

struct drill_action {
	const char *command, *to, *why, *destroys; /* destroys: NULL, nothing */
	bool right;
};

struct drill {
	struct arena *mem;
	const char *name, *title, *level, *cause, *start;
	struct drill_stretch *stretches;  size_t stretch_count;
	struct drill_question *questions; size_t question_count;
	struct drill_action *actions;     size_t action_count;
};

/* NULL with *ret_error ("line 12: ...", to free) when it is not a whole drill. */
struct drill *drill_parse(const char *name, struct span text, char **ret_error);
void drill_free(struct drill *drill); /* NULL is fine */

const struct drill_stretch *drill_stretch(const struct drill *drill, const char *name);

/* A name that is a file name and nothing else. */
bool drill_name_ok(const char *name);

#endif
