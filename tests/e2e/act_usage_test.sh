#!/usr/bin/env bash
# act_usage_test.sh: what `wp502 act` says when it is not told enough, and what no server is
# needed for. Nothing listens on the addresses named here.
set -u
cd "$(dirname "$0")/../.." || exit 1
WP502=${WP502:-$PWD/wp502}
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export XDG_STATE_HOME=$state XDG_CONFIG_HOME=$state

# want NAME STATUS PATTERN ARG...
want() {
	local name=$1 status=$2 pattern=$3 out got
	shift 3
	out=$("$WP502" act "$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		echo "ok act_usage $name"
	else
		echo "not ok act_usage $name: exit $got, wanted $status and /$pattern/: ${out:0:300}"
	fi
}

want no_action 64 'act: no action given'
want no_target 64 'exactly one target is wanted' restart-fpm
want two_targets 64 'exactly one target is wanted' restart-fpm a b
want later 64 'act kill-query: not in version' kill-query web1
want never 64 'act format-disk: not in version' format-disk web1
want dash 64 'may not be empty, begin with' restart-fpm -- -oProxyCommand=x
want both_plugins 64 'exclude each other' disable-plugins --plugin a --all-plugins web1
want empty_name 64 'an empty name is none' disable-plugins --plugin '' web1
: >"$state/x.wp502"
want recording 2 'refused: unsupported: a recording cannot be acted on' restart-fpm "$state/x.wp502"
want unreachable 3 'SSH to root@127.0.0.1:1 failed at step' restart-fpm --yes root@127.0.0.1:1
[ ! -e "$state/wp502/audit.jsonl" ] && echo 'ok act_usage nothing_ran_nothing_noted' ||
	echo 'not ok act_usage nothing_ran_nothing_noted'
if out=$("$WP502" diagnose --yes web1 2>&1); [ $? = 64 ] && grep -q 'belong to act' <<<"$out"; then
	echo 'ok act_usage options_of_act_only'
else
	echo "not ok act_usage options_of_act_only: $out"
fi
