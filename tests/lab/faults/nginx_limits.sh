# shellcheck shell=bash
# nginx runs out of something: connections, descriptors, temporary space; or gives a stored error.

# A static file big enough to trickle for two minutes.
big_file() {
    head -c 8000000 /dev/zero > "$DOCROOT/catalogue.bin"
    chown "$SITE_USER:" "$DOCROOT/catalogue.bin"
}

slow_readers() {
    visitors_net
    bounded 118 nsenter -t "$(cat /run/lab-visitors.pid)" -n \
        php "$LAB/files/slow_readers.php" "$SITE" /catalogue.bin "$1" 112
}

fault nginx.worker_connections nginx.worker_connections broken nginx_worker_connections 'http=000|500' 'says=worker_connections are not enough'
nginx_worker_connections() {
    big_file
    sed -i -E 's/worker_connections [0-9]+;/worker_connections 20;/' "$NGINX_CONF"
    svc restart nginx
    until_true 10 page_is 200
    slow_readers 60
    until_true 20 grep -q 'worker_connections are not enough' "$ERROR_LOG_MAIN" "$ERROR_LOG"
    until_true 20 always_fails
}

# Both workers have to be full, and stay so.
always_fails() {
    local i
    for i in 1 2 3 4 5; do
        ! VISIT_MAX=3 page_is 200 || return 1
    done
}

fault nginx.file_descriptors nginx.file_descriptors broken nginx_file_descriptors 'http=000|500' 'says=(24: Too many open files)'
nginx_file_descriptors() {
    big_file
    sed -i -E 's/^worker_processes .*/&\nworker_rlimit_nofile 40;/' "$NGINX_CONF"
    svc restart nginx
    until_true 10 page_is 200
    slow_readers 60
    until_true 20 grep -q '(24: ' "$ERROR_LOG_MAIN" "$ERROR_LOG"
    until_true 20 always_fails
}

# Cached pages pass through the temporary folder, and the workers lost the right to write there.
fault nginx.temp_dir nginx.temp_dir broken nginx_temp_dir 'http=000|200' 'says=failed (13: Permission denied)'
nginx_temp_dir() {
    mkdir -p /var/cache/nginx
    printf 'fastcgi_cache_path /var/cache/nginx keys_zone=pages:1m;\nfastcgi_cache_key $scheme$host$request_uri;\n' \
        > "$NGINX_CONFD/cache.conf"
    site_insert 'fastcgi_cache pages; fastcgi_cache_valid 200 1s;'
    chown -R www-data: /var/cache/nginx
    svc restart nginx
    until_true 10 page_is 200
    chown root: "$NGINX_TEMP/fastcgi" && chmod 700 "$NGINX_TEMP/fastcgi"
    rm -rf "${NGINX_TEMP:?}"/fastcgi/*
    # The copy of a second ago must lapse first; from then on no page can be stored, and none arrives.
    until_true 10 page_fails
    visit 3
}

# The cache was told to keep anything, so it keeps the 502 of an outage that is over.
fault nginx.cached_error nginx.cached_error broken nginx_cached_error http=502
nginx_cached_error() {
    mkdir -p /var/cache/nginx
    printf 'fastcgi_cache_path /var/cache/nginx keys_zone=pages:1m;\nfastcgi_cache_key $scheme$host$request_uri;\n' \
        > "$NGINX_CONFD/cache.conf"
    site_insert 'fastcgi_cache pages; fastcgi_cache_valid any 10m; add_header X-Cache-Status $upstream_cache_status always;'
    svc restart nginx
    svc stop fpm
    until_true 10 page_is 502
    visit 2
    svc start fpm
    until_true 10 fpm_workers
    visit 3
}

# One counter for all visitors (the edge's address, in real life), and far too few a minute.
fault nginx.rate_limited nginx.rate_limited broken nginx_rate_limited http=503 'says=limiting requests'
nginx_rate_limited() {
    printf 'limit_req_zone $server_name zone=persite:1m rate=1r/m;\n' > "$NGINX_CONFD/limit.conf"
    site_insert 'limit_req zone=persite;'
    svc reload nginx
    until_true 10 page_is 503
    traffic 110 2 '/?n=%d' 2
    visit 3
}
