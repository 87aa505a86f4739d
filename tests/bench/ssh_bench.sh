#!/bin/sh
# ssh_bench.sh [RUNS]: how long it takes to be logged in, in paired runs: `ssh HOST true`,
# and wp502 from its start to its first report (time to live, of its debug log) and to its
# verdict. An sshd of its own, on loopback and (as root, with TUN and netns) behind links of
# 50 and 100 ms. One line a link, medians in ms; then 50 logins at once.
set -u
cd "$(dirname "$0")/../.." || exit 1
runs=${1:-9}
program=${WP502:-$PWD/wp502}
work=$(mktemp -d)
pids=
netns=wp502-bench-$$

finish() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	ip netns del "$netns" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

[ -x "$program" ] || { echo "ssh_bench: $program is missing; run make first" >&2; exit 2; }
command -v /usr/sbin/sshd >/dev/null || { echo "ssh_bench: no sshd" >&2; exit 2; }

# keys and a configuration for both
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
port=$((20000 + $$ % 20000))
mkdir -p /run/sshd 2>/dev/null
cat >"$work/sshd.conf" <<-END
	Port $port
	HostKey $work/host
	AuthorizedKeysFile $work/user.pub
	UsePAM no
	StrictModes no
	PidFile none
	PermitRootLogin yes
	MaxStartups 100
END
{
	for name in 127.0.0.1 10.98.0.2; do
		echo "[$name]:$port $(cut -d' ' -f1,2 "$work/host.pub")"
	done
} >"$work/known"
cat >"$work/conf" <<-END
	Host here host*
	 HostName 127.0.0.1
	 Port $port
	 IdentityFile $work/user
	 IdentitiesOnly yes
	 UserKnownHostsFile $work/known
	 GlobalKnownHostsFile none
	Host far-link
	 HostName 10.98.0.2
	 Port $port
	 IdentityFile $work/user
	 IdentitiesOnly yes
	 UserKnownHostsFile $work/known
	 GlobalKnownHostsFile none
END
unset SSH_AUTH_SOCK
export XDG_STATE_HOME="$work/state"
mkdir -p "$XDG_STATE_HOME/wp502"

now() { date +%s%N; }
median() { sort -n | awk '{ a[NR] = $1 } END { print NR ? a[int((NR + 1) / 2)] : "-" }'; }

# pairs HOST LABEL: the two in turn, so that a busy machine is busy for both
pairs() {
	: >"$work/ssh"
	: >"$work/live"
	: >"$work/all"
	i=0
	while [ "$i" -lt "$runs" ]; do
		i=$((i + 1))
		a=$(now)
		ssh -F "$work/conf" "$1" true </dev/null || return 1
		b=$(now)
		echo $(((b - a) / 1000000)) >>"$work/ssh"
		log="$XDG_STATE_HOME/wp502/debug.log"
		: >"$log"
		up=$(awk '{ printf "%d", $1 * 1000 }' /proc/uptime)
		a=$(now)
		"$program" diagnose -v --transport libssh2 -F "$work/conf" "$1" >"$work/out" 2>&1 </dev/null
		b=$(now)
		echo $(((b - a) / 1000000)) >>"$work/all"
		awk -v up="$up" '/-> live/ { printf "%d\n", $1 * 1000 - up; exit }' "$log" >>"$work/live"
	done
	echo "$2: ssh true $(median <"$work/ssh"), wp502 logged in $(median <"$work/live")," \
		"whole diagnose $(median <"$work/all") ms (medians of $runs pairs)"
}

/usr/sbin/sshd -D -f "$work/sshd.conf" &
pids="$pids $!"
sleep 0.3
pairs here "loopback"

# fifty at once, by fifty names
set --
i=0
while [ "$i" -lt 50 ]; do
	i=$((i + 1))
	set -- "$@" "host$i"
done
a=$(now)
"$program" diagnose --transport libssh2 --timeout 60s -F "$work/conf" "$@" >/dev/null 2>&1 </dev/null
b=$(now)
echo "50 hosts at once: whole diagnose $(((b - a) / 1000000)) ms"

if [ "$(id -u)" -ne 0 ] || [ ! -c /dev/net/tun ] || ! ip netns add "$netns" 2>/dev/null; then
	echo "links with a delay: skipped (need root, TUN and network namespaces)"
	exit 0
fi
${CC:-cc} -O2 -D_GNU_SOURCE -o "$work/delay" tests/bench/delay.c || exit 1
ip netns exec "$netns" /usr/sbin/sshd -D -f "$work/sshd.conf" &
pids="$pids $!"
for ms in 50 100; do
	"$work/delay" "$netns" "$ms" >"$work/up" &
	link=$!
	pids="$pids $link"
	while ! grep -q up "$work/up"; do sleep 0.1; done
	pairs far-link "$ms ms"
	kill "$link"
	wait "$link" 2>/dev/null
done
