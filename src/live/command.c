#include "live/command.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/*
 * The login shell may be anything, so it gets one command: exec /bin/sh -c '...', and
 * inside the quotes neither ' nor ! (csh) nor a newline nor \\ or \' (fish). As root
 * nothing forks before the pulse. Otherwise sudo runs in a command substitution that
 * catches its words (descriptor 3 is the real output): a shell that became root says so
 * there, which tells the end of a session from a refusal.
 */
#define LOGIN_HEAD \
	"exec /bin/sh -c '" \
	"W5_SSH=$SSH_CONNECTION W5_WHY= u= n=; export W5_SSH W5_WHY; " \
	"while read -r k a b; do case $k in Uid:) u=$a; break;; esac; " \
	"done 2>/dev/null </proc/self/status; " \
	"[ \"$u\" ] || u=$(id -u); " \
	"command -v nice >/dev/null && n=\"nice -n 5\"; "

#define LOGIN_TRY \
	"case $u in 0) ;; *) s=$(command -v sudo || command -v doas) && { " \
	"W5_WHY=$($s -n /bin/sh -c " \
	"\"echo w5-root >&2; exec 2>/dev/null; W5_SSH=\\$0; export W5_SSH; exec $n /bin/sh\" " \
	"\"$W5_SSH\" 2>&1 >&3 3>&-); } 3>&1; " \
	"[ \"$s\" ] || W5_WHY=\"neither sudo nor doas is installed\"; " \
	"case $W5_WHY in *w5-root*) exit 0;; esac;; esac; "

/* The prompt is a token of ours: sudo's own side asks, so nobody else gets the answer. */
#define LOGIN_ASK \
	"case $u in 0) ;; *) if command -v sudo >/dev/null; then " \
	"sudo -S -k -p \"%s?\" /bin/sh -c " \
	"\"echo %s+; exec 2>/dev/null; W5_SSH=\\$0; export W5_SSH; exec $n /bin/sh\" " \
	"\"$W5_SSH\" 2>&1 && exit 0; W5_WHY=\"sudo refused\"; " \
	"else W5_WHY=\"sudo is not installed\"; fi;; esac; echo %s-; "

#define LOGIN_NO "W5_WHY=\"not asked to\"; "

#define LOGIN_TAIL "exec $n /bin/sh'"

char *command_login(enum shell_sudo sudo, const char *token)
{
	switch (sudo) {
	case SHELL_SUDO_ASK:
		return xasprintf(LOGIN_HEAD LOGIN_ASK LOGIN_TAIL, token, token, token);
	case SHELL_SUDO_NO:
		return xstrdup(LOGIN_HEAD LOGIN_NO LOGIN_TAIL);
	case SHELL_SUDO_TRY:
		break;
	}
	return xstrdup(LOGIN_HEAD LOGIN_TRY LOGIN_TAIL);
}

/*
 * bash reads a pipe byte by byte, and 60 kB of script that way cost 60,000 system calls
 * of a sick host: it lets head read them in blocks. The others read blocks anyway.
 */
void command_scripts(struct buf *out, const char *const *scripts, const char *mark,
	uint64_t seq)
{
	size_t i, len = 0;

	buf_addf(out, "W5_MARK=%s W5_SEQ=%" PRIu64 "\n%s\n", mark, seq, scripts[0]);
	for (i = 1; scripts[i]; i++)
		len += strlen(scripts[i]) + 1;
	buf_addf(out, "[ -n \"$BASH_VERSION\" ] && eval \"$(head -c %zu)\"\n", len);
	for (i = 1; scripts[i]; i++)
		buf_addf(out, "%s\n", scripts[i]);
}

bool command_request(struct buf *out, uint64_t seq, const char *name,
	const char *const *args, int timeout_ms)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._");
	int seconds = (timeout_ms + 999) / 1000;

	if (!len || name[len])
		return false;
	if (!strcmp(name, "survey"))
		return buf_addf(out, "w5_survey %" PRIu64 "\n", seq);
	if (!strcmp(name, "round"))
		buf_addf(out, "w5_round %" PRIu64 " %d", seq, seconds > 0 ? seconds : 1);
	else
		buf_addf(out, "w5_run %" PRIu64 " %s %d", seq, name, seconds > 0 ? seconds : 1);
	for (; args && *args; args++) {
		buf_addc(out, ' ');
		text_shell_quote(out, span_of(*args));
	}
	return buf_addc(out, '\n');
}
