#!/bin/sh
# run.sh [NAME...]: builds tests/fuzz/fuzz_NAME.c (default: all) with clang, libFuzzer, ASan
# and UBSan and runs each for FUZZ_SECONDS (60), beginning with the fixtures. A finding is
# kept in build-fuzz/ and its input's path is printed. Closes with one plain line.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${FUZZ_SECONDS:-60}
build="build-fuzz"
sanitizers=address,undefined
passed=0
failed=0
skipped=0

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

if ! command -v clang >/dev/null 2>&1; then
	echo "skip fuzz: clang is missing; run make deps"
	skipped=1
	finish
fi
if ! make --no-print-directory -s CC=clang SAN=fuzzer-no-link,$sanitizers BUILD=$build \
	$build/libwp502.a; then
	echo "FAILED fuzz: the library does not build"
	failed=1
	finish
fi
# shellcheck disable=SC2046 # a list of words on purpose
set -- $(for name in "${@:-*}"; do
	for file in tests/fuzz/fuzz_$name.c; do echo "$file"; done
done)
flags=$(pkg-config --cflags --libs libuv libcurl libssh2 ncursesw jansson libpcre2-8 sqlite3 libzstd inih)
for source in "$@"; do
	name=$(basename "$source" .c)
	mkdir -p "$build/corpus/$name"
	# shellcheck disable=SC2086
	if ! clang -std=c11 -D_GNU_SOURCE -I. -Isrc -g -O1 -fsanitize=fuzzer,$sanitizers \
		-fno-sanitize-recover=undefined -o "$build/$name" "$source" $build/libwp502.a $flags; then
		echo "FAILED $name: does not build"
		failed=$((failed + 1))
		continue
	fi
	if "$build/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
		-print_final_stats=1 -artifact_prefix="$build/$name-" "$build/corpus/$name" \
		tests/fixtures >"$build/$name.log" 2>&1; then
		echo "ok $name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log") inputs)"
		passed=$((passed + 1))
	else
		echo "FAILED $name, the whole of it in $build/$name.log:"
		grep -E 'ERROR|SUMMARY|runtime error|Test unit written' "$build/$name.log" | sed 's/^/    /'
		failed=$((failed + 1))
	fi
done
finish
