#!/bin/sh
# check_test.sh: a check that cannot fail is none. Every check of tests/check is shown a
# small tree with one planted violation and must name its place, and a good tree and
# must be silent.
set -u
unset WP502
cd "$(dirname "$0")/../.." || exit 1
checks=$PWD/tests/check
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0

fresh() {
	rm -rf "${tree:?}"/*
	mkdir -p "$tree/src/base" "$tree/src/judge" "$tree/src/store" "$tree/src/live/http" \
		"$tree/src/model" "$tree/src/drill" "$tree/probes/nginx" "$tree/ui" "$tree/docs"
	printf '#include "base/buf.h"\n#include <stdio.h>\n\nint f(void)\n{\n\treturn 0;\n}\n' \
		>"$tree/src/base/buf.c"
	printf '#include "base/buf.h"\n#include "probes/probe.h"\n' >"$tree/src/judge/judge.c"
	printf '#include <curses.h>\n#include "loop/loop.h"\n' >"$tree/ui/term.c"
	printf '#include "probes/nginx/facts.h"\n' >"$tree/ui/chain.c"
	printf '#include "cli.h"\n#include "ui/chain.h"\n' >"$tree/src/main.c"
	printf '#include "store/textform.h"\n' >"$tree/src/drill/drill.c"
}

verdict() {
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		printf '%s\n' "$out" | sed 's/^/    /'
		status=1
	fi
}

# fails NAME CHECK EXPECTED: the check exits 1 and prints a line that begins like that.
fails() {
	out=$("$checks/$2" "$tree" 2>&1)
	code=$?
	[ "$code" = 1 ] && printf '%s\n' "$out" | grep -qF "$3"
	verdict "$1" $?
	fresh
}

# passes NAME CHECK: the check exits 0 and finds nothing.
passes() {
	out=$("$checks/$2" "$tree" 2>&1)
	code=$?
	[ "$code" = 0 ] && ! printf '%s\n' "$out" | grep -q ':[0-9]*: '
	verdict "$1" $?
	fresh
}

plant() { printf '%b' "$2" >>"$tree/$1"; }

fresh
passes layers_good_tree layers.sh

plant src/base/buf.c '#include "model/event.h"\n'
fails layers_base_stands_alone layers.sh 'src/base/buf.c:8: base may not include model'
plant ui/chain.c '#include "engine/engine.h"\n'
fails layers_ui_not_engine layers.sh 'ui/chain.c:2: ui may not include engine'
plant ui/chain.c '# include "probes/nginx/nginx.h"\n'
fails layers_ui_not_parsers layers.sh 'ui/chain.c:2: ui may not include probes'
plant src/model/model.c '#include "loop/loop.h"\n'
fails layers_model_not_loop layers.sh 'src/model/model.c:1: model may not include loop'
plant src/live/http/http.c '#include "store/textform.h"\n'
fails layers_live_not_store layers.sh 'src/live/http/http.c:1: live may not include store'
plant src/drill/drill.c '#include "store/recorder.h"\n'
fails layers_drill_textform_only layers.sh 'src/drill/drill.c:2: drill may not include store'
plant src/judge/judge.c '#include "probes/nginx/nginx.h"\n'
fails layers_judge_not_parsers layers.sh 'src/judge/judge.c:3: judge may not include probes'
plant ui/chain.c '#include <ncursesw/curses.h>\n'
fails layers_curses layers.sh 'ui/chain.c:2: <ncursesw/curses.h> only in ui/term'
plant src/live/http/http.c '#include <libssh2.h>\n'
fails layers_libssh2 layers.sh 'src/live/http/http.c:1: <libssh2.h> only in src/live/ssh/'
plant src/judge/judge.c '#include <curl/curl.h>\n'
fails layers_curl layers.sh 'src/judge/judge.c:3: <curl/curl.h> only in src/live/http/'
plant src/judge/judge.c '#include <sqlite3.h>\n'
fails layers_sqlite layers.sh 'src/judge/judge.c:3: <sqlite3.h> only in src/store/'
plant src/store/store.c '#include <uv.h>\n'
fails layers_uv layers.sh 'src/store/store.c:1: <uv.h> only in src/loop/'
plant src/judge/judge.c '#include "judge.h"\n'
fails layers_whole_path layers.sh 'src/judge/judge.c:3: include by its whole path'
plant src/judge/judge.c '#include "nowhere/x.h"\n'
fails layers_unknown_header layers.sh 'src/judge/judge.c:3: no such room'
mkdir -p "$tree/src/attic"
plant src/attic/old.c 'int x;\n'
fails layers_unknown_room layers.sh 'src/attic/old.c:0: a file in no known room'
plant probes/nginx/parse.c '/* not time(NULL) */\nint now(void)\n{\n\treturn time(NULL);\n}\n'
fails layers_no_clock layers.sh 'probes/nginx/parse.c:4: no clock here'

passes size_good_tree size.sh
yes 'int x;' | head -n 601 >"$tree/src/model/long.c"
fails size_long_file size.sh 'src/model/long.c:601: longer than 600 lines'
yes '# x' | head -n 601 >"$tree/probes/nginx/collect.sh"
fails size_long_script size.sh 'probes/nginx/collect.sh:601: longer than 600 lines'
yes 'int x;' | head -n 600 >"$tree/src/model/long.c"
passes size_file_of_600 size.sh
{ printf 'int f(void)\n{\n'; yes '	g();' | head -n 98; printf '}\n'; } >"$tree/src/model/f.c"
fails size_long_function size.sh 'src/model/f.c:1: f() has 101 lines'
{ printf 'int f(void)\n{\n'; yes '	g();' | head -n 97; printf '}\n'; } >"$tree/src/model/f.c"
passes size_function_of_100 size.sh

plant src/model/a.c '/* strcpy( in a comment */\nchar *s = "sprintf(x)"; int xsprintf(int);\n'
passes banned_good_tree banned.sh
for name in strcpy strcat sprintf gets strtok atoi system popen alloca malloc; do
	plant src/model/a.c "/* one */ int a;\n\tx = $name (y);\n"
	fails "banned_$name" banned.sh "src/model/a.c:2: $name(): "
done
plant src/model/a.c 'int a; \nint b;\n'
fails banned_trailing_blank banned.sh 'src/model/a.c:1: blank at the end'
plant probes/nginx/collect.sh "cat $tree/x\n"
fails banned_machine_path banned.sh 'probes/nginx/collect.sh:1: a path of this machine'

passes docs_nothing_yet docs.sh
printf '# causes\n' >"$tree/docs/causes.md"
printf '#!/bin/sh\necho "# causes"\n' >"$tree/wp502"
chmod +x "$tree/wp502"
passes docs_same docs.sh
printf '# old causes\n' >"$tree/docs/causes.md"
printf '#!/bin/sh\necho "# causes"\n' >"$tree/wp502"
chmod +x "$tree/wp502"
fails docs_differ docs.sh 'docs/causes.md:1: differs from the tables'
printf '# causes\n' >"$tree/docs/causes.md"
printf '#!/bin/sh\necho "# causes"\nexit 1\n' >"$tree/wp502"
chmod +x "$tree/wp502"
fails docs_generator_fails docs.sh 'docs/causes.md:1: ./wp502 --dump-causes failed'

exit $status
