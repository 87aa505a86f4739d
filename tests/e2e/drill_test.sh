#!/bin/sh
# drill_test.sh: drills, replay, report, import and export as programs use them.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=${WP502:-$PWD/wp502}
demo=tests/fixtures/demo.events
WP502_DRILLS=$PWD/tests/drills
export WP502_DRILLS
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

# result NAME COMPLAINT: none is good.
result() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2"
		status=1
	fi
}

# refused NAME WORDS ARG...: exit 64 and WORDS on stderr, nothing on stdout.
refused() {
	name=$1
	words=$2
	shift 2
	"$program" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	wrong=
	[ "$code" = 64 ] || wrong="exit $code"
	grep -q "$words" "$dir/err" || wrong="$wrong $(head -n 1 "$dir/err")"
	[ ! -s "$dir/out" ] || wrong="$wrong something on stdout"
	result "$name" "$wrong"
}

refused drill_unknown 'no drill' drill no-such-thing
refused drill_path 'no drill of that name' drill ../fixtures
refused drill_words 'seed from 0' drill blind many
refused report_nothing 'cannot open' report "$dir/nothing"
: >"$dir/empty.events"
refused report_empty 'holds no event' report "$dir/empty.events"
refused import_without_o 'import wants it' import "$demo"
refused import_elsewhere 'does not end in .wp502' import "$demo" -o "$dir/out.txt"
refused import_nothing 'cannot open' import "$dir/nothing" -o "$dir/none.wp502"
wrong=
[ ! -e "$dir/none.wp502" ] || wrong='a file is left behind'
result import_leaves_nothing "$wrong"

"$program" drill list >"$dir/list"
wrong=
[ "$(awk -F'\t' 'NF != 3 || ($2 != "beginner" && $2 != "expert")' "$dir/list")" = '' ] ||
	wrong='a line is not id, level, title'
[ "$(grep -c . "$dir/list")" -ge 12 ] || wrong="$wrong $(grep -c . "$dir/list") drills"
result drill_list "$wrong"

cut -f 1 "$dir/list" | while read -r name; do
	timeout 20 "$program" drill "$name" >"$dir/text" 2>"$dir/err" </dev/null
	code=$?
	wrong=
	[ "$code" = 0 ] || wrong="exit $code $(cat "$dir/err")"
	[ "$(grep -c '^ASK' "$dir/text")" -ge 3 ] || wrong="$wrong too few questions"
	! grep -q 'LOOK  for:' "$dir/text" || wrong="$wrong points at what is not there"
	grep -q 'the wrong key' "$dir/text" || wrong="$wrong no wrong key"
	result "drill_$name" "$wrong"
done >"$dir/each"
cat "$dir/each"
! grep -q '^not ok' "$dir/each" || status=1

timeout 20 "$program" replay --utc "$demo" >"$dir/text" </dev/null
code=$?
wrong=
[ "$code" = 0 ] || wrong="exit $code"
grep -q '^11:19:15  ok  shop: the whole chain answers' "$dir/text" || wrong="$wrong no beginning"
grep -q '^11:19:31  XX  shop: PHP-FPM is stopped' "$dir/text" || wrong="$wrong no fault"
result replay_text "$wrong"

# There and back again: byte for byte, and much smaller.
"$program" import "$demo" -o "$dir/demo.wp502"
wrong=
"$program" export "$dir/demo.wp502" >"$dir/back" && cmp -s "$dir/back" "$demo" || wrong=different
[ "$(stat -c %a "$dir/demo.wp502")" = 600 ] || wrong="$wrong mode $(stat -c %a "$dir/demo.wp502")"
[ "$(stat -c %s "$dir/demo.wp502")" -lt "$(($(stat -c %s "$demo") / 4))" ] || wrong="$wrong large"
"$program" diagnose --json "$demo" | sed 's/"started.*"hosts"//' >"$dir/one"
"$program" diagnose --json "$dir/demo.wp502" | sed 's/"started.*"hosts"//' >"$dir/two"
cmp -s "$dir/one" "$dir/two" || wrong="$wrong judged otherwise"
result import_export "$wrong"

# Any half of it plays too.
wrong=
for part in 2 3 5 7; do
	size=$(($(stat -c %s "$demo") / part))
	head -c "$size" "$demo" >"$dir/part.events"
	"$program" replay "$dir/part.events" >"$dir/text" 2>&1 </dev/null || wrong="$wrong 1/$part"
done
result prefixes "$wrong"

"$program" report "$demo" >"$dir/report"
wrong=
for words in '# Incident report' '## Timeline' '`fpm.down`' 'exiting, bye-bye' 'Ruled out' \
	'at least .* s, from 2026-11-20T11:19:' 'was not reached' 'systemctl start'; do
	grep -q "$words" "$dir/report" || wrong="$wrong no $words"
done
result report "$wrong"

"$program" report --client "$demo" >"$dir/report"
wrong=
! grep -Eq '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|systemctl|journalctl' "$dir/report" || wrong="$(
	grep -Em 1 '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|systemctl|journalctl' "$dir/report")"
grep -q 'fpm.down' "$dir/report" || wrong="$wrong no cause"
result report_client "$wrong"

# Secrets planted in what is recorded are in no recording, export or report.
secret=hunter2-sesame
{
	cat "$demo"
	printf '{"seq":9000,"mono":9999999,"wall":1795173600000,"host":"shop","kind":"report",'
	printf '"name":"wordpress","version":1}\tdefine( "DB_PASSWORD", "%s" );\\n' "$secret"
	printf 'Authorization: Bearer %s\\nCookie: wordpress_logged_in=%s\\n' "$secret" "$secret"
	printf 'GET /?_wpnonce=%s&key=%s\\nrequirepass %s\n' "$secret" "$secret" "$secret"
} >"$dir/planted.events"
"$program" import "$dir/planted.events" -o "$dir/planted.wp502"
"$program" export "$dir/planted.wp502" >"$dir/planted.text"
"$program" report "$dir/planted.wp502" >"$dir/planted.md"
wrong=
grep -q '"seq":9000' "$dir/planted.text" || wrong='the event is lost'
! grep -q "$secret" "$dir/planted.text" || wrong="$wrong in the export"
! grep -q "$secret" "$dir/planted.md" || wrong="$wrong in the report"
! grep -aq "$secret" "$dir/planted.wp502" || wrong="$wrong in the recording"
result secrets "$wrong"
exit $status
