# What every collector can rely on. Comes after pulse.sh; the README next to it is its
# contract. Nothing here may wait in the session's own shell: it reads the requests.
[ "$W5_UID" = unknown ] && W5_UID=$(id -u) && case $W5_UID in 0) W5_ROOT=1 ;; esac
W5_JOBS= W5_SECONDS=10 W5_LIMIT= W5_AS=

w5_has() {
	command -v "$1" >/dev/null 2>&1
}

w5_missing() {
	printf 'missing\t%s\t%s\n' "$1" "$2"
}

# Old busybox wants -t before the seconds.
w5_has timeout && W5_LIMIT='timeout -s KILL'
if [ -n "$W5_LIMIT" ] && [ "$(command -v timeout)" -ef /bin/busybox ]; then
	timeout -s KILL 1 true || W5_LIMIT='timeout -s KILL -t'
fi

# w5_try SECONDS CMD...: an external command, or `w5_as USER CMD...`, at most so long.
w5_try() {
	if [ "$1" -lt "$W5_SECONDS" ]; then w5_cap=$1; else w5_cap=$W5_SECONDS; fi
	shift
	case $1 in
	w5_as) W5_TRY="${W5_LIMIT:+$W5_LIMIT $w5_cap}" "$@" ;;
	*) ${W5_LIMIT:+$W5_LIMIT $w5_cap} "$@" ;;
	esac
}

# The way to become another user that works here: setpriv starts no session.
if [ "$W5_ROOT" = 1 ]; then
	if setpriv --reuid 65534 --regid 65534 --init-groups true; then W5_AS=setpriv
	elif w5_has runuser; then W5_AS=runuser
	elif w5_has su; then W5_AS=su
	fi
fi

# w5_user_ids USER: sets w5_uid and w5_gid; false when there is no such user.
w5_user_ids() {
	w5_uid=
	while IFS=: read -r w5_u w5_x w5_uid w5_gid w5_rest; do
		[ "$w5_u" = "$1" ] && return 0
		[ "$w5_uid" = "$1" ] && return 0
		w5_uid=
	done </etc/passwd
	w5_uid=$(id -u -- "$1") && w5_gid=$(id -g -- "$1")
}

# w5_quote WORD...: sets w5_q to the words quoted for sh.
w5_quote() {
	w5_q=
	for w5_w; do
		w5_p=
		while :; do
			case $w5_w in
			*\'*) w5_p="$w5_p${w5_w%%\'*}'\\''" w5_w=${w5_w#*\'} ;;
			*) break ;;
			esac
		done
		w5_q="$w5_q '$w5_p$w5_w'"
	done
}

# w5_as USER CMD...: as that user (name or number); 126 when we cannot become it.
w5_as() {
	w5_user=$1
	shift
	if [ "$W5_ROOT" != 1 ]; then
		$W5_TRY "$@"
		return
	fi
	w5_user_ids "$w5_user" || return 126
	case $W5_AS in
	setpriv) $W5_TRY setpriv --reuid "$w5_uid" --regid "$w5_gid" --init-groups -- "$@" ;;
	runuser) $W5_TRY runuser -u "$w5_user" -- "$@" ;;
	su)
		w5_quote "$@"
		$W5_TRY su -s /bin/sh "$w5_user" -c "exec$w5_q"
		;;
	*) return 126 ;;
	esac
}

# w5_log KIND PATH [BYTES [USER]]: the end of a log, heading it with
# file KIND SIZE MTIME FROM PATH; each line has = in front. With USER it is a file that
# the site can replace: read as that user, and never through a link.
w5_log() {
	w5_b=${3:-65536}
	if [ -n "$4" ] && { [ -h "$2" ] || [ -h "${2%/*}" ]; }; then
		w5_missing "$2" 'is a symbolic link'
		return
	fi
	if [ ! -f "$2" ]; then
		if [ -e "$2" ]; then w5_x='not a regular file'
		elif [ -x "${2%/*}/" ]; then w5_x='no such file'
		elif [ -d "${2%/*}/" ] && [ "$W5_ROOT" != 1 ]; then w5_x='needs root'
		else w5_x='no such file'
		fi
		w5_missing "$2" "$w5_x"
		return
	fi
	if [ ! -r "$2" ]; then
		w5_missing "$2" 'needs root'
		return
	fi
	if [ -n "$4" ]; then
		w5_try 5 w5_as "$4" sh -c 'exec <"$1" && [ "$(stat -L -c %h /dev/fd/0)" = 1 ] &&
		stat -L -c "%s	%Y" /dev/fd/0 && tail -c "$2"' sh "$2" "$w5_b"
	else
		stat -L -c "%s	%Y" -- "$2"
		w5_try 5 tail -c "$w5_b" -- "$2"
	fi | W5_K=$1 W5_P=$2 W5_B=$w5_b awk "$W5_LOG_AWK"
}

# The first line of a piece is rarely whole: it goes, unless it is all there is.
W5_LOG_AWK='
BEGIN { p = ENVIRON["W5_P"]; b = ENVIRON["W5_B"] + 0 }
NR == 1 {
	split($0, s, "\t")
	cut = s[1] + 0 > b
	printf "file\t%s\t%s\t%s\t%d\t%s\n", ENVIRON["W5_K"], s[1], s[2], cut ? s[1] - b : 0, p
	next
}
NR == 2 && cut { first = substr($0, 1, 4096); next }
{ print "=" substr($0, 1, 4096); n++ }
END {
	if (NR == 0) printf "missing\t%s\tcannot be read\n", p
	else if (cut && n == 0) print "=" first
}'

# Frames reports: see the README. One write for each chunk. What comes in is, for each
# report, a line "b NAME VERSION" behind the mark, its text, and "e EXIT FROM TO" behind the
# mark, also where the collector left its last line open. What a report has too much is read
# over, so that the next of a batch still comes; only a flood without end is cut off.
W5_FRAME_AWK='
function put(flags) {
	printf "\036%s %s %s %s %d\n%s", M, S, N, flags, length(b), b
	fflush()
	b = ""
}
function last(x, ms) {
	put(sprintf("%s%s.%d,%d,%s", t, r, x, ms, V))
	N = ""
}
function add(line) {
	if (length(line) > left) { t = "t"; line = substr(line, 1, left) }
	left -= length(line)
	if (substr(line, 1, 8) == "missing\t" && index(line, "needs root")) r = "r"
	while (length(b) + length(line) > 3000) {
		room = 3000 - length(b)
		b = b substr(line, 1, room)
		line = substr(line, room + 1)
		put("-")
	}
	b = b line
}
BEGIN { M = ENVIRON["W5_M"]; S = ENVIRON["W5_S"]; K = "\036" M " "; k = length(K) }
(i = index($0, K)) > 0 {
	if (i > 1) add(substr($0, 1, i - 1) "\n")
	split(substr($0, i + k), e, " ")
	if (e[1] == "b") { N = e[2]; V = e[3]; t = r = b = ""; left = 262144; over = 0 }
	else last(e[2], e[4] == "" ? -1 : (e[4] - e[3]) * 1000)
	next
}
t == "" { add($0 "\n"); next }
(over += length($0)) > 4194304 { exit }
END { if (N != "") last(-1, -1) }'

# w5_frame SEQ: the pipe end that makes frames.
w5_frame() {
	W5_M=$W5_MARK W5_S=$1 awk "$W5_FRAME_AWK"
}

# w5_begin NAME: heads a report; sets w5_f, the function that makes it.
w5_begin() {
	case $1 in
	*.*) w5_f=w5_${1%%.*}_${1#*.} ;;
	*) w5_f=w5_$1 ;;
	esac
	eval "w5_ver=\${${w5_f}_v:-1}"
	printf '\036%s b %s %s\n' "$W5_MARK" "$1" "$w5_ver"
}

# w5_body NAME ARG...: one collector, and how it ended.
w5_body() {
	w5_begin "$1"
	shift
	W5_T0= W5_T1= W5_TRY=
	read -r W5_T0 w5_rest </proc/uptime
	"$w5_f" "$@"
	w5_x=$?
	read -r W5_T1 w5_rest </proc/uptime
	printf '\036%s e %d %s %s\n' "$W5_MARK" "$w5_x" "$W5_T0" "$W5_T1"
}

# w5_note KEY PID: remembers what runs, forgets what ended.
w5_note() {
	w5_keep=
	for w5_j in $W5_JOBS; do
		kill -0 "${w5_j#*=}" && w5_keep="$w5_keep $w5_j"
	done
	W5_JOBS="$w5_keep $1=$2"
}

w5_host_pulse() {
	w5_pulse_text
	printf '%s' "$w5_o"
}

# A step of an action: the whole script comes with the request.
w5_act() {
	eval "$1"
}

w5_run() {
	jobs >/dev/null
	case $BASH_VERSION$2 in host.pulse) w5_pulse "$1"; return ;; esac
	w5_s=$1 w5_key=$1.$2 W5_SECONDS=$3 W5_NAME=$2
	shift 3
	w5_body "$W5_NAME" "$@" </dev/null | w5_frame "$w5_s" &
	w5_note "$w5_key" $!
}

# w5_round SEQ SECONDS NAME ARG... [\; NAME ARG...]...: one after the other through one
# awk, which costs more than most collectors; the report `round` comes last.
w5_round() {
	jobs >/dev/null
	w5_s=$1 W5_SECONDS=$2
	shift 2
	{
		w5_batch "$@"
		printf '\036%s b round 1\n\036%s e 0\n' "$W5_MARK" "$W5_MARK"
	} </dev/null | w5_frame "$w5_s" &
	w5_note "$w5_s.round" $!
}

# w5_batch NAME ARG... [\; NAME ARG...]...: their text for w5_frame.
w5_batch() {
	W5_LINE=
	for W5_ARG in "$@" \;; do
		case $W5_ARG in
		\;) (eval "w5_body$W5_LINE"); W5_LINE= ;;
		*) w5_quote "$W5_ARG"; W5_LINE=$W5_LINE$w5_q ;;
		esac
	done
}

# w5_end SEQ NAME: its time is over. What it hangs in ends by w5_try.
w5_end() {
	for w5_j in $W5_JOBS; do
		case $w5_j in "$1.$2="*) kill "${w5_j#*=}" ;; esac
	done
}
