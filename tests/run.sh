#!/bin/sh
# run.sh unit|e2e|all BINARY...: runs the tests and closes with one plain line.
# A unit binary is a cmocka program; an end-to-end test is tests/e2e/*_test.sh, which
# prints "ok NAME", "not ok NAME" or "skip NAME" a line. Whatever exits wrongly fails.
set -u
cd "$(dirname "$0")/.." || exit 1
what=$1
shift
passed=0
failed=0
skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

count() { grep -c "$1" "$out" || true; }

if [ "$what" != e2e ]; then
	for test in "$@"; do
		CMOCKA_MESSAGE_OUTPUT=TAP "$test" >"$out" 2>&1
		status=$?
		bad=$(count '^not ok ')
		passed=$((passed + $(count '^ok ')))
		skipped=$((skipped + $(count '# SKIP')))
		failed=$((failed + bad))
		if [ "$status" -ne 0 ] || [ "$bad" -gt 0 ]; then
			[ "$bad" -gt 0 ] || failed=$((failed + 1))
			echo "FAILED $test (exit $status)"
			sed 's/^/    /' "$out"
		fi
	done
fi
if [ "$what" != unit ]; then
	for test in tests/golden/*_test.sh tests/e2e/*_test.sh; do
		[ -e "$test" ] || continue
		"$test" >"$out" 2>&1
		status=$?
		bad=$(count '^not ok ')
		passed=$((passed + $(count '^ok ')))
		skipped=$((skipped + $(count '^skip ')))
		failed=$((failed + bad))
		grep '^skip ' "$out"
		if [ "$status" -ne 0 ] || [ "$bad" -gt 0 ]; then
			[ "$bad" -gt 0 ] || failed=$((failed + 1))
			echo "FAILED $test (exit $status)"
			sed 's/^/    /' "$out"
		fi
	done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
