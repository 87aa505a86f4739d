# shellcheck shell=bash
# Everything below runs; WordPress itself does not give the page.

fault wordpress.maintenance wordpress.maintenance broken wordpress_maintenance http=503
wordpress_maintenance() {
    printf '<?php $upgrading = %s; ?>' "$(date +%s)" > "$WP_DIR/.maintenance"
    chown "$SITE_USER:" "$WP_DIR/.maintenance"
    visit 3
}

# Written by hand in a hurry: this one never ends.
fault wordpress.maintenance.forever wordpress.maintenance broken wordpress_maintenance_forever http=503
wordpress_maintenance_forever() {
    printf '<?php $upgrading = time(); ?>' > "$WP_DIR/.maintenance"
    chown "$SITE_USER:" "$WP_DIR/.maintenance"
    touch -d '3 hours ago' "$WP_DIR/.maintenance"
    visit 3
}

fault wordpress.plugin_fatal wordpress.plugin_fatal broken wordpress_plugin_fatal http=500 'says=PHP Fatal error'
wordpress_plugin_fatal() {
    plugin woo-discounts <<'PHP'
<?php
/* Plugin Name: Woo Discounts */
add_action('init', function () {
    woo_discounts_load_rules();
});
PHP
    until_true 10 page_is 500
    visit 3
}

# A line added by hand, the day before: no plugin's fault, and no page comes.
fault wordpress.plugin_fatal.wp_config wordpress.plugin_fatal broken wordpress_wp_config http=500 'says=PHP Parse error'
wordpress_wp_config() {
    sed -i "0,/<?php/s##<?php\ndefine( 'WP_POST_REVISIONS', 5 ;#" "$WP_CONFIG"
    until_true 10 page_is 500
    visit 3
}

# The plugin is gone, its drop-in was left behind.
fault wordpress.plugin_fatal.drop_in wordpress.plugin_fatal broken wordpress_drop_in http=500 'says=Failed opening required'
wordpress_drop_in() {
    printf '<?php\nrequire WP_CONTENT_DIR . "/plugins/query-watch/db.php";\n' > "$WP_CONTENT/db.php"
    chown "$SITE_USER:" "$WP_CONTENT/db.php"
    until_true 10 page_is 500
    visit 3
}

# No slow log says where: only what the workers do, and at which pages.
fault wordpress.plugin_hang.no_slow_log wordpress.plugin_hang broken wordpress_hang_no_slow_log 'http=000|504'
wordpress_hang_no_slow_log() {
    mu_plugin visitor-queue <<'PHP'
<?php
add_action('plugins_loaded', function () {
    sleep(120);
});
PHP
    traffic 115 14 '/?n=%d' 10
    until_true 40 pool_full
}

# Sleeps in its own code, with no peer to wait for. The slow log is on and names it.
fault wordpress.plugin_hang wordpress.plugin_hang broken wordpress_plugin_hang 'http=000|504' 'says=executing too slow'
wordpress_plugin_hang() {
    pool_set request_slowlog_timeout 2s
    pool_set slowlog "$FPM_SLOWLOG"
    plugin live-visitors <<'PHP'
<?php
/* Plugin Name: Live Visitors */
function live_visitors_wait_for_turn() {
    while (!file_exists(WP_CONTENT_DIR . '/uploads/live-visitors.go')) {
        sleep(2);
        clearstatcache();
    }
}
add_action('template_redirect', 'live_visitors_wait_for_turn');
PHP
    svc restart fpm
    traffic 115 14 '/?n=%d' 10
    until_true 40 pool_full
    until_true 30 grep -q 'executing too slow' "$FPM_LOG"
}

fault wordpress.memory_limit wordpress.memory_limit broken wordpress_memory_limit http=500 'says=Allowed memory size'
wordpress_memory_limit() {
    plugin product-feed <<'PHP'
<?php
/* Plugin Name: Product Feed */
add_action('template_redirect', function () {
    $rows = [];
    for ($i = 0; $i < 5000; $i++) {
        $rows[] = str_repeat(chr(65 + $i % 26), 100000);
    }
});
PHP
    until_true 10 page_is 500
    visit 3
}

# Thousands of due jobs, each slow, and a lock that lapses at once: wp-cron.php takes every worker.
fault wordpress.cron_storm wordpress.cron_storm broken wordpress_cron_storm 'http=000|504'
wordpress_cron_storm() {
    pool_set pm.status_path /fpm-status
    wp_define WP_CRON_LOCK_TIMEOUT 0
    plugin newsletter-queue <<'PHP'
<?php
/* Plugin Name: Newsletter Queue */
add_action('newsletter_send_one', function () {
    for ($i = 0; $i < 550; $i++) {
        md5(serialize(range(1, 5000)));
        usleep(100000);
    }
});
add_action('init', function () {
    if (get_option('newsletter_queued')) {
        return;
    }
    update_option('newsletter_queued', 1);
    $jobs = _get_cron_array() ?: [];
    for ($i = 0; $i < 3000; $i++) {
        $jobs[time() - 9000 + $i]['newsletter_send_one'][md5(serialize([$i]))] = ['schedule' => false, 'args' => [$i]];
    }
    ksort($jobs);
    _set_cron_array($jobs);
});
PHP
    svc restart fpm
    until_true 10 page_is 200
    # Somebody's cron job calls it without pause; with the lock off, each call starts another job.
    traffic 115 4 "$CRON_PATH" 3
    traffic 115 8 '/?n=%d' 4
    until_true 40 pool_full
}

fault wordpress.missing_extension wordpress.missing_extension broken wordpress_missing_extension http=500
wordpress_missing_extension() {
    rm -f "/etc/php/$PHPV/fpm/conf.d/"*mysqli.ini
    svc restart fpm
    visit 3
}

# An update that stopped half way: a new version.php, one core file cut, leftovers in upgrade/.
fault wordpress.broken_update wordpress.broken_update broken wordpress_broken_update http=500 'says=wp-includes'
wordpress_broken_update() {
    sed -i "s/^\$wp_version = .*/\$wp_version = '99.1';/" "$WP_DIR/wp-includes/version.php"
    truncate -s 9000 "$WP_DIR/wp-includes/class-wp-query.php"
    mkdir -p "$WP_CONTENT/upgrade/wordpress-99.1-no-content"
    chown -R "$SITE_USER:" "$WP_CONTENT/upgrade"
    until_true 10 page_is 500
    visit 3
}

# A file of core was lost; nothing else tells of an update.
fault wordpress.broken_update.file_missing wordpress.broken_update broken wordpress_file_missing http=500 'says=wp-includes'
wordpress_file_missing() {
    rm "$WP_DIR/wp-includes/formatting.php"
    svc restart fpm
    until_true 10 page_is 500
    visit 3
}

fault wordpress.script_not_found wordpress.script_not_found broken wordpress_script_not_found http=404 'says=Primary script unknown'
wordpress_script_not_found() {
    sed -i -E 's#(fastcgi_param[[:space:]]+SCRIPT_FILENAME)[[:space:]].*#\1 /srv/www/old$fastcgi_script_name;#' "$PASS_FILE"
    svc reload nginx
    until_true 10 page_is 404
    visit 3
}
