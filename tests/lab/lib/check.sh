# shellcheck shell=bash
# Does a fault really show? `lab prove` looks at it without wp502: a fault that does not break anything proves nothing.

# A diagnosis must not be asked before there is something to see, and never of a host that did not come up.
# fresh_host NAME FAULT VARIANT...
fresh_host() {
    local name=$1 id=$2
    shift 2
    host_boot "$name" site "$@" && (lab_fault "$name" "$id")
}

# A host's name for a fault: underscores are not allowed in names, and another run may have the same fault up.
fault_host() { printf '%s%s-%s\n' "$1" "$$" "$2" | tr _ -; }

# Why a fault cannot be shown under these variants; empty if it can.
fault_unfit() {
    local id=$1
    shift
    case " $* " in
        *' fpm_tcp '*) ! fault_has "$id" unix || echo 'needs a unix socket' ;;
    esac
    case " $* " in
        *' redis_cache '*) ! fault_has "$id" no_redis_cache || echo 'needs a site without Redis' ;;
    esac
    case " $* " in
        *' no_systemd '*) ! fault_has "$id" systemd || echo 'needs systemd' ;;
    esac
}

visitor_status() {
    local front
    front=$(edge_ip "$1")
    curl -s -o /dev/null -m 8 -w '%{http_code}' --cacert "$KEYS_DIR/ca.crt" \
        --resolve "$SITE:443:${front:-$(host_ip "$1")}" "$(lab_url "$1")"
}

host_says() {
    host_exec "$1" bash -c '. /opt/lab/facts
        { cat "$ERROR_LOG" "$ERROR_LOG_MAIN" "$FPM_LOG" /var/log/kern.log; journalctl --no-pager -o cat; cat /var/log/syslog; } 2>/dev/null |
        grep -qaF -- "$1"' says "$2"
}

# prove_one FAULT VARIANT...: one line of the table
prove_one() {
    local id=$1 name want says got said=- ok=ok unfit started=${EPOCHREALTIME/./}
    shift
    unfit=$(fault_unfit "$id" "$@")
    if [ -n "$unfit" ]; then
        printf 'ok\t%s\tskip: %s\n' "$id" "$unfit"
        return
    fi
    name=$(fault_host p "$id")
    if ! fresh_host "$name" "$id" "$@"; then
        printf 'FAIL\t%s\tdid not come up, or did not take the fault\n' "$id"
        return
    fi
    want=$(fault_need "$id" http)
    says=$(fault_need "$id" says)
    got=$(visitor_status "$name")
    [[ "|$want|" == *"|$got|"* ]] || [ -z "$want" ] || ok=FAIL
    if [ -n "$says" ]; then
        said=said
        if ! host_says "$name" "$says"; then
            said="does not say '$says'"
            # Without a journal, what a service says before it opens its log is nowhere.
            [[ " $* " == *' no_systemd '* ]] || ok=FAIL
        fi
    fi
    printf '%s\t%s\thttp %s\t%s\t%s ms\n' "$ok" "$id" "$got" "$said" "$(((${EPOCHREALTIME/./} - started) / 1000))"
}

# run_each JOBS CALLBACK FAULT...: each in a subshell that removes its host; at most JOBS at once; output whole lines.
run_each() {
    local jobs=$1 callback=$2 id running=0
    shift 2
    RUN_PIDS=()
    trap run_stopped INT TERM
    for id in "$@"; do
        [ "$running" -lt "$jobs" ] || { wait -n; running=$((running - 1)); }
        (
            "$callback" "$id" "${RUN_VARIANTS[@]}"
            [ -n "$RUN_KEEP" ] || (lab_down_quiet "$(fault_host "$RUN_PREFIX" "$id")")
        ) &
        RUN_PIDS+=($!)
        running=$((running + 1))
    done
    wait
}

descendants() {
    local pid
    # shellcheck disable=SC2013  # words, all on one line
    for pid in $(cat "/proc/$1/task/$1/children" 2> /dev/null); do
        [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = systemd-nspawn ] && continue
        descendants "$pid"
        printf '%s\n' "$pid"
    done
}

# A run that is stopped takes its own hosts with it, by their process ids.
run_stopped() {
    local dir pid
    trap '' INT TERM
    # First what the jobs run (they would go on otherwise), then the jobs.
    for pid in "${RUN_PIDS[@]}"; do
        # shellcheck disable=SC2046  # a list of ids
        kill "$pid" $(descendants "$pid") 2> /dev/null
    done
    wait
    for dir in "$HOSTS_DIR/$RUN_PREFIX$$"-*/; do
        [ ! -d "$dir" ] || host_remove "${dir%/}"
    done
    sshconf_refresh
    exit 130
}

lab_down_quiet() {
    local dir
    for dir in "$(host_dir "$1")" "$(host_dir "$1-edge")"; do
        [ ! -d "$dir" ] || host_remove "$dir"
    done
    sshconf_refresh
}

# run_options ARG...: sets RUN_*; what is left are faults, all of them if none is named
run_options() {
    RUN_VARIANTS=() RUN_JOBS=1 RUN_KEEP='' RUN_FAULTS=()
    while [ $# -gt 0 ]; do
        case $1 in
            --variant) RUN_VARIANTS+=("${2:?--variant needs a name}"); shift ;;
            --jobs) RUN_JOBS=${2:?--jobs needs a number}; shift ;;
            --keep) RUN_KEEP=yes ;;
            -*) die "unknown option '$1'" ;;
            *) RUN_FAULTS+=("$1") ;;
        esac
        shift
    done
    [ ${#RUN_FAULTS[@]} -gt 0 ] || mapfile -t RUN_FAULTS < <(lab_faults | cut -f1)
    local id
    for id in "${RUN_FAULTS[@]}"; do
        fault_row "$id" >/dev/null || die "no fault '$id' (lab faults)"
    done
    for id in "${RUN_VARIANTS[@]}"; do
        [ -f "$LAB_HOME/variants/$id.sh" ] || die "no variant '$id' (lab variants)"
    done
}

lab_prove() {
    run_options "$@"
    RUN_PREFIX=p
    lab_base
    net_up
    local out
    out=$(mktemp)
    run_each "$RUN_JOBS" prove_one "${RUN_FAULTS[@]}" | tee "$out"
    printf '%s faults show, %s do not\n' "$(grep -c ^ok "$out")" "$(grep -vc ^ok "$out")"
    ! grep -qv ^ok "$out"
    local rc=$?
    rm -f "$out"
    return $rc
}
