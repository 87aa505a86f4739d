#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "live/live.h"
#include "live/ssh/ask.h"
#include "loop/loop.h"
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
	host->transport = cli->transport == TRANSPORT_OPENSSH	? &openssh_transport
			  : cli->transport == TRANSPORT_LIBSSH2 ? &libssh2_transport
								: &auto_transport;
	host->ssh = ssh;
	host->sudo = cli->no_sudo    ? SHELL_SUDO_NO
		     : cli->ask_sudo ? SHELL_SUDO_ASK
				     : SHELL_SUDO_TRY;
	host->sudo_password = password;
}

struct asking {
	struct loop *loop;
	char *answer;
};

static void take_answer(void *owner, const char *answer)
{
	struct asking *asking = owner;

	asking->answer = answer ? xstrdup(answer) : NULL;
	loop_stop(asking->loop);
}

bool session_sudo_password(const struct cli *cli, char **ret_password, char **ret_error)
{
	struct asking asking = { NULL, NULL };
	struct ask *ask = NULL;

	*ret_password = NULL;
	if (!cli->ask_sudo)
		return true;
	asking.loop = loop_new();
	if (isatty(STDIN_FILENO))
		ask = ask_new(asking.loop, "sudo password on the server: ", take_answer, &asking);
	if (ask)
		loop_run(asking.loop);
	ask_free(ask);
	loop_free(asking.loop);
	if (!asking.answer)
		*ret_error = xstrdup(ask ? "--sudo ask: no password was given"
					 : "--sudo ask: there is no terminal to ask at");
	*ret_password = asking.answer;
	return asking.answer != NULL;
}

void session_wipe(char *password)
{
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
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
