/*
 * PHP-FPM's rows of the catalogue (reference: signals.md section 9). What each looks at
 * stands in causes_*.c; here is what people read, and which effects each explains.
 */
#include "probes/fpm/fpm.h"

#include "probes/fpm/causes.h"

#define NF "nginx>fpm"
/* Pages that hang or fail because no worker comes free. */
#define CROWD "fpm.pool_saturated fpm.backlog_full fpm.script_timeout fpm.terminate_timeout " \
	"nginx.worker_connections cdn.origin_too_slow "
#define GONE "nginx.backend_down nginx.cached_error cdn.malformed_origin_reply "

const struct cause fpm_causes[] = {
	{
		.id = "fpm.down", .link = LINK_FPM, .arrow = NF, .look = fpm_look_down,
		.title = "PHP-FPM is stopped",
		.explains = GONE "fpm.reload_cut_requests",
		.signs = "unit inactive or no master process, nobody listens at the socket nginx dials; "
			 "nginx: connect() failed (2: on a unix socket; FPM's log ends in bye-bye",
		.not_if = "something listens there, or FPM runs on another socket, or it was killed",
		.fix = "systemctl start php-fpm; then find who stopped it",
		.wrong_fix = "changing nginx: it dials the right socket, nobody is behind it",
		.actions = "restart-fpm",
		.plain = "nginx hands PHP pages to PHP-FPM through a socket. FPM was stopped in an orderly "
			 "way, so the socket is gone and every PHP page is a 502.",
	},
	{
		.id = "fpm.socket_gone", .as = "fpm.down", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_socket_gone,
		.title = "the file of PHP-FPM's socket is gone",
		.explains = GONE "nginx.socket_mismatch nginx.not_reloaded",
		.signs = "nginx: connect() failed (2:, the file does not exist, PHP-FPM runs and listens at "
			 "that very name",
		.not_if = "the file is there",
		.fix = "systemctl restart php-fpm; then find who deletes it",
		.wrong_fix = "changing nginx: it dials the right name",
		.actions = "restart-fpm",
		.plain = "The socket's file was deleted while PHP-FPM ran. FPM does not notice, and nginx "
			 "no longer finds the way in.",
	},
	{
		.id = "fpm.killed", .link = LINK_FPM, .arrow = NF, .look = fpm_look_killed,
		.title = "PHP-FPM was killed", .explains = GONE "fpm.down",
		.signs = "unit failed by a signal, the socket's file is left behind, nginx: (111:",
		.not_if = "its log ends in bye-bye or the unit ended with success",
		.fix = "systemctl start php-fpm; then look for the killer in the kernel's log",
		.wrong_fix = "chmod or rm on the socket: nobody listens behind it, whatever its mode",
		.actions = "restart-fpm",
		.plain = "FPM did not stop, it died: something (often the kernel, out of memory) killed it. "
			 "Its socket's file remains, and nobody answers behind it.",
	},
	{
		.id = "fpm.config_invalid", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_config_invalid,
		.title = "PHP-FPM cannot start: its configuration is wrong",
		.explains = GONE "fpm.down fpm.killed nginx.socket_mismatch",
		.signs = "FPM does not run, php-fpm -t names FILE:LINE, exit status 78",
		.not_if = "php-fpm -t passes",
		.fix = "correct or take back the line that php-fpm -t names, then start it",
		.wrong_fix = "starting it again and again: systemd then refuses (start limit), and nothing "
			     "has changed",
		.actions = "",
		.plain = "One wrong line in one pool's file keeps all pools of that PHP version from "
			 "starting. The test names the file and the line.",
	},
	{
		.id = "fpm.bind_conflict", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_bind_conflict,
		.title = "PHP-FPM cannot start: its socket is taken",
		.explains = GONE CROWD "fpm.down fpm.killed fpm.frozen fpm.slow_endpoint "
			"fpm.dead_work_queue",
		.signs = "unit failed, log: Another FPM instance / (98:, and workers without a master or "
			 "another program hold the socket",
		.not_if = "no process holds it",
		.fix = "end the processes that were left over, then start the unit",
		.wrong_fix = "removing only the socket's file: the old workers stay and the new master "
			     "shares the machine with them",
		.actions = "restart-fpm",
		.plain = "Workers of an older FPM outlived their master and keep the socket, so a new one "
			 "is not allowed to start.",
	},
	{
		.id = "fpm.socket_permission", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_socket_permission,
		.title = "nginx may not open FPM's socket", .explains = GONE,
		.signs = "nginx: connect() failed (13:, FPM listens; owner, group, mode or a closed folder "
			 "above; an avc line: SELinux",
		.not_if = "nginx's user may write to it and enter every folder above",
		.fix = "listen.owner, listen.group, listen.mode in the pool, then restart",
		.wrong_fix = "chmod 777 or setenforce 0: every local user may then run code as the site",
		.actions = "",
		.plain = "The socket is a file with an owner and a mode. nginx's user is not among those "
			 "who may write to it.",
	},
	{
		.id = "fpm.pool_saturated", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_pool_saturated, .title = "all PHP workers are busy",
		.explains = "fpm.script_timeout nginx.worker_connections cdn.origin_too_slow",
		.signs = "busy workers = pm.max_children, connections wait, requests are short",
		.not_if = "idle workers, or requests that hold a worker for seconds",
		.fix = "page cache first, then pm.max_children within memory (Pss)",
		.wrong_fix = "a huge pm.max_children: memory runs out, and the kernel kills FPM",
		.actions = "restart-fpm",
		.plain = "Each PHP request needs a worker for itself. More come per second than the workers "
			 "can answer, so they queue until nginx gives up.",
	},
	{
		.id = "fpm.waits_on_mysql", .link = LINK_FPM, .arrow = "fpm>mysql",
		.look = fpm_look_waits_on_mysql, .title = "PHP waits for the database",
		.explains = CROWD "fpm.slow_endpoint fpm.process_limit fpm.bot_flood",
		.signs = "busy workers wait on the database's socket, statements run for seconds",
		.not_if = "no worker waits there; a lock or a full connection table is mysql's own row",
		.fix = "SHOW FULL PROCESSLIST, end the oldest statement, add the index it lacks",
		.wrong_fix = "more workers: each brings one more statement to a database that is too slow",
		.actions = "kill-query restart-fpm",
		.plain = "The workers are not slow themselves: each waits for an answer of the database.",
	},
	{
		.id = "fpm.waits_on_remote_http", .link = LINK_FPM, .arrow = "fpm>wordpress",
		.look = fpm_look_waits_on_remote_http, .title = "PHP waits for a server elsewhere",
		.explains = CROWD "fpm.slow_endpoint fpm.process_limit wordpress.plugin_hang "
			"wordpress.cron_storm fpm.bot_flood fpm.loopback_deadlock",
		.signs = "busy workers in SYN-SENT or waiting on a foreign address; slow log: curl_exec",
		.not_if = "no busy worker is connected to a foreign address",
		.fix = "switch off the plugin that asks, give its requests a short timeout",
		.wrong_fix = "raising timeouts: every page then waits longer for the same silence",
		.actions = "disable-plugins restart-fpm",
		.plain = "A plugin asks another company's server during each page. That server does not "
			 "answer, so every worker stands and waits for it.",
	},
	{
		.id = "fpm.loopback_deadlock", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_loopback_deadlock,
		.title = "PHP waits for itself: pages ask their own site and no worker is free",
		.explains = CROWD "fpm.slow_endpoint fpm.process_limit wordpress.plugin_hang "
			"wordpress.cron_storm fpm.bot_flood",
		.signs = "all workers busy, most connected to this machine's own web port",
		.not_if = "an idle worker, or no connection to ourselves",
		.fix = "system cron and DISABLE_WP_CRON, no requests to the own site, more workers",
		.wrong_fix = "blocking the server's own address: each page then waits for the timeout",
		.actions = "restart-fpm",
		.plain = "Each page asks its own site for something, which needs a second worker. When all "
			 "workers do so at once, none is left to answer.",
	},
	{
		.id = "fpm.slow_endpoint", .link = LINK_FPM, .arrow = "fpm>wordpress",
		.look = fpm_look_slow_endpoint, .title = "slow requests hold all PHP workers",
		.explains = CROWD "fpm.process_limit",
		.signs = "all workers at the same request for seconds, none waits for a server or a lock; "
			 "one URI in status, slow log or timeouts",
		.not_if = "the requests change within a second",
		.fix = "slow log, then move that work to a CLI job or its own pool",
		.wrong_fix = "a timeout of 600 s: the same requests then hold the workers ten times longer",
		.actions = "restart-fpm",
		.plain = "A few long requests (an export, a report, an import) occupy every worker, and all "
			 "short ones wait behind them.",
	},
	{
		.id = "fpm.bot_flood", .link = LINK_FPM, .arrow = NF, .look = fpm_look_bot_flood,
		.title = "a flood of requests fills the pool",
		.explains = CROWD,
		.signs = "all workers busy, most requests go to wp-login, xmlrpc or search, or come from one "
			 "address",
		.not_if = "requests spread over many pages and visitors",
		.fix = "limit it at the CDN or by limit_req before it reaches PHP",
		.wrong_fix = "a bigger server: the flood grows with it",
		.actions = "",
		.plain = "Robots knock so often at a page that cannot be cached that real visitors find no "
			 "worker.",
	},
	{
		.id = "fpm.lock_contention", .link = LINK_FPM, .arrow = "fpm>wordpress",
		.look = fpm_look_lock_contention, .title = "PHP workers wait for one file's lock",
		.explains = CROWD "fpm.slow_endpoint fpm.process_limit wordpress.plugin_hang",
		.signs = "most busy workers in flock, one holder",
		.not_if = "no worker in flock",
		.fix = "end the holder; session_write_close() before long work",
		.wrong_fix = "more workers: they queue for the same lock",
		.actions = "restart-fpm",
		.plain = "One request keeps a session or cache file locked; all others need the same file "
			 "and wait.",
	},
	{
		.id = "fpm.backlog_full", .link = LINK_FPM, .arrow = NF, .look = fpm_look_backlog_full,
		.title = "the queue in front of PHP overflows",
		.explains = "fpm.pool_saturated fpm.script_timeout nginx.worker_connections",
		.signs = "nginx: connect() failed (11:, queue longer than min(listen.backlog, somaxconn)",
		.not_if = "the queue has room",
		.fix = "free the workers first, the backlog is second",
		.wrong_fix = "only raising listen.backlog: the 502 at once becomes a 504 after a minute",
		.actions = "restart-fpm",
		.plain = "All workers are busy and the waiting line is full as well: the kernel turns new "
			 "connections away, and nginx answers 502 at once.",
	},
	{
		.id = "fpm.dead_work_queue", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_dead_work_queue,
		.title = "PHP still works for visitors who have left",
		.explains = CROWD "fpm.slow_endpoint",
		.signs = "queue longer than nothing, no visitor behind it, workers on requests of closed "
			 "connections; many 499 before",
		.not_if = "somebody still waits for the answers",
		.fix = "restart FPM (drops the queue), set request_terminate_timeout",
		.wrong_fix = "waiting, or a reload: both keep the dead queue",
		.actions = "restart-fpm",
		.plain = "FPM does not notice that a visitor gave up. It works off the whole queue of dead "
			 "requests before anybody new is served.",
	},
	{
		.id = "fpm.script_timeout", .link = LINK_FPM, .arrow = "fpm>wordpress",
		.look = fpm_look_script_timeout, .title = "a script takes longer than nginx waits",
		.explains = "cdn.origin_too_slow nginx.cached_error",
		.signs = "nginx: upstream timed out (110: while reading response header, no queue, idle "
			 "workers",
		.not_if = "requests wait in the queue",
		.fix = "slow log, then the query or request it names",
		.wrong_fix = "only raising fastcgi_read_timeout: the visitor waits longer for the same",
		.actions = "",
		.plain = "The pool has room, but this one page works longer than nginx is willing to wait: "
			 "a 504.",
	},
	{
		.id = "fpm.terminate_timeout", .link = LINK_FPM, .arrow = "fpm>wordpress",
		.look = fpm_look_terminate_timeout, .title = "FPM ends requests that take too long",
		.explains = GONE "fpm.segfault",
		.signs = "FPM: execution timed out, terminating; signal 15; nginx: (104: the same second",
		.not_if = "request_terminate_timeout = 0",
		.fix = "find what the script waits for; align the timeouts",
		.wrong_fix = "calling it a crash of PHP: FPM ends the worker on purpose",
		.actions = "",
		.plain = "request_terminate_timeout is FPM's stopwatch: a request past it is killed, and "
			 "nginx sees the connection reset.",
	},
	{
		.id = "fpm.segfault", .link = LINK_FPM, .arrow = NF, .look = fpm_look_segfault,
		.title = "PHP workers crash", .explains = GONE,
		.signs = "FPM: child exited on signal 11, kernel: segfault in X.so, nginx: (104:",
		.not_if = "signal 9 (killed) or 15 (ended on purpose)",
		.fix = "switch off or update the extension the kernel names; opcache.jit=off",
		.wrong_fix = "pm.max_requests as a cure: it only changes who crashes when",
		.actions = "restart-fpm",
		.plain = "The PHP process itself dies in the middle of a page, mostly inside an extension. "
			 "nginx sees the connection reset and answers 502.",
	},
	{
		.id = "fpm.frozen", .link = LINK_FPM, .arrow = NF, .look = fpm_look_frozen,
		.title = "PHP workers are frozen",
		.explains = CROWD "fpm.slow_endpoint fpm.dead_work_queue fpm.process_limit "
			"fpm.loopback_deadlock",
		.signs = "workers in state T or D, the queue grows, nobody answers",
		.not_if = "workers in state S or R",
		.fix = "continue them (SIGCONT) or mend the storage, then restart FPM",
		.wrong_fix = "restarting FPM while its workers are in state D: the restart hangs too",
		.actions = "restart-fpm",
		.plain = "The processes exist and hold the socket, but do not run: stopped by a signal, or "
			 "stuck in the kernel on a disk or network share.",
	},
	{
		.id = "fpm.reload_cut_requests", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_reload_cut, .title = "a reload of PHP-FPM cut requests", .explains = GONE,
		.signs = "a burst of (104: within a second of Reloading in progress, "
			 "process_control_timeout = 0",
		.not_if = "process_control_timeout lets requests finish",
		.fix = "process_control_timeout = 10s in [global]",
		.wrong_fix = "further restarts: each cuts the requests of its moment",
		.actions = "",
		.plain = "By default a reload ends the requests at work. It is over as soon as the new "
			 "workers run.",
	},
	{
		.id = "fpm.allowed_clients", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_allowed_clients, .title = "FPM does not accept nginx's address",
		.explains = GONE "fpm.segfault",
		.signs = "nginx: (104: on every request, FPM: Connection disallowed, TCP pool whose "
			 "listen.allowed_clients lacks nginx's address",
		.not_if = "the address is listed",
		.fix = "add nginx's address to listen.allowed_clients, restart",
		.wrong_fix = "removing the list on a port that others can reach",
		.actions = "",
		.plain = "The pool has a guest list, and nginx's address is not on it (often because a "
			 "container got a new one).",
	},
	{
		.id = "fpm.process_limit", .link = LINK_FPM, .arrow = NF,
		.look = fpm_look_process_limit, .title = "PHP-FPM may not start more workers",
		.explains = "fpm.pool_saturated fpm.backlog_full fpm.script_timeout",
		.signs = "fork() failed or process.max reached, fewer workers than pm.max_children, "
			 "connections wait",
		.not_if = "as many workers as pm.max_children",
		.fix = "raise process.max, TasksMax or LimitNPROC",
		.wrong_fix = "raising pm.max_children: it is not the limit that binds",
		.actions = "restart-fpm",
		.plain = "The pool could have more workers, but a limit above it (all pools together, or "
			 "the system) forbids to start them.",
	},
	{
		.id = "fpm.opcache", .link = LINK_FPM, .arrow = NF, .look = fpm_look_opcache,
		.title = "OPcache has no memory", .explains = "fpm.down fpm.killed fpm.segfault",
		.signs = "Unable to allocate shared memory segment",
		.not_if = "FPM started without that line",
		.fix = "lower opcache.memory_consumption, restart once",
		.wrong_fix = "nightly restarts: they hide it until the next deploy",
		.actions = "restart-fpm",
		.plain = "PHP keeps compiled code in shared memory. It could not get that memory.",
	},
	{ .id = NULL },
};
