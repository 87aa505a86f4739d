#!/usr/bin/env bash
# run.sh [PAIRS] [ROUNDS]: the figures of docs/TESTING.md's "Numbers", measured in one run on lab hosts:
# time to verdict against `ssh HOST true`, pair by pair in turn, on a host that is well and on one
# whose FPM is stopped; then what the server pays (cost.sh). Never a test: a busy machine
# changes every absolute figure, so look at the ratio and at the load.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lab.sh
. tests/e2e/lab.sh
export WP502_LAB_BRIDGE=${WP502_BENCH_BRIDGE:-$WP502_LAB_BRIDGE}
pairs=${1:-15}
rounds=${2:-20}
why=$(lab_can /tmp/wp502-bench.$$)
rm -f /tmp/wp502-bench.$$
[ -z "$why" ] || { echo "bench: no lab here: $why"; exit 0; }
trap lab_over EXIT

millis() { # COMMAND...: how long it took, in tenths of a millisecond
	local begun=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1 </dev/null
	echo $(((${EPOCHREALTIME/./} - begun) / 100))
}

median() { sort -n | awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'; }

# against NAME HOST: one line of the table.
against() {
	local i ssh verdict work
	work=$(mktemp -d)
	read -ra args < <("$LAB" args "$2")
	verdict=("$WP502" diagnose --json "${args[@]}" "root@$("$LAB" ip "$2")")
	ssh=(ssh -F "$("$LAB" sshconf)" "root@$("$LAB" ip "$2")" true)
	millis "${ssh[@]}" >/dev/null
	millis "${verdict[@]}" >/dev/null
	for ((i = 0; i < pairs; i++)); do
		millis "${ssh[@]}" >>"$work/ssh"
		millis "${verdict[@]}" >>"$work/verdict"
	done
	awk -v name="$1" -v a="$(median <"$work/ssh")" -v b="$(median <"$work/verdict")" -v n="$pairs" \
		'BEGIN { printf "%-16s %9.1f %9.1f %7.2f   %d pairs\n", name, a / 10, b / 10, b / a, n }'
	rm -rf "$work"
}

"$LAB" up well >/dev/null 2>&1 && "$LAB" up down >/dev/null 2>&1 &&
	"$LAB" fault down fpm.down >/dev/null 2>&1 || { echo 'bench: the lab hosts do not come up'; exit 1; }
read -r load _ </proc/loadavg
echo "medians in ms; load of this machine at the start: $load on $(nproc) processors"
printf '%-16s %9s %9s %7s\n' host 'ssh true' diagnose ratio
against healthy well
against fpm.down down
echo
tests/bench/cost.sh well "$rounds"
read -r load _ </proc/loadavg
echo "load at the end: $load"
