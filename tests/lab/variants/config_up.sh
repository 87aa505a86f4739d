# shellcheck shell=bash
# docroot is .../htdocs and wp-config.php lies one level above it

variant_config_up() {
    local up=/var/www/shop
    [ "$DOCROOT" = /var/www/shop.test ] || up=$(dirname "$DOCROOT")/shop-up
    docroot_move "$up/htdocs"
    mv "$WP_CONFIG" "$up/wp-config.php"
    setfact WP_CONFIG "$up/wp-config.php"
}
