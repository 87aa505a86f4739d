/* The rows of the visitor's own way; ends with id NULL. */
#ifndef PROBES_VISITOR_CAUSES_H
#define PROBES_VISITOR_CAUSES_H

#include "probes/cause.h"

extern const struct cause visitor_causes[];

#endif
