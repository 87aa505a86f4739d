#include "model/model.h"

#include <stdlib.h>
#include <string.h>

struct model *model_new(void)
{
	return xcalloc(1, sizeof(struct model));
}

static void host_free(struct model_host *host)
{
	size_t i;

	for (i = 0; i < host->site_count; i++) {
		verdict_free(host->sites[i].verdict);
		free(host->sites[i].url);
	}
	free(host->sites);
	verdict_free(host->unreachable);
	arena_free(host->link_mem);
	free(host->target);
	free(host);
}

void model_free(struct model *model)
{
	size_t i;

	if (!model)
		return;
	for (i = 0; i < model->host_count; i++)
		host_free(model->hosts[i]);
	free(model->hosts);
	logs_release(&model->logs);
	free(model);
}

struct model_host *model_host(struct model *model, const char *target)
{
	size_t i;

	for (i = 0; i < model->host_count; i++)
		if (!strcmp(model->hosts[i]->target, target))
			return model->hosts[i];
	return NULL;
}

bool host_link_live(const struct model_host *host)
{
	return host->link.state && !strcmp(host->link.state, "live");
}

static int gravity(const struct verdict *v)
{
	switch (v->health) {
	case HEALTH_BROKEN:
		return 3;
	case HEALTH_UNKNOWN:
		return 2;
	case HEALTH_WARN:
		return 1;
	default:
		return 0;
	}
}

static size_t sites_hit(const struct model_host *host, const char *cause)
{
	size_t i, n = 0;

	for (i = 0; i < host->site_count; i++)
		if (host->sites[i].verdict && !strcmp(host->sites[i].verdict->cause, cause))
			n++;
	return n;
}

const struct verdict *model_worst(const struct model_host *host)
{
	const struct verdict *worst = NULL, *v;
	size_t i;

	if (host->unreachable)
		return host->unreachable;
	for (i = 0; i < host->site_count; i++) {
		v = host->sites[i].verdict;
		if (!v)
			continue;
		if (!worst || gravity(v) > gravity(worst) ||
		    (gravity(v) == gravity(worst) &&
			    sites_hit(host, v->cause) > sites_hit(host, worst->cause)))
			worst = v;
	}
	return worst;
}
