# shellcheck shell=bash
# Hosts with nothing wrong, and hosts that only look as if there were.

fault healthy healthy ok healthy_plain http=200
healthy_plain() { visit 3; }

# An outage that is over: two minutes are waited for, because logs, journal and unit times must all say the same.
fault healthy.recovered healthy ok healthy_recovered http=200
healthy_recovered() {
    svc stop fpm
    visit 5
    svc start fpm
    until_true 10 page_is 200
    sleep 120
    visit 3
}

fault healthy.yesterday_lines healthy ok healthy_yesterday_lines http=200
healthy_yesterday_lines() {
    local day i
    day=$(date -d yesterday +%Y/%m/%d)
    for i in $(seq 10 50); do
        printf '%s 14:22:%s [crit] 812#812: *%s connect() to %s failed (2: No such file or directory) while connecting to upstream, client: 198.51.100.7, server: %s, request: "GET / HTTP/1.1", upstream: "fastcgi://%s:", host: "%s"\n' \
            "$day" "$i" "$i" "$FPM_PASS" "$SITE" "$FPM_PASS" "$SITE" >> "$ERROR_LOG"
    done
    printf '[%s 14:22:10] WARNING: [pool %s] server reached pm.max_children setting (5), consider raising it\n' \
        "$(LC_ALL=C date -d yesterday +%d-%b-%Y)" "$POOL" >> "$FPM_LOG"
    visit 3
}

# Scanners ask for what is not there: hundreds of 404 and forbidden lines, none of them an outage.
fault healthy.scanner healthy ok healthy_scanner http=200
healthy_scanner() {
    traffic 100 2 '/vendor/phpunit/%d/eval-stdin.php' 15
    traffic 100 1 '/.git/config?%d' 5
    until_true 30 enough_scans
    visit 3
}
enough_scans() { [ "$(grep -c eval-stdin "$ACCESS_LOG")" -gt 100 ]; }

# What an attacker or a search writes into our logs must not count as what nginx says.
fault healthy.quoted_bad_gateway healthy ok healthy_quoted_bad_gateway http=200
healthy_quoted_bad_gateway() {
    local forged='connect()%20to%20unix:/run/php/php8.2-fpm.sock%20failed%20(111:%20Connection%20refused)%20while%20connecting%20to%20upstream'
    visit 3 "/.htaccess?$forged"
    visit 3 '/?s=502+Bad+Gateway+upstream+prematurely+closed+connection'
    as_visitor curl -sk -o /dev/null -A 'upstream timed out (110: Connection timed out) 502 Bad Gateway' \
        -e 'https://forum.test/?q=recv() failed (104: Connection reset by peer) while reading response header from upstream' \
        --resolve "$SITE:443:198.51.100.1" "https://$SITE/.env"
    visit 3
}

fault healthy.busy_quick_pool healthy ok healthy_busy_quick_pool http=200
healthy_busy_quick_pool() {
    traffic 110 3 '/?n=%d' 12
    until_true 10 test -s "$ACCESS_LOG"
    visit 5
}

fault healthy.fresh_restart healthy ok healthy_fresh_restart http=200
healthy_fresh_restart() {
    svc restart db
    svc restart fpm
    svc restart nginx
    until_true 10 page_is 200
    visit 3
}

fault healthy.old_maintenance healthy ok healthy_old_maintenance http=200
healthy_old_maintenance() {
    printf '<?php $upgrading = %s; ?>' "$(($(date +%s) - 7200))" > "$WP_DIR/.maintenance"
    chown "$SITE_USER:" "$WP_DIR/.maintenance"
    touch -d '2 hours ago' "$WP_DIR/.maintenance"
    visit 3
}

# The pool and the unit of an older PHP are still there, switched off.
fault healthy.two_php healthy ok healthy_two_php http=200
healthy_two_php() {
    mkdir -p /etc/php/7.4/fpm/pool.d
    sed "s/php$PHPV/php7.4/g" "$POOL_CONF" > /etc/php/7.4/fpm/pool.d/www.conf
    sed "s#/$PHPV/#/7.4/#g; s#php$PHPV#php7.4#g" "$FPM_CONF" > /etc/php/7.4/fpm/php-fpm.conf
    if [ -d /run/systemd/system ]; then
        systemctl cat "$FPM_UNIT" | sed "s#$FPM_CONF#/etc/php/7.4/fpm/php-fpm.conf#; s#fpm$PHPV#fpm7.4#g" \
            > /lib/systemd/system/php7.4-fpm.service
        systemctl daemon-reload
    fi
    visit 3
}

# Redis is installed, stopped and switched off, and the site does not use it.
fault healthy.unused_redis healthy ok healthy_unused_redis http=200 no_redis_cache
healthy_unused_redis() {
    svc stop redis
    [ ! -d /run/systemd/system ] || systemctl disable "$REDIS_UNIT" 2> /dev/null
    visit 3
}
