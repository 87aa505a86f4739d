# shellcheck shell=bash
# Hosts: an overlay over the base, booted by systemd-nspawn, reached from outside by nsenter.

# --- processes and files of one host ---------------------------------------------------------------------------------

# The payload's init is the one child of the systemd-nspawn process.
host_init_pid() {
    local nspawn pid
    nspawn=$(cat "$(host_dir "$1")/nspawn.pid" 2>/dev/null) || return 1
    pid=$(cat "/proc/$nspawn/task/$nspawn/children" 2>/dev/null)
    pid=${pid%% *}
    [ -n "$pid" ] && printf '%s\n' "$pid"
}

# host_exec NAME CMD...: as root inside, with a clean environment.
host_exec() {
    local pid
    pid=$(host_init_pid "$1") || die "host '$1' does not run"
    shift
    nsenter -t "$pid" -m -u -i -n -p -- /usr/bin/env -i HOME=/root LC_ALL=C TERM=dumb \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

host_ip() { cat "$(host_dir "$1")/ip"; }

# --- before the boot -------------------------------------------------------------------------------------------------

# The image is mounted volatile: nothing of a lab host has to survive, so its fsyncs need not cost anything.
host_mount() {
    local dir=$1
    mkdir -p "$dir/upper" "$dir/work" "$dir/root"
    mount -t overlay overlay -o "lowerdir=$BASE_ROOT,upperdir=$dir/upper,workdir=$dir/work,volatile" "$dir/root" ||
        die "cannot mount the overlay in $dir"
}

host_files() {
    local name=$1 dir=$2 ip=$3 root=$2/root prefix
    prefix=${ip%.*}
    printf '%s\n' "$name" | tr . - > "$root/etc/hostname"
    printf '127.0.0.1 localhost\n%s %s shop.test www.shop.test blog.test\n' "$ip" "$(cat "$root/etc/hostname")" > "$root/etc/hosts"
    rm -f "$root/etc/resolv.conf"
    : > "$root/etc/resolv.conf"
    printf '[Match]\nName=host0\n[Network]\nAddress=%s/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n' "$ip" \
        > "$root/etc/systemd/network/10-lab.network"
    mkdir -p "$root/opt/lab"
    cp -r "$LAB_HOME"/guest/*.sh "$LAB_HOME"/guest/files "$LAB_HOME/faults" "$LAB_HOME/variants" "$root/opt/lab/"
    mkdir -p "$root/opt/lab/certs"
    cp "$KEYS_DIR"/expired.{crt,key} "$KEYS_DIR"/other.{crt,key} "$root/opt/lab/certs/"
    # Only root on the host may look: the facts hold what breaks it, and a diagnosis must not read them by accident.
    chmod 700 "$root/opt/lab"
    printf 'IP=%s\nNET=%s\nBRIDGE_IP=%s.1\n' "$ip" "$prefix" "$prefix" > "$root/opt/lab/facts"
}

# Variants rewrite the image before it boots, in a chroot, in the order they were given.
host_variants() {
    local dir=$1 variant
    shift
    chroot "$dir/root" /bin/bash /opt/lab/in.sh prepare || die "preparing the host failed"
    for variant in "$@"; do
        chroot "$dir/root" /bin/bash /opt/lab/in.sh variant "$variant" || die "variant '$variant' failed"
    done
}

# --- boot and wait ---------------------------------------------------------------------------------------------------

host_start() {
    local dir=$1 ip=$2 machine boot
    # Interface names hold 15 letters: the machine's name is its address, so veth names never collide.
    machine=w$(printf '%s' "${ip#*.*.}" | tr . -)
    boot=-b
    [ -z "$(fact_of "$(basename "$dir")" INIT)" ] || boot=$(fact_of "$(basename "$dir")" INIT)
    # CAP_SYSLOG goes: with it every host would read the whole machine's kernel ring and accuse its neighbours.
    setsid systemd-nspawn -q -D "$dir/root" --machine="$machine" --hostname="$(cat "$dir/root/etc/hostname")" \
        --register=no --keep-unit --network-bridge="$LAB_BRIDGE" --capability=all --drop-capability=CAP_SYSLOG \
        --private-users=no --resolv-conf=off --timezone=off --link-journal=no --console=pipe "$boot" \
        < /dev/null > "$dir/console" 2>&1 &
    echo $! > "$dir/nspawn.pid"
}

sshd_answers() {
    local line=''
    exec 9<>"/dev/tcp/$1/22" || return 1
    read -r -t 2 line <&9
    exec 9>&-
    [ "${line#SSH-}" != "$line" ]
} 2>/dev/null

# A whole page proves nginx, PHP-FPM and the database at once; -f, because error pages end in </html> too.
page_answers() {
    curl -sf -m 5 --cacert "$KEYS_DIR/ca.crt" --resolve "$SITE:443:$1" "https://$SITE/" | grep -q '</html>'
}

host_wait() {
    local name=$1 ip=$2 role=$3
    until_true 40 host_exec_quiet "$name" true || return 1
    until_true 40 sshd_answers "$ip" || return 1
    if [ "$role" = edge ]; then
        until_true 40 curl -s -m 2 -o /dev/null "http://$ip/lab-edge-alive"
    else
        until_true 40 page_answers "$ip"
    fi
}

host_exec_quiet() { (host_exec "$@") >/dev/null 2>&1; }

# host_boot NAME ROLE VARIANT...
host_boot() {
    local name=$1 role=$2 dir ip
    shift 2
    dir=$(host_dir "$name")
    net_claim "$name" || exit 2
    ip=$(host_ip "$name")
    printf '%s\n' "$role" > "$dir/role"
    printf '%s\n' "$*" > "$dir/variants"
    sshconf_refresh
    host_mount "$dir"
    host_files "$name" "$dir" "$ip"
    # shellcheck disable=SC2086
    host_variants "$dir" ${role#site} "$@"
    host_start "$dir" "$ip"
    host_wait "$name" "$ip" "$role" || {
        say "host '$name' did not come up; its console: $dir/console"
        return 1
    }
}

# --- verbs -----------------------------------------------------------------------------------------------------------

lab_up() {
    local name=${1:-} variants=()
    check_name "$name"
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            --variant) variants+=("${2:?--variant needs a name}"); shift 2 ;;
            *) die "lab up: unknown argument '$1'" ;;
        esac
    done
    local v
    for v in "${variants[@]}"; do
        [ -f "$LAB_HOME/variants/$v.sh" ] || die "no variant '$v' (lab variants)"
    done
    lab_base
    net_up
    host_boot "$name" site "${variants[@]}" || exit 1
    printf '%s %s\n' "$name" "$(host_ip "$name")"
}

lab_ip() { need_host "${1:-}"; host_ip "$1"; }

lab_run() {
    need_host "${1:-}"
    need_root
    host_exec "$@"
}

lab_ssh() {
    need_host "${1:-}"
    local ip
    ip=$(host_ip "$1")
    shift
    exec ssh -F "$(lab_sshconf)" "root@$ip" "$@"
}

lab_facts() { need_host "${1:-}"; cat "$(host_dir "$1")/root/opt/lab/facts"; }

lab_list() {
    local dir name state
    for dir in "$HOSTS_DIR"/*/; do
        [ -d "$dir" ] || continue
        name=$(basename "$dir")
        state=stopped
        host_init_pid "$name" >/dev/null && state=up
        printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$(host_ip "$name")" "$state" \
            "$(cat "$dir/variants" 2>/dev/null)" "$(cat "$dir/fault" 2>/dev/null)"
    done
}

nspawn_gone() { ! kill -0 "$1" 2>/dev/null; }

# The folder is checked to be ours before the process is killed: a stale pid may belong to somebody else by now.
host_stop() {
    local dir=$1 nspawn init
    nspawn=$(cat "$dir/nspawn.pid" 2>/dev/null) || return 0
    grep -qzF "$dir/root" "/proc/$nspawn/cmdline" 2>/dev/null || return 0
    init=$(host_init_pid "$(basename "$dir")")
    [ -n "$init" ] && kill -KILL "$init" 2>/dev/null
    until_true 5 nspawn_gone "$nspawn" || kill -KILL "$nspawn" 2>/dev/null
    until_true 5 nspawn_gone "$nspawn"
}

host_remove() {
    local dir=$1
    host_stop "$dir"
    mountpoint -q "$dir/root" && { umount "$dir/root" 2>/dev/null || umount -l "$dir/root"; }
    rm -rf --one-file-system "$dir"
}

lab_down() {
    local name dir
    need_root
    if [ "${1:-}" = --all ]; then
        for dir in "$HOSTS_DIR"/*/; do
            [ -d "$dir" ] && host_remove "${dir%/}"
        done
    else
        [ $# -gt 0 ] || die "lab down NAME... | --all"
        for name in "$@"; do
            need_host "$name"
            host_remove "$(host_dir "$name")"
            [ -d "$(host_dir "$name-edge")" ] && host_remove "$(host_dir "$name-edge")"
        done
    fi
    [ -d "$HOSTS_DIR" ] && sshconf_refresh
    net_down_if_empty
}
