# shellcheck shell=bash
# The list of faults, and how one gets into a host. A fault is one function that runs inside (guest/in.sh).

# faults_each CALLBACK: CALLBACK ID CAUSE HEALTH FUNCTION [NEEDS...]
faults_each() (
    local callback=$1 file
    fault() { "$callback" "$@"; }
    for file in "$LAB_HOME"/faults/*.sh; do
        # shellcheck source=/dev/null
        . "$file"
    done
)

fault_line() {
    local IFS=$'\t'
    printf '%s\n' "$*"
}

# fault_row FAULT: id, cause, health, function, needs...; tabs between them
fault_row() { faults_each fault_line | awk -F'\t' -v id="$1" '$1==id {print; found=1} END {exit !found}'; }

# Needs say what a fault takes and what must be seen of it:
#   edge          a CDN edge in front          unix       only where PHP-FPM listens on a unix socket
#   no_redis_cache  only without the object cache
#   systemd       only with systemd            http=A|B   what a visitor gets        says=TEXT   stands in a log
fault_need() { fault_row "$1" | cut -f5- | tr '\t' '\n' | sed -n "s/^$2=//p"; }
fault_has() { fault_row "$1" | cut -f5- | tr '\t' '\n' | grep -qx "$2"; }

lab_faults() { faults_each fault_line | cut -f1-3; }

lab_variants() {
    local file
    for file in "$LAB_HOME"/variants/*.sh; do
        [ "$(basename "$file")" = edge.sh ] && continue
        printf '%s\t%s\n' "$(basename "$file" .sh)" "$(sed -n '2s/^# //p' "$file")"
    done
}

# The CDN look-alike in front of NAME: a host of its own that knows the origin's address.
edge_up() {
    local name=$1
    [ -d "$(host_dir "$name-edge")" ] && return
    host_boot "$name-edge" edge || die "the edge of '$name' did not come up"
}

lab_fault() {
    local name=${1:-} id=${2:-}
    need_root
    need_host "$name"
    fault_row "$id" > /dev/null || die "no fault '$id' (lab faults)"
    if fault_has "$id" edge; then
        lab_base
        edge_up "$name"
        host_exec "$name-edge" /bin/bash /opt/lab/in.sh fault "$id" edge "$(host_ip "$name")" ||
            die "fault '$id' failed on the edge"
    fi
    host_exec "$name" /bin/bash /opt/lab/in.sh fault "$id" origin "$(edge_ip "$name")" || die "fault '$id' failed"
    printf '%s\n' "$id" > "$(host_dir "$name")/fault"
}

edge_ip() { cat "$(host_dir "$1-edge")/ip" 2>/dev/null; }

# fact_of NAME KEY: the last value stands; facts are written as shell words.
fact_of() {
    bash -c '. "$1"; printf "%s\n" "${!2-}"' fact "$(host_dir "$1")/root/opt/lab/facts" "$2"
}

lab_url() {
    need_host "${1:-}"
    printf 'https://%s%s\n' "$SITE" "$(fact_of "$1" PAGE | grep . || echo /)"
}

# With an edge in front, the visitor's way goes to the edge and the origin is named apart.
lab_args() {
    local ip front
    need_host "${1:-}"
    ip=$(host_ip "$1")
    front=$(edge_ip "$1")
    printf -- '-F %s --url %s --resolve %s:443:%s --resolve %s:80:%s --cacert %s' "$(lab_sshconf)" "$(lab_url "$1")" \
        "$SITE" "${front:-$ip}" "$SITE" "${front:-$ip}" "$KEYS_DIR/ca.crt"
    [ -z "$front" ] || printf -- ' --origin %s' "$ip"
    printf '\n'
}
