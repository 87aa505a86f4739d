/* The catalogue's rows whose fix is made at nginx. How each is told: causes_*.c. */
#include "probes/nginx/causes.h"

#define RELOAD "nginx -t && systemctl reload nginx"

const struct cause nginx_causes[] = {
	{
		.id = "nginx.down", .link = LINK_NGINX, .title = "nginx is stopped",
		.arrow = "visitor>nginx", .explains = "cdn.*", .look = look_down,
		.signs = "no nginx master process, its unit inactive or failed, its ports closed; or all "
			"its workers stopped (state T)",
		.not_if = "a master runs, the site answers, the configuration does not load, or "
			"another program holds the port",
		.fix = "nginx -t && systemctl start nginx",
		.wrong_fix = "Restarting PHP-FPM: nobody is there to ask it.",
		.actions = "start-nginx",
		.plain = "nginx takes every visitor in. It does not run, so browsers are refused "
			"before anything of the site is asked.",
	}, {
		.id = "nginx.config_invalid", .link = LINK_NGINX,
		.title = "nginx cannot start: its configuration does not load",
		.arrow = "visitor>nginx", .explains = "nginx.down cdn.*", .look = look_config_invalid,
		.signs = "nginx -t fails and names FILE:LINE, no master runs, the unit failed",
		.not_if = "nginx -t passes, or a master still runs with the older configuration",
		.fix = "correct the line nginx -t names, then: nginx -t && systemctl start nginx",
		.wrong_fix = "Rebooting: it reads the same file again.",
		.actions = "",
		.plain = "nginx reads its files only when it starts. One wrong line stops all sites "
			"at the next start, however long ago it was written.",
	}, {
		.id = "nginx.port_taken", .link = LINK_NGINX,
		.title = "another program holds nginx's port",
		.arrow = "visitor>nginx", .explains = "nginx.down cdn.*", .look = look_port_taken,
		.signs = "bind() failed (98:, the unit failed, another program listens on the port",
		.not_if = "a master runs, nobody listens there, or the configuration does not load",
		.fix = "ss -ltnp 'sport = :80'; stop that program, then: systemctl start nginx",
		.wrong_fix = "Killing whatever holds the port unseen: it may be the site's backend.",
		.actions = "",
		.plain = "Only one program can own a port. Something else took it, often Apache "
			"installed by an update, so nginx gives up at its start.",
	}, {
		.id = "nginx.socket_mismatch", .link = LINK_NGINX,
		.title = "nginx dials a socket where no PHP-FPM listens",
		.arrow = "nginx>fpm", .explains = "fpm.down fpm.killed cdn.*",
		.look = look_socket_mismatch,
		.signs = "connect() failed (2: or (111:, nobody listens there, PHP-FPM listens elsewhere",
		.not_if = "no PHP-FPM runs, a pool in service is configured at that address, or the "
			"address is served",
		.fix = "correct fastcgi_pass, then: " RELOAD,
		.wrong_fix = "Restarting PHP-FPM, or linking one socket to the other: the wrong "
			"version may then run the site.",
		.actions = "reload-nginx",
		.plain = "nginx and PHP-FPM must name the same socket. After a PHP upgrade the old "
			"version's socket is gone and nginx still asks there.",
	}, {
		.id = "nginx.not_reloaded", .link = LINK_NGINX,
		.title = "nginx still runs an older configuration",
		.arrow = "nginx>fpm",
		.explains = "nginx.socket_mismatch nginx.stale_upstream_address nginx.backend_down "
			"nginx.protocol_mismatch fpm.down fpm.killed fpm.socket_permission cdn.*",
		.look = look_not_reloaded,
		.signs = "files newer than the workers, and the log names an upstream the files do not",
		.not_if = "workers younger than every file, or the log names what the files name",
		.fix = RELOAD,
		.wrong_fix = "Editing again: the file is right, nobody has read it.",
		.actions = "reload-nginx",
		.plain = "nginx keeps what it read at its last start or reload. The files were "
			"changed since, and what it runs no longer fits.",
	}, {
		.id = "nginx.stale_upstream_address", .link = LINK_NGINX,
		.title = "nginx dials an address its upstream no longer has",
		.arrow = "nginx>fpm", .explains = "nginx.backend_down fpm.down cdn.*",
		.look = look_stale_address,
		.signs = "connect() to an address failed (113:, (111: or timed out, and the name in the "
			"configuration resolves to another one now",
		.not_if = "the name still resolves to the address in the log",
		.fix = RELOAD,
		.wrong_fix = "Restarting the PHP container: it moves once more.",
		.actions = "reload-nginx",
		.plain = "nginx looks a name up once, at its start. The container behind it was made "
			"anew with another address, and nginx asks at the old one.",
	}, {
		.id = "nginx.worker_connections", .link = LINK_NGINX,
		.title = "nginx has no connection slots left",
		.arrow = "visitor>nginx", .explains = "cdn.*", .look = look_worker_connections,
		.signs = "worker_connections are not enough; 500 and empty replies",
		.not_if = "the pool behind is full: then the slots only wait for it",
		.fix = "raise worker_connections, then: " RELOAD,
		.wrong_fix = "Only raising it while the upstream is slow: the queue grows, not the rate.",
		.actions = "reload-nginx",
		.plain = "Each visitor takes two slots of a worker, one to the browser and one to PHP. "
			"They are all taken, so new ones are turned away.",
	}, {
		.id = "nginx.file_descriptors", .link = LINK_NGINX,
		.title = "nginx has no file descriptors left",
		.arrow = "visitor>nginx", .explains = "nginx.worker_connections cdn.*",
		.look = look_file_descriptors,
		.signs = "failed (24: on socket, accept4 or open; descriptors in use near the limit",
		.not_if = "the limit is far away",
		.fix = "worker_rlimit_nofile 65535; then: " RELOAD,
		.wrong_fix = "Restarting alone: the limit is the same afterwards.",
		.actions = "reload-nginx",
		.plain = "Every connection and every open file needs a descriptor, and the system "
			"allows each process only so many.",
	}, {
		.id = "nginx.temp_dir", .link = LINK_NGINX,
		.title = "nginx cannot write its temporary files",
		.arrow = "nginx>fpm", .explains = "cdn.*", .look = look_temp_dir,
		.signs = "crit lines about a temporary file, failed (13: or written only N of M",
		.not_if = "the file system is full or read-only: then that is the cause",
		.fix = "give the folder back to the worker's user, mode 700",
		.wrong_fix = "Switching buffering off: slow visitors then hold PHP workers.",
		.actions = "",
		.plain = "Answers larger than its buffers go to disk first. Small pages still work, "
			"large ones and uploads break off.",
	}, {
		.id = "nginx.worker_crash", .link = LINK_NGINX,
		.title = "nginx workers crash",
		.arrow = "visitor>nginx",
		.explains = "fpm.dead_work_queue fpm.pool_saturated fpm.slow_endpoint cdn.*",
		.look = look_worker_crash,
		.signs = "worker process exited on signal; kernel segfault lines of nginx",
		.not_if = "the kernel killed it for want of memory",
		.fix = "nginx -V; take the newest third-party module out (modules-enabled), then: "
			"nginx -t && systemctl restart nginx",
		.wrong_fix = "Restarting over and over: the next such request crashes it again.",
		.actions = "",
		.plain = "A worker died, and with it every connection it held. The master starts "
			"another one, so only some requests are hit.",
	}, {
		.id = "nginx.cached_error", .link = LINK_NGINX,
		.title = "nginx serves an error from its cache",
		.arrow = "nginx>fpm", .explains = "cdn.*", .look = look_cached_error,
		.signs = "a 5xx with cache HIT or at once, cache_valid that keeps errors, PHP-FPM idle",
		.not_if = "PHP-FPM is down or busy, or the error log shows that the upstream is asked",
		.fix = "empty the cache folder, and let cache_valid keep only 200 301 302; then: " RELOAD,
		.wrong_fix = "Restarting PHP-FPM: nobody asks it.",
		.actions = "reload-nginx",
		.plain = "The cache was told to keep any answer, so it also kept the error of an "
			"outage that is over.",
	}, {
		.id = "nginx.header_too_big", .link = LINK_NGINX,
		.title = "an answer's headers are larger than nginx's buffer",
		.arrow = "nginx>fpm", .explains = "cdn.*", .look = look_header_too_big,
		.signs = "upstream sent too big header; PHP-FPM is well",
		.not_if = "no such line now",
		.fix = "fastcgi_buffer_size 16k; fastcgi_buffers 8 16k; fastcgi_busy_buffers_size 32k; "
			"then: " RELOAD,
		.wrong_fix = "Restarting anything: the same page sends the same headers.",
		.actions = "reload-nginx",
		.plain = "PHP answered, but with more headers or cookies than fit the buffer nginx "
			"keeps for them. Often only logged-in visitors see it.",
	}, {
		.id = "nginx.protocol_mismatch", .link = LINK_NGINX,
		.title = "nginx and its upstream speak different protocols",
		.arrow = "nginx>fpm",
		.explains = "fpm.allowed_clients fpm.segfault fpm.killed nginx.socket_mismatch cdn.*",
		.look = look_protocol_mismatch,
		.signs = "unsupported FastCGI protocol version: 72, wrong version number, or http:// to "
			"a socket where an FPM pool is configured, broken off (104:",
		.not_if = "the pass and what listens there fit",
		.fix = "fastcgi_pass for PHP-FPM, proxy_pass http:// for HTTP servers; then: " RELOAD,
		.wrong_fix = "Raising timeouts or restarting: they will not learn the other's language.",
		.actions = "reload-nginx",
		.plain = "PHP-FPM speaks FastCGI, web servers speak HTTP. The directive that passes "
			"requests on chose the wrong one.",
	}, {
		.id = "nginx.backend_down", .link = LINK_NGINX,
		.title = "the backend nginx passes to does not answer",
		.arrow = "nginx>fpm", .explains = "cdn.*", .look = look_backend_down,
		.signs = "connect() failed with upstream http://..., nobody listens there",
		.not_if = "the pass is fastcgi://, or the backend's address is served",
		.fix = "start the backend (apache2, varnish, ...)",
		.wrong_fix = "Restarting PHP-FPM: this site does not go there.",
		.actions = "",
		.plain = "This nginx only hands requests on to another web server, an Apache or a "
			"cache, and that one is not there.",
	}, {
		.id = "nginx.rate_limited", .link = LINK_NGINX,
		.title = "nginx turns visitors away by a rate limit",
		.arrow = "visitor>nginx", .explains = "cdn.*", .look = look_rate_limited,
		.signs = "limiting requests or connections by zone, now, and nginx's own 503",
		.not_if = "the 503 is WordPress's maintenance page, or only a flood is limited",
		.fix = "raise the zone's rate or burst, or key it by the visitor's address; then: " RELOAD,
		.wrong_fix = "Restarting PHP-FPM, or removing the limit during an attack.",
		.actions = "reload-nginx",
		.plain = "A rule allows so many requests a second. Behind a CDN all visitors look "
			"like one address and use it up together.",
	}, {
		.id = "nginx.name_resolution", .link = LINK_NGINX,
		.title = "nginx cannot resolve its upstream's name",
		.arrow = "nginx>fpm", .explains = "nginx.down nginx.config_invalid cdn.*",
		.look = look_name_resolution,
		.signs = "no resolver defined, could not be resolved, host not found in upstream",
		.not_if = "no such line now",
		.fix = "a resolver directive or an entry in /etc/hosts; then: " RELOAD,
		.wrong_fix = "Restarting PHP-FPM: nginx does not even know where to ask.",
		.actions = "reload-nginx",
		.plain = "The upstream is written as a name, and nginx cannot find the address for "
			"it: no resolver is set, or DNS does not know it.",
	},
	{
		.id = "nginx.told_to", .as = "unknown", .link = LINK_NGINX,
		.title = "nginx is told to answer with an error",
		.arrow = "visitor>nginx", .explains = "", .look = look_told_to,
		.signs = "the page's status is one that a `return` in the site's configuration names, and "
			"nothing else explains it",
		.not_if = "another status, or a page that PHP made",
		.fix = "take the `return` out, or what switches it on; then: " RELOAD,
		.wrong_fix = "Restarting anything: the answer stands in the configuration.",
		.actions = "reload-nginx",
		.plain = "Nothing is broken: a line in nginx's files answers visitors with an error, often "
			"a maintenance switch that somebody forgot.",
	},
	{ .id = NULL },
};
