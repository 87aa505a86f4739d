#!/bin/sh
# The console on a real terminal (tmux) playing a recording: first screen, keys, resizing,
# stops, crashes, a terminal that goes away. Afterwards the terminal must be as before.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=${WP502:-$PWD/wp502}
recording=$PWD/tests/fixtures/demo.events
socket=none
starts=0
dir=$(mktemp -d)
export XDG_STATE_HOME="$dir" XDG_CONFIG_HOME="$dir"

finish() {
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT

if ! command -v tmux >/dev/null; then
	echo 'skip console: no tmux'
	exit 0
fi
if [ ! -x "$program" ]; then
	echo "not ok console: no program at $program"
	exit 1
fi

# start W H ENV...: a shell in a terminal of that size runs the console in that environment.
start() {
	w=$1 h=$2
	shift 2
	tmux -L "$socket" kill-server 2>/dev/null
	starts=$((starts + 1))
	socket=wp502-test-$$-$starts # the old server may still be on its way out
	rm -f "$dir/before" "$dir/after" "$dir/status"
	cat >"$dir/run" <<RUN
stty -a >'$dir/before'
env "\$@" '$program' replay --utc '$recording'
echo \$? >'$dir/status'
stty -a >'$dir/after'
echo the shell is back
exec cat
RUN
	tmux -L "$socket" -f /dev/null new-session -d -s t -x "$w" -y "$h" \
		sh "$dir/run" LANG=C.UTF-8 "$@"
}

press() { tmux -L "$socket" send-keys -t t "$@"; }
screen() { tmux -L "$socket" capture-pane -p -t t 2>/dev/null; }

# Waits until the screen matches a basic regular expression; at most ten seconds.
see() {
	tries=0
	until screen | grep -q -e "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}

gone() {
	tries=0
	while kill -0 "$1" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || return 1
		sleep 0.1
	done
}

check() {
	name=$1
	shift
	if "$@"; then
		echo "ok console: $name"
	else
		echo "not ok console: $name"
		screen | sed 's/^/    /'
	fi
}

console_pid() {
	pane=$(tmux -L "$socket" list-panes -t t -F '#{pane_pid}')
	ps -o pid= --ppid "$pane" | tr -d ' '
}

whole() { see 'the shell is back' && cmp -s "$dir/before" "$dir/after"; }
ended() { whole && [ "$(cat "$dir/status")" = "$1" ]; }

first_line() { screen | head -n 1 | grep -q -e "$1"; }

keys() {
	see 'VERDICT' || return 1
	press '?' && see '^HELP' || return 1
	press Escape && see 'VERDICT' || return 1
	press v && see '^CAUSE' || return 1
	press L && see '^LOGS' || return 1
	press q && see '^CAUSE' || return 1
	press q && see 'VERDICT' || return 1
	press C-l && see 'VERDICT' || return 1
	press ':' && press hel Tab && see ':help' && press Escape || return 1
	sleep 0.1 # an escape with a key right behind it would be Alt and that key
	press 4 Enter && see '^PHP-FPM' || return 1
	press Escape && see 'VERDICT'
}

quits() { press q && ended 0; }

resizes() {
	for size in 200x60 60x18 100x30 140x40; do
		tmux -L "$socket" resize-window -t t -x "${size%x*}" -y "${size#*x}" || return 1
	done
	see 'VERDICT' || return 1
	tmux -L "$socket" resize-window -t t -x 59 -y 17
	see '^too small: 59x17, needs 60x18$' || return 1
	tmux -L "$socket" resize-window -t t -x 80 -y 24
	see 'VERDICT'
}

stops() {
	pid=$(console_pid)
	[ -n "$pid" ] || return 1
	press C-z
	tries=0
	until ps -o stat= -p "$pid" | grep -q T; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || return 1
		sleep 0.1
	done
	kill -CONT "$pid"
	see 'VERDICT'
}

dies() {
	see 'VERDICT' || return 1
	pid=$(console_pid)
	[ -n "$pid" ] || return 1
	kill -"$1" "$pid"
	whole
}

window_closed() {
	see 'VERDICT' || return 1
	pid=$(console_pid)
	[ -n "$pid" ] || return 1
	tmux -L "$socket" kill-pane -t t
	gone "$pid"
}

as_text() { see 'NOT THIS' && see 'the shell is back'; }

no_colour() {
	see 'VERDICT' || return 1
	! tmux -L "$socket" capture-pane -p -e -t t | grep -q "$(printf '\033')\\[[0-9;]*3[0-8][;m]"
}

start 80 24
check 'the first screen says what is broken' see 'VERDICT'
check 'keys' keys
check 'sizes' resizes
check 'stop and continue' stops
check 'q quits with 0 and the terminal is as before' quits
start 80 24
check 'a crash leaves the terminal whole' dies SEGV
start 80 24
check 'asked to end, the terminal is whole' dies TERM
start 80 24
check 'a closed window ends it' window_closed
start 80 24 TERM=dumb
check 'TERM=dumb: the text report' as_text
start 80 24 TERM=no-such-terminal
check 'an unknown TERM: the text report' as_text
start 80 24 LANG=C LC_ALL=C
check 'no UTF-8 locale: ASCII' see '==>'
start 80 24 NO_COLOR=1
check 'NO_COLOR: no colours' no_colour
