#include "console_shell.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define LOOK_MS 100 /* how soon its end is noticed */
#define WORDS_MAX 48

extern char **environ;

struct console_shell {
	struct loop_timer *timer;
	loop_call *ended;
	void *owner;
	pid_t pid;
};

struct argv {
	const char *words[WORDS_MAX];
	size_t count;
};

static void add(struct argv *argv, const char *option, const char *value)
{
	if (!value || argv->count + 4 > WORDS_MAX)
		return;
	argv->words[argv->count++] = option;
	argv->words[argv->count++] = value;
}

/* As the console itself goes there, but with the user's own ssh. */
static void fill(struct argv *argv, const struct cli *cli, const struct target *target,
	char *port, size_t port_size)
{
	size_t i;

	argv->words[argv->count++] = "ssh";
	argv->words[argv->count++] = "-t";
	add(argv, "-F", cli->ssh_config);
	add(argv, "-l", cli->user);
	add(argv, "-J", cli->jump);
	for (i = 0; i < cli->identities.count; i++)
		add(argv, "-i", cli->identities.items[i]);
	if (target->port) {
		snprintf(port, port_size, "%d", target->port);
		add(argv, "-p", port);
	}
	argv->words[argv->count++] = "--";
	argv->words[argv->count++] = target->destination;
}

static void look(void *owner)
{
	struct console_shell *shell = owner;
	int status;

	if (waitpid(shell->pid, &status, WNOHANG) == shell->pid)
		shell->ended(shell->owner);
	else
		loop_timer_start(shell->timer, LOOK_MS);
}

struct console_shell *console_shell_new(struct loop *loop, const struct cli *cli,
	const struct target *target, loop_call *ended, void *owner)
{
	struct console_shell *shell = xcalloc(1, sizeof(*shell));
	struct argv argv = { .count = 0 };
	posix_spawnattr_t attributes;
	sigset_t defaults;
	char port[16];
	int error;

	fill(&argv, cli, target, port, sizeof(port));
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	printf("wp502: a shell on %s; exit comes back to the console\n", target->name);
	fflush(stdout);
	error = posix_spawnp(&shell->pid, "ssh", NULL, &attributes, (char *const *)argv.words,
		environ);
	posix_spawnattr_destroy(&attributes);
	if (error) {
		free(shell);
		return NULL;
	}
	shell->ended = ended;
	shell->owner = owner;
	shell->timer = loop_timer_new(loop, look, shell);
	loop_timer_start(shell->timer, LOOK_MS);
	return shell;
}

void console_shell_free(struct console_shell *shell)
{
	if (!shell)
		return;
	loop_timer_free(shell->timer);
	free(shell);
}
