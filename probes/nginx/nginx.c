#include "probes/nginx/nginx.h"

extern const char probes_nginx_collect_sh[]; /* made from collect.sh by the Makefile */
extern const char probes_nginx_collect_log_sh[];

static const struct collector collectors[] = {
	{ "nginx", 1, nginx_parse_conf },
	{ "nginx.log", 1, nginx_parse_log },
	{ "nginx.access", 1, nginx_parse_access },
	{ NULL, 0, NULL },
};

const struct probe nginx_probe = {
	.link = LINK_NGINX,
	.title = "Nginx",
	.script = probes_nginx_collect_sh,
	.script_more = probes_nginx_collect_log_sh,
	.collectors = collectors,
	.causes = nginx_causes,
	.face = nginx_face,
	.says = nginx_says,
	.own_health = nginx_own_health,
};
