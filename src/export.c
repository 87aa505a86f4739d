#include "export.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "store/recording.h"
#include "store/textform.h"

#define EXIT_USAGE 64

struct export {
	struct loop *loop;
	struct buf line;
	bool failed;
};

static void write_event(void *owner, const struct event *event)
{
	struct export *export = owner;

	buf_clear(&export->line);
	if (!textform_write(&export->line, event) ||
	    fwrite(export->line.data, 1, export->line.len, stdout) != export->line.len)
		export->failed = true;
}

static void stop(void *owner)
{
	struct export *export = owner;

	loop_stop(export->loop);
}

int export_run(const char *path)
{
	struct export export = { .loop = loop_new() };
	char *error = NULL;
	struct source *source = recording_new(export.loop, path, &error);

	if (!source) {
		fprintf(stderr, "wp502: %s\n", error);
		free(error);
		loop_free(export.loop);
		return EXIT_USAGE;
	}
	buf_init(&export.line, TEXTFORM_LINE_MAX);
	source->sink = write_event;
	source->owner = &export;
	recording_on_end(source, stop, &export);
	fputs(TEXTFORM_MAGIC, stdout);
	source->ops->start(source);
	loop_run(export.loop);
	source->ops->close(source);
	loop_free(export.loop);
	buf_release(&export.line);
	return export.failed ? 1 : 0;
}
