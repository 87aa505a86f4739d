/*
 * evidence: what was known before an action, kept on the operator's own machine: a folder
 * $XDG_STATE_HOME/wp502/evidence/RUN/ (0700, files 0600) with report.json (the whole diagnosis),
 * report.txt, logs.txt (every line that was read) and index.json (name, size and SHA-256 of
 * each). Secrets are taken out (store/redact.h); at most 5 MB; all of it on disk on return.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>

#include "model/model.h"
#include "model/source.h"

/* False with *ret_error (to free) when it could not be written whole. *ret_path to free. */
bool evidence_write(const struct model *model, const char *run, struct source_time began,
	struct source_time ended, char **ret_path, char **ret_error);

#endif
