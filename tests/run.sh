#!/bin/sh
# run.sh unit|e2e|all BINARY...: runs the tests and closes with one plain line.
# A unit binary is a cmocka program; an end-to-end test is tests/e2e/*_test.sh, which
# prints "ok NAME", "not ok NAME" or "skip NAME" a line. Whatever exits wrongly, says
# nothing or takes longer than TEST_TIMEOUT seconds (300, or its own limit) fails. TEST_WRAP: words before a
# unit binary (valgrind ...).
set -u
cd "$(dirname "$0")/.." || exit 1
what=$1
shift
passed=0
failed=0
skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
export CMOCKA_MESSAGE_OUTPUT=TAP
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"

count() { grep -cE "$1" "$out" || true; }

# run NAME COMMAND...: its lines into the counts.
run() {
	name=$1
	shift
	timeout -k 10 "${TEST_TIMEOUT:-300}" "$@" >"$out" 2>&1
	status=$?
	good=$(count '^ok ')
	bad=$(count '^not ok ')
	left=$(count '^skip |^ok .*# SKIP')
	quiet=$(count '^ok .*# SKIP')
	passed=$((passed + good - quiet))
	skipped=$((skipped + left))
	failed=$((failed + bad))
	grep '^skip ' "$out"
	[ "$status" -ne 0 ] || [ "$bad" -gt 0 ] || [ $((good + left)) -eq 0 ] || return
	[ "$bad" -gt 0 ] || failed=$((failed + 1))
	echo "FAILED $name (exit $status)"
	sed 's/^/    /' "$out"
}

# A test that takes longer says so in a line "# limit: SECONDS".
run_limited() {
	limit=$(sed -n 's/^# limit: \([0-9]*\)$/\1/p' "$1")
	TEST_TIMEOUT=${TEST_TIMEOUT:-${limit:-300}} run "$1" "$1"
}

if [ "$what" != e2e ]; then
	for test in "$@"; do
		# shellcheck disable=SC2086 # words on purpose
		run "$test" ${TEST_WRAP:-} "$test"
	done
fi
if [ "$what" != unit ]; then
	for test in tests/golden/*_test.sh tests/e2e/*_test.sh; do
		[ ! -e "$test" ] || run_limited "$test"
	done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
