#include "report/report.h"

/* From the mildest to the gravest: broken beats unknown beats warn beats healthy. */
static const int order[] = { 0, 1, 3, 2 };

static int rank(int status)
{
	int i;

	for (i = 0; order[i] != status; i++)
		;
	return i;
}

static int status_of(const struct verdict *v)
{
	if (!v)
		return 3;
	switch (v->health) {
	case HEALTH_OK:
		return 0;
	case HEALTH_WARN:
		return 1;
	case HEALTH_BROKEN:
		return 2;
	default:
		return 3;
	}
}

int report_exit_status(const struct model *model)
{
	int worst = 0, status;
	size_t i;

	for (i = 0; i < model->host_count; i++) {
		status = status_of(model->hosts[i]->verdict);
		if (rank(status) > rank(worst))
			worst = status;
	}
	return worst;
}
