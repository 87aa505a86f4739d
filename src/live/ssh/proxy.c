#include "live/ssh/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "live/ssh/words.h"
#include "loop/loop.h"

struct proxy {
	struct loop *loop;
	struct loop_child *child;
	struct transport_config jump; /* the jump host as a target of its own */
	bool command;                 /* a ProxyCommand: nothing of ssh to understand */
	struct words words;
	struct buf line;
	bool exited, dead;
	int status;
	const char *argv[24];
	int argc;
	void (*on_exit)(void *owner);
	void *owner;
};

const char *proxy_expand(struct arena *mem, const struct sshconf *c, const char *command)
{
	struct buf out;
	const char *text;
	bool ok = true;

	buf_init(&out, 65536);
	for (; *command && ok; command++) {
		if (*command != '%') {
			buf_addc(&out, *command);
			continue;
		}
		switch (*++command) {
		case '%': buf_addc(&out, '%'); break;
		case 'h': buf_adds(&out, c->host); break;
		case 'n': buf_adds(&out, c->named); break;
		case 'p': buf_addf(&out, "%d", c->port); break;
		case 'r': buf_adds(&out, c->user); break;
		default: ok = false; break;
		}
	}
	text = ok && !out.over && out.data ? arena_strndup(mem, out.data, out.len) : NULL;
	buf_release(&out);
	return text;
}

static void arg(struct proxy *p, const char *word)
{
	if (p->argc < (int)(sizeof(p->argv) / sizeof(p->argv[0])) - 1)
		p->argv[p->argc++] = word;
}

/* [user@]host[:port], the last of a row: it is reached by way of those before it. */
static void jump_argv(struct proxy *p, struct arena *mem, const struct sshconf *conf,
	const struct transport_config *config)
{
	const char *comma = strrchr(conf->jump, ','), *last = comma ? comma + 1 : conf->jump;
	const char *colon = strrchr(last, ':');
	bool v6 = colon && strchr(last, ':') != colon && colon[-1] != ']';
	size_t len = colon && !v6 ? (size_t)(colon - last) : strlen(last);
	const char *at = memrchr(last, '@', len), *host = at ? at + 1 : last;

	len -= (size_t)(host - last);
	if (len > 2 && *host == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	p->jump.target = arena_strndup(mem, host, len);
	p->jump.config_file = config->config_file;
	p->jump.user = at ? arena_strndup(mem, last, (size_t)(at - last)) : NULL;
	p->jump.port = colon && !v6 ? (int)strtol(colon + 1, NULL, 10) : 0;
	p->jump.jump = comma ? arena_strndup(mem, conf->jump, (size_t)(comma - conf->jump)) : NULL;
	arg(p, "ssh");
	arg(p, "-v");
	if (p->jump.config_file) {
		arg(p, "-F");
		arg(p, p->jump.config_file);
	}
	if (p->jump.user) {
		arg(p, "-l");
		arg(p, p->jump.user);
	}
	if (p->jump.port) {
		arg(p, "-p");
		arg(p, arena_printf(mem, "%d", p->jump.port));
	}
	if (p->jump.jump) {
		arg(p, "-J");
		arg(p, p->jump.jump);
	}
	if (!config->may_prompt)
		arg(p, "-oBatchMode=yes");
	arg(p, "-W");
	arg(p, arena_printf(mem, "[%s]:%d", conf->host, conf->port));
	arg(p, "--");
	arg(p, p->jump.target);
}

static bool make_argv(struct proxy *p, struct arena *mem, const struct sshconf *conf,
	const struct transport_config *config)
{
	const char *shell = getenv("SHELL"), *command;

	if (conf->jump) {
		jump_argv(p, mem, conf, config);
		return true;
	}
	command = proxy_expand(mem, conf, conf->proxy_command);
	if (!command)
		return false;
	p->command = true;
	arg(p, shell && *shell == '/' ? shell : "/bin/sh");
	arg(p, "-c");
	arg(p, arena_printf(mem, "exec %s", command));
	return true;
}

static void on_err(void *owner, const char *bytes, size_t len)
{
	struct proxy *p = owner;

	for (; len && !p->dead; bytes++, len--) {
		if (*bytes != '\n') {
			buf_addc(&p->line, *bytes);
			continue;
		}
		words_line(&p->words, span_trim(span_from(p->line.data ? p->line.data : "",
			p->line.len)));
		buf_clear(&p->line);
	}
}

static void on_exit_cb(void *owner, int status, int number)
{
	struct proxy *p = owner;

	p->exited = true;
	p->status = number ? -1 : status;
	if (p->line.len)
		on_err(p, "\n", 1);
	if (!p->dead)
		p->on_exit(p->owner);
}

struct proxy *proxy_new(struct loop *loop, struct arena *mem, const struct sshconf *conf,
	const struct transport_config *config, void (*on_exit)(void *owner), void *owner,
	int *ret_fd, int *ret_error)
{
	struct loop_child_config child = { .on_err = on_err, .on_exit = on_exit_cb };
	struct proxy *p = xcalloc(1, sizeof(*p));
	int ends[2];

	p->loop = loop;
	p->on_exit = on_exit;
	p->owner = owner;
	buf_init(&p->line, 4096);
	*ret_error = EINVAL;
	if (!make_argv(p, mem, conf, config) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		*ret_error = p->argc ? errno : EINVAL;
		free(p);
		return NULL;
	}
	child.argv = p->argv;
	child.new_session = !config->may_prompt;
	child.io_fd = ends[1];
	p->child = loop_child_new(loop, &child, p, ret_error);
	close(ends[1]);
	if (!p->child) {
		close(ends[0]);
		free(p);
		return NULL;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*ret_fd = ends[0];
	return p;
}

static void free_now(void *owner)
{
	struct proxy *p = owner;

	buf_release(&p->line);
	free(p);
}

void proxy_free(struct proxy *p)
{
	if (!p || p->dead)
		return;
	p->dead = true;
	loop_child_free(p->child);
	loop_defer(p->loop, free_now, p);
}

/* The key of a jump host is a matter of its own; all else is "the jump failed". */
void proxy_failure(struct proxy *p, bool timed_out, struct arena *mem, struct ssh_failure *ret)
{
	if (p->command) {
		memset(ret, 0, sizeof(*ret));
		ret->says = *p->words.last ? arena_strdup(mem, p->words.last) :
			timed_out ? "no answer in time by way of the ProxyCommand" :
			"the ProxyCommand ended";
		ret->advice = "check the ProxyCommand by hand";
		ret->error = SSH_E_JUMP;
	} else {
		words_failure(&p->words, &p->jump, timed_out && !p->exited, p->status, mem, ret);
		ret->advice = arena_printf(mem, "jump host %s: %s", p->jump.target, ret->advice);
	}
	ret->step = "jump";
	if (ret->error != SSH_E_KEY_UNKNOWN && ret->error != SSH_E_KEY_CHANGED &&
	    ret->error != SSH_E_KEY_REVOKED && ret->error != SSH_E_USAGE)
		ret->error = SSH_E_JUMP;
}
