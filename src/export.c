#include "export.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "store/recorder.h"
#include "store/recording.h"
#include "store/textform.h"

#define EXIT_USAGE 64

struct export {
	struct loop *loop;
	struct recorder *recorder; /* import */
	struct buf line;           /* export */
	bool begun, failed;
};

static void write_event(void *owner, const struct event *event)
{
	struct export *export = owner;

	if (!export->begun)
		fputs(TEXTFORM_MAGIC, stdout);
	export->begun = true;
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

/* Plays all of it into `sink`; false with a sentence on stderr when it is no recording. */
static bool play_into(struct export *export, const char *path, source_sink *sink)
{
	char *error = NULL;
	struct source *source = recording_new(export->loop, path, &error);

	if (!source) {
		fprintf(stderr, "wp502: %s\n", error);
		free(error);
		return false;
	}
	source->sink = sink;
	source->owner = export;
	recording_on_end(source, stop, export);
	source->ops->start(source);
	loop_run(export->loop);
	source->ops->close(source);
	return true;
}

int export_run(const char *path)
{
	struct export export = { .loop = loop_new() };
	bool done;

	buf_init(&export.line, TEXTFORM_LINE_MAX);
	done = play_into(&export, path, write_event);
	loop_free(export.loop);
	buf_release(&export.line);
	return !done ? EXIT_USAGE : export.failed ? 1 : 0;
}

static void store_event(void *owner, const struct event *event)
{
	struct export *export = owner;
	char *error = NULL;

	if (recorder_event(export->recorder, event, &error))
		return;
	fprintf(stderr, "wp502: %s\n", error);
	free(error);
	export->failed = true;
}

int import_run(const char *path, const char *out)
{
	struct export import = { .loop = loop_new() };
	char *error = NULL;
	bool done = false;

	import.recorder = recorder_new(out, &error);
	if (import.recorder) {
		done = play_into(&import, path, store_event);
		error = recorder_free(import.recorder);
	}
	if (error) {
		fprintf(stderr, "wp502: %s\n", error);
		import.failed = true;
	}
	free(error);
	loop_free(import.loop);
	if (!done && import.recorder)
		remove(out);
	return !done ? EXIT_USAGE : import.failed ? 1 : 0;
}
