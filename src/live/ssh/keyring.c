#include "live/ssh/keyring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "live/ssh/agent.h"
#include "live/ssh/ask.h"
#include "loop/loop.h"

/*
 * How it works: a job is one wish for one file; the first of the list is the one under
 * way: wait for the agent, run ssh-add, list the agent to see which key came. ssh-add has
 * no terminal (a session of its own) and no askpass, so it asks on its stderr and reads
 * stdin: what the human typed is handed on there.
 * The agent must not outlive us, however we end. It is ended by keyring_drop; where we are
 * killed, by the shell it was started for, which reads our pipe to its end; and where that
 * is killed too, the agent itself sees within ten seconds that its shell is gone.
 */

#define TRIES 3
#define SAYS_MAX 2048

/* Its $0 is the directory. A socket that is gone: the agent was ended already. */
static const char agent_shell[] =
	"trap '' HUP INT TERM; echo \"$SSH_AGENT_PID\"; cat >/dev/null; "
	"[ -S \"$0/agent\" ] && kill \"$SSH_AGENT_PID\"; "
	"rm -f \"$0/agent\"; rmdir \"$0\" 2>/dev/null";

struct job {
	struct job *next;
	char *file;
	bool may_prompt;
	keyring_call *call; /* NULL: nobody waits for it any more */
	void *owner;
};

struct file {
	struct file *next;
	char *name;
	struct keyring_result result;
};

struct keyring {
	struct keyring *next;
	struct loop *loop;
	int holders;
	struct arena *mem;
	char dir[96], socket[112];
	struct loop_child *server, *adder;
	pid_t pid; /* of the agent; 0: it has not said yet */
	bool listens, broken, dead;
	struct job *jobs;
	struct file *files;
	struct agent *agent;
	struct ask *ask;
	struct buf says;
	int asked, status;
	const char *argv_server[8], *argv_add[7];
};

static struct keyring *rings; /* one a loop */

static void next_job(void *owner);

/* ---- results ---- */

static struct file *find(struct keyring *k, const char *name)
{
	struct file *f;

	for (f = k->files; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static const struct keyring_result *remember(struct keyring *k, const char *name,
	enum keyring_state state, struct span blob, const char *says)
{
	struct file *f = find(k, name);

	if (!f) {
		f = arena_alloc(k->mem, sizeof(*f));
		f->name = arena_strdup(k->mem, name);
		f->next = k->files;
		k->files = f;
	}
	f->result.state = state;
	f->result.blob = span_from(arena_strndup(k->mem, blob.p, blob.n), blob.n);
	f->result.says = arena_strdup(k->mem, says);
	return &f->result;
}

static void free_job(struct job *j)
{
	free(j->file);
	free(j);
}

static void end_job(struct keyring *k, const struct keyring_result *result)
{
	struct job *j = k->jobs;
	struct keyring_result copy = *result;

	k->jobs = j->next;
	if (k->jobs)
		loop_defer(k->loop, next_job, k);
	if (j->call)
		j->call(j->owner, &copy);
	free_job(j);
}

static void end_bad(struct keyring *k, const char *says)
{
	struct span none = span_from("", 0);

	end_job(k, remember(k, k->jobs->file, KEYRING_BAD, none, says));
}

/* ---- ssh-add ---- */

static bool known_blob(const struct keyring *k, struct span blob)
{
	const struct file *f;

	for (f = k->files; f; f = f->next)
		if (f->result.state == KEYRING_LOADED && f->result.blob.n == blob.n &&
		    !memcmp(f->result.blob.p, blob.p, blob.n))
			return true;
	return false;
}

/* The key that nobody had before is the file's; the same key twice: the last one. */
static void keys_cb(void *owner, bool ok, const struct agent_key *keys, size_t count)
{
	struct keyring *k = owner;
	struct span blob = span_from("", 0);
	size_t i;

	agent_free(k->agent);
	k->agent = NULL;
	for (i = 0; ok && i < count; i++)
		if (!blob.n || !known_blob(k, keys[i].blob))
			blob = keys[i].blob;
	if (!blob.n)
		end_bad(k, "the private ssh-agent did not keep the key");
	else
		end_job(k, remember(k, k->jobs->file, KEYRING_LOADED, blob, NULL));
}

/* The last line is what it gave up for. */
static const char *last_words(struct keyring *k)
{
	struct span text = span_trim(span_from(k->says.data ? k->says.data : "", k->says.len));
	struct span line, last = span_from("", 0);

	while (span_line(&text, &line)) {
		if (span_starts(line, "Permissions ") || !last.n || !span_starts(last, "Permissions "))
			if (span_trim(line).n && *line.p != '@')
				last = span_trim(line);
	}
	return last.n ? arena_strndup(k->mem, last.p, last.n) : "ssh-add failed";
}

static void on_add_exit(void *owner, int status, int number)
{
	struct keyring *k = owner;
	struct span none = span_from("", 0);
	bool asks = span_has(span_from(k->says.data ? k->says.data : "", k->says.len),
		"nter passphrase");

	loop_child_free(k->adder);
	k->adder = NULL;
	ask_free(k->ask);
	k->ask = NULL;
	if (status == 0 && number == 0) {
		k->agent = agent_new(k->loop, k->socket);
		agent_list(k->agent, keys_cb, k);
	} else if (asks && !k->asked) {
		end_job(k, remember(k, k->jobs->file, KEYRING_LOCKED, none,
			"it has a passphrase"));
	} else if (asks) {
		end_bad(k, "the passphrase was not right");
	} else {
		end_bad(k, last_words(k));
	}
}

static void answer_cb(void *owner, const char *answer)
{
	struct keyring *k = owner;

	ask_free(k->ask);
	k->ask = NULL;
	if (!k->adder)
		return;
	if (answer && *answer) {
		loop_child_write(k->adder, answer, strlen(answer));
		loop_child_write(k->adder, "\n", 1);
	} else {
		loop_child_end_input(k->adder);
	}
}

static void question(struct keyring *k)
{
	char *text;

	if (k->jobs->may_prompt && k->asked < TRIES && !k->ask) {
		text = xasprintf("%sPassphrase for %s: ", k->asked ? "Not right. " : "",
			k->jobs->file);
		k->ask = ask_new(k->loop, text, answer_cb, k);
		free(text);
	}
	if (k->ask)
		k->asked++;
	else
		loop_child_end_input(k->adder);
}

static void on_add_says(void *owner, const char *bytes, size_t len)
{
	struct keyring *k = owner;
	struct span text;

	buf_add(&k->says, bytes, len);
	text = span_from(k->says.data ? k->says.data : "", k->says.len);
	if (!k->ask && text.n > 2 && span_ends(text, ": ") && span_has(text, "passphrase") &&
	    k->adder)
		question(k);
}

static void on_nothing(void *owner, const char *bytes, size_t len)
{
	(void)owner;
	(void)bytes;
	(void)len;
}

static void add_file(struct keyring *k)
{
	struct loop_child_config child = {
		.argv = k->argv_add, .new_session = true, .on_out = on_nothing,
		.on_err = on_add_says, .on_exit = on_add_exit,
	};
	int error = 0;

	k->asked = 0;
	buf_clear(&k->says);
	k->argv_add[0] = "env";
	k->argv_add[1] = arena_printf(k->mem, "SSH_AUTH_SOCK=%s", k->socket);
	k->argv_add[2] = "SSH_ASKPASS_REQUIRE=never";
	k->argv_add[3] = "ssh-add";
	k->argv_add[4] = "--";
	k->argv_add[5] = k->jobs->file;
	k->argv_add[6] = NULL;
	k->adder = loop_child_new(k->loop, &child, k, &error);
	if (!k->adder)
		end_bad(k, strerror(error));
}

/* ---- the agent ---- */

/* Its shell says its number: it listens. */
static void on_server_out(void *owner, const char *bytes, size_t len)
{
	struct keyring *k = owner;
	int64_t pid = 0;

	if (k->listens || !span_lead_int(span_from(bytes, len), &pid) || pid < 2)
		return;
	k->pid = (pid_t)pid;
	k->listens = true;
	next_job(k);
}

static void on_server_exit(void *owner, int status, int number)
{
	struct keyring *k = owner;

	(void)status;
	(void)number;
	k->broken = true;
	if (!k->listens)
		next_job(k);
}

static bool make_dir(struct keyring *k)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int n = -1;

	if (runtime && *runtime == '/')
		n = snprintf(k->dir, sizeof(k->dir), "%s/wp502-XXXXXX", runtime);
	if (n > 0 && n < (int)sizeof(k->dir) && mkdtemp(k->dir))
		return true;
	snprintf(k->dir, sizeof(k->dir), "/tmp/wp502-agent-XXXXXX");
	return mkdtemp(k->dir) != NULL;
}

static void start_server(struct keyring *k)
{
	struct loop_child_config child = {
		.argv = k->argv_server, .new_session = true, .on_out = on_server_out,
		.on_err = on_nothing, .on_exit = on_server_exit,
	};
	int error = 0;

	if (!make_dir(k)) {
		k->broken = true;
		return;
	}
	snprintf(k->socket, sizeof(k->socket), "%s/agent", k->dir);
	k->argv_server[0] = "ssh-agent";
	k->argv_server[1] = "-a";
	k->argv_server[2] = k->socket;
	k->argv_server[3] = "sh";
	k->argv_server[4] = "-c";
	k->argv_server[5] = agent_shell;
	k->argv_server[6] = k->dir;
	k->server = loop_child_new(k->loop, &child, k, &error);
	k->broken = !k->server;
}

static void end_server(struct keyring *k)
{
	if (k->pid && !k->broken)
		kill(k->pid, SIGTERM);
	if (!*k->socket)
		return;
	unlink(k->socket);
	rmdir(k->dir);
}

static void next_job(void *owner)
{
	struct keyring *k = owner;
	struct job *j = k->jobs;
	const struct file *known;

	if (k->dead || !j || k->adder || k->agent)
		return;
	known = find(k, j->file);
	if (known && !(known->result.state == KEYRING_LOCKED && j->may_prompt)) {
		end_job(k, &known->result);
		return;
	}
	if (!k->server && !k->broken)
		start_server(k);
	if (k->broken)
		end_bad(k, "no private ssh-agent could be started");
	else if (k->listens)
		add_file(k);
}

void keyring_load(struct keyring *k, const char *file, bool may_prompt, keyring_call *call,
	void *owner)
{
	struct job **end = &k->jobs, *j = xcalloc(1, sizeof(*j));

	j->file = xstrdup(file);
	j->may_prompt = may_prompt;
	j->call = call;
	j->owner = owner;
	while (*end)
		end = &(*end)->next;
	*end = j;
	loop_defer(k->loop, next_job, k);
}

const char *keyring_socket(const struct keyring *k)
{
	return k->socket;
}

bool keyring_asking(const struct keyring *k)
{
	return k->ask != NULL;
}

/* ---- life ---- */

struct keyring *keyring_hold(struct loop *loop)
{
	struct keyring *k;

	for (k = rings; k; k = k->next)
		if (k->loop == loop)
			break;
	if (!k) {
		k = xcalloc(1, sizeof(*k));
		k->loop = loop;
		k->mem = arena_new();
		buf_init(&k->says, SAYS_MAX);
		k->next = rings;
		rings = k;
	}
	k->holders++;
	return k;
}

static void free_now(void *owner)
{
	struct keyring *k = owner;
	struct job *j;

	while ((j = k->jobs)) {
		k->jobs = j->next;
		free_job(j);
	}
	buf_release(&k->says);
	arena_free(k->mem);
	free(k);
}

void keyring_drop(struct keyring *k, void *owner)
{
	struct keyring **at = &rings;
	struct job *j;

	if (!k)
		return;
	for (j = k->jobs; j; j = j->next)
		if (j->owner == owner)
			j->call = NULL;
	if (--k->holders)
		return;
	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	k->dead = true;
	end_server(k);
	ask_free(k->ask);
	agent_free(k->agent);
	loop_child_free(k->adder);
	loop_child_free(k->server);
	loop_defer(k->loop, free_now, k);
}
