/*
 * postmortem: an incident as Markdown, from a recording that is played past it: what was
 * seen and when, each cause with its proof, what was ruled out, what was done, how long
 * visitors saw errors, what would prevent it. For a client addresses and commands are left
 * out. Decides nothing: it tells what the judge concluded.
 *
 * Call order: postmortem_new; for each event postmortem_event, after each judging
 * postmortem_look; postmortem_write at the end.
 */
#ifndef REPORT_POSTMORTEM_H
#define REPORT_POSTMORTEM_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/event.h"
#include "model/model.h"

struct postmortem;

struct postmortem *postmortem_new(bool client);
void postmortem_free(struct postmortem *pm); /* NULL is fine */

void postmortem_event(struct postmortem *pm, const struct event *event);
void postmortem_look(struct postmortem *pm, const struct model *model);
void postmortem_write(const struct postmortem *pm, const struct model *model, struct buf *out);

/* Appends text without addresses of machines and people: "[address]". Pure. */
void postmortem_hide(struct buf *out, const char *text);

#endif
