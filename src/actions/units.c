/* Services: restart or reload PHP-FPM, reload nginx, start what is down. */
#include <stdio.h>
#include <string.h>

#include "actions/action.h"

struct service {
	enum unit_kind kind;
	const char *noun, *verb;
	const char *test; /* of act.sh */
};

static bool same_unit(const char *name, const char *wanted)
{
	size_t n = strlen(wanted);

	return name && !strncmp(name, wanted, n) && (!name[n] || !strcmp(name + n, ".service"));
}

static const struct fpm_master *master_of(const struct chain_facts *facts,
	const struct host_unit *unit)
{
	size_t i;

	for (i = 0; i < facts->fpm.master_count; i++)
		if ((facts->fpm.masters[i].unit && !strcmp(facts->fpm.masters[i].unit, unit->name)) ||
		    (unit->conf && facts->fpm.masters[i].conf &&
			    !strcmp(facts->fpm.masters[i].conf, unit->conf)))
			return &facts->fpm.masters[i];
	return NULL;
}

static bool has_pool(const struct chain_facts *facts, const struct host_unit *unit,
	const char *pool)
{
	const struct fpm_master *master = master_of(facts, unit);
	size_t i;

	for (i = 0; master && i < facts->fpm.pool_count; i++)
		if (facts->fpm.pools[i].name && !strcmp(facts->fpm.pools[i].name, pool) &&
		    facts->fpm.pools[i].conf && master->conf &&
		    !strcmp(facts->fpm.pools[i].conf, master->conf))
			return true;
	return false;
}

/* The unit the operator means, by the words of the command line. */
static bool meant(const struct act_plan *plan, const struct host_unit *unit)
{
	if (plan->wish.unit)
		return same_unit(unit->name, plan->wish.unit);
	if (plan->wish.pool)
		return has_pool(&plan->host->facts, unit, plan->wish.pool);
	return true;
}

static const struct host_unit *by_verdict(struct act_plan *plan, enum unit_kind kind)
{
	const struct host_facts *host = &plan->host->facts.host;
	const struct verdict *verdict = plan->host->verdict;
	size_t i;

	if (plan->wish.unit || plan->wish.pool || !verdict || !verdict->subject ||
	    !plan_fits(plan, verdict))
		return NULL;
	for (i = 0; i < host->unit_count; i++)
		if (host->units[i].kind == kind && same_unit(host->units[i].name, verdict->subject))
			return &host->units[i];
	return NULL;
}

/* A unit that the survey did not list (one that starts through a shell), by the name that the
 * verdict gives it; the server is asked whether there is one before anything runs. */
static const struct host_unit *unlisted(struct act_plan *plan, enum unit_kind kind)
{
	const struct verdict *verdict = plan->host->verdict;
	struct host_unit *unit;

	if (kind == UNIT_FPM || plan->wish.unit || !verdict || !verdict->subject ||
	    !plan_fits(plan, verdict))
		return NULL;
	unit = arena_alloc(plan->mem, sizeof(*unit));
	unit->name = arena_printf(plan->mem, "%s%s", verdict->subject,
		strchr(verdict->subject, '.') ? "" : ".service");
	unit->manager = plan->host->facts.host.init;
	unit->kind = kind;
	return unit;
}

static const struct host_unit *choose(struct act_plan *plan, const struct service *service)
{
	const struct host_facts *host = &plan->host->facts.host;
	const struct host_unit *found = by_verdict(plan, service->kind);
	size_t i, count = 0;

	for (i = 0; !found && i < host->unit_count; i++)
		count += host->units[i].kind == service->kind && meant(plan, &host->units[i]);
	for (i = 0; !found && count == 1 && i < host->unit_count; i++)
		if (host->units[i].kind == service->kind && meant(plan, &host->units[i]))
			return &host->units[i];
	if (!found && !count)
		found = unlisted(plan, service->kind);
	if (found)
		return found;
	if (!count)
		plan_refuse(plan, plan->wish.unit || plan->wish.pool ? "ambiguous" : "unsupported",
			"no service of %s %s was found there", service->noun,
			plan->wish.unit ? plan->wish.unit : plan->wish.pool ? plan->wish.pool : "at all");
	else
		plan_refuse(plan, "ambiguous", "%zu services of %s: name one with --unit", count,
			service->noun);
	for (i = 0; i < host->unit_count; i++)
		if (host->units[i].kind == service->kind)
			plan_add(plan, ACT_CANDIDATE, "--unit", "%s", host->units[i].name);
	return NULL;
}

static const struct host_proc *process_of(const struct chain_facts *facts, enum proc_role role)
{
	size_t i;

	for (i = 0; i < facts->host.proc_count; i++)
		if (facts->host.procs[i].role == role && facts->host.procs[i].state != 'Z')
			return &facts->host.procs[i];
	return NULL;
}

/* What else goes with it: every pool of the master, every site that dials one. */
static void tell_pools(struct act_plan *plan, const struct fpm_master *master)
{
	const struct chain_facts *facts = &plan->host->facts;
	const struct model_site *site;
	size_t i;

	for (i = 0; i < facts->fpm.pool_count; i++)
		if (facts->fpm.pools[i].conf && master->conf &&
		    !strcmp(facts->fpm.pools[i].conf, master->conf))
			plan_add(plan, ACT_SAY, "touches", "pool %s (%s)", facts->fpm.pools[i].name,
				facts->fpm.pools[i].file ? facts->fpm.pools[i].file : master->conf);
	for (i = 0; i < plan->host->site_count; i++) {
		site = &plan->host->sites[i];
		if (!site->view.url || !site->view.master || site->view.master == master)
			plan_add(plan, ACT_SAY, "touches", "site %s", site->url);
	}
}

static void reload_cost(struct act_plan *plan, const struct fpm_master *master)
{
	if (num_or(master->control_timeout_s, 0) == 0)
		plan_add(plan, ACT_WARNING, "warning",
			"process_control_timeout is 0: a reload cuts requests in work off like a restart");
}

/* The words of w5a_unit. */
static void plan_unit(struct act_plan *plan, const struct service *service,
	const struct host_unit *unit, const char *lock, const char *bin, const char *conf)
{
	char pid[32] = "";
	bool again = plan->wish.again && !plan->wish.production;

	if (unit->main_pid.known)
		snprintf(pid, sizeof(pid), "%lld", (long long)unit->main_pid.v);
	plan->on = arena_strdup(plan->mem, unit->name);
	plan->kind = "unit";
	plan_word(plan, service->verb);
	plan_word(plan, unit->manager ? unit->manager : "systemd");
	plan_word(plan, unit->name);
	plan_word(plan, lock);
	plan_word(plan, pid);
	plan_word(plan, !plan->action->brake ? "x" : again ? "1" : "");
	plan_word(plan, service->test);
	plan_word(plan, bin);
	plan_word(plan, conf);
}

static void plan_fpm(struct act_plan *plan, const struct service *service)
{
	const struct host_unit *unit = choose(plan, service);
	const struct fpm_master *master = unit ? master_of(&plan->host->facts, unit) : NULL;

	if (!unit)
		return;
	if (!master || !master->conf || !master->binary) {
		plan_refuse(plan, "config-test", "the configuration of %s is not known, so it cannot "
			"be tested", unit->name);
		plan->on = arena_strdup(plan->mem, unit->name);
		return;
	}
	plan_unit(plan, service, unit, master->conf, master->binary, master->conf);
	tell_pools(plan, master);
	if (!strcmp(service->verb, "reload"))
		reload_cost(plan, master);
}

static void plan_restart_fpm(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_FPM, "PHP-FPM", "restart", "fpm" };

	(void)audit;
	plan_fpm(plan, &service);
}

static void plan_reload_fpm(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_FPM, "PHP-FPM", "reload", "fpm" };

	(void)audit;
	plan_fpm(plan, &service);
}

static void plan_nginx(struct act_plan *plan, const struct service *service)
{
	const struct host_unit *unit = choose(plan, service);
	const struct host_proc *master = process_of(&plan->host->facts, PROC_NGINX_MASTER);
	const char *conf = unit && unit->conf ? unit->conf : master ? master->conf : NULL;

	if (!unit)
		return;
	plan_unit(plan, service, unit, conf ? conf : "/etc/nginx/nginx.conf",
		master && master->exe ? master->exe : "/usr/sbin/nginx", conf);
	plan_add(plan, ACT_SAY, "touches", "every site that this nginx serves");
}

static void plan_reload_nginx(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_NGINX, "nginx", "reload", "nginx" };

	(void)audit;
	plan_nginx(plan, &service);
}

static void plan_start_nginx(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_NGINX, "nginx", "start", "nginx" };

	(void)audit;
	plan_nginx(plan, &service);
}

static void plan_start_mysql(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_MYSQL, "MySQL", "start", "none" };
	const struct host_unit *unit = choose(plan, &service);

	(void)audit;
	if (unit)
		plan_unit(plan, &service, unit, "/etc/mysql/my.cnf /etc/my.cnf", NULL, NULL);
}

static void plan_start_redis(struct act_plan *plan, json_t *audit)
{
	static const struct service service = { UNIT_REDIS, "Redis", "start", "none" };
	const struct host_unit *unit = choose(plan, &service);

	(void)audit;
	if (unit)
		plan_unit(plan, &service, unit,
			"/etc/redis/redis.conf /etc/redis.conf /etc/valkey/valkey.conf", NULL, NULL);
}

#define SUCCESS "the verdict is healthy, three times over ten seconds"

const struct action action_restart_fpm = {
	.id = "restart-fpm",
	.does = "ends the workers of PHP-FPM and starts it anew; starts it where it is stopped",
	.loses = "requests in work are cut off and the queue is dropped (reload-fpm keeps it)",
	.undo = "none: a restart cannot be taken back",
	.success = SUCCESS,
	.brake = true,
	.plan = plan_restart_fpm,
};

const struct action action_reload_fpm = {
	.id = "reload-fpm",
	.does = "lets PHP-FPM read its configuration anew and replace its workers",
	.loses = "the OPcache is empty afterwards; the queue stays",
	.undo = "none: a reload cannot be taken back",
	.success = SUCCESS,
	.brake = true,
	.plan = plan_reload_fpm,
};

const struct action action_reload_nginx = {
	.id = "reload-nginx",
	.does = "lets nginx read its configuration anew; old workers finish what they have",
	.undo = "none: put the old configuration back and reload again",
	.success = SUCCESS,
	.plan = plan_reload_nginx,
};

const struct action action_start_nginx = {
	.id = "start-nginx",
	.does = "starts nginx where it is stopped",
	.undo = "none",
	.success = SUCCESS,
	.brake = true,
	.plan = plan_start_nginx,
};

const struct action action_start_mysql = {
	.id = "start-mysql",
	.does = "starts the database; one that recovers already is waited for",
	.undo = "none",
	.success = SUCCESS,
	.brake = true,
	.plan = plan_start_mysql,
};

const struct action action_start_redis = {
	.id = "start-redis",
	.does = "starts Redis where it is stopped",
	.undo = "none",
	.success = SUCCESS,
	.brake = true,
	.plan = plan_start_redis,
};
