/*
 * sizing: how many workers a pool can have before memory ends, with the sum shown. Pure.
 */
#ifndef UI_SIZING_H
#define UI_SIZING_H

#include "model/model.h"

#define SIZING_SYSTEM_KB (512 * 1024) /* kept for the system and its file cache */

struct sizing {
	bool known;
	bool by_rss;         /* shared memory is counted in every worker: too cautious */
	int64_t ram_kb, mysql_kb, redis_kb, nginx_kb, left_kb, worker_kb;
	int64_t most;        /* workers that fit */
	int64_t suggested;   /* a quarter kept back */
	int64_t now;         /* pm.max_children; 0 unknown */
};

struct sizing sizing_of(const struct model_host *host, const struct fpm_pool *pool);

/* "fits", "tight" or how much is missing: "out of memory by 3.2 GB". */
const char *sizing_what_if(const struct sizing *sizing, int64_t workers, struct arena *mem);

#endif
