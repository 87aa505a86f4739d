# shellcheck shell=bash
# The database is away, full, locked, slow, or does not let the site in.

hold_sessions() {
    local seconds=$1 count=$2
    shift 2
    bounded 120 php "$LAB/files/db_hold.php" "$DB_USER" "$DB_PASS" "$DB_NAME" "$count" "$seconds" "$@"
}

fault mysql.down mysql.down broken mysql_down http=500
mysql_down() {
    svc stop db
    visit 3
}

fault mysql.connections_exhausted mysql.connections_exhausted broken mysql_connections_exhausted http=500
mysql_connections_exhausted() {
    sql 'SET GLOBAL max_connections = 10'
    hold_sessions 115 12
    until_true 10 page_is 500
    visit 3
}

fault mysql.user_limit mysql.user_limit broken mysql_user_limit http=500
mysql_user_limit() {
    sql "ALTER USER '$DB_USER'@'localhost' WITH MAX_USER_CONNECTIONS 3"
    hold_sessions 115 4
    until_true 10 page_is 500
    visit 3
}

# A forgotten transaction has written to the table; an ALTER waits for it; every page waits behind the ALTER.
fault mysql.lock_wait mysql.lock_wait broken mysql_lock_wait 'http=000|504'
mysql_lock_wait() {
    hold_sessions 115 1 'START TRANSACTION' \
        "INSERT INTO wp_options (option_name, option_value) VALUES ('lab_import_step', '1')"
    until_true 10 trx_open
    bounded 115 mariadb "$DB_NAME" -e 'ALTER TABLE wp_options ADD COLUMN lab_note INT'
    until_true 10 metadata_lock
    traffic 110 8 '/?n=%d' 4
    until_true 40 pool_full
}
# InnoDB's table of transactions is a copy that is not renewed while it is read more often than every 100 ms.
trx_open() { sleep 0.2; sql 'SELECT COUNT(*) FROM information_schema.innodb_trx' | grep -q '^[1-9]'; }
metadata_lock() { sql 'SHOW FULL PROCESSLIST' | grep -q 'metadata lock'; }

fault mysql.lock_wait.lock_tables mysql.lock_wait broken mysql_lock_tables 'http=000|504'
mysql_lock_tables() {
    sql "GRANT LOCK TABLES ON $DB_NAME.* TO '$DB_USER'@'localhost'"
    hold_sessions 115 1 'LOCK TABLES wp_options WRITE'
    traffic 110 8 '/?n=%d' 4
    until_true 20 metadata_lock
    until_true 40 pool_full
}

fault mysql.access_denied mysql.access_denied broken mysql_access_denied http=500
mysql_access_denied() {
    sed -i "s/$DB_PASS/shop-secret-old/" "$WP_CONFIG" "${ENV_FILE:-$WP_CONFIG}"
    until_true 10 page_is 500
    visit 3
}

fault mysql.access_denied.grant mysql.access_denied broken mysql_access_denied_grant http=500
mysql_access_denied_grant() {
    sql "ALTER USER '$DB_USER'@'localhost' IDENTIFIED BY 'changed-by-somebody'"
    until_true 10 page_is 500
    visit 3
}

# One statement without an index, in every page, from every visitor.
fault mysql.slow_queries mysql.slow_queries broken mysql_slow_queries 'http=000|504'
mysql_slow_queries() {
    plugin related-products <<'PHP'
<?php
/* Plugin Name: Related Products */
add_action('template_redirect', function () {
    global $wpdb;
    $wpdb->get_var("SELECT COUNT(*) + SLEEP(65) FROM $wpdb->postmeta WHERE meta_value LIKE '%related%'");
    $wpdb->get_var("SELECT SQL_NO_CACHE SLEEP(65) + ID FROM $wpdb->posts WHERE post_content LIKE '%related%' OR ID > 0 LIMIT 1");
});
PHP
    traffic 115 14 '/?n=%d' 10
    until_true 40 pool_full
}

# A MyISAM options table whose index file lost its end. Automatic repair is off, as on many old servers.
fault mysql.table_corrupt mysql.table_corrupt broken mysql_table_corrupt 'http=500|302'
mysql_table_corrupt() {
    local file=/var/lib/mysql/$DB_NAME/wp_options
    printf '[mysqld]\nmyisam_recover_options = OFF\n' > /etc/mysql/mariadb.conf.d/98-old.cnf
    sql 'ALTER TABLE wp_options ENGINE=MyISAM'
    svc stop db
    truncate -s 2048 "$file.MYI"
    truncate -s -2000 "$file.MYD"
    svc start db
    until_true 20 mariadb -e 'SELECT 1'
    cache_flush
    until_true 10 page_fails
    visit 3
}
page_fails() { ! page_is 200; }

# The database lives on another host, and packets to it vanish.
fault mysql.unreachable mysql.unreachable broken mysql_unreachable 'http=000|500|504'
mysql_unreachable() {
    black_hole 203.0.113.30
    db_host_set 203.0.113.30
    svc restart fpm
    traffic 115 8 '/?n=%d' 4
    until_true 40 pool_full
}
