# shellcheck shell=bash
# nginx asks at the wrong door.

fault nginx.socket_mismatch nginx.socket_mismatch broken nginx_socket_mismatch
nginx_socket_mismatch() {
    pass_set 'fastcgi_pass unix:/run/php/php7.4-fpm.sock'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}
