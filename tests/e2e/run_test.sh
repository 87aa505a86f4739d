#!/bin/sh
# run_test.sh: the test runner itself: whatever goes wrong in a test must be counted.
set -u
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

# expect NAME LINE EXIT SCRIPT: the runner's last line and exit for one test program.
expect() {
	printf '#!/bin/sh\n%s\n' "$4" >"$dir/test"
	chmod +x "$dir/test"
	last=$(TEST_TIMEOUT=1 tests/run.sh unit "$dir/test" | tail -n 1)
	TEST_TIMEOUT=1 tests/run.sh unit "$dir/test" >/dev/null
	code=$?
	if [ "$last" = "$2" ] && [ "$code" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $last (exit $code)"
		status=1
	fi
}

expect good '2 passed, 0 failed, 0 skipped' 0 'echo "ok 1 - a"; echo "ok 2 - b"'
expect bad_test '1 passed, 1 failed, 0 skipped' 1 'echo "ok 1 - a"; echo "not ok 2 - b"; exit 1'
expect bad_but_exit_0 '0 passed, 1 failed, 0 skipped' 1 'echo "not ok 1 - a"'
expect crash '1 passed, 1 failed, 0 skipped' 1 'echo "ok 1 - a"; kill -SEGV $$'
expect silent '0 passed, 1 failed, 0 skipped' 1 'exit 0'
expect hangs '1 passed, 1 failed, 0 skipped' 1 'echo "ok 1 - a"; sleep 5'
expect tap_skip '1 passed, 0 failed, 1 skipped' 0 'echo "ok 1 - a"; echo "ok 2 # SKIP b"'
exit $status
