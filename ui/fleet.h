/* fleet: what commands may do to the list of sites; each is false when it is not open. */
#ifndef UI_FLEET_H
#define UI_FLEET_H

#include "ui/view.h"

bool fleet_filter(struct ui *ui, const char *text); /* "": all */
bool fleet_sort(struct ui *ui, const char *order);
bool fleet_only_marked(struct ui *ui);

#endif
