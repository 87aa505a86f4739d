/* The rooms behind host's table of causes. Internal to probes/host. */
#ifndef PROBES_HOST_CAUSES_H
#define PROBES_HOST_CAUSES_H

#include "probes/cause.h"

/* causes_memory.c */
void host_look_oom(const struct site_view *v, struct finding *f);
void host_look_cgroup_limit(const struct site_view *v, struct finding *f);
void host_look_swap_thrash(const struct site_view *v, struct finding *f);
void host_look_out_of_processes(const struct site_view *v, struct finding *f);
/* causes_disk.c */
void host_look_disk_full(const struct site_view *v, struct finding *f);
void host_look_read_only_fs(const struct site_view *v, struct finding *f);
void host_look_stall(const struct site_view *v, struct finding *f);
/* causes_net.c */
void host_look_conntrack(const struct site_view *v, struct finding *f);
void host_look_tcp_overload(const struct site_view *v, struct finding *f);

#endif
