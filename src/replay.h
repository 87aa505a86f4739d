/*
 * replay: a recording as text: what changed and when, the sheet of the last fault, and
 * how it ended. As fast as it can.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "cli.h"
#include "base/buf.h"
#include "model/model.h"

/* 0; 64 with a sentence on stderr when the file is no recording. */
int replay_run(const struct cli *cli, const char *path);

/* What changed in the model since the last call, a line each. */
struct replay_teller {
	const struct cli *cli;
	size_t told;      /* of the model's timeline */
	struct buf fault; /* the sheet of the last verdict that was not well */
	bool well;        /* now */
};

void replay_teller_init(struct replay_teller *teller, const struct cli *cli);
void replay_teller_release(struct replay_teller *teller);
void replay_tell(struct replay_teller *teller, const struct model *model, struct buf *out);
/* The whole report as it stands now. */
void replay_sheet(const struct cli *cli, const struct model *model, struct buf *out);

#endif
