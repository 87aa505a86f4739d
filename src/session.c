#include "session.h"

#include <stdlib.h>
#include <unistd.h>

#include "live/live.h"
#include "probes/probe.h"

extern const char probes_shell_pulse_sh[];
extern const char probes_shell_shell_sh[];
extern const char probes_shell_survey_sh[];

#define CONNECT_MAX_MS 10000
#define CONNECT_SPARE_MS 1000
#define SCRIPTS_MAX (3 + 2 * LINKS + 1)

/* What is fed to the remote shell, in this order; lives as long as the program. */
static const char *const *all_scripts(void)
{
	static const char *scripts[SCRIPTS_MAX];
	int link, n = 0;

	scripts[n++] = probes_shell_pulse_sh;
	scripts[n++] = probes_shell_shell_sh;
	scripts[n++] = probes_shell_survey_sh;
	for (link = 0; link < LINKS; link++) {
		if (probes[link]->script)
			scripts[n++] = probes[link]->script;
		if (probes[link]->script_more)
			scripts[n++] = probes[link]->script_more;
	}
	scripts[n] = NULL;
	return scripts;
}

/* Less than the whole time, so that the reason is told and not only the silence. */
static int connect_timeout(int64_t timeout_ms)
{
	int64_t ms = timeout_ms - CONNECT_SPARE_MS;

	if (ms > CONNECT_MAX_MS)
		ms = CONNECT_MAX_MS;
	return ms > timeout_ms / 2 ? (int)ms : (int)(timeout_ms / 2);
}

static void fill_host(struct live_host *host, const struct cli *cli, const struct target *target,
	const char *password, bool alone)
{
	const struct transport_config ssh = {
		.target = target->destination,
		.config_file = cli->ssh_config,
		.identities = cli->identities.count ? cli->identities.items : NULL,
		.user = cli->user,
		.jump = cli->jump,
		.known_hosts = cli->known_hosts,
		.port = target->port,
		/* Several hosts asking at one terminal would talk into each other, and on the
		 * console's screen a question would not be seen. */
		.may_prompt = alone && cli->command != COMMAND_CONSOLE && isatty(STDIN_FILENO),
		.connect_timeout_ms = connect_timeout(cli->timeout_ms),
	};

	host->name = target->name;
	host->transport = cli->transport == TRANSPORT_LIBSSH2 ? &libssh2_transport
							      : &openssh_transport;
	host->ssh = ssh;
	host->sudo = cli->no_sudo    ? SHELL_SUDO_NO
		     : cli->ask_sudo ? SHELL_SUDO_ASK
				     : SHELL_SUDO_TRY;
	host->sudo_password = password;
}

struct source *session_open(struct loop *loop, const struct cli *cli,
	const struct targets *targets, const char *password)
{
	struct live_host *hosts = xcalloc(targets->count, sizeof(*hosts));
	struct live_config config = { hosts, targets->count, all_scripts() };
	struct source *source;
	size_t i;

	for (i = 0; i < targets->count; i++)
		fill_host(&hosts[i], cli, &targets->items[i], password, targets->count == 1);
	source = live_new(loop, &config);
	free(hosts);
	return source;
}
