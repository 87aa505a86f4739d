/*
 * look: one diagnosis of one target, with the way to it left open afterwards, so that steps of
 * an action can be sent along the same connection. Blocks until it has settled.
 */
#ifndef LOOK_H
#define LOOK_H

#include "base/buf.h"
#include "cli.h"
#include "engine/engine.h"
#include "target.h"

struct look;
struct recorder;

/*
 * since_ms: window of evidence; fresh_ms: how old a log line may be to count as now (0: as
 * always, and what a plan needs beyond the verdict is waited for too, up to 3 s more).
 * password: for --sudo ask, or NULL. recorder: sees every event; or NULL. NULL never.
 */
struct look *look_new(const struct cli *cli, const struct targets *targets, const char *password,
	int64_t since_ms, int64_t fresh_ms, struct recorder *recorder);
void look_free(struct look *look);

const struct model *look_model(const struct look *look);
const struct model_host *look_host(const struct look *look); /* the only one */
struct source_time look_began(const struct look *look);
struct source_time look_now(const struct look *look);

/*
 * Sends a step and waits for its answer. False with *ret_why when it was not sent. `out` gets
 * what came; it stays empty when nothing did (the way was lost, or its time ran out).
 */
bool look_step(struct look *look, const char *name, const char *script, int timeout_ms,
	struct buf *out, const char **ret_why);

/* Waits; nothing of the look goes on meanwhile but its connection. */
void look_wait(struct look *look, int64_t ms);

#endif
