# shellcheck shell=bash
# nginx does not run, or runs something else than what stands on disk.

fault nginx.down nginx.down broken nginx_down http=000
nginx_down() { svc stop nginx; }

fault nginx.config_invalid nginx.config_invalid broken nginx_config_invalid http=000 'says=unknown directive'
nginx_config_invalid() {
    printf 'gzip_typo on;\n' > "$NGINX_CONFD/tuning.conf"
    # Not restart: an init script tests first and leaves the old one running.
    svc stop nginx
    svc_fails start nginx
}

# Something else sits on port 80, so nginx cannot start and 443 is dark as well.
fault nginx.port_taken nginx.port_taken broken nginx_port_taken http=000 'says=98: Address already in use'
nginx_port_taken() {
    svc stop nginx
    mkdir -p /srv/old
    setsid php -S 0.0.0.0:80 -t /srv/old > /dev/null 2>&1 < /dev/null &
    until_true 5 curl -s -o /dev/null http://127.0.0.1/
    svc_fails start nginx
}

# PHP's socket moved, nginx's file was corrected, but nobody reloaded nginx.
fault nginx.not_reloaded nginx.not_reloaded broken nginx_not_reloaded http=502
nginx_not_reloaded() {
    # The running workers must be older than the edit by more than a second's rounding.
    sleep 2
    pool_listen "/run/php/shop-new.sock"
    svc restart fpm
    pass_set "fastcgi_pass unix:/run/php/shop-new.sock"
    visit 3
}

fault nginx.name_resolution nginx.name_resolution broken nginx_name_resolution http=502 'says=no resolver defined'
nginx_name_resolution() {
    # A variable makes nginx look the name up for every request, and no resolver is configured.
    pass_set 'fastcgi_pass $lab_backend'
    site_insert 'set $lab_backend php.internal:9000;'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

# Both workers die again and again while requests are in them.
fault nginx.worker_crash nginx.worker_crash warn nginx_worker_crash 'says=exited on signal 11'
nginx_worker_crash() {
    traffic 115 4 '/?n=%d' 10
    bounded 115 bash -c 'while pkill -SEGV -P "$0"; do sleep 3; done' "$(nginx_master)"
    until_true 10 grep -q 'exited on signal 11' "$ERROR_LOG_MAIN"
}

# Stopped in place: the kernel still takes connections, and nobody answers them.
fault nginx.down.frozen nginx.down broken nginx_down_frozen http=000
nginx_down_frozen() { pkill -STOP -x nginx; }
