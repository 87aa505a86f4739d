#!/bin/sh
# layers.sh [TREE]: who may include whom (docs/ARCHITECTURE.md). Prints every violation as
# FILE:LINE: rule and exits 1.
#
# A room is a folder, but for four finer ones:
#   facts   plain data of the links: probes/fact.h, face.h, cause.h, facts.h, */facts.h
#   table   probes/probe.h: the table of links, their collectors, parsers and causes
#   term    ui/term.*: the only door to curses
#   main    src/*.c, src/*.h
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 2

# ROOM: rooms whose headers it may include besides its own.
rooms='
base:
loop:    base
facts:   base
table:   base facts
probes:  base facts table
model:   base facts
live:    base loop model
store:   base loop model
drill:   base loop model textform
judge:   base facts table model
actions: base facts model
report:  base facts table model
engine:  base loop facts table probes model judge actions report
ui:      base facts model term
term:    base loop ui
main:    base loop facts table probes model live store drill judge actions report engine ui term textform
'

# HEADER (a pattern) and the only place that may include it.
libraries='
uv[.]h|uv/.*                      src/loop/
curl/.*                           src/live/http/
libssh2.*                         src/live/ssh/
sqlite3.*|zstd.*                  src/store/
(n?curses(w/.*)?|ncurses.*|term|panel)[.]h  ui/term[.]c
ini[.]h                           src/config[.]c
'

# Rooms that are told the time and must not ask for it: else a replay judges by today.
timeless='^(probes/|src/judge/)'
clock='(^|[^a-z_>.])(time|clock_gettime|gettimeofday|clock|localtime|localtime_r|mktime|ftime|timespec_get)[ ]*[(]'

files() {
	for top in src probes ui; do
		[ ! -d "$top" ] || find "$top" -name '*.[ch]' -type f
	done | sort
}

files | ROOMS=$rooms LIBRARIES=$libraries CLOCK=$clock TIMELESS=$timeless awk '
function room(path) {
	if (path ~ /^ui\/term[.]/) return "term"
	if (path ~ /^ui\//) return "ui"
	if (path ~ /^probes\/(fact|facts|cause|face)[.][ch]$/ || path ~ /^probes\/[^\/]*\/facts[.]h$/)
		return "facts"
	if (path == "probes/probe.h") return "table"
	if (path ~ /^probes\//) return "probes"
	if (path ~ /^src\/[^\/]*$/) return "main"
	split(path, part, "/")
	return part[2]
}
# Where "x/y.h" lies: headers are found by -I. and -Isrc.
function whole(name) {
	return name ~ /^(probes|ui|src)\// ? name : "src/" name
}
# The line without its comments.
function code(text) {
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", text)
	if (inside && !index(text, "*/"))
		return ""
	if (inside)
		text = substr(text, index(text, "*/") + 2)
	inside = index(text, "/*") > 0
	if (inside)
		text = substr(text, 1, index(text, "/*") - 1)
	return text
}
function say(rule) {
	printf "%s:%d: %s\n", file, line, rule
	bad = 1
}
function check_own(name,    to) {
	to = room(whole(name))
	if (name !~ /\// && here != "main")
		say("include by its whole path: \"" name "\"")
	else if (to == here || index(may[here], " " to " ") || \
		 (name == "store/textform.h" && index(may[here], " textform ")))
		return
	else if (!(to in may))
		say("no such room: \"" name "\"")
	else
		say(here " may not include " to ": \"" name "\"")
}
function check_system(name,    i) {
	for (i = 1; i <= libs; i++)
		if (name ~ ("^(" header[i] ")$") && file !~ ("^" place[i]))
			say("<" name "> only in " place[i])
}
BEGIN {
	n = split(ENVIRON["ROOMS"], row, "\n")
	for (i = 1; i <= n; i++)
		if (split(row[i], part, ":") == 2) {
			gsub(/[ \t]+/, " ", part[2])
			may[part[1]] = " " part[2] " "
		}
	n = split(ENVIRON["LIBRARIES"], row, "\n")
	for (i = 1; i <= n; i++)
		if (split(row[i], part, " ") == 2) {
			header[++libs] = part[1]
			place[libs] = part[2]
		}
	while ((getline file) > 0) {
		here = room(file)
		line = inside = 0
		if (!(here in may)) {
			say("a file in no known room")
			continue
		}
		while ((getline text < file) > 0) {
			line++
			text = code(text)
			if (file ~ ENVIRON["TIMELESS"] && text ~ ENVIRON["CLOCK"])
				say("no clock here: time is an argument")
			if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
				continue
			name = text
			sub(/^[^"<]*["<]/, "", name)
			sub(/[">].*$/, "", name)
			if (text ~ /^[^"<]*"/)
				check_own(name)
			else
				check_system(name)
		}
		close(file)
	}
	exit bad
}'
