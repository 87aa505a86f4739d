#!/usr/bin/env bash
# badends_usage_test.sh: what is wrong before any server is asked: the command line, the
# configuration, recordings. Exit 64, one sentence (all errors of a configuration) on
# stderr, nothing on stdout.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/ends.sh
. tests/e2e/ends.sh
trap ends_cleanup EXIT
status=0
more=' \(wp502 --help tells more\)'

check() { usage "$@" | tee "$ENDS/line" || status=1; ! grep -q '^not ok' "$ENDS/line" || status=1; }

check no_target "wp502: diagnose: no target given$more" diagnose
check unknown_option "wp502: unknown option --nosuch$more" diagnose --nosuch x
check target_is_an_option "wp502: .*$more" diagnose -- -oProxyCommand=true
check target_not_utf8 "wp502: target 'h.xff': may not be empty, .*$more" diagnose $'h\xff'
check target_turns_around "wp502: target 'h<U\+202E>x': may not be empty, .*$more" diagnose $'h\xe2\x80\xaex'
check target_escapes "wp502: target 'h\^\[\[31mx': may not be empty, .*$more" diagnose $'h\e[31mx'
check port "wp502: -p '70000': .*$more" diagnose -p 70000 x
check url "wp502: --url 'ftp://x/': not an http:// or https:// address$more" diagnose --url ftp://x/ x
check url_not_utf8 "wp502: --url 'http://.xff/': not an http:// or https:// address$more" \
	diagnose --url $'http://\xff/' x
check timeout "wp502: --timeout 'soon': not a duration such as 90s, 5m or 2h$more" diagnose --timeout soon x
check sudo_both "wp502: --no-sudo and --sudo ask exclude each other$more" diagnose --no-sudo --sudo ask x
check sudo_ask_without_terminal "wp502: --sudo ask: there is no terminal to ask at.*" diagnose --sudo ask x
check unwritable_record "wp502: cannot record to /nonexistent/x: No such file or directory" \
	diagnose --record /nonexistent/x 127.0.0.1:9
check missing_recording "wp502: cannot open /nonexistent/y.wp502: No such file or directory" \
	diagnose /nonexistent/y.wp502
head -c 3000 /dev/urandom >"$ENDS/garbage.wp502"
check garbage_recording "wp502: $ENDS/garbage.wp502 holds no event \($ENDS/garbage.wp502:1: .*\)" \
	diagnose "$ENDS/garbage.wp502"
: >"$ENDS/empty.wp502"
check empty_recording "wp502: $ENDS/empty.wp502 holds no event.*" diagnose "$ENDS/empty.wp502"
check missing_config "$ENDS/none: .*" diagnose -c "$ENDS/none" x

# All errors of a configuration at once, each with file and line.
printf 'x = 1\n[a]\nssh = -x\nfoo = b\e[31mar\n[defaults]\ninterval = abc\n' >"$ENDS/bad"
check config_stray "$ENDS/bad:1: x stands before any \[section\]" diagnose -c "$ENDS/bad" a
check config_ssh "$ENDS/bad:3: ssh = -x: not a host" diagnose -c "$ENDS/bad" a
check config_key "$ENDS/bad:4: unknown key foo in \[a\]" diagnose -c "$ENDS/bad" a
check config_duration "$ENDS/bad:6: interval = abc: not a duration of at least 1s" diagnose -c "$ENDS/bad" a
exit $status
