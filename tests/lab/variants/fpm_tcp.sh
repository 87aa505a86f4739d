# shellcheck shell=bash
# PHP-FPM listens on 127.0.0.1:9000 instead of a unix socket

variant_fpm_tcp() {
    pool_listen 127.0.0.1:9000
    setfact FPM_PASS 127.0.0.1:9000
    pass_set "fastcgi_pass $FPM_PASS"
}
