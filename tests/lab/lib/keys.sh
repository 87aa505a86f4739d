# shellcheck shell=bash
# The lab's own CA, site certificate and SSH key, and the ssh configuration that trusts exactly its hosts.

KEYS_DIR=$LAB_DIR/keys

keys_ca() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=wp502 lab CA' \
        -keyout "$KEYS_DIR/ca.key" -out "$KEYS_DIR/ca.crt" 2>/dev/null
}

# keys_cert OUT SUBJECT_ALT_NAMES [openssl x509 options]
keys_cert() {
    local out=$1 names=$2
    shift 2
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$SITE" \
        -keyout "$out.key" -out "$out.csr" 2>/dev/null &&
        openssl x509 -req -in "$out.csr" -CA "$KEYS_DIR/ca.crt" -CAkey "$KEYS_DIR/ca.key" -CAcreateserial \
            -extfile <(printf 'subjectAltName=%s\n' "$names") -out "$out.crt" "$@" 2>/dev/null
}

keys_make() {
    local type
    mkdir -p "$KEYS_DIR" && chmod 700 "$KEYS_DIR"
    [ -s "$KEYS_DIR/id_ed25519" ] ||
        ssh-keygen -q -t ed25519 -N '' -C wp502-lab -f "$KEYS_DIR/id_ed25519"
    for type in ed25519 ecdsa rsa; do
        [ -s "$KEYS_DIR/ssh_host_${type}_key" ] ||
            ssh-keygen -q -t "$type" -N '' -C wp502-lab -f "$KEYS_DIR/ssh_host_${type}_key"
    done
    [ -s "$KEYS_DIR/ca.crt" ] || keys_ca
    [ -s "$KEYS_DIR/site.crt" ] ||
        keys_cert "$KEYS_DIR/site" "DNS:$SITE,DNS:www.$SITE,DNS:blog.test" -days 3650
    [ -s "$KEYS_DIR/other.crt" ] || keys_cert "$KEYS_DIR/other" 'DNS:other.test' -days 3650
    keys_expired
}

# An expired certificate needs the old date at signing: openssl ca takes both ends, openssl x509 does not.
keys_expired() {
    [ -s "$KEYS_DIR/expired.crt" ] && return
    local work=$KEYS_DIR/expired.work
    mkdir -p "$work" && : > "$work/index" && echo 01 > "$work/serial"
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=DNS:%s\n' \
        "$work" "$work" "$work" "$SITE" > "$work/ca.conf"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$SITE" \
        -keyout "$KEYS_DIR/expired.key" -out "$work/csr" 2>/dev/null &&
        openssl ca -batch -config "$work/ca.conf" -cert "$KEYS_DIR/ca.crt" -keyfile "$KEYS_DIR/ca.key" -in "$work/csr" \
            -startdate 20250101000000Z -enddate 20250401000000Z -notext -out "$KEYS_DIR/expired.crt" 2>/dev/null
    rm -rf "$work"
}

# All hosts share one set of host keys; every address on the bridge is listed by number, none by wildcard.
sshconf_write() {
    local dir ip name known=$BRIDGE_DIR/known_hosts conf=$BRIDGE_DIR/ssh_config
    : > "$known.new"
    : > "$conf.new"
    for dir in "$HOSTS_DIR"/*/; do
        [ -s "$dir/ip" ] || continue
        # Another lab call may take the host down at this moment.
        ip=$(cat "$dir/ip" 2> /dev/null) || continue
        name=$(basename "$dir")
        cut -d' ' -f1,2 "$KEYS_DIR"/ssh_host_*_key.pub | sed "s/^/$ip /" >> "$known.new"
        printf 'Host %s\n    HostName %s\n' "$name" "$ip" >> "$conf.new"
    done
    cat >> "$conf.new" <<CONF
Host *
    User root
    IdentityFile $KEYS_DIR/id_ed25519
    IdentitiesOnly yes
    UserKnownHostsFile $known
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    HashKnownHosts no
    UpdateHostKeys no
    ConnectTimeout 5
CONF
    mv "$known.new" "$known"
    mv "$conf.new" "$conf"
}

sshconf_refresh() { locked "$BRIDGE_DIR/claim.lock" sshconf_write; }

lab_sshconf() {
    [ -s "$BRIDGE_DIR/ssh_config" ] || die "no host is up on $LAB_BRIDGE yet"
    printf '%s\n' "$BRIDGE_DIR/ssh_config"
}

lab_ca() {
    [ -s "$KEYS_DIR/ca.crt" ] || die "no CA yet: lab base"
    printf '%s\n' "$KEYS_DIR/ca.crt"
}
