# shellcheck shell=bash
# a second site, blog.test, with a pool of its own in the same PHP-FPM

variant_two_sites() {
    local conf
    conf=$(dirname "$POOL_CONF")/blog.conf
    blog_files || return 1
    blog_pool > "$conf"
    blog_nginx
}
