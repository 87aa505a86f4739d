#include "live/ssh/words.h"

#include <string.h>

static void keep(char *ret, size_t size, struct span s)
{
	size_t len = s.n < size - 1 ? s.n : size - 1;

	memcpy(ret, s.p, len);
	ret[len] = '\0';
}

static bool behind_proxy(const struct words *w)
{
	return w->proxied || w->proxies;
}

bool words_target_answers(const struct words *w)
{
	return w->banners > w->proxies;
}

static void go(struct words *w, enum words_step step)
{
	if (step > w->step)
		w->step = step;
}

static void debug_line(struct words *w, struct span s)
{
	struct span piece;

	if (span_starts(s, "Connecting to ")) {
		go(w, WORDS_CONNECT);
		if (!behind_proxy(w) && span_between(s, " [", "]", &piece))
			keep(w->address, sizeof(w->address), piece);
	} else if (span_starts(s, "Executing proxy command: ")) {
		go(w, WORDS_CONNECT);
		w->proxied = true;
		if (span_has(s, "ssh ") && span_has(s, " -W "))
			w->proxies++;
	} else if (span_starts(s, "Connection established")) {
		go(w, WORDS_BANNER);
	} else if (span_starts(s, "Remote protocol version")) {
		w->banners++;
		if (words_target_answers(w))
			go(w, WORDS_KEY);
	} else if (span_has(s, "banner line 0: ")) {
		piece = span_skip(s, (size_t)span_find(s, "banner line 0: ") + 15);
		keep(w->before, sizeof(w->before), piece);
	} else if (span_starts(s, "Server host key: ")) {
		s = span_skip(s, strlen("Server host key: "));
		keep(w->key_type, sizeof(w->key_type), span_word(&s));
		keep(w->fingerprint, sizeof(w->fingerprint), span_word(&s));
	} else if (span_starts(s, "SSH2_MSG_NEWKEYS received") && words_target_answers(w)) {
		go(w, WORDS_LOGIN);
	} else if (span_starts(s, "Server accepts key: ")) {
		s = span_skip(s, strlen("Server accepts key: "));
		keep(w->accepted, sizeof(w->accepted), span_word(&s));
	} else if (span_has(s, "mux_client_request_session: master session id")) {
		w->shared = true;
		go(w, WORDS_SHELL);
	}
}

static bool is_hint(struct span s)
{
	return span_starts(s, "Load key ") || span_starts(s, "Warning: Identity file ") ||
		span_has(s, "agent refused operation") || span_has(s, "incorrect passphrase");
}

void words_line(struct words *w, struct span s)
{
	struct span piece;

	if (span_starts(s, "debug1: ")) {
		debug_line(w, span_skip(s, strlen("debug1: ")));
		return;
	}
	if (span_starts(s, "OpenSSH_") || span_starts(s, "Transferred: ") ||
	    span_starts(s, "Bytes per second: ") || span_starts(s, "Killed by signal") ||
	    !span_trim(s).n)
		return;
	if (span_starts(s, "Authenticated to ")) {
		w->logins++;
		w->accepted[0] = '\0';
		if (w->logins > w->proxies)
			go(w, WORDS_SHELL);
		return;
	}
	if (span_has(s, "with partial success"))
		w->partial = true;
	if (span_starts(s, "Offending ") && span_has(s, " key in ")) {
		piece = span_skip(s, (size_t)span_find(s, " key in ") + 8);
		keep(w->known_hosts, sizeof(w->known_hosts), piece);
	}
	if (is_hint(s))
		keep(w->hint, sizeof(w->hint), s);
	if (!span_starts(s, "Connection closed by"))
		keep(w->last, sizeof(w->last), s);
	words_match(w, s);
}

bool words_live(const struct words *w)
{
	return w->step == WORDS_SHELL;
}

enum ssh_state words_state(const struct words *w)
{
	switch (w->step) {
	case WORDS_KEY:
		return SSH_CHECKING_KEY;
	case WORDS_LOGIN:
		return SSH_AUTHENTICATING;
	case WORDS_SHELL:
		return SSH_LIVE;
	default:
		return SSH_CONNECTING;
	}
}
