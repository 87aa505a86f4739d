/* fleet_cells: the numbers of one row, as words; "?" for what is not known. Pure. */
#ifndef UI_FLEET_CELLS_H
#define UI_FLEET_CELLS_H

#include "ui/fleet_rows.h"

struct fleet_cells {
	const char *errors;  /* 5xx answers in the last minute */
	const char *page, *workers, *queue, *sql, *load, *cert;
	int64_t cert_days;   /* INT64_MAX: unknown */
};

struct fleet_cells fleet_cells(const struct fleet_row *row, const struct frame *frame);

#endif
