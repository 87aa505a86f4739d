#!/bin/sh
# ssh_test.sh: the transports through the program, against an sshd of its own: which one is
# chosen, when ssh takes over, and that both fail in the same words of the JSON.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=${WP502:-$PWD/wp502}
work=$(mktemp -d)
pids=

finish() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

if [ ! -x /usr/sbin/sshd ] || [ ! -x "$program" ]; then
	echo "skip ssh: needs sshd and $program"
	exit 0
fi
unset SSH_AUTH_SOCK
export XDG_STATE_HOME="$work/state" XDG_CONFIG_HOME="$work/none"
mkdir -p /run/sshd 2>/dev/null
for key in host user other; do ssh-keygen -q -t ed25519 -N '' -f "$work/$key"; done
port=$((20000 + $$ % 20000))

# serve PORT [LINE...]: an sshd of these lines
serve() {
	name=$1
	{
		printf '%s\n' "Port $1" 'ListenAddress 127.0.0.1' "HostKey $work/host" \
			"AuthorizedKeysFile $work/user.pub" 'UsePAM no' 'StrictModes no' \
			'PidFile none' 'PermitRootLogin yes'
		shift
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$work/sshd.$name"
	/usr/sbin/sshd -D -f "$work/sshd.$name" 2>/dev/null &
	pids="$pids $!"
}

for p in "$port" $((port + 1)); do
	echo "[127.0.0.1]:$p $(cut -d' ' -f1,2 "$work/host.pub")" >>"$work/known"
	echo "[127.0.0.1]:$p $(cut -d' ' -f1,2 "$work/other.pub")" >>"$work/changed"
done
: >"$work/empty"
serve "$port"
serve $((port + 1)) 'MACs hmac-sha2-256-etm@openssh.com'
sleep 0.5

# field NAME: its first value in the JSON of the last run
field() {
	tr ',{}' '\n\n\n' <"$work/out" | sed -n "s/^ *\"$1\" *: *//p" | head -n 1 | tr -d '"'
}

# run KNOWN PORT OPTION...
run() {
	known=$1
	to=$2
	shift 2
	timeout 60 "$program" diagnose --json -F none -i "$work/user" --known-hosts "$work/$known" \
		-p "$to" --url http://127.0.0.1:1/ "$@" 127.0.0.1 >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

is() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2 is not $3"
		cat "$work/err"
	fi
}

run known "$port"
is "libssh2 by default" "$(field transport)" libssh2
is "reached by libssh2" "$(field reachable)" true
run known "$port" --transport openssh
is "openssh when asked for" "$(field transport)" openssh
run known $((port + 1))
is "ssh takes over where libssh2 has no MAC" "$(field transport) $(field reachable)" "openssh true"
run known $((port + 1)) --transport libssh2
is "libssh2 alone cannot" "$(field reachable) $status" "false 3"
for known in empty changed; do
	run $known "$port" --transport openssh
	theirs=$(field title)
	run $known "$port" --transport libssh2
	is "$known: exit status" "$status" 3
	is "$known: the same step and advice" "$(field title)" "$theirs"
done
is "nothing is written to known_hosts" "$(wc -c <"$work/empty")" 0
