/*
 * WordPress's rows. How each is told stands in look_files.c and look_code.c.
 */
#include "probes/wordpress/wordpress.h"

#define PILED_UP "fpm.pool_saturated fpm.backlog_full fpm.script_timeout fpm.slow_endpoint " \
	"fpm.dead_work_queue fpm.bot_flood fpm.terminate_timeout fpm.lock_contention"

const struct cause wordpress_causes[] = {
	{
		.id = "wordpress.maintenance", .link = LINK_WORDPRESS,
		.title = "WordPress is stuck in maintenance mode", .arrow = "fpm>wordpress",
		.explains = "",
		.look = wordpress_look_maintenance,
		.signs = "503 with 'Briefly unavailable for scheduled maintenance'; .maintenance younger than ten "
			"minutes, or one that names the current time instead of a number",
		.not_if = "the file is older than ten minutes and holds a number: WordPress ignores it",
		.fix = "make sure no update runs, then move .maintenance away",
		.wrong_fix = "deleting it while an update runs: visitors and the updater then meet half-copied code",
		.actions = "remove-maintenance",
		.plain = "WordPress hangs out a 'closed for renovation' sign while it updates itself. The sign was "
			"left hanging.",
	},
	{
		.id = "wordpress.plugin_fatal", .link = LINK_WORDPRESS,
		.title = "A plugin or theme breaks every page", .arrow = "fpm>wordpress",
		.explains = "",
		.look = wordpress_look_plugin_fatal,
		.signs = "PHP Fatal or Parse error with a wp-content path, fresh; 500 with 'There has been a critical "
			"error'",
		.not_if = "the path is WordPress's core, or the fatal is Redis's or a missing extension's",
		.fix = "rename the one folder the error names",
		.wrong_fix = "switching off all plugins or restoring the database: the shop loses orders for a fault in "
			"one folder; opening wp-admin/plugins.php meanwhile deactivates for good",
		.actions = "disable-plugins disable-theme",
		.plain = "One add-on contains a mistake that stops PHP in the middle of the page.",
	},
	{
		.id = "wordpress.file_fatal", .as = "wordpress.plugin_fatal", .link = LINK_WORDPRESS,
		.title = "A file of the site breaks every page", .arrow = "fpm>wordpress",
		.explains = "",
		.look = wordpress_look_file_fatal,
		.signs = "PHP Fatal or Parse error, fresh, in wp-config.php, a drop-in or another file that is "
			"neither core's nor a plugin's; or PHP may not read that file",
		.not_if = "the path is core's, a plugin's or a theme's",
		.fix = "correct the line the error names",
		.wrong_fix = "switching off plugins or copying core again: the fault is in one file that neither brings",
		.actions = "",
		.plain = "A file that was edited by hand, or that a plugin left behind, stops PHP before the page begins.",
	},
	{
		.id = "wordpress.plugin_hang", .link = LINK_WORDPRESS,
		.title = "A plugin hangs and holds the workers", .arrow = "fpm>wordpress",
		.explains = PILED_UP " fpm.frozen",
		.look = wordpress_look_plugin_hang,
		.signs = "every trace of the slow log has the same wp-content path on top; workers busy or asleep "
			"without a peer outside",
		.not_if = "workers hold a connection to somebody outside (then that one is the cause), or the traces "
			"wait for MySQL",
		.fix = "rename that one plugin's folder, then restart PHP-FPM to free the workers",
		.wrong_fix = "longer timeouts or more workers: they hang in the same place",
		.actions = "disable-plugins restart-fpm",
		.plain = "One add-on waits for something that never comes, and each page it is part of waits with it.",
	},
	{
		.id = "wordpress.missing_extension", .link = LINK_WORDPRESS,
		.title = "PHP lacks an extension WordPress needs", .arrow = "fpm>wordpress",
		.explains = "wordpress.plugin_fatal wordpress.file_fatal wordpress.broken_update mysql.access_denied",
		.look = wordpress_look_missing_extension,
		.signs = "500 with 'missing the MySQL extension', or undefined function mysqli_, image, mb_ ...; the "
			"extension is not among those FPM loads",
		.not_if = "the page comes, or the function is a plugin's own",
		.fix = "install the package for the PHP version the pool runs, then restart PHP-FPM",
		.wrong_fix = "reinstalling WordPress: its files are fine",
		.actions = "restart-fpm",
		.plain = "After a change of PHP's version a part it needs was not installed with it.",
	},
	{
		.id = "wordpress.broken_update", .link = LINK_WORDPRESS,
		.title = "An update of WordPress stopped half way", .arrow = "fpm>wordpress",
		.explains = "wordpress.plugin_fatal wordpress.file_fatal wordpress.maintenance",
		.look = wordpress_look_broken_update,
		.signs = "fatal or parse errors in wp-includes or wp-admin; core files missing or empty; leftovers in "
			"wp-content/upgrade",
		.not_if = "the stack trace leads to a plugin, or an extension is missing",
		.fix = "copy the core of the same version over it again",
		.wrong_fix = "restoring an old database: the data is fine, the code is not",
		.actions = "",
		.plain = "The new version was copied only in part; old and new pieces do not fit together.",
	},
	{
		.id = "wordpress.memory_limit", .link = LINK_WORDPRESS,
		.title = "A page runs into PHP's memory or time limit", .arrow = "fpm>wordpress",
		.explains = "wordpress.plugin_fatal wordpress.file_fatal wordpress.broken_update",
		.look = wordpress_look_memory_limit,
		.signs = "'Allowed memory size of N bytes exhausted' or 'Maximum execution time', fresh; 500",
		.not_if = "the kernel's OOM killer was at work",
		.fix = "mend what needs that much; else raise the limit for this one pool",
		.wrong_fix = "1 GB for everybody: limit times workers must fit into the server's memory",
		.actions = "disable-plugins",
		.plain = "Every page may use so much memory and no more. This one wanted more and was stopped.",
	},
	{
		.id = "wordpress.script_not_found", .link = LINK_WORDPRESS,
		.title = "PHP-FPM cannot find the script", .arrow = "nginx>fpm",
		.explains = "",
		.look = wordpress_look_script_not_found,
		.signs = "404 'File not found.' and 'Primary script unknown' in nginx's log",
		.not_if = "the page comes",
		.fix = "root and SCRIPT_FILENAME in nginx, chroot and permissions of the pool's user",
		.wrong_fix = "restarting PHP-FPM: it looks for the same wrong path again",
		.actions = "reload-nginx",
		.plain = "nginx tells PHP a file name that does not exist where PHP looks.",
	},
	{
		.id = "wordpress.cron_storm", .link = LINK_WORDPRESS,
		.title = "wp-cron takes all workers", .arrow = "fpm>wordpress",
		.explains = PILED_UP,
		.look = wordpress_look_cron_storm,
		.signs = "all workers busy; wp-cron.php is much of the traffic; the option cron is huge",
		.not_if = "workers are free",
		.fix = "DISABLE_WP_CRON and a real cron job with wp cron event run --due-now",
		.wrong_fix = "deleting the option cron: jobs of shops and backups are lost with it",
		.actions = "restart-fpm",
		.plain = "WordPress does its housekeeping while visitors wait. There is so much of it that nobody "
			"is left to serve pages.",
	},
	{ 0 },
};
