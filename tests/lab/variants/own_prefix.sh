# shellcheck shell=bash
# an nginx of its own under /opt/web with relative paths, started by a unit of another name; the package's is disabled

variant_own_prefix() {
    local web=/opt/web
    mkdir -p $web/sbin $web/conf/sites $web/logs $web/run
    cp /usr/sbin/nginx $web/sbin/nginx
    cp /etc/nginx/mime.types /etc/nginx/fastcgi_params $web/conf/
    cp "$NGINX_SITE" $web/conf/sites/shop.conf
    # shellcheck disable=SC2016  # the dollar is nginx's
    printf '%s\n' 'user www-data;' 'worker_processes 2;' 'pid run/front.pid;' 'error_log logs/err.log;' \
        'events { worker_connections 768; }' \
        'http { include mime.types; access_log logs/acc.log; include extra.d/*.conf; include sites/*.conf; }' \
        > $web/conf/main.conf
    mkdir -p $web/conf/extra.d
    printf '%s\n' '[Service]' 'Type=forking' "PIDFile=$web/run/front.pid" \
        "ExecStart=$web/sbin/nginx -p $web/ -c conf/main.conf" "ExecReload=/bin/kill -HUP \$MAINPID" \
        '[Install]' 'WantedBy=multi-user.target' > /etc/systemd/system/frontdoor.service
    systemctl disable nginx 2> /dev/null
    systemctl enable frontdoor 2> /dev/null
    setfact NGINX_UNIT frontdoor
    setfact NGINX_CONF $web/conf/main.conf
    setfact NGINX_SITE $web/conf/sites/shop.conf
    setfact PASS_FILE $web/conf/sites/shop.conf
    setfact NGINX_CONFD $web/conf/extra.d
    setfact ERROR_LOG $web/logs/err.log
    setfact ERROR_LOG_MAIN $web/logs/err.log
    setfact ACCESS_LOG $web/logs/acc.log
}
