#include "live/ssh/transport.h"

static const char *const state_names[] = {
	[SSH_CONNECTING] = "connecting", [SSH_CHECKING_KEY] = "checking-key",
	[SSH_AUTHENTICATING] = "authenticating", [SSH_LIVE] = "live", [SSH_STALE] = "stale",
	[SSH_DEAD] = "dead", [SSH_FAILED] = "failed",
};

static const char *const error_names[] = {
	[SSH_OK] = "ok", [SSH_E_USAGE] = "usage", [SSH_E_NO_NAME] = "no-name",
	[SSH_E_REFUSED] = "refused", [SSH_E_TIMEOUT] = "timeout",
	[SSH_E_UNREACHABLE] = "unreachable", [SSH_E_NOT_SSH] = "not-ssh",
	[SSH_E_CLOSED] = "closed", [SSH_E_ALGORITHMS] = "algorithms",
	[SSH_E_KEY_UNKNOWN] = "key-unknown", [SSH_E_KEY_CHANGED] = "key-changed",
	[SSH_E_KEY_REVOKED] = "key-revoked", [SSH_E_AUTH] = "auth",
	[SSH_E_KEY_FILE] = "key-file", [SSH_E_JUMP] = "jump", [SSH_E_NO_SHELL] = "no-shell",
	[SSH_E_LOST] = "lost", [SSH_E_LOCAL] = "local",
};

const char *ssh_state_name(enum ssh_state state)
{
	return state_names[state];
}

const char *ssh_error_name(enum ssh_error error)
{
	return error_names[error];
}
