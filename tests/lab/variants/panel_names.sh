# shellcheck shell=bash
# names the way a panel makes them: other units, pool, socket, logs, docroot, site user, and an nginx include forest

variant_panel_names() {
    local home=/home/client7
    useradd -m -d $home -s /bin/bash client7
    chmod 711 $home
    mkdir -p $home/logs/nginx $home/logs/fpm
    setfact SITE_USER client7
    docroot_move $home/webapps/shop
    chown -R client7: $home
    panel_fpm
    panel_nginx $home
}

panel_fpm() {
    local etc=/etc/php82rc old=$FPM_UNIT
    mkdir -p $etc/fpm.d /var/log/php82rc
    setfact FPM_UNIT php82rc-fpm
    setfact FPM_CONF $etc/php-fpm.conf
    setfact FPM_LOG /var/log/php82rc/fpm.log
    setfact FPM_SLOWLOG /home/client7/logs/fpm/shop_slow.log
    setfact POOL client7-shop
    printf '[global]\npid = /run/php82rc-fpm.pid\nerror_log = %s\ninclude = %s/fpm.d/*.conf\n' "$FPM_LOG" $etc > "$FPM_CONF"
    sed 's/^\[www\]/[client7-shop]/' "$POOL_CONF" > $etc/fpm.d/client7-shop.conf
    setfact POOL_CONF $etc/fpm.d/client7-shop.conf
    pool_set user client7
    pool_set group client7
    # A variant before this one may have chosen TCP.
    case $FPM_LISTEN in
        /*)
            pool_listen /run/client7-shop.sock
            setfact FPM_PASS "unix:$FPM_LISTEN"
            ;;
    esac
    sed "s#/etc/php/$PHPV/fpm/php-fpm.conf#$FPM_CONF#; /php-fpm-socket-helper/d" "/lib/systemd/system/$old.service" \
        > /etc/systemd/system/php82rc-fpm.service
    systemctl disable "$old" 2> /dev/null
    systemctl enable php82rc-fpm 2> /dev/null
}

panel_nginx() {
    local home=$1 etc=/etc/nginx-rc
    mkdir -p $etc/conf.d/shop.d $etc/extra.d /var/log/nginx-rc
    cp /etc/nginx/mime.types /etc/nginx/fastcgi_params $etc/
    sed "s#/run/nginx.pid#/run/nginx-rc.pid#; s#/var/log/nginx/#/var/log/nginx-rc/#; s#/etc/nginx/conf.d/#$etc/extra.d/#; s#/etc/nginx/sites-enabled/\*#$etc/conf.d/*.conf#" \
        /etc/nginx/nginx.conf > $etc/nginx.conf
    # The server block includes its locations from a folder of its own, as panels do.
    awk -v d=$etc/conf.d/shop.d '/location ~ .*php/ {skip=1; print "    include " d "/*.conf;"} !skip {print} skip && /^    }/ {skip=0}' \
        "$NGINX_SITE" > $etc/conf.d/shop.conf
    awk '/location ~ .*php/ {on=1} on {print} on && /^    }/ {exit}' "$NGINX_SITE" > $etc/conf.d/shop.d/10-php.conf
    printf 'access_log %s/logs/nginx/shop_access.log;\nerror_log %s/logs/nginx/shop_error.log;\n' "$home" "$home" > $etc/conf.d/shop.d/00-logs.conf
    setfact NGINX_UNIT nginx-rc
    setfact NGINX_CONF $etc/nginx.conf
    setfact NGINX_CONFD $etc/extra.d
    setfact NGINX_SITE $etc/conf.d/shop.conf
    setfact PASS_FILE $etc/conf.d/shop.d/10-php.conf
    setfact ERROR_LOG "$home/logs/nginx/shop_error.log"
    setfact ACCESS_LOG "$home/logs/nginx/shop_access.log"
    setfact ERROR_LOG_MAIN /var/log/nginx-rc/error.log
    pass_set "fastcgi_pass $FPM_PASS"
    sed "s#/usr/sbin/nginx #/usr/sbin/nginx -c $etc/nginx.conf #; s#/run/nginx.pid#/run/nginx-rc.pid#" \
        /lib/systemd/system/nginx.service > /etc/systemd/system/nginx-rc.service
    systemctl disable nginx 2> /dev/null
    systemctl enable nginx-rc 2> /dev/null
}
