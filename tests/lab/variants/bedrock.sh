# shellcheck shell=bash
# Bedrock layout: web/wp, web/app, config/application.php and .env

variant_bedrock() {
    local top=/var/www/bedrock
    docroot_move "$top/web/wp"
    mv "$top/web/wp/wp-content" "$top/web/app"
    rm -f "$WP_CONFIG"
    mkdir -p "$top/config" "$top/vendor"
    cp "$LAB"/files/bedrock/{application.php,env.php} "$top/config/"
    cp "$LAB/files/bedrock/wp-config.php" "$LAB/files/bedrock/index.php" "$top/web/"
    printf "DB_NAME='%s'\nDB_USER='%s'\nDB_PASSWORD='%s'\nDB_HOST='localhost'\nDB_PREFIX='wp_'\nWP_ENV='production'\nWP_HOME='https://%s'\nWP_SITEURL=\"\${WP_HOME}/wp\"\n" \
        "$DB_NAME" "$DB_USER" "$DB_PASS" "$SITE" > "$top/.env"
    chown -R "$SITE_USER:" "$top"
    chmod 640 "$top/.env"
    sed -i "s#root $DOCROOT;#root $top/web;#" "$NGINX_SITE"
    setfact DOCROOT "$top/web"
    setfact WP_DIR "$top/web/wp"
    setfact WP_CONTENT "$top/web/app"
    setfact WP_CONFIG "$top/config/application.php"
    setfact ENV_FILE "$top/.env"
    setfact CRON_PATH /wp/wp-cron.php
}
