# shellcheck shell=bash
# no systemd: PID 1 is a shell script that runs the packages' own init scripts

variant_no_systemd() {
    local name
    for name in "$FPM_UNIT" "$NGINX_UNIT" "$DB_UNIT" "$REDIS_UNIT"; do
        [ -x "/etc/init.d/$name" ] || { echo "no_systemd cannot be combined with panel_names: no /etc/init.d/$name" >&2; return 1; }
    done
    rm -f /usr/bin/systemctl /usr/bin/journalctl
    setfact INIT /opt/lab/files/init.sh
}
