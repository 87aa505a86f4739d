# shellcheck shell=bash
# internal: this host is a CDN edge, not a server. nginx in front of an origin, with PHP only to name its own errors.

variant_edge() {
    mkdir -p /etc/nginx/lab /var/www/edge
    rm -f /etc/nginx/sites-enabled/*
    cp "$LAB/files/edge.conf" /etc/nginx/conf.d/edge.conf
    sed -i "s#@FPM@#$FPM_PASS#" /etc/nginx/conf.d/edge.conf
    cp "$LAB/files/edge_error.php" /var/www/edge/error.php
    : > /etc/nginx/lab/cache
    printf 'server 127.0.0.1:9;\n' > /etc/nginx/lab/origin
    systemctl disable "$DB_UNIT" "$REDIS_UNIT" > /dev/null 2>&1
}
