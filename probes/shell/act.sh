# What a step of an action is made of. Sent in front of the step, only when there is one:
#
#   w5a_main MODE RUN ID ACTION ON KIND ARG...
#
# MODE check looks and changes nothing, MODE run looks again and then acts. ID is what check
# said the thing is ("-": not asked yet); run refuses when it is another now. KIND names the
# function below. Records, fields by TAB, free text last:
#
#   refuse GUARD WHY     a guard that fails; all are asked
#   say WHAT TEXT        for the sheet
#   id ID                what it is about, by process and start, or device and inode
#   cmd COMMAND          what is executed, quoted for a shell (check: would be)
#   out TEXT             what a command printed
#   end RUN MODE STATUS  the sentinel, last: 0 done, 75 refused (nothing changed), else failed
#
# Commands get no descriptor of ours: a daemon that kept 9 would keep the lock.

w5a_refuse() {
	W5A_NO=1
	printf 'refuse\t%s\t%s\n' "$1" "$2"
}

w5a_say() {
	printf 'say\t%s\t%s\n' "$1" "$2"
}

# w5a_show WORD...: sets w5a_q, quoted only where a shell needs it.
w5a_show() {
	w5a_q=
	for w5a_w; do
		case $w5a_w in
		''|*[!A-Za-z0-9_./:=@%+,-]*) w5_quote "$w5a_w"; w5a_q="$w5a_q$w5_q" ;;
		*) w5a_q="$w5a_q $w5a_w" ;;
		esac
	done
	w5a_q=${w5a_q# }
}

# w5a_do CMD...: tells the command; in mode run executes it, at most 100 s.
w5a_do() {
	w5a_show "$@"
	printf 'cmd\t%s\n' "$w5a_q"
	[ "$W5A_MODE" = run ] || return 0
	w5a_o=$(w5_try 100 "$@" 2>&1 </dev/null 9<&-)
	w5a_x=$?
	[ -z "$w5a_o" ] || printf '%s\n' "$w5a_o" | awk 'NR <= 20 { print "out\t" substr($0, 1, 600) }'
	return "$w5a_x"
}

# w5a_lock FILES: the first that is there is held by descriptor 9 until this step ends.
w5a_lock() {
	for w5a_f in $1; do
		[ -f "$w5a_f" ] || continue
		set -- "$w5a_f"
		break
	done
	w5_has flock || { w5a_refuse lock 'there is no flock on the server'; return; }
	[ -f "$1" ] && [ -r "$1" ] || {
		w5a_refuse lock "$1 cannot be read"
		return
	}
	command exec 9<"$1" || { w5a_refuse lock "$1 cannot be opened"; return; }
	flock -n 9 || w5a_refuse lock "another wp502 is at work: $1 is locked"
}

w5a_note() {
	logger -t wp502 -- "run=$W5A_RUN step=$1 action=$W5A_ACTION on=$W5A_ON at=$(date +%s)" 9<&- ||
		w5a_say warning 'no line could be written to the journal of the server'
}

# Lines of ours about this unit in the last ten minutes.
w5a_brake() {
	if w5_has journalctl; then
		w5_try 5 journalctl -q -t wp502 _UID=0 --since=-11min -o cat --no-pager -n 500
	else
		for w5a_f in /var/log/syslog /var/log/messages; do
			[ -f "$w5a_f" ] && w5_try 5 tail -c 200000 "$w5a_f"
		done
	fi 2>/dev/null | W5A_NOW=$(date +%s) W5A_ON=$W5A_ON awk '
		/step=run/ {
			on = at = ""
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^on=/) on = substr($i, 4)
				if ($i ~ /^at=/) at = substr($i, 4) + 0
				if ($i ~ /^action=/) what = substr($i, 8)
			}
			if (on == ENVIRON["W5A_ON"] && ENVIRON["W5A_NOW"] - at < 600) { n++; last = at; did = what }
		}
		END {
			if (n) printf "%s ran on %s %d s ago (journal of the server)", did, ENVIRON["W5A_ON"], ENVIRON["W5A_NOW"] - last
		}'
}

# w5a_same ID: tells it; in mode run it must be what the sheet showed.
w5a_same() {
	printf 'id\t%s\n' "$1"
	[ "$W5A_MODE" = check ] || [ "$1" = "$W5A_ID" ] ||
		w5a_refuse ambiguous "it is not what the sheet showed any more ($W5A_ID then, $1 now)"
}

w5a_first_error() {
	awk '
		/ERROR|emerg|rror:/ && !e { e = $0 }
		NF && !f { f = $0 }
		END {
			if (!e) e = f
			sub(/^\[[^]]*\] /, "", e)
			print substr(e, 1, 500)
		}'
}

# w5a_test KIND BIN CONF: the configuration as the service itself reads it.
w5a_test() {
	case $1 in
	none) return ;;
	fpm) set -- "$1" "$2" "$3" "$2" -t --fpm-config "$3" ;;
	nginx) if [ -n "$3" ]; then set -- "$1" "$2" "$3" "$2" -t -c "$3"; else set -- "$1" "$2" "" "$2" -t; fi ;;
	esac
	[ -x "$2" ] || { w5a_refuse config-test "${2:-its program} is not there to test the configuration"; return; }
	shift 3
	w5a_show "$@"
	w5a_say test "$w5a_q"
	w5a_o=$(w5_try 15 "$@" 2>&1 </dev/null 9<&-)
	case $? in
	0) ;;
	137|124) w5a_refuse config-test "$w5a_q did not end in 15 s" ;;
	*) w5a_refuse config-test "$(printf '%s\n' "$w5a_o" | w5a_first_error)" ;;
	esac
}

# Workers of master $1 that wait for a disk cannot be ended by anything.
w5a_stuck() {
	case $1 in ''|0|*[!0-9]*) return ;; esac
	w5a_n=$(cat /proc/[0-9]*/stat 2>/dev/null | W5A_P=$1 awk '
		{ pid = $1; sub(/^.*\) /, ""); if ($2 == ENVIRON["W5A_P"] && $1 == "D") n++ }
		END { print n + 0 }')
	[ "$w5a_n" = 0 ] || w5a_refuse unsupported "$w5a_n workers of process $1 are in state D: they wait for a disk and a restart would wait for them"
}

w5a_room() {
	df -kP / /run /tmp /var/log 2>/dev/null | awk '
		NR > 1 && $4 + 0 < 1024 && $2 + 0 > 0 && !seen[$6]++ { print $6 " has " $4 " kB left" }' |
	while IFS= read -r w5a_l; do
		printf 'refuse\tunsupported\tthe disk is full: %s\n' "$w5a_l"
	done
	case $(df -kP / /run /tmp /var/log 2>/dev/null | awk 'NR > 1 && $4 + 0 < 1024 && $2 + 0 > 0 { print "x" }') in
	*x*) W5A_NO=1 ;;
	esac
}

w5a_show_unit() {
	systemctl show -p "$1" "$2" 2>/dev/null 9<&- | sed 's/^[^=]*=//'
}

# w5a_unit_state MANAGER UNIT PID: sets w5a_state (active, inactive, failed, activating ...), w5a_id.
w5a_unit_state() {
	w5a_state=unknown w5a_pid=$3
	case $1 in
	systemd)
		w5a_state=$(w5a_show_unit ActiveState "$2")
		w5a_pid=$(w5a_show_unit MainPID "$2")
		;;
	openrc) if rc-service "$2" status >/dev/null 2>&1 9<&-; then w5a_state=active; else w5a_state=inactive; fi ;;
	*) if service "$2" status >/dev/null 2>&1 </dev/null 9<&-; then w5a_state=active; else w5a_state=inactive; fi ;;
	esac
	w5a_id=$w5a_state
	case $w5a_pid in
	''|0|*[!0-9]*) ;;
	*) w5a_id="$w5a_pid:$(sed 's/^.*) //' "/proc/$w5a_pid/stat" 2>/dev/null | awk '{ print $20 }')" ;;
	esac
}

w5a_unit_guards() { # VERB MANAGER UNIT
	case $1.$w5a_state in
	start.active) w5a_refuse unsupported "$3 runs already" ;;
	reload.active) ;;
	reload.*) w5a_refuse unsupported "$3 does not run ($w5a_state): there is nothing to reload" ;;
	esac
	[ "$2" = systemd ] || return
	case $(w5a_show_unit LoadState "$3") in
	loaded) ;;
	masked) w5a_refuse unsupported "$3 is masked: somebody does not want it to run" ;;
	*) w5a_refuse unsupported "systemd knows no $3" ;;
	esac
	[ "$1" != reload ] || [ "$(w5a_show_unit CanReload "$3")" = yes ] || w5a_refuse unsupported "$3 knows no reload"
}

# One that is starting (a database that recovers) is waited for, not started again.
w5a_unit_wait() {
	w5a_say progress "$2 is on its way ($w5a_state): waited for, not started again"
	w5a_i=0
	while [ "$W5A_MODE" = run ] && [ "$w5a_i" -lt 45 ]; do
		w5a_unit_state "$1" "$2" ''
		[ "$w5a_state" = activating ] || break
		sleep 2
		w5a_i=$((w5a_i + 1))
	done
}

w5a_unit_act() { # VERB MANAGER UNIT
	case $2 in
	systemd)
		if [ "$1.$w5a_state" = start.activating ]; then
			w5a_unit_wait "$2" "$3"
		else
			if [ "$w5a_state" = failed ] && [ "$1" != reload ]; then
				w5a_do systemctl reset-failed "$3"
			fi
			w5a_do systemctl "$1" "$3" || return
		fi
		[ "$W5A_MODE" = check ] || [ "$(w5a_show_unit ActiveState "$3")" = active ]
		;;
	openrc) w5a_do rc-service "$3" "$1" ;;
	*) w5a_do nice -n -5 service "$3" "$1" ;;
	esac
}

# w5a_unit VERB MANAGER UNIT LOCK PID AGAIN TEST BIN CONF; AGAIN: 1 lifts the brake, x: has none.
w5a_unit() {
	[ "$W5_ROOT" = 1 ] || { w5a_refuse unsupported "needs root on the server: ${W5_WHY:-no sudo}"; return 75; }
	w5a_lock "$4"
	w5a_unit_state "$2" "$3" "$5"
	w5a_say state "$w5a_state"
	w5a_same "$w5a_id"
	w5a_unit_guards "$1" "$2" "$3"
	w5a_room
	[ "$7" != fpm ] || w5a_stuck "$w5a_pid"
	if [ -z "$6" ]; then
		w5a_b=$(w5a_brake)
		[ -z "$w5a_b" ] || w5a_refuse brake "$w5a_b"
	fi
	w5a_test "$7" "$8" "$9"
	[ "$W5A_MODE$W5A_NO" != run1 ] || return 75
	[ "$W5A_MODE" = check ] || w5a_note run
	w5a_unit_act "$1" "$2" "$3"
	w5a_x=$?
	[ "$W5A_MODE" = check ] || w5a_note "end.$w5a_x"
	return "$w5a_x"
}

# As the site's user. $1 mode, $2 d or f, $3 folder, $4 name, $5 new name, $6 file to lock,
# $7 id as the sheet showed it.
W5A_RENAME='
no() { printf "refuse\t%s\t%s\n" "$1" "$2"; bad=1; }
bad=
case $4 in ""|.|..|*/*) no symlink "no name of a file: $4"; exit 75 ;; esac
[ ! -h "${3%/}" ] || no symlink "$3 is a symbolic link"
cd -P "$3" 2>/dev/null || { no unsupported "$(id -un) cannot enter $3"; exit 75; }
if [ -n "$7" ] && [ ! -e "./$4" ] && [ ! -h "./$4" ] && [ "$(stat -c %d:%i "./$5" 2>/dev/null)" = "$7" ]; then
	printf "id\t%s\nsay\tstate\t%s\n" "$7" "$3/$5 is in its place already"
	exit 0
fi
if [ -h "./$4" ]; then no symlink "$3/$4 is a symbolic link"
elif [ ! -e "./$4" ]; then no unsupported "there is no $3/$4"
elif [ "$2" = d ] && [ ! -d "./$4" ]; then no unsupported "$3/$4 is no folder"
elif [ "$2" = f ] && [ ! -f "./$4" ]; then no symlink "$3/$4 is no regular file"
elif [ "$2" = f ] && [ "$(stat -c %h "./$4")" != 1 ]; then no symlink "$3/$4 has a second name (a hard link)"
fi
if [ -e "./$5" ] || [ -h "./$5" ]; then no unsupported "$3/$5 is there already"; fi
[ -w . ] || no unsupported "$(id -un) may not rename in $3"
id=$(stat -c %d:%i "./$4" 2>/dev/null)
printf "id\t%s\n" "$id"
if [ -n "$7" ] && [ "$id" != "$7" ]; then no ambiguous "$3/$4 is not what the sheet showed any more"; fi
if [ -h "$6" ] || [ ! -f "$6" ] || [ ! -r "$6" ]; then no lock "$6 cannot be locked: no regular file that $(id -un) can read"
elif ! command -v flock >/dev/null; then no lock "there is no flock on the server"
elif ! command exec 9<"$6"; then no lock "$6 cannot be opened"
elif ! flock -n 9; then no lock "another wp502 is at work: $6 is locked"
fi
if [ "$2" = f ] && [ -z "$bad" ]; then head -c 300 "./$4" | tr -d "\000" | sed "s/^/say	content	/"; fi
[ "$1" = run ] || exit 0
[ -z "$bad" ] || exit 75
if [ "$(stat -f -c %T . 2>/dev/null)" = overlayfs ]; then
	command -v perl >/dev/null || { no unsupported "an overlay file system and no perl: the rename could become a copy"; exit 75; }
	perl -e "rename(\$ARGV[0], \$ARGV[1]) or die qq(\$!\n)" "./$4" "./$5" 2>&1 | sed "s/^/out	/"
elif mv --help 2>&1 | grep -q -e "-T"; then mv -nT "./$4" "./$5"; else mv -n "./$4" "./$5"; fi
[ ! -e "./$4" ] && [ "$(stat -c %d:%i "./$5" 2>/dev/null)" = "$id" ]
'

# PATH and all above it can only be changed by root.
w5a_tight() {
	w5a_p=$1
	while :; do
		[ ! -h "$w5a_p" ] || return 1
		case $(stat -c '%u %A' "$w5a_p" 2>/dev/null) in
		'0 '?????-??-*) ;;
		*) return 1 ;;
		esac
		case $w5a_p in */*/*|/?*) w5a_p=${w5a_p%/*} w5a_p=${w5a_p:-/} ;; *) return 0 ;; esac
		[ "$w5a_p" != / ] || return 0
	done
}

# w5a_rename d|f USER FOLDER NAME NEW LOCK [ID]: nothing but the name changes; ID: what it must be. What USER can write is
# touched as USER; root only where nobody else could have planted something.
w5a_rename() {
	if [ "$2" = root ] && [ "$W5_ROOT" = 1 ] && ! w5a_tight "$3"; then
		w5a_refuse symlink "others than root can change $3, so root does not touch what is in it"
		return 75
	fi
	w5a_show mv -nT "$3/$4" "$3/$5"
	printf 'cmd\t%s\n' "$w5a_q"
	w5a_say as "$2"
	w5a_was=$W5A_ID
	[ "$W5A_MODE" = run ] || w5a_was=$7
	[ "$W5A_MODE" = check ] || w5a_note run
	w5a_o=$(w5_try 15 w5_as "$2" sh -c "$W5A_RENAME" wp502 "$W5A_MODE" "$1" "$3" "$4" "$5" "$6" "$w5a_was" </dev/null 2>/dev/null)
	w5a_x=$?
	[ -z "$w5a_o" ] || printf '%s\n' "$w5a_o"
	case $w5a_x in
	126) w5a_refuse unsupported "cannot become $2 on the server"; w5a_x=75 ;;
	esac
	[ "$W5A_MODE" = check ] || w5a_note "end.$w5a_x"
	return "$w5a_x"
}

# One batch: keys that begin with ARGV[3], byte for byte (the pattern alone is a glob). Names never
# leave Redis as words, so a key cannot be a command.
W5A_LUA='
if redis.replicate_commands then pcall(redis.replicate_commands) end
local r = redis.call("SCAN", ARGV[1], "MATCH", ARGV[2], "COUNT", 2000)
local n, s = 0, {}
for _, k in ipairs(r[2]) do
	if string.sub(k, 1, #ARGV[3]) == ARGV[3] then
		n = n + 1
		if ARGV[4] == "run" then
			local e = redis.pcall("UNLINK", k)
			if type(e) == "table" and e.err then redis.call("DEL", k) end
		elseif #s < 5 then
			s[#s + 1] = (string.gsub(string.sub(k, 1, 200), "[^%w%p ]", "?"))
		end
	end
end
return {r[1], n, unpack(s)}'

# Behind W5_WP_CONST: $9 mode, ${10} pattern, ${11} beginning, ${12} lua, ${13} id.
W5A_PURGE_PRE='
mode=$9 pattern=${10} own=${11} lua=${12} was=${13} conf=$3 nl="
"
no() { printf "refuse\t%s\t%s\n" "$1" "$2"; }
'
W5A_PURGE='
id="$* db $db"
printf "id\t%s\n" "$id"
printf "say\tredis\t%s, keys %s*\n" "$id" "$own"
if [ "$mode" = run ] && [ "$id" != "$was" ]; then no ambiguous "it is not what the sheet showed any more"; exit 75; fi
[ -f "$conf" ] && [ ! -h "$conf" ] && command exec 9<"$conf" || { no lock "$conf cannot be locked"; exit 75; }
flock -n 9 || { no lock "another wp502 is at work: $conf is locked"; exit 75; }
cursor=0 total=0 shown=0 began=$(date +%s)
while :; do
	out=$("$client" "$@" -n "$db" EVAL "$lua" 0 "$cursor" "$pattern" "$own" "$mode" 2>&1 </dev/null 9<&-)
	next=${out%%"$nl"*} rest=${out#*"$nl"}
	n=${rest%%"$nl"*}
	case $next:$n in
	:*|*:|*[!0-9:]*)
		[ "$mode" = run ] && [ "$total" != 0 ] && { printf "out\t%s\n" "$next"; exit 1; }
		no unsupported "Redis says: $next"
		exit 75
		;;
	esac
	total=$((total + n)) cursor=$next
	if [ "$mode" = check ] && [ "$shown" = 0 ] && [ "$n" != 0 ]; then
		shown=1
		printf "%s\n" "${rest#*"$nl"}" | sed "s/^/say	sample	/"
	fi
	[ "$cursor" != 0 ] || break
	[ $(($(date +%s) - began)) -lt 25 ] || [ "$mode" = run ] || { printf "say\tkeys\tat least %s\n" "$total"; exit 0; }
	[ $(($(date +%s) - began)) -lt 95 ] || { printf "out\tno more time: %s keys gone, some are left\n" "$total"; exit 1; }
done
if [ "$mode" = run ]; then printf "say\tprogress\t%s keys are gone\n" "$total"; else printf "say\tkeys\t%s\n" "$total"; fi
exit 0
'

# w5a_purge USER CONFIG ROOT PATTERN BEGINNING: never KEYS, never FLUSHDB.
w5a_purge() {
	w5a_c=
	for w5a_w in redis-cli valkey-cli keydb-cli; do
		w5_has "$w5a_w" && { w5a_c=$w5a_w; break; }
	done
	[ -n "$w5a_c" ] || { w5a_refuse unsupported 'there is no redis-cli on the server'; return 75; }
	w5_has flock || { w5a_refuse lock 'there is no flock on the server'; return 75; }
	w5a_show SCAN 0 MATCH "$4" COUNT 2000
	printf 'cmd\t%s; then UNLINK of each key that begins so, batch by batch\n' "$w5a_q"
	[ "$W5A_MODE" = check ] || w5a_note run
	w5a_o=$(w5_wp_sh "$1" 110 "$W5_WP_CONST$W5A_PURGE_PRE$W5_RD_DIAL$W5A_PURGE" "$W5_LEX" redis "$2" "$3" \
		'WP_REDIS_HOST WP_REDIS_PORT WP_REDIS_PATH WP_REDIS_SCHEME WP_REDIS_DATABASE WP_REDIS_PREFIX WP_CACHE_KEY_SALT WP_REDIS_DISABLED' \
		'WP_REDIS_PASSWORD' "$w5a_c" - "$W5A_MODE" "$4" "$5" "$W5A_LUA" "$W5A_ID")
	w5a_x=$?
	case $w5a_o in
	*'id	'*) ;;
	*) w5a_refuse unsupported "$2 could not be read as $1"; w5a_x=75 ;;
	esac
	[ -z "$w5a_o" ] || printf '%s\n' "$w5a_o"
	[ "$W5A_MODE" = check ] || w5a_note "end.$w5a_x"
	return "$w5a_x"
}

# w5a_found RUN WHAT [USER FOLDER FROM TO]: what the server knows of a run that has no end in the
# audit: a rename by the names that are there, a unit by our lines in the journal.
w5a_found() {
	if [ -n "$3" ]; then
		w5a_o=$(w5_try 5 w5_as "$3" sh -c 'cd "$1" && { [ -e "./$3" ] && echo moved; [ -e "./$2" ] && echo there; }' \
			wp502 "$4" "$5" "$6" </dev/null 2>/dev/null)
		case $w5a_o in
		moved*there) w5a_o="done, and $5 is there again beside it" ;;
		moved) w5a_o="done: $4/$6 can be taken back with undo --id $1" ;;
		there) w5a_o='not done, or taken back' ;;
		*) w5a_o='not found: neither the old name nor the new one is there' ;;
		esac
	else
		w5a_o=$({ w5_has journalctl && w5_try 5 journalctl -q -t wp502 --since=-2d -o cat --no-pager -g "run=$1" ||
			grep -h "wp502.*run=$1" /var/log/syslog /var/log/messages; } 2>/dev/null |
			sed -n 's/.*step=\([a-z]*\)\.*\([0-9]*\).*/\1 \2/p' | tail -n 1)
		case $w5a_o in
		'end 0') w5a_o=done ;;
		end*) w5a_o="failed (status ${w5a_o#end })" ;;
		run*) w5a_o='half done: it was begun and its end is not known' ;;
		*) w5a_o='not done, as far as the journal of the server tells' ;;
		esac
	fi
	w5a_say unfinished "run $1, $2: $w5a_o"
}

w5a_main() {
	umask 022
	W5A_MODE=$1 W5A_RUN=$2 W5A_ID=$3 W5A_ACTION=$4 W5A_ON=$5 W5A_NO='' w5a_f=w5a_$6
	shift 6
	"$w5a_f" "$@"
	printf 'end\t%s\t%s\t%s\n' "$W5A_RUN" "$W5A_MODE" "$?"
}
