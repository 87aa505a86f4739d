# fpm: every PHP-FPM of the machine, running or meant to run, with its pools.
# Records are explained in probes/fpm/README.md; parse*.c reads them.

# Running masters: "run<TAB>PID<TAB>CONF<TAB>EXE" a line, told from the process title.
w5_fpm_running() {
for w5_d in /proc/[0-9]*; do
w5_c= w5_t=
read -r w5_c < "$w5_d/comm" || continue
case $w5_c in
*fpm*) ;;
*) continue ;;
esac
read -r w5_t < "$w5_d/cmdline" || [ -n "$w5_t" ] || continue
case $w5_t in
'php-fpm: master process ('*)
w5_t=${w5_t#*\(}
printf 'run\t%s\t%s\n' "${w5_d#/proc/}" "${w5_t%%)*}" ;;
esac
done 2>/dev/null
}

# What would start one: "start<TAB>UNIT<TAB>BINARY<TAB>CONF" a line; CONF may be empty, UNIT
# is - for a unit file that nobody reads here.
w5_fpm_starters() {
set --
for w5_d in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system \
/usr/lib/systemd/system /lib/systemd/system; do
[ "$w5_d" = /lib/systemd/system ] && [ -e /usr/lib/systemd/system ] && continue
set -- "$@" "$w5_d"/*.service "$w5_d"/*.service.d/*.conf
done
{
grep -E '^ExecStart=.*fpm' /dev/null "$@" 2>/dev/null
[ "$W5_INIT" = systemd ] || grep -E '^[[:space:]]*(command|command_args|DAEMON|DAEMON_ARGS|CONFFILE|NAME)=' \
/dev/null /etc/init.d/*fpm* 2>/dev/null
} | awk -v init="$W5_INIT" '
function arg(s,   i, n, w) {
n = split(s, w, /[ \t"]+/)
for (i = 1; i <= n; i++) {
if (w[i] ~ /^(--fpm-config|-y)$/) return w[i + 1]
if (w[i] ~ /^--fpm-config=/) return substr(w[i], 14)
}
return ""
}
{
i = index($0, ":"); f = substr($0, 1, i - 1); s = substr($0, i + 1)
if (f ~ /\.service\.d\//) { sub(/\.service\.d\/.*/, ".service", f) }
sub(/.*\//, "", f)
j = index(s, "="); key = substr(s, 1, j - 1); s = substr(s, j + 1)
sub(/^[ \t]+/, "", key)
gsub(/\047/, "\"", s)
if (key == "ExecStart") {
if (f ~ /@\.service$/ || s == "") next
sub(/^[-@:+!]+/, "", s)
split(s, w, /[ \t]+/)
if (w[1] !~ /fpm/) next
if (init == "systemd") print "start\t" f "\t" w[1] "\t" arg(s)
else files = files "start\t-\t" w[1] "\t" arg(s) "\n"
next
}
gsub(/"/, "", s)
if (key == "NAME") name[f] = s
else if (key == "command" || key == "DAEMON") bin[f] = s
else if (key == "CONFFILE") conf[f] = s
else args[f] = s
}
END {
for (f in bin) {
b = bin[f]; c = conf[f]
gsub(/\$\{?NAME\}?/, name[f], b)
gsub(/\$\{?NAME\}?/, name[f], c)
if (c == "") c = arg(args[f])
if (b ~ /fpm/ && b !~ /\$/) print "start\t" f "\t" b "\t" (c ~ /\$/ ? "" : c)
}
printf "%s", files
}'
}

# Files that configuration files include, in the order FPM reads them.
w5_fpm_includes() {
for w5_f in $(awk '/^[ \t]*include[ \t]*=/ {
sub(/^[^=]*=[ \t]*/, ""); gsub(/"/, ""); sub(/[ \t]*(;.*)?$/, "")
dir = FILENAME
sub(/[^\/]*$/, "", dir)
print (/^\// ? "" : dir) $0
}' "$@" 2>/dev/null); do
[ -f "$w5_f" ] && printf '%s\n' "$w5_f"
done
}

# Only what the console uses: no environment, no php values but these four.
w5_fpm_read() {
awk -v main="$1" '
FNR == 1 { sect = (FILENAME == main) ? "global" : sect; print "read\t" FILENAME }
/^[ \t]*(;|$)/ { next }
/^[ \t]*\[/ {
sect = $0
sub(/^[ \t]*\[/, "", sect)
sub(/\].*/, "", sect)
print "section\t" FILENAME "\t" sect
next
}
{
i = index($0, "=")
if (!i) next
key = substr($0, 1, i - 1)
gsub(/[ \t]/, "", key)
if (key !~ /^(pid|error_log|log_level|emergency_restart_threshold|emergency_restart_interval|process_control_timeout|process\.max|syslog\.ident|prefix|user|group|listen|listen\.(backlog|owner|group|mode|acl_users|acl_groups|allowed_clients)|pm|pm\.(max_children|start_servers|min_spare_servers|max_spare_servers|process_idle_timeout|max_requests|status_path|status_listen)|ping\.path|access\.log|slowlog|request_slowlog_timeout|request_terminate_timeout|chroot|catch_workers_output|rlimit_files|php_(admin_)?value\[(error_log|memory_limit|max_execution_time|session\.save_path)\])$/) next
v = substr($0, i + 1)
sub(/^[ \t]+/, "", v)
if (v ~ /^"/) { v = substr(v, 2); sub(/".*/, "", v) }
else { sub(/[ \t]*;.*/, "", v); sub(/[ \t\r]+$/, "", v) }
print "set\t" key "\t" substr(v, 1, 500)
}' "$@" 2>/dev/null
}

# One configuration: its files, then the test of one that does not run.
w5_fpm_conf() {
printf 'conf\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4"
if [ ! -r "$1" ]; then
[ -e "$1" ] && w5_missing "$1" 'needs root'
return 0
fi
set -- "$1" "$2" "$3" "$4" $(w5_fpm_includes "$1")
w5_conf=$1 w5_pid=$2 w5_bin=$3
shift 4
[ $# -eq 0 ] || [ $# -ge 400 ] || set -- "$@" $(w5_fpm_includes "$@")
w5_fpm_read "$w5_conf" "$@"
w5_try 2 stat -L -c 'mtime	%Y	%n' "$w5_conf" "$@" 2>/dev/null
if [ -z "$w5_pid" ] && [ -x "$w5_bin" ] && [ "$w5_tests" -lt 4 ]; then
w5_tests=$((w5_tests + 1))
w5_m=$(w5_try 5 "$w5_bin" -t --fpm-config "$w5_conf" 2>&1 < /dev/null)
printf 'tested\t%s\n' "$?"
printf '%s\n' "$w5_m" | awk 'NR <= 12 { print "=" substr($0, 1, 600) }'
fi
}

w5_fpm() {
w5_tests=0 w5_done=' '
w5_run_list=$(w5_fpm_running)
w5_start_list=$(w5_fpm_starters)
w5_tab='	'
w5_nl='
'
w5_ifs=$IFS
IFS=$w5_nl
set -f
for w5_line in $w5_start_list; do
IFS=$w5_tab
set -- $w5_line
IFS=$w5_ifs
set +f
w5_unit=$2 w5_bin=$3 w5_conf=$4
[ "$w5_unit" = - ] && w5_unit=
if [ -z "$w5_conf" ] && [ -x "$w5_bin" ]; then
w5_conf=$(w5_fpm_default "$w5_bin")
fi
w5_fpm_once "$w5_conf" "$w5_unit" "$w5_bin"
IFS=$w5_nl
set -f
done
for w5_line in $w5_run_list; do
IFS=$w5_tab
set -- $w5_line
IFS=$w5_ifs
set +f
w5_fpm_once "$3" '' ''
IFS=$w5_nl
set -f
done
IFS=$w5_ifs
set +f
for w5_conf in /etc/php/*/fpm/php-fpm.conf /etc/php-fpm.conf /etc/php[0-9]*/php-fpm.conf \
/etc/opt/remi/*/php-fpm.conf /opt/plesk/php/*/etc/php-fpm.conf \
/opt/cpanel/*/root/etc/php-fpm.conf /opt/bitnami/php/etc/php-fpm.conf /usr/local/etc/php-fpm.conf; do
[ -f "$w5_conf" ] && w5_fpm_once "$w5_conf" '' ''
done
printf 'fpm\tall\n'
}

# Where a binary looks when nobody tells it: the usual place, else it says so itself.
w5_fpm_default() {
w5_v=${1##*/}
w5_v=${w5_v#php-fpm}
for w5_f in "/etc/php/$w5_v/fpm/php-fpm.conf" "/etc/php$w5_v/php-fpm.conf" /etc/php-fpm.conf; do
case $1 in
/usr/sbin/*|/usr/bin/*)
if [ -f "$w5_f" ]; then
printf '%s\n' "$w5_f"
return 0
fi ;;
esac
done
w5_try 5 "$1" -t 2>&1 < /dev/null | awk 'match($0, /configuration file [^ ]+ test/) {
print substr($0, RSTART + 19, RLENGTH - 24); exit }
match($0, /failed to load configuration file \047[^\047]+/) { print substr($0, RSTART + 35, RLENGTH - 35); exit }'
}

# w5_fpm_once CONF UNIT BINARY
w5_fpm_once() {
[ -n "$1" ] || return 0
case $w5_done in
*" $1 "*)
[ -n "$2" ] && printf 'unit\t%s\t%s\n' "$1" "$2"
return 0 ;;
esac
w5_done="$w5_done$1 "
w5_pid= w5_exe=$3
w5_ifs2=$IFS
IFS=$w5_nl
for w5_l in $w5_run_list; do
case $w5_l in
*"$w5_tab$1")
w5_pid=${w5_l#*"$w5_tab"}
w5_pid=${w5_pid%%"$w5_tab"*} ;;
esac
done
IFS=$w5_ifs2
[ -n "$w5_exe" ] || case $1 in
/etc/php/*/fpm/php-fpm.conf)
w5_exe=${1#/etc/php/}
w5_exe=/usr/sbin/php-fpm${w5_exe%%/*} ;;
/etc/php-fpm.conf) w5_exe=/usr/sbin/php-fpm ;;
esac
w5_fpm_conf "$1" "$w5_pid" "$w5_exe" "$2"
}

# --- logs ------------------------------------------------------------------------------

# An argument is a path, or journal:UNIT where the log goes to the journal.
w5_fpm_log() {
w5_clock
for w5_f in "$@"; do
case $w5_f in
journal:*)
printf 'journal\t%s\n' "${w5_f#journal:}"
w5_try 3 journalctl -q --no-pager -n 200 -o short -u "${w5_f#journal:}" 2>/dev/null | \
awk '{ print "=" substr($0, 1, 2048) }' ;;
*) w5_log fpm "$w5_f" 32768 ;;
esac
done
}

w5_fpm_slow() {
w5_clock
for w5_f in "$@"; do
w5_log slow "$w5_f" 65536
done
}

# Derivers: a report of w5_fpm on stdin, an argument a line on stdout.
w5_fpm_logs() {
awk -F'\t' -v init="$W5_INIT" '
$1 == "conf" { conf = $2; unit[conf] = $5; pid[conf] = $3 }
$1 == "unit" { unit[$2] = $3 }
$1 == "set" && $2 == "error_log" { log_of[conf] = $3 }
END {
for (c in unit) {
l = log_of[c]
if (l ~ /^\//  && l !~ /^\/(proc|dev)\//) print l
if (init == "systemd" && unit[c] != "" && (pid[c] == "" || l !~ /^\// || l ~ /^\/(proc|dev)\//)) print "journal:" unit[c]
}
}' | awk '!seen[$0]++ && NR <= 12'
}

w5_fpm_slowlogs() {
awk -F'\t' '
$1 == "section" { pool = $3 }
$1 == "set" && $2 == "slowlog" { l = $3; gsub(/\$pool/, pool, l); if (l ~ /^\// && !seen[l]++ && n++ < 12) print l }'
}

w5_fpm_users() {
awk -F'\t' '$1 == "set" && $2 == "user" && !seen[$3]++ { print $3 }'
}

w5_fpm_php_logs() {
awk -F'\t' '
$1 == "section" { pool = $3 }
$1 == "set" && $2 ~ /^php_(admin_)?value\[error_log\]$/ {
l = $3; gsub(/\$pool/, pool, l); if (l ~ /^\// && !seen[l]++ && n++ < 12) print l }'
}
