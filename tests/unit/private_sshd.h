/*
 * private_sshd: an sshd of the test's own on a high port of 127.0.0.1, with keys of its
 * own in a directory of its own; it logs in whoever runs the test. Ended by
 * sshd_down. sshd_up is false where there is no sshd: the test skips.
 */
#ifndef TESTS_PRIVATE_SSHD_H
#define TESTS_PRIVATE_SSHD_H

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct private_sshd {
	char dir[64];
	char known[96], empty[96], changed[96], revoked[96]; /* known_hosts files */
	char user_key[96], wrong_key[96], locked_key[96];
	int port;
	pid_t pid;
};

static inline int sshd_free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bind(fd, (struct sockaddr *)&a, sizeof(a));
	getsockname(fd, (struct sockaddr *)&a, &len);
	close(fd);
	return ntohs(a.sin_port);
}

static inline int sshd_sh(const char *script, const char *dir, int port)
{
	char *command;
	int status;

	if (asprintf(&command, "d='%s'; p=%d; cd \"$d\" || exit 1; PATH=$PATH:/usr/sbin:/sbin\n%s",
		    dir, port, script) < 0)
		return -1;
	status = system(command);
	free(command);
	return status;
}

static inline bool sshd_answers(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

static inline bool sshd_up(struct private_sshd *s, const char *more_config)
{
	char config[4096];
	int i;

	memset(s, 0, sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "/tmp/wp502-test-XXXXXX");
	if (!mkdtemp(s->dir))
		return false;
	s->port = sshd_free_port();
	snprintf(config, sizeof(config),
		"command -v sshd >/dev/null || exit 1\n"
		"[ -d /run/sshd ] || mkdir -p /run/sshd 2>/dev/null\n"
		"for k in host host2 user wrong; do ssh-keygen -q -t ed25519 -N '' -f $k || exit 1; done\n"
		"ssh-keygen -q -t ed25519 -N secret -f locked\n"
		"cat user.pub locked.pub >authorized\n"
		"k=$(cut -d' ' -f1,2 host.pub) n=\"[127.0.0.1]:$p\"\n"
		"echo \"$n $k\" >known; : >empty; echo \"@revoked $n $k\" >revoked\n"
		"{ echo '# one'; echo \"$n $(cut -d' ' -f1,2 host2.pub)\"; } >changed\n"
		"printf '%%s\\n' \"Port $p\" 'ListenAddress 127.0.0.1' \"HostKey $d/host\" "
		"\"AuthorizedKeysFile $d/authorized\" 'UsePAM no' 'StrictModes no' 'PidFile none' "
		"'PermitRootLogin yes' '%s' >sshd.conf\n", more_config);
	if (sshd_sh(config, s->dir, s->port) != 0)
		return false;
	s->pid = fork();
	if (s->pid == 0) {
		snprintf(config, sizeof(config), "%s/sshd.conf", s->dir);
		dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 2);
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-e", "-f", config, (char *)NULL);
		_exit(127);
	}
	for (i = 0; i < 200 && !sshd_answers(s->port); i++)
		usleep(20000);
	snprintf(s->known, sizeof(s->known), "%s/known", s->dir);
	snprintf(s->empty, sizeof(s->empty), "%s/empty", s->dir);
	snprintf(s->changed, sizeof(s->changed), "%s/changed", s->dir);
	snprintf(s->revoked, sizeof(s->revoked), "%s/revoked", s->dir);
	snprintf(s->user_key, sizeof(s->user_key), "%s/user", s->dir);
	snprintf(s->wrong_key, sizeof(s->wrong_key), "%s/wrong", s->dir);
	snprintf(s->locked_key, sizeof(s->locked_key), "%s/locked", s->dir);
	return i < 200;
}

static inline void sshd_down(struct private_sshd *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGTERM);
		waitpid(s->pid, NULL, 0);
	}
	if (*s->dir)
		sshd_sh("rm -rf \"$d\"", s->dir, 0);
}

#endif
