#!/usr/bin/env bash
# lab_test.sh: real servers, broken in a dozen ways over four sets of variants: the cause, the health,
# the exit status, and every quoted log line looked up on the server (tests/lab/lab matrix). One of
# them by a program built with sanitizers. Then: a recorded diagnosis judges the same again,
# and so does no part of it fail. Needs root and what tests/lab needs.
# limit: 600
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lab.sh
. tests/e2e/lab.sh
lab_or_skip lab
work=$(mktemp -d)
trap 'lab_over; rm -rf "$work"' EXIT
status=0
jobs=${LAB_JOBS:-2}

# result NAME WRONG: WRONG is empty where all is as it must be.
result() {
	if [ -z "$2" ]; then echo "ok $1"; else
		echo "not ok $1: $2"
		status=1
	fi
}

# again NAME ID FIRST OPTION...: a row that failed, once more on a fresh host: dozens of servers boot
# here on two shared cores, and one in some hundred does not answer in time. What came
# first is told.
again() {
	local name=$1 id=$2 first=$3
	shift 3
	if "$LAB" matrix --jobs 1 "$@" "$id" 2>"$work/err" | grep -q '^1 passed, 0 failed'; then
		echo "ok $name (second try; first $first)"
	else
		result "$name" "$first, twice"
	fi
}

# matrix LABEL [--variant V]... FAULT...: a line for each row of the table.
matrix() {
	local label=$1 id named rest i j options=()
	shift
	for ((i = 1; i <= $#; i++)); do
		[ "${!i}" = --variant ] && { j=$((i + 1)) && options+=(--variant "${!j}"); }
	done
	"$LAB" matrix --jobs "$jobs" "$@" >"$work/table" 2>"$work/err"
	while read -r id named rest; do
		case "$id $rest" in
			'injected '*) ;;
			*' skip: '*) echo "skip lab_$label $id: ${rest##* skip: }" ;;
			*' ok') echo "ok lab_$label $id" ;;
			*' FAIL '*) again "lab_$label $id" "$id" "named $named: ${rest##* FAIL }" "${options[@]}" ;;
		esac
	done <"$work/table"
	grep -q ' passed, ' "$work/table" || result "lab_$label" "$(tail -n 2 "$work/err" | tr '\n' ' ')"
}

matrix plain healthy fpm.down fpm.socket_permission mysql.down wordpress.plugin_fatal cdn.cached_page_hides_outage
matrix panel --variant panel_names --variant two_sites nginx.socket_mismatch fpm.pool_saturated
matrix plain_user --variant user_plain --variant noisy_profile --variant timezone wordpress.maintenance nginx.down
matrix old_init --variant no_systemd --variant fpm_tcp --variant busybox_sh mysql.access_denied healthy.scanner

# --- the program built with AddressSanitizer and UBSan: reports end up in the exit status ---
if env -u MAKEFLAGS -u MFLAGS make -s SAN=address,undefined build-address-undefined/wp502 >"$work/san" 2>&1; then
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
	WP502=$PWD/build-address-undefined/wp502 matrix sanitizers fpm.slow_endpoint
else
	result lab_sanitizers "does not build: $(tail -n 1 "$work/san")"
fi

# --- recorded and judged again ---
what='.hosts[0].verdict | [.cause, .health, .title, .first_broken_arrow, (.evidence | map(.text))]'
"$LAB" up rec >/dev/null 2>&1 && "$LAB" fault rec fpm.down >/dev/null 2>&1
read -ra args < <("$LAB" args rec)
"$WP502" diagnose --json --record "$work/rec.events" "${args[@]}" "root@$("$LAB" ip rec)" \
	>"$work/live.json" 2>"$work/live.err" </dev/null
live=$?
"$WP502" diagnose --json "$work/rec.events" >"$work/again.json" 2>"$work/again.err" </dev/null
again=$?
wrong=
[ $live = 2 ] && [ $again = 2 ] || wrong="exit $live live, $again replayed; $(cat "$work/live.err" "$work/again.err")"
[ "$(jq -c "$what" "$work/live.json")" = "$(jq -c "$what" "$work/again.json")" ] ||
	wrong="$wrong live $(jq -c "$what" "$work/live.json"), replayed $(jq -c "$what" "$work/again.json")"
result record_replay "$wrong"

wrong=
"$WP502" export "$work/rec.events" >"$work/export" 2>"$work/err" </dev/null || wrong="exit $?: $(cat "$work/err")"
[ "$(wc -l <"$work/export")" -ge 20 ] || wrong="$wrong $(wc -l <"$work/export") events"
grep -v '^#' "$work/export" | cut -f1 | jq -e . >/dev/null 2>&1 || wrong="$wrong a head is no JSON"
result export "$wrong"

# What was written when the program was killed at any moment: whole lines, or half of one.
wrong=
size=$(stat -c %s "$work/rec.events")
for part in 1 2 3 5 8 13 21 34 55 89; do
	head -n $((part / 2 + 1)) "$work/rec.events" >"$work/lines.events"
	head -c $((size * part / 100 + 200)) "$work/rec.events" >"$work/bytes.events"
	for cut in lines bytes; do
		[ "$(wc -l <"$work/$cut.events")" -ge 2 ] || continue # the heading and no event
		"$WP502" diagnose --json "$work/$cut.events" >"$work/cut.json" 2>"$work/cut.err" </dev/null
		code=$?
		case $code in 0|1|2|3) jq -e '.hosts | length == 1' "$work/cut.json" >/dev/null 2>&1 || code=JSON ;; esac
		case $code in 0|1|2|3) ;; *) wrong="$wrong $part % in $cut: $code $(head -c 200 "$work/cut.err")" ;; esac
	done
done
result prefixes_replay "$wrong"
exit $status
