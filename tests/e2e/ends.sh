# shellcheck shell=bash
# ends.sh: how a diagnosis that cannot succeed must end. Sourced by badends_*_test.sh:
#
#   end NAME EXIT SENTENCE SECONDS ARG...     `wp502 diagnose ARG...`, twice at the same time: as
#                                             text and as JSON
#   usage NAME SENTENCE ARG...                exit 64, the sentence on stderr, nothing on stdout
#
# SENTENCE is an extended regular expression that one line of the text must match from its
# beginning to its end (blanks in a row are one), as must the title, the error or the fix in
# the JSON. Both runs must end within SECONDS (and 300 ms for a busy machine to start them), with EXIT, say nothing on stderr, and hold
# no byte that could move a terminal's cursor or turn text around; the JSON must parse, be
# UTF-8 and hold one verdict for each host. Jobs run side by side: ends_wait prints them.

ENDS=$(mktemp -d)
ENDS_N=0
WP502=${WP502:-$PWD/wp502}
export SSH_AUTH_SOCK='' XDG_CONFIG_HOME=$ENDS/config XDG_STATE_HOME=$ENDS/state

ends_cleanup() {
	local pid
	for pid in $(cat "$ENDS"/*.pid 2>/dev/null); do kill "$pid" 2>/dev/null; done
	rm -rf "$ENDS"
}

# What must never reach a terminal: C0 but LF, DEL, C1, bidi controls, zero width.
ends_dirty() {
	LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1"
}

# ends_run OUT FORM SECONDS ARG...: writes OUT, OUT.err, OUT.exit and OUT.ms.
ends_run() {
	local out=$1 form=$2 seconds=$3 begun=${EPOCHREALTIME/./}
	shift 3
	# shellcheck disable=SC2086 # no word or one
	timeout -k 1 $((seconds + 20)) "$WP502" diagnose $form --color never "$@" \
		>"$out" 2>"$out.err" </dev/null
	echo $? >"$out.exit"
	echo $(((${EPOCHREALTIME/./} - begun) / 1000)) >"$out.ms"
}

# ends_wrong OUT EXIT SECONDS: what is wrong with one run whatever its form.
ends_wrong() {
	[[ $(cat "$1.exit") =~ ^$2$ ]] || echo "exit $(cat "$1.exit"), not $2"
	[ "$(cat "$1.ms")" -le $(($3 * 1000 + 300)) ] || echo "took $(cat "$1.ms") ms of $3 s"
	[ ! -s "$1.err" ] || echo "stderr: $(head -n 2 "$1.err")"
	! ends_dirty "$1" || echo "control bytes"
}

# ends_json FILE SENTENCE: the JSON's own rules. ENDS_JQ: what else must hold of it.
ends_json() {
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || echo 'JSON: not UTF-8'
	jq -e '.schema == 1 and (.hosts | length > 0) and
		all(.hosts[]; (.verdict | type == "object") and (.verdict.cause | type == "string"))' \
		"$1" >/dev/null 2>&1 || { echo 'JSON: no verdict'; return; }
	[ -z "${ENDS_JQ:-}" ] || jq -e "$ENDS_JQ" "$1" >/dev/null 2>&1 || echo "JSON: not so: $ENDS_JQ"
	jq -r '.hosts[] | .error, .verdict.title, .verdict.fix, .verdict.cause | select(. != null)' "$1" |
		tr -s ' ' | grep -qxE -- "$2" || echo "JSON: no such sentence: $(jq -c '.hosts[0] |
			[.verdict.cause, .verdict.title, .error]' "$1")"
}

# ends_text FILE SENTENCE
ends_text() {
	tr -s ' ' <"$1" | sed -e 's/^ //' -e 's/^CAUSE //' -e 's/^VERDICT //' -e 's/^SAID //' -e 's/^FIX //' \
		-e 's/ ([a-z0-9_.]*, confidence [0-9.]*[^()]*)$//' | grep -qxE -- "$2" ||
		echo "text: no such sentence: $(grep -E '^(CAUSE|VERDICT|SAID|\?\?)' "$1" | head -n 3)"
}

# ere TEXT: as a regular expression that matches just that.
ere() { printf '%s\n' "$1" | sed 's/[].[*^$+?(){}|\\]/\\&/g'; }

ends_one() {
	local name=$1 exit=$2 sentence=$3 seconds=$4 wrong out=$ENDS/job.$5
	shift 5
	ends_run "$out.text" '' "$seconds" "$@" &
	ends_run "$out.json" --json "$seconds" "$@"
	wait
	wrong=$(ends_wrong "$out.text" "$exit" "$seconds"
		ends_wrong "$out.json" "$exit" "$seconds"
		ends_text "$out.text" "$sentence"
		ends_json "$out.json" "$sentence")
	[ -z "${ENDS_SHOW:-}" ] || grep -E '^(CAUSE|VERDICT|SAID)' "$out.text" | sed "s/^/$name $(cat "$out.text.ms") ms: /" >&2
	if [ -z "$wrong" ]; then echo "ok $name"; else
		printf 'not ok %s\n' "$name"
		printf '%s\n' "$wrong" | sed 's/^/    /'
	fi >"$out.done"
}

# At most ENDS_JOBS at once: a timeout on a busy machine says nothing about the program.
end() {
	while [ "$(jobs -rp | wc -l)" -ge "$((${ENDS_JOBS:-3} + ENDS_KEPT))" ]; do wait -n; done
	ENDS_N=$((ENDS_N + 1))
	ends_one "$1" "$2" "$3" "$4" "$(printf %03d $ENDS_N)" "${@:5}" &
}
ENDS_KEPT=0

usage() {
	local name=$1 sentence=$2 out=$ENDS/usage wrong=''
	shift 2
	timeout -k 1 20 "$WP502" "$@" >"$out" 2>"$out.err" </dev/null
	local exit=$?
	[ $exit = 64 ] || wrong="exit $exit, not 64; "
	[ ! -s "$out" ] || wrong="${wrong}something on stdout; "
	grep -qxE -- "$sentence" "$out.err" || wrong="${wrong}says $(cat "$out.err"); "
	! ends_dirty "$out.err" || wrong="${wrong}control bytes; "
	if [ -z "$wrong" ]; then echo "ok $name"; else echo "not ok $name: $wrong"; fi
}

# ends_wait: prints what the jobs found; false if one is not ok.
ends_wait() {
	local job
	while [ "$(jobs -rp | wc -l)" -gt "$ENDS_KEPT" ]; do wait -n; done
	for job in "$ENDS"/job.*.done; do cat "$job"; done
	! grep -q '^not ok' "$ENDS"/job.*.done
}

# ends_pem: keys, known_hosts files and authorized keys in $ENDS.
ends_keys() {
	local key
	for key in host host2 user wrong; do
		ssh-keygen -q -t ed25519 -N '' -f "$ENDS/$key" || return 1
	done
	ssh-keygen -q -t ed25519 -N secret -f "$ENDS/locked" || return 1
	cat "$ENDS/user.pub" "$ENDS/locked.pub" >"$ENDS/authorized"
}

ends_free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
		LocalAddr => "127.0.0.1")->sockport'
}

# ends_sshd OPTION...: an sshd of the test's own; sets PORT. It logs in whoever runs the test.
ends_sshd() {
	local option conf
	PORT=$(ends_free_port)
	conf=$ENDS/sshd.$PORT
	{
		printf '%s\n' "Port $PORT" 'ListenAddress 127.0.0.1' "HostKey $ENDS/host" \
			"AuthorizedKeysFile $ENDS/authorized" 'UsePAM no' 'StrictModes no' \
			'PidFile none' 'PermitRootLogin yes' 'PasswordAuthentication no'
		for option; do printf '%s\n' "$option"; done
	} >"$conf"
	[ -d /run/sshd ] || mkdir -p /run/sshd 2>/dev/null
	/usr/sbin/sshd -D -e -f "$conf" 2>"$conf.log" &
	echo $! >"$conf.pid"
	ENDS_KEPT=$((ENDS_KEPT + 1))
	ends_knows "$PORT" host known
	until (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
		kill -0 "$(cat "$conf.pid")" 2>/dev/null || return 1
		sleep 0.05
	done
}

# ends_knows PORT KEY FILE [MARK]: a line of a known_hosts file.
ends_knows() {
	printf '%s[127.0.0.1]:%s %s\n' "${4:+$4 }" "$1" "$(cut -d' ' -f1,2 "$ENDS/$2.pub")" >>"$ENDS/$3"
}

# ends_perl CODE: something that listens and is no sshd; the code has $s, sets PORT.
ends_perl() {
	PORT=$(ends_free_port)
	perl -MIO::Socket::INET -e '$| = 1; $SIG{PIPE} = "IGNORE"; my $s = IO::Socket::INET->new(Listen => 9, ReuseAddr => 1,
		LocalAddr => "127.0.0.1", LocalPort => shift) or die; '"$1" "$PORT" &
	echo $! >"$ENDS/perl.$PORT.pid"
	ENDS_KEPT=$((ENDS_KEPT + 1))
	until (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do sleep 0.05; done
}
