# shellcheck shell=bash
# nginx asks at the wrong door, or in the wrong language.

fault nginx.socket_mismatch nginx.socket_mismatch broken nginx_socket_mismatch http=502 'says=failed (2:'
nginx_socket_mismatch() {
    pass_set 'fastcgi_pass unix:/run/php/php7.4-fpm.sock'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

fault nginx.socket_mismatch.tcp nginx.socket_mismatch broken nginx_socket_mismatch_tcp http=502 'says=failed (111:'
nginx_socket_mismatch_tcp() {
    pass_set 'fastcgi_pass 127.0.0.1:9074'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

# The site is passed to an Apache of a panel, and that one is not there.
fault nginx.backend_down nginx.backend_down broken nginx_backend_down http=502 'says=http://127.0.0.1:7080'
nginx_backend_down() {
    pass_set 'proxy_pass http://127.0.0.1:7080'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

fault nginx.protocol_mismatch.http_to_fpm nginx.protocol_mismatch broken nginx_http_to_fpm http=502 'says=(104:'
nginx_http_to_fpm() {
    pass_set "proxy_pass http://$FPM_PASS"
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

fault nginx.protocol_mismatch.fastcgi_to_http nginx.protocol_mismatch broken nginx_fastcgi_to_http http=502 'says=protocol version: 72'
nginx_fastcgi_to_http() {
    printf 'server { listen 127.0.0.1:8088; return 200 "an http server\\n"; }\n' > "$NGINX_CONFD/other.conf"
    pass_set 'fastcgi_pass 127.0.0.1:8088'
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

fault nginx.header_too_big nginx.header_too_big broken nginx_header_too_big http=502 'says=too big header'
nginx_header_too_big() {
    mu_plugin debug-headers <<'PHP'
<?php
// Debugging left on: every query of the page goes into response headers.
add_action('send_headers', function () {
    for ($i = 0; $i < 40; $i++) {
        header("X-Debug-Query-$i: " . str_repeat('SELECT option_value FROM wp_options ', 12));
    }
});
PHP
    until_true 10 page_is 502
    visit 3
}

# A container came back with another address, and nginx has looked its name up at its start.
fault nginx.stale_upstream_address nginx.stale_upstream_address broken nginx_stale_upstream_address http=502
nginx_stale_upstream_address() {
    printf '127.0.0.77 php.lab\n' >> /etc/hosts
    pool_listen 127.0.0.77:9001
    pass_set 'fastcgi_pass php.lab:9001'
    svc restart fpm
    svc restart nginx
    until_true 10 page_is 200
    # The files must be older than the workers by more than a second's rounding.
    sleep 2
    sed 's/127.0.0.77 php.lab/127.0.0.78 php.lab/' /etc/hosts > /etc/hosts.new
    cat /etc/hosts.new > /etc/hosts
    pool_listen 127.0.0.78:9001
    svc restart fpm
    until_true 10 page_is 502
    visit 2
}
