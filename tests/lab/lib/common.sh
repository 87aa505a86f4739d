# shellcheck shell=bash
# Where everything lies, and the few helpers all parts share.

LAB_DIR=${WP502_LAB_DIR:-/var/tmp/wp502-lab}
LAB_BRIDGE=${WP502_LAB_BRIDGE:-wp502lab0}
BASE_DIR=$LAB_DIR/base
BASE_ROOT=''    # set by lab_base: one image per recipe
BRIDGE_DIR=$LAB_DIR/bridge/$LAB_BRIDGE
HOSTS_DIR=$BRIDGE_DIR/hosts
SITE=shop.test

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit 2
}

need_root() {
    [ "$(id -u)" = 0 ] || die "needs root (network bridge, overlay mounts, systemd-nspawn)"
}

# The machine's own tools: command, and the package that brings it.
LAB_TOOLS='mmdebstrap:mmdebstrap systemd-nspawn:systemd-container ip:iproute2
openssl:openssl ssh-keygen:openssh-client curl:curl jq:jq nsenter:util-linux flock:util-linux'

need_tools() {
    local pair missing=''
    for pair in $LAB_TOOLS; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
    done
    [ -z "$missing" ] && return 0
    # shellcheck disable=SC2086
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing$missing"
        apt-get install -y --no-install-recommends $missing >/dev/null && return 0
    fi
    die "missing; run: apt-get install -y$missing"
}

# locked FILE CMD...: one at a time over all labs that share the folder.
locked() {
    local file=$1 fd
    shift
    mkdir -p "$(dirname "$file")"
    exec {fd}>"$file"
    flock "$fd"
    "$@" {fd}>&-
    local rc=$?
    exec {fd}>&-
    return $rc
}

# until_true SECONDS CMD...: wait by condition, never by a fixed sleep.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

check_name() {
    case ${1:-} in
        ''|-*|*[!a-zA-Z0-9.-]*) die "a host's name is letters, digits, dot and dash, not '${1:-}'" ;;
    esac
    [ ${#1} -le 60 ] || die "name too long: $1"
}

host_dir() { printf '%s/%s\n' "$HOSTS_DIR" "$1"; }

need_host() {
    check_name "${1:-}"
    [ -d "$HOSTS_DIR/$1" ] || die "no host '$1' on $LAB_BRIDGE (lab list)"
}
