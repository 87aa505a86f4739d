# shellcheck shell=bash
# a second site, blog.test, with a PHP-FPM of its own: stopping the shop's leaves it alone

variant_two_units() {
    local dir=/etc/php/$PHPV/fpm-blog
    mkdir -p "$dir/pool.d"
    blog_files || return 1
    blog_pool > "$dir/pool.d/blog.conf"
    printf '[global]\npid = /run/php/fpm-blog.pid\nerror_log = /var/log/php%s-fpm-blog.log\ninclude = %s/pool.d/*.conf\n' \
        "$PHPV" "$dir" > "$dir/php-fpm.conf"
    printf '[Unit]\nDescription=PHP-FPM for blog.test\nAfter=network.target\n[Service]\nType=notify\nExecStart=%s --nodaemonize --fpm-config %s/php-fpm.conf\nExecReload=/bin/kill -USR2 $MAINPID\n[Install]\nWantedBy=multi-user.target\n' \
        "$FPM_BIN" "$dir" > "/etc/systemd/system/php$PHPV-fpm-blog.service"
    systemctl enable "php$PHPV-fpm-blog" 2> /dev/null
    blog_nginx
}
