/*
 * The host's rows of the catalogue (reference: signals.md section 9). A cause of the
 * machine stands above those of the services: what it kills or starves is its victim.
 */
#include "probes/host/host.h"

#include "probes/host/causes.h"

#define DEAD "fpm.killed fpm.down mysql.down redis.down nginx.down nginx.worker_crash " \
	"fpm.bind_conflict fpm.segfault "
#define UNWELL "fpm.pool_saturated fpm.slow_endpoint fpm.backlog_full fpm.script_timeout " \
	"fpm.frozen fpm.waits_on_mysql mysql.slow_queries "

const struct cause host_causes[] = {
	{
		.id = "host.oom", .link = LINK_HOST, .arrow = "host>fpm", .look = host_look_oom,
		.title = "the machine ran out of memory", .explains = DEAD UNWELL "redis.cannot_persist",
		.signs = "kernel: Out of memory: Killed process N (php-fpm, mysqld ...), the unit's result "
			 "oom-kill, the victim is down",
		.not_if = "no kernel line: then somebody killed it",
		.fix = "start the victim; lower pm.max_children x Pss plus the buffer pool",
		.wrong_fix = "raising memory_limit or pm.max_children: both promise memory that is not there",
		.actions = "restart-fpm start-mysql",
		.plain = "When memory is gone, the kernel kills a large process. The one it kills is rarely "
			 "the one that took too much.",
	},
	{
		.id = "host.cgroup_limit", .link = LINK_HOST, .arrow = "host>fpm",
		.look = host_look_cgroup_limit, .title = "a memory limit killed a service",
		.explains = DEAD UNWELL,
		.signs = "kernel: Memory cgroup out of memory; the host itself has memory free",
		.not_if = "an out-of-memory line of the whole machine",
		.fix = "raise that limit (MemoryMax, container, LVE)",
		.wrong_fix = "more memory for the host: the limit stays where it is",
		.actions = "restart-fpm start-mysql",
		.plain = "The service lives in a box with a memory limit of its own. It hit that limit; the "
			 "machine around it is fine.",
	},
	{
		.id = "host.disk_full", .link = LINK_HOST, .arrow = "host>mysql",
		.look = host_look_disk_full, .title = "a disk is full",
		.explains = "mysql.down mysql.slow_queries mysql.lock_wait mysql.table_corrupt "
			"redis.cannot_persist redis.down nginx.temp_dir wordpress.plugin_fatal wordpress.file_fatal "
			"wordpress.broken_update fpm.waits_on_mysql fpm.pool_saturated fpm.slow_endpoint "
			"fpm.script_timeout fpm.backlog_full",
		.signs = "df: 100 % of blocks or inodes where MySQL, logs, sessions or temporary files lie; "
			 "No space left in any log",
		.not_if = "every disk of the chain has room",
		.fix = "delete rotated logs and old backups, PURGE BINARY LOGS; MySQL goes on by itself",
		.wrong_fix = "deleting ibdata, ib_logfile or binary logs by hand, or restarting MySQL while "
			     "the disk is full: that is how data is lost",
		.actions = "",
		.plain = "Nothing can be written any more. MySQL waits or stops, sessions and uploads fail, "
			 "and the logs fall silent just when they are needed.",
	},
	{
		.id = "host.read_only_fs", .link = LINK_HOST, .arrow = "host>mysql",
		.look = host_look_read_only_fs, .title = "a disk is read-only",
		.explains = DEAD UNWELL "nginx.temp_dir redis.cannot_persist mysql.table_corrupt "
			"wordpress.broken_update",
		.signs = "mounted ro where services must write; kernel: Remounting filesystem read-only, I/O "
			 "error",
		.not_if = "the mount can be written",
		.fix = "ask the provider, save the data, fsck",
		.wrong_fix = "mount -o remount,rw blindly: writing to a failing disk destroys more",
		.actions = "",
		.plain = "The kernel saw errors on the disk and forbade writing to save what is there.",
	},
	{
		.id = "host.cpu_steal_or_io_stall", .link = LINK_HOST, .arrow = "host>fpm",
		.look = host_look_stall, .title = "everybody waits for the disk",
		.explains = UNWELL "mysql.lock_wait",
		.signs = "io pressure full above 30 %, PHP workers in state D, pages fail",
		.not_if = "low pressure",
		.fix = "find the reader (iotop, a backup job), ask the provider about the neighbour",
		.wrong_fix = "tuning PHP: it waits, it does not work",
		.actions = "",
		.plain = "The disk, or the processor's true owner, is too slow for everybody on this machine.",
	},
	{
		.id = "host.swap_thrash", .link = LINK_HOST, .arrow = "host>fpm",
		.look = host_look_swap_thrash, .title = "the machine moves memory to and from disk",
		.explains = UNWELL,
		.signs = "memory pressure full above 10 %, swap used up, workers in state D",
		.not_if = "low memory pressure",
		.fix = "fewer workers now: lower pm.max_children and restart FPM",
		.wrong_fix = "more swap or more workers: both make it slower",
		.actions = "restart-fpm",
		.plain = "Memory is short, so the kernel swaps all day and no program gets anything done.",
	},
	{
		.id = "host.out_of_processes", .as = "unknown", .link = LINK_HOST, .arrow = "host>fpm",
		.look = host_look_out_of_processes, .title = "no further process can be started",
		.explains = DEAD UNWELL "fpm.process_limit",
		.signs = "fork fails, the number of processes is at its limit",
		.not_if = "room for more",
		.fix = "find who has so many: ps -eo user,comm | sort | uniq -c | sort -n | tail; end them",
		.wrong_fix = "raising the limit before knowing who fills it",
		.actions = "",
		.plain = "The system has as many processes as it may have. Nothing new starts, not even the "
			 "commands to look.",
	},
	{
		.id = "host.conntrack_or_ports", .link = LINK_HOST, .arrow = "host>nginx",
		.look = host_look_conntrack, .title = "the table of connections is full",
		.explains = "host.tcp_overload nginx.down cdn.origin_blocked mysql.unreachable",
		.signs = "kernel: nf_conntrack: table full; nginx: connect() failed (99:",
		.not_if = "room in the table",
		.fix = "sysctl -w net.netfilter.nf_conntrack_max=262144; find who opens so many",
		.wrong_fix = "restarting services: the table stays full",
		.actions = "",
		.plain = "The firewall keeps a list of all connections. The list is full, so new ones are "
			 "dropped.",
	},
	{
		.id = "host.tcp_overload", .link = LINK_HOST, .arrow = "host>nginx",
		.look = host_look_tcp_overload, .title = "visitors queue before nginx",
		.explains = "cdn.origin_blocked",
		.signs = "long queue on the web ports, kernel: possible SYN flooding",
		.not_if = "short queues on the web ports",
		.fix = "shed load at the CDN or firewall; see why nginx does not take them (CPU, frozen)",
		.wrong_fix = "more PHP workers: the visitors do not even reach nginx",
		.actions = "",
		.plain = "Connections come faster than the machine lets them in; some visitors never get "
			 "through the door.",
	},
	{ .id = NULL },
};
