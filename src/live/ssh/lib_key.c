#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dlog.h"
#include "live/ssh/lib.h"
#include "live/ssh/methods.h"

/* One write, so that two of us cannot mix their lines; a last line may lack its end. */
static bool append(const char *file, const struct buf *line)
{
	int fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct buf text;
	struct stat st;
	char last = '\n';
	bool ok;

	if (fd < 0)
		return false;
	buf_init(&text, line->len + 2);
	if (fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	if (last != '\n')
		buf_addc(&text, '\n');
	buf_add(&text, line->data, line->len);
	ok = write(fd, text.data, text.len) == (ssize_t)text.len;
	buf_release(&text);
	close(fd);
	return ok;
}

/* StrictHostKeyChecking accept-new or no: as ssh does, into the user's first file. */
static void remember(struct lib *t, struct span blob)
{
	unsigned char salt[20];
	struct buf line;

	if (!t->conf->known_hosts.count ||
	    getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return;
	buf_init(&line, 16384);
	known_hosts_line(&line, t->found->known.name, t->conf->hash_known_hosts ? salt : NULL,
		blob);
	if (!append(t->conf->known_hosts.items[0], &line))
		dlog("libssh2 %s: %s: %s", t->config.target, t->conf->known_hosts.items[0],
			strerror(errno));
	buf_release(&line);
}

static void refuse(struct lib *t, enum ssh_error error, struct span blob,
	const struct known_key *entry)
{
	struct ssh_failure failure;

	why_key(error, &t->config, t->found->known.name, blob, entry, t->mem, &failure);
	lib_close(t, &failure);
}

static enum known_answer ask(const struct lib *t, struct span blob,
	const struct known_key **ret_entry)
{
	enum known_answer answer = known_hosts_check(&t->found->known, blob, ret_entry), portless;

	if (answer != KNOWN_NO || !t->found->has_portless)
		return answer;
	portless = known_hosts_check(&t->found->portless, blob, ret_entry);
	return portless == KNOWN_CHANGED ? KNOWN_NO : portless;
}

bool lib_check_key(struct lib *t)
{
	const struct known_key *entry = NULL;
	struct span blob;
	size_t len = 0;
	int type;

	blob.p = libssh2_session_hostkey(t->session, &len, &type);
	blob.n = blob.p ? len : 0;
	if (!blob.n) {
		lib_fail(t, WHY_EXCHANGE, "the server showed no host key");
		return false;
	}
	switch (ask(t, blob, &entry)) {
	case KNOWN_MATCH:
		return true;
	case KNOWN_REVOKED:
		refuse(t, SSH_E_KEY_REVOKED, blob, entry);
		return false;
	case KNOWN_CHANGED:
		if (methods_known_beyond(t->session, t->conf, t->found))
			lib_fail(t, WHY_NO_ALGORITHM, "the host is known by a key of a type that "
				"libssh2 does not have");
		else
			refuse(t, SSH_E_KEY_CHANGED, blob, entry);
		return false;
	case KNOWN_NO:
		break;
	}
	if (t->conf->strict == STRICT_ACCEPT_NEW || t->conf->strict == STRICT_NO) {
		remember(t, blob);
		return true;
	}
	if (t->config.may_prompt && t->conf->strict == STRICT_ASK)
		t->beyond = "the host key is not known yet: ssh asks";
	refuse(t, SSH_E_KEY_UNKNOWN, blob, NULL);
	return false;
}
