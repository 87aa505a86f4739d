#!/usr/bin/env bash
# cost.sh HOST [ROUNDS]: what a lab host pays, in ms of CPU and of wall time, for each report of
# a steady round, for such a round and for one survey. The very text a session gets is fed to
# the very shell (`exec nice -n 5 /bin/sh`) on the host; `times` of that shell, which
# counts every process it waited for, tells the CPU; the distance between two process ids
# tells how many were started. WP502_BENCH_TREE: another checkout's probes.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
LAB=tests/lab/lab
host=$1
rounds=${2:-20}
tree=${WP502_BENCH_TREE:-.}

scripts() {
	local f
	for f in shell/pulse shell/shell shell/survey visitor/collect nginx/collect nginx/collect_log fpm/collect \
		mysql/collect redis/collect wordpress/lex wordpress/collect host/collect; do
		[ ! -e "$tree/probes/$f.sh" ] || sed -e '/^[[:space:]]*#/d' -e 's/^[[:space:]]*//' -e '/^$/d' "$tree/probes/$f.sh"
	done
}

# The arguments a console takes from the survey's reports, found here by the same derivers.
arguments() {
	cat <<'SH'
a_report=$(w5_nginx)
a_errors=$(printf '%s\n' "$a_report" | w5_nginx_error_logs)
a_access=$(printf '%s\n' "$a_report" | w5_nginx_access_logs)
a_roots=$(printf '%s\n' "$a_report" | w5_nginx_roots)
a_sockets=$(printf '%s\n' "$a_report" | w5_survey_sockets)
a_wp=$(w5_wordpress $a_roots)
a_configs=$(printf '%s\n' "$a_wp" | w5_wordpress_configs)
a_php=$(printf '%s\n' "$a_wp" | w5_wordpress_logs)
a_fpm=$(w5_fpm)
a_fpmlogs=$(printf '%s\n' "$a_fpm" | w5_fpm_logs)
a_slow=$(printf '%s\n' "$a_fpm" | w5_fpm_slowlogs)
a_units=$(w5_host_unit | w5_host_units)
ms() { set -- $(sed -n 2p /run/w5times | tr 'ms' '  ') $(sed -n 1p /run/w5times | tr 'ms' '  '); awk -v a="$1" -v b="$2" -v c="$3" -v d="$4" -v e="$5" -v f="$6" -v g="$7" -v h="$8" 'BEGIN { printf "%.0f", ((a + c + e + g) * 60 + b + d + f + h) * 1000 }'; }
now() { read -r n_up n_rest </proc/uptime; n_up=${n_up%.*}${n_up#*.}; }
cost() {
	c_name=$1 c_n=$2
	shift 2
	times >/run/w5times; c_a=$(ms); now; c_w=$n_up; c_i=0
	c_p=$(exec sh -c 'echo $$')
	while [ $c_i -lt $c_n ]; do "$@"; wait; c_i=$((c_i + 1)); done
	now
	c_q=$(exec sh -c 'echo $$')
	times >/run/w5times; c_b=$(ms)
	awk -v p="$c_p" -v q="$c_q" -v n="$c_name" -v a="$c_a" -v b="$c_b" -v w="$c_w" -v x="$n_up" -v c="$c_n" 'BEGIN { printf "%-16s %7.1f %7.1f %9.1f\n", n, (b - a) / c, (x - w) * 10 / c, (q - p - 1) / c }' >&3
}
SH
}

requests() {
	cat <<SH
N=$rounds
SH
	cat <<'SH'
printf '%-16s %7s %7s %9s\n' report cpu_ms wall_ms processes >&3
cost host.proc $N w5_run 1 host.proc 8
cost nginx.log $N w5_run 1 nginx.log 8 $a_errors
cost host.unit $N w5_run 1 host.unit 8 $a_units
cost fpm.log $N w5_run 1 fpm.log 8 $a_fpmlogs
cost nginx.access $N w5_run 1 nginx.access 8 $a_access
cost mysql $N w5_run 1 mysql 8 $a_configs
cost redis $N w5_run 1 redis 8 $a_configs
cost host.log $N w5_run 1 host.log 8
cost wordpress.log $N w5_run 1 wordpress.log 8 $a_php
cost fpm.slow $N w5_run 1 fpm.slow 8 $a_slow
cost host.path $N w5_run 1 host.path 8 $a_sockets
cost wordpress $N w5_run 1 wordpress 8 $a_roots
cost host.disk $N w5_run 1 host.disk 8
cost mysql.log $N w5_run 1 mysql.log 8
cost redis.log $N w5_run 1 redis.log 8
cost host.fire $N w5_run 1 host.fire 8
cost fpm $N w5_run 1 fpm 8
cost nginx $N w5_run 1 nginx 8
cost round_of_all $N w5_round 1 8 host.pulse \; host.proc \; nginx.log $a_errors \; fpm.log $a_fpmlogs \; nginx.access $a_access \; mysql $a_configs \; redis $a_configs \; wordpress.log $a_php
cost survey $N w5_survey 1
exit 0
SH
}

{ echo 'W5_MARK=bench W5_SEQ=0'; scripts; arguments; requests; } >"/tmp/w5bench.$$"
"$LAB" run "$host" sh -c 'cat >/run/w5bench' <"/tmp/w5bench.$$"
rm -f "/tmp/w5bench.$$"
"$LAB" run "$host" sh -c 'exec 3>&1 >/dev/null 2>&1; exec nice -n 5 /bin/sh </run/w5bench'
