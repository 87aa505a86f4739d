# shellcheck shell=bash
# What faults and variants share inside a host. They name nothing by path: every name comes from the facts.

# setfact KEY VALUE: for this shell and for every later one.
setfact() {
    printf -v "$1" '%s' "$2"
    printf '%s=%q\n' "$1" "$2" >> "$FACTS"
}

# The facts of the plain host; variants change some of them.
prepare() {
    setfact PHPV "$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')"
    setfact FPM_UNIT "php$PHPV-fpm"
    setfact FPM_BIN "/usr/sbin/php-fpm$PHPV"
    setfact FPM_CONF "/etc/php/$PHPV/fpm/php-fpm.conf"
    setfact FPM_LOG "/var/log/php$PHPV-fpm.log"
    setfact FPM_SLOWLOG "/var/log/php$PHPV-fpm-slow.log"
    setfact POOL www
    setfact POOL_CONF "/etc/php/$PHPV/fpm/pool.d/www.conf"
    setfact FPM_LISTEN "/run/php/php$PHPV-fpm.sock"
    setfact FPM_PASS "unix:$FPM_LISTEN"
    setfact NGINX_UNIT nginx
    setfact NGINX_CONF /etc/nginx/nginx.conf
    setfact NGINX_SITE /etc/nginx/sites-available/shop.test
    setfact PASS_FILE "$NGINX_SITE"
    setfact NGINX_CONFD /etc/nginx/conf.d
    setfact NGINX_TEMP /var/lib/nginx
    setfact ERROR_LOG /var/log/nginx/error.log
    setfact ERROR_LOG_MAIN /var/log/nginx/error.log
    setfact ACCESS_LOG /var/log/nginx/access.log
    setfact SITE shop.test
    setfact DOCROOT /var/www/shop.test
    setfact WP_DIR "$DOCROOT"
    setfact WP_CONTENT "$DOCROOT/wp-content"
    setfact WP_CONFIG "$DOCROOT/wp-config.php"
    setfact CRON_PATH /wp-cron.php
    setfact SITE_USER www-data
    setfact DB_UNIT mariadb
    setfact DB_NAME shop
    setfact DB_USER shop
    setfact DB_PASS shop-secret-1
    setfact REDIS_UNIT redis-server
    setfact REDIS_CONF /etc/redis/redis.conf
}

# --- services --------------------------------------------------------------------------------------------------------

unit_of() {
    case $1 in
        fpm) printf '%s\n' "$FPM_UNIT" ;;
        nginx) printf '%s\n' "$NGINX_UNIT" ;;
        db) printf '%s\n' "$DB_UNIT" ;;
        redis) printf '%s\n' "$REDIS_UNIT" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

# svc ACTION fpm|nginx|db|redis: through systemd, or through the init scripts where there is none.
svc() {
    if [ -d /run/systemd/system ]; then
        systemctl "$1" "$(unit_of "$2")"
    else
        "/etc/init.d/$(unit_of "$2")" "$1" > /dev/null
    fi
}

# svc_fails ACTION SERVICE: a start that is meant to fail.
svc_fails() { ! svc "$@" > /dev/null 2>&1 || echo "lab: $* was meant to fail" >&2; }

# svc_setting UNIT KEY=VALUE: a drop-in, in force from the next start on.
svc_setting() {
    local dir
    dir=/etc/systemd/system/$(unit_of "$1").service.d
    mkdir -p "$dir"
    printf '[Service]\n%s\n' "$2" > "$dir/limits.conf"
    systemctl daemon-reload
}

# until_true SECONDS CMD...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { echo "lab: waited in vain for: $*" >&2; return 1; }
        sleep 0.05
    done
}

fpm_master() { pgrep -o -f "php-fpm: master process \($FPM_CONF\)"; }
fpm_workers() { pgrep -f "php-fpm: pool $POOL( |\$)"; }
nginx_master() { pgrep -o -f 'nginx: master process'; }

# Somebody stands in the socket's queue: connecting, and not yet accepted.
queue_waits() {
    case $FPM_LISTEN in
        /*) awk -v s="$FPM_LISTEN" '$8==s && $6=="02"' /proc/net/unix | grep -q . ;;
        *) ss -Hltn "sport = :${FPM_LISTEN##*:}" | awk '$2>0' | grep -q . ;;
    esac
}

# No worker takes anything for a second. Accepted connections are not counted: a worker that called
# fastcgi_finish_request (wp-cron.php does) has none and is busy all the same.
pool_full() {
    local i
    for i in 1 2 3 4 5; do
        queue_waits || return 1
        sleep 0.2
    done
}

# --- configuration ---------------------------------------------------------------------------------------------------

# pool_set KEY VALUE: one directive of the site's pool.
pool_set() {
    sed -i -E "/^[; ]*${1//./\\.}[ ]*=/d" "$POOL_CONF"
    printf '%s = %s\n' "$1" "$2" >> "$POOL_CONF"
}

# pool_listen ADDRESS: a socket's path or host:port, in the facts as well.
pool_listen() {
    pool_set listen "$1"
    setfact FPM_LISTEN "$1"
}

# global_set KEY VALUE: one directive of the [global] section.
global_set() { sed -i "s/^\[global\]/&\n$1 = $2/" "$FPM_CONF"; }

# site_insert DIRECTIVE: into the site's server block.
site_insert() { sed -i "/^[[:space:]]*server_name $SITE/i $1" "$NGINX_SITE"; }

# fastcgi_pass of the site is replaced by something else.
pass_set() { sed -i -E "s#^([[:space:]]*)(fastcgi_pass|proxy_pass)[[:space:]][^;]*;#\\1$1;#" "$PASS_FILE"; }

# wp_define NAME PHP-VALUE: WordPress takes the first definition, so it goes to the top.
wp_define() { sed -i "0,/<?php/s##<?php\ndefine( '$1', $2 );#" "$WP_CONFIG"; }

# mu_plugin NAME: PHP from stdin, loaded by every WordPress page.
mu_plugin() {
    mkdir -p "$WP_CONTENT/mu-plugins"
    cat > "$WP_CONTENT/mu-plugins/$1.php"
    chown -R "$SITE_USER:" "$WP_CONTENT/mu-plugins"
}

# plugin DIR: PHP from stdin; activated the way WordPress stores it.
plugin() {
    mkdir -p "$WP_CONTENT/plugins/$1"
    cat > "$WP_CONTENT/plugins/$1/$1.php"
    chown -R "$SITE_USER:" "$WP_CONTENT/plugins/$1"
    sql "UPDATE wp_options SET option_value='a:1:{i:0;s:$((2 * ${#1} + 5)):\"$1/$1.php\";}' WHERE option_name='active_plugins'"
    cache_flush
}

# sql STATEMENT: as root on the site's database.
sql() { mariadb -N -B "$DB_NAME" -e "$1"; }

# --- visitors --------------------------------------------------------------------------------------------------------

# Visitors come from foreign addresses: a network of their own behind a veth pair, 198.51.100.10 to .60.
visitors_net() {
    local pid i
    [ -s /run/lab-visitors.pid ] && return
    setsid unshare --net sleep 900 > /dev/null 2>&1 &
    pid=$!
    until_true 5 test /proc/$pid/ns/net -nt /nonexistent
    until_true 5 other_net $pid
    ip link add vis0 type veth peer name vis1 netns $pid
    ip addr add 198.51.100.1/24 dev vis0
    ip link set vis0 up
    nsenter -t $pid -n ip link set lo up
    for i in $(seq 10 60); do
        printf 'addr add 198.51.100.%s/24 dev vis1\n' "$i"
    done | nsenter -t $pid -n ip -batch -
    nsenter -t $pid -n ip link set vis1 up
    printf '%s\n' $pid > /run/lab-visitors.pid
}

other_net() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

as_visitor() { nsenter -t "$(cat /run/lab-visitors.pid)" -n "$@"; }

# visit COUNT [PATH]: a few visitors, one after the other; what they get does not matter.
visit() {
    local i
    visitors_net
    for i in $(seq "$1"); do
        as_visitor curl -sk -o /dev/null -m "${VISIT_MAX:-65}" --interface "198.51.100.$((9 + i))" -A 'Mozilla/5.0 (lab)' \
            --resolve "$SITE:443:198.51.100.1" "https://$SITE${2:-/}"
    done
    return 0
}

# traffic SECONDS PARALLEL [PATH] [PER-SECOND]: standing load in the background, bounded in time and count.
traffic() {
    visitors_net
    setsid timeout "$(($1 + 5))" nsenter -t "$(cat /run/lab-visitors.pid)" -n \
        php "$LAB/files/traffic.php" "$SITE" "${3:-/}" "$1" "$2" "${4:-1000}" > /dev/null 2>&1 < /dev/null &
}

# bounded SECONDS CMD...: any other standing process.
bounded() {
    local seconds=$1
    shift
    setsid timeout -k 2 "$seconds" "$@" > /dev/null 2>&1 < /dev/null &
}

# page_is STATUS [PATH]
page_is() {
    [ "$(curl -sk -o /dev/null -m "${VISIT_MAX:-65}" -w '%{http_code}' --resolve "$SITE:443:127.0.0.1" "https://$SITE${2:-/}")" = "$1" ]
}

# --- the site's database host and object cache -----------------------------------------------------------------------

# db_host_set HOST: in wp-config, or in .env where the site has one.
db_host_set() {
    sed -i "s/define( 'DB_HOST', .*/define( 'DB_HOST', '$1' );/" "$WP_CONFIG"
    [ -z "${ENV_FILE:-}" ] || sed -i "s/^DB_HOST=.*/DB_HOST='$1'/" "$ENV_FILE"
}

# cache_flush: what WordPress would have dropped itself, had the change been made through it.
cache_flush() {
    [ -e "$WP_CONTENT/object-cache.php" ] || return 0
    redis-cli --scan --pattern 'shop_*' 2> /dev/null | xargs -r redis-cli del > /dev/null
}

# redis_dropin: the object cache on, with a prefix of the site's own.
redis_dropin() {
    [ -e "$WP_CONTENT/object-cache.php" ] && return
    cp "$LAB/files/object-cache.php" "$WP_CONTENT/object-cache.php"
    chown "$SITE_USER:" "$WP_CONTENT/object-cache.php"
    wp_define WP_REDIS_HOST "'127.0.0.1'"
    wp_define WP_REDIS_PORT 6379
    wp_define WP_REDIS_DATABASE 0
    wp_define WP_REDIS_PREFIX "'shop_'"
}

# --- layouts (variants, before the boot) -----------------------------------------------------------------------------

# docroot_move DIR: the whole WordPress to another place.
docroot_move() {
    mkdir -p "$(dirname "$1")"
    mv "$DOCROOT" "$1"
    sed -i "s#root $DOCROOT;#root $1;#" "$NGINX_SITE"
    setfact WP_CONFIG "${WP_CONFIG/#"$DOCROOT"/$1}"
    setfact WP_CONTENT "${WP_CONTENT/#"$DOCROOT"/$1}"
    setfact WP_DIR "${WP_DIR/#"$DOCROOT"/$1}"
    setfact DOCROOT "$1"
}

# The second site's files: the shop's, with its own database. Made before variants that move the shop, or after.
blog_files() {
    [ -z "${ENV_FILE:-}" ] || { echo "name the second site's variant before bedrock" >&2; return 1; }
    mkdir -p /var/www/blog.test
    useradd -r -M -d /var/www/blog.test -s /usr/sbin/nologin blog
    cp -r "$DOCROOT/." /var/www/blog.test/
    sed "s/'shop'/'blog'/; s/'shop-secret-1'/'blog-secret-1'/; s/'shop_'/'blog_'/" "$WP_CONFIG" > /var/www/blog.test/wp-config.php
    chown -R blog: /var/www/blog.test
    chown blog:www-data /var/www/blog.test/wp-config.php
}

blog_pool() {
    cat <<CONF
[blog]
user = blog
group = blog
listen = /run/php/blog.sock
listen.owner = www-data
listen.group = www-data
pm = ondemand
pm.max_children = 3
pm.process_idle_timeout = 30s
CONF
}

blog_nginx() {
    # Beside the shop's file and named like it, so the same include or link finds it.
    local file=${NGINX_SITE/shop/blog}
    cat > "$file" <<'CONF'
server {
    listen 80;
    listen 443 ssl;
    server_name blog.test;
    ssl_certificate /etc/ssl/lab/site.crt;
    ssl_certificate_key /etc/ssl/lab/site.key;
    root /var/www/blog.test;
    index index.php;
    access_log /var/log/nginx/blog.access.log;
    error_log /var/log/nginx/blog.error.log;
    location / { try_files $uri $uri/ /index.php?$args; }
    location ~ \.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php/blog.sock;
    }
}
CONF
    case $file in
        */sites-available/*) ln -sf "$file" /etc/nginx/sites-enabled/blog.test ;;
    esac
}
