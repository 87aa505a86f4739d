# shellcheck shell=bash
# An edge stands in front (variants/edge.sh). Each function runs on the edge first, then on the origin:
# $1 is edge or origin, $2 the other one's address.

# edge_to ORIGIN [everything]: the edge proxies to it; `everything` also caches pages.
edge_to() {
    printf 'server %s:443;\n' "$1" > /etc/nginx/lab/origin
    printf '%s\n' "$1" > /etc/nginx/lab/origin-address
    [ "${2:-}" != everything ] || printf 'proxy_cache edge;\nproxy_cache_valid 200 10m;\n' > /etc/nginx/lab/cache
    systemctl reload nginx
}

edge_gives() {
    [ "$(curl -sk -o /dev/null -m 20 -w '%{http_code}' --resolve "$SITE:443:127.0.0.1" "https://$SITE/?n=$RANDOM")" = "$1" ]
}

# origin_certificate FILE: nginx serves another one.
origin_serves() {
    cp "$LAB/certs/$1.crt" "$LAB/certs/$1.key" /etc/ssl/lab/
    sed -i "s#/etc/ssl/lab/site\\.#/etc/ssl/lab/$1.#" "$NGINX_SITE"
    svc reload nginx
}

through_edge() { curl -sk -o /dev/null -m 20 -w '%{http_code}\n' --resolve "$SITE:443:$1" "https://$SITE$2"; }

fault cdn.origin_certificate cdn.origin_certificate broken cdn_origin_certificate edge http=526
cdn_origin_certificate() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    origin_serves expired
    until_true 10 edge_says "$2" 526
}

fault cdn.origin_certificate.name cdn.origin_certificate broken cdn_origin_certificate_name edge http=526
cdn_origin_certificate_name() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    origin_serves other
    until_true 10 edge_says "$2" 526
}
edge_says() { [ "$(through_edge "$1" "/?n=$RANDOM")" = "$2" ]; }

fault cdn.origin_blocked.reject cdn.origin_blocked broken cdn_origin_blocked_reject edge http=521
cdn_origin_blocked_reject() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    until_true 10 edge_says "$2" 200
    iptables -I INPUT -s "$2" -p tcp -m multiport --dports 80,443 -j REJECT --reject-with tcp-reset
    until_true 10 edge_says "$2" 521
}

fault cdn.origin_blocked.drop cdn.origin_blocked broken cdn_origin_blocked_drop edge http=522
cdn_origin_blocked_drop() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    until_true 10 edge_says "$2" 200
    iptables -I INPUT -s "$2" -p tcp -m multiport --dports 80,443 -j DROP
    until_true 20 edge_says "$2" 522
}

fault cdn.cached_page_hides_outage cdn.cached_page_hides_outage warn cdn_cached_page_hides_outage edge http=200
cdn_cached_page_hides_outage() {
    if [ "$1" = edge ]; then edge_to "$2" everything; return; fi
    until_true 10 edge_has_page "$2"
    svc stop fpm
    until_true 10 edge_says "$2" 502
    visit 2
}

edge_has_page() {
    curl -sk -o /dev/null -D - -m 20 --resolve "$SITE:443:$1" "https://$SITE/" | grep -qi '^cf-cache-status: HIT'
}

fault healthy.behind_cdn healthy ok cdn_healthy edge http=200
cdn_healthy() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    until_true 10 edge_says "$2" 200
}

# Closed to the world and open to its CDN: good practice, not a fault.
fault healthy.origin_closed_but_cdn healthy ok cdn_closed_origin edge http=200
cdn_closed_origin() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    until_true 10 edge_says "$2" 200
    iptables -A INPUT -i host0 ! -s "$2" -p tcp -m multiport --dports 80,443 -j DROP
    until_true 10 edge_says "$2" 200
}

# The origin's own 502 comes through the edge: the edge is innocent.
fault fpm.down.behind_cdn fpm.down broken cdn_fpm_down edge http=502
cdn_fpm_down() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    until_true 10 edge_says "$2" 200
    svc stop fpm
    until_true 10 edge_says "$2" 502
}

# The server moved, the CDN's record did not: the edge knocks where nobody listens.
fault cdn.origin_address cdn.origin_address broken cdn_origin_address edge http=521
cdn_origin_address() {
    if [ "$1" = edge ]; then edge_to "${2%.*}.1"; return; fi
    until_true 10 edge_says "$2" 521
}

# Plain HTTP on 443: there is nothing to shake hands with.
fault cdn.origin_tls_handshake cdn.origin_tls_handshake broken cdn_origin_tls_handshake edge http=525
cdn_origin_tls_handshake() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    sed -i 's/listen 443 ssl/listen 443/; /ssl_certificate/d' "$NGINX_SITE"
    svc reload nginx
    until_true 10 edge_says "$2" 525
}

# nginx itself turns the edge away, as a page about blocking bots told somebody to.
fault cdn.origin_blocked.deny cdn.origin_blocked broken cdn_origin_blocked_deny edge http=403
cdn_origin_blocked_deny() {
    if [ "$1" = edge ]; then edge_to "$2"; return; fi
    site_insert "deny $2;"
    svc reload nginx
    until_true 10 edge_says "$2" 403
}

# A filter that drops by default, and nobody told it of the web (ufw enable, and no more).
fault cdn.origin_blocked.policy cdn.origin_blocked broken cdn_origin_blocked_policy http=000
cdn_origin_blocked_policy() {
    iptables -A INPUT -i lo -j ACCEPT
    iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    iptables -A INPUT -p tcp --dport 22 -j ACCEPT
    iptables -P INPUT DROP
}
