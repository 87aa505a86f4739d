/*
 * report: a verdict for people and for programs. Reads the model, writes text; decides
 * nothing. All texts in the model were cleaned before they got there.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/model.h"
#include "model/source.h"

struct report_style {
	bool color; /* ANSI, 16 colours */
	bool utc;   /* else the console's zone */
};

/* Exit status of diagnose over all hosts: 0, 1, 2 or 3 (docs: CONTRACT, wp502(1)). */
int report_exit_status(const struct model *model);

/* CONTRACT's JSON, one line and a newline. */
void report_json(struct buf *out, const struct model *model, struct source_time started,
	struct source_time ended);

/* A screenful per host. */
void report_text(struct buf *out, const struct model *model, const struct report_style *style);

/* The catalogue of causes as Markdown (docs/causes.md), from the tables. */
void report_causes(struct buf *out);

#endif
