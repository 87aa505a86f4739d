# shellcheck shell=bash
# The bridge and the addresses on it. Bridge and subnet come from the environment, so two labs run side by side.

net_in_use() { ip -4 -o addr show | grep -qF " $1."; }

# The subnet's first three numbers: asked for, or what the bridge has already, or the first one free here.
net_prefix() {
    local third
    if [ -n "${WP502_LAB_NET:-}" ]; then
        printf '%s\n' "$WP502_LAB_NET" | sed 's,/.*,,; s,\.0$,,'
        return
    fi
    if [ -s "$BRIDGE_DIR/net" ]; then
        cat "$BRIDGE_DIR/net"
        return
    fi
    for third in $(seq 50 250); do
        net_in_use "10.213.$third" && continue
        grep -qsx "10.213.$third" "$LAB_DIR"/bridge/*/net && continue
        printf '10.213.%s\n' "$third"
        return
    done
}

net_up_locked() {
    local prefix
    mkdir -p "$HOSTS_DIR"
    prefix=$(net_prefix)
    printf '%s\n' "$prefix" > "$BRIDGE_DIR/net"
    if ! ip link show "$LAB_BRIDGE" >/dev/null 2>&1; then
        ip link add "$LAB_BRIDGE" type bridge || die "cannot make bridge $LAB_BRIDGE"
    fi
    ip -4 -o addr show dev "$LAB_BRIDGE" | grep -qF " $prefix.1/" ||
        ip addr add "$prefix.1/24" dev "$LAB_BRIDGE" || die "cannot address bridge $LAB_BRIDGE"
    ip link set "$LAB_BRIDGE" up
}

net_up() { locked "$LAB_DIR/net.lock" net_up_locked; }

net_down_if_empty() {
    [ -n "$(ls -A "$HOSTS_DIR" 2>/dev/null)" ] || ip link del "$LAB_BRIDGE" 2>/dev/null || :
}

# Claims the host's folder and an address in one step; the caller holds the lock.
net_claim_locked() {
    local name=$1 dir last prefix
    dir=$(host_dir "$name")
    [ ! -d "$dir" ] || die "host '$name' is up already on $LAB_BRIDGE"
    prefix=$(cat "$BRIDGE_DIR/net")
    for last in $(seq 10 250); do
        grep -qsx "$prefix.$last" "$HOSTS_DIR"/*/ip || break
        last=''
    done
    [ -n "$last" ] || die "no address left on $LAB_BRIDGE"
    mkdir -p "$dir" || die "cannot make $dir"
    printf '%s.%s\n' "$prefix" "$last" > "$dir/ip"
}

net_claim() { locked "$BRIDGE_DIR/claim.lock" net_claim_locked "$1"; }
