# shellcheck shell=bash
# For each fault: fresh host, inject, ask wp502, compare with what was injected, and look its evidence up on the host.

WP502=${WP502:-$REPO/wp502}

# What the exit status must be for a health (CONTRACT.md).
status_for() {
    case $1 in
        ok) echo 0 ;;
        warn) echo 1 ;;
        broken) echo 2 ;;
        *) echo 3 ;;
    esac
}

# ask_wp502 NAME JSON: extra arguments come from WP502_LAB_ARGS
ask_wp502() {
    local clock=()
    case $(cat "$(host_dir "$1")/variants") in
        *clock_skew*) clock=(env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f "$(fact_of "$1" CLIENT_CLOCK)") ;;
    esac
    # shellcheck disable=SC2046,SC2086  # these are lists of arguments
    timeout 60 "${clock[@]}" "$WP502" diagnose --json --no-record $(lab_args "$1") ${WP502_LAB_ARGS:-} \
        "$(login_of "$1")@$(host_ip "$1")" > "$2" 2> "$2.err" < /dev/null
}

# The user variants say as whom to log in.
login_of() { fact_of "$1" LOGIN | grep . || echo root; }

# evidence_missing NAME JSON: each quoted log line that the host does not have.
# A source that is a path is that file; anything else is a unit or the journal.
evidence_missing() {
    local source line
    while IFS=$'\t' read -r source line; do
        host_exec "$1" bash -c '
            case $1 in
                /*) cat -- "$1" ;;
                *) journalctl --no-pager -o short; journalctl --no-pager -o cat; journalctl --no-pager -o short-iso ;;
            esac 2> /dev/null | grep -qaF -- "$2"' evidence "$source" "$line" ||
            printf '%s: %s\n' "$source" "$line"
    done < <(jq -r '.hosts[0].verdict.evidence[]? | select(.kind == "log") | .source as $s | .text
        | split("\n")[] | select(. != "") | [$s, .] | join("\t")' "$2" 2> /dev/null)
}

# judge_answer NAME JSON STATUS CAUSE HEALTH: prints what is wrong with the answer, nothing if it is right
judge_answer() {
    local name=$1 json=$2 status=$3 cause=$4 health=$5 missing
    if ! jq -e '.schema == 1 and (.hosts | length) == 1' "$json" > /dev/null 2>&1; then
        printf 'no answer: %s\n' "$(head -c 200 "$json.err" | tr '\n' ' ')"
        return
    fi
    [ "$(jq -r '.hosts[0].verdict.cause' "$json")" = "$cause" ] || printf 'cause; '
    [ "$(jq -r '.hosts[0].verdict.health' "$json")" = "$health" ] ||
        printf 'health %s not %s; ' "$(jq -r '.hosts[0].verdict.health' "$json")" "$health"
    [ "$status" = "$(status_for "$health")" ] || printf 'exit %s not %s; ' "$status" "$(status_for "$health")"
    missing=$(evidence_missing "$name" "$json")
    [ -z "$missing" ] || printf 'not in its log: %s; ' "$(printf '%s' "$missing" | head -n 1 | cut -c1-160)"
    if [ "$cause" != healthy ]; then
        jq -e '.hosts[0].verdict.evidence | length > 0' "$json" > /dev/null || printf 'no evidence; '
    fi
}

matrix_row() { printf '%-38s %-32s %5s %6s  %s\n' "$@"; }

# matrix_one FAULT VARIANT...: one row
matrix_one() {
    local id=$1 name json cause health status wrong unfit
    shift
    unfit=$(fault_unfit "$id" "$@")
    if [ -n "$unfit" ]; then
        matrix_row "$id" - - - "skip: $unfit"
        return
    fi
    name=$(fault_host m "$id")
    json=$RUN_OUT/$id.json
    if ! fresh_host "$name" "$id" "$@" 2> "$RUN_OUT/$id.lab"; then
        matrix_row "$id" - - - "FAIL lab: $(tail -n 1 "$RUN_OUT/$id.lab")"
        return
    fi
    IFS=$'\t' read -r _ cause health _ < <(fault_row "$id")
    ask_wp502 "$name" "$json"
    status=$?
    wrong=$(judge_answer "$name" "$json" "$status" "$cause" "$health")
    matrix_row "$id" \
        "$(jq -r '.hosts[0].verdict.cause // "-"' "$json" 2> /dev/null || echo -)" \
        "$(jq -r '.hosts[0].verdict.confidence // "-"' "$json" 2> /dev/null || echo -)" \
        "$(jq -r '.elapsed_ms // "-"' "$json" 2> /dev/null || echo -)" \
        "$([ -z "$wrong" ] && echo ok || printf 'FAIL %s' "$wrong")"
}

lab_matrix() {
    run_options "$@"
    RUN_PREFIX=m
    [ -x "$WP502" ] || die "no program at $WP502 (make, or set WP502)"
    case " ${RUN_VARIANTS[*]} " in
        *' clock_skew '*) command -v faketime > /dev/null || die "clock_skew needs: apt-get install -y faketime" ;;
    esac
    lab_base
    net_up
    RUN_OUT=$(mktemp -d "$LAB_DIR/matrix.XXXXXX")
    local table=$RUN_OUT/table failed
    matrix_row injected named conf ms ok
    run_each "$RUN_JOBS" matrix_one "${RUN_FAULTS[@]}" | tee "$table"
    failed=$(grep -c ' FAIL ' "$table")
    printf '%s passed, %s failed' "$(grep -cE ' ok$' "$table")" "$failed"
    grep -q ' skip: ' "$table" && printf ', %s skipped' "$(grep -c ' skip: ' "$table")"
    printf '\n'
    say "answers: $RUN_OUT"
    [ "$failed" = 0 ]
}
