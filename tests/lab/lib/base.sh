# shellcheck shell=bash
# The base root file system: built once by mmdebstrap from the machine's own apt sources, then only read.

BASE_PACKAGES=systemd,systemd-sysv,dbus,openssh-server,nginx,libnginx-mod-http-headers-more-filter,php-fpm,php-cli,\
php-mysql,php-redis,php-curl,mariadb-server,redis-server,wordpress,wordpress-theme-twentytwentythree,sudo,procps,\
iproute2,iputils-ping,curl,rsyslog,logrotate,iptables,busybox,ca-certificates,openssl,less,tzdata

# What decides whether the cached image is still the right one.
base_recipe() {
    {
        printf '%s\n' "$BASE_PACKAGES"
        declare -f base_seed base_setup
        cat "$LAB_HOME"/guest/setup/*
        cat "$KEYS_DIR/id_ed25519.pub" "$KEYS_DIR/site.crt"
    } | sha256sum | cut -c1-16
}

base_sources() {
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
        awk '$1=="Debian" || $1=="Ubuntu" {print "deb " $2 " " $3 " " $4}' | sort -u
}

base_suite() {
    # shellcheck source=/dev/null
    (. /etc/os-release && printf '%s\n' "$VERSION_CODENAME")
}

# Puts what the image's own setup needs where it finds it.
base_seed() {
    local root=$1
    mkdir -p "$root/opt/lab/setup"
    cp "$LAB_HOME"/guest/setup/* "$root/opt/lab/setup/"
    cp "$KEYS_DIR/id_ed25519.pub" "$KEYS_DIR/site.crt" "$KEYS_DIR/site.key" "$KEYS_DIR/ca.crt" \
        "$KEYS_DIR"/ssh_host_* "$root/opt/lab/setup/"
}

# The installer runs in a process tree of its own that dies with it, so no database is left behind.
base_setup() {
    unshare --mount --pid --uts --net --fork --kill-child bash -c '
        set -e
        root=$1
        ip link set lo up
        hostname lab
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/run"
        mount -t tmpfs tmpfs "$root/tmp"
        mount --bind /dev "$root/dev"
        exec chroot "$root" /bin/bash /opt/lab/setup/setup.sh' base "$1"
}

# Images no host runs on any more. A running host keeps its own until it goes down.
base_prune() {
    local dir
    for dir in "$BASE_DIR"/*/; do
        [ -d "$dir" ] || continue
        [ "$(basename "$dir")" = "$1" ] && continue
        grep -qF "lowerdir=${dir}root," /proc/mounts || rm -rf --one-file-system "$dir"
    done
}

base_build() {
    local stamp new=$BASE_DIR/new started=$SECONDS sources
    keys_make
    stamp=$(base_recipe)
    BASE_ROOT=$BASE_DIR/$stamp/root
    [ -d "$BASE_ROOT" ] && return 0
    say "building the base image (about a minute) in $BASE_DIR"
    sources=$(base_sources)
    [ -n "$sources" ] || die "no Debian apt source here; run: apt-get update"
    mkdir -p "$BASE_DIR"
    base_prune "$stamp"
    rm -rf --one-file-system "$new"
    printf '%s\n' "$sources" | mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/cache \
        --include="$BASE_PACKAGES" "$(base_suite)" "$new" - > "$BASE_DIR/log" 2>&1 ||
        die "mmdebstrap failed, see $BASE_DIR/log"
    base_seed "$new"
    base_setup "$new" >> "$BASE_DIR/log" 2>&1 || die "setting up the image failed, see $BASE_DIR/log"
    rm -rf "$new/opt/lab/setup"
    mkdir -p "$BASE_DIR/$stamp" && mv "$new" "$BASE_ROOT"
    say "base image ready after $((SECONDS - started)) s, $(du -sm "$BASE_ROOT" | cut -f1) MB"
}

lab_base() {
    need_root
    need_tools
    locked "$LAB_DIR/base.lock" base_build
}
