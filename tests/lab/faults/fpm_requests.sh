# shellcheck shell=bash
# PHP-FPM runs, but its workers are all busy, die, or take too long.

few_children() {
    pool_set pm.max_children "$1"
    pool_set pm.start_servers 1
    pool_set pm.min_spare_servers 1
    pool_set pm.max_spare_servers 2
}

apply() {
    svc restart fpm
    svc reload nginx
    until_true 10 page_is 200
}

# More quick requests than two workers can answer: everybody waits longer than nginx is willing to.
fault fpm.pool_saturated fpm.pool_saturated broken fpm_pool_saturated 'http=000|504' 'says=timed out'
fpm_pool_saturated() {
    few_children 2
    site_insert 'fastcgi_read_timeout 5s;'
    apply
    traffic 115 400 '/?n=%d' 120
    until_true 40 grep -q 'timed out' "$ERROR_LOG"
}

fault fpm.backlog_full fpm.backlog_full broken fpm_backlog_full 'http=000|502|504' unix 'says=failed (11:'
fpm_backlog_full() {
    few_children 2
    pool_set listen.backlog 8
    apply
    traffic 115 60 '/?n=%d' 300
    until_true 30 grep -q '(11: ' "$ERROR_LOG"
}

# One export that works for half a minute, asked for by everybody. The pool's status page is on.
fault fpm.slow_endpoint fpm.slow_endpoint broken fpm_slow_endpoint 'http=000|504'
fpm_slow_endpoint() {
    pool_set pm.status_path /fpm-status
    plugin order-export <<'PHP'
<?php
/* Plugin Name: Order Export */
add_action('init', function () {
    if (!isset($_GET['order_export'])) {
        return;
    }
    $end = microtime(true) + 90;
    while (microtime(true) < $end) {
        md5(serialize(range(1, 20000)));
        usleep(100000);
    }
    exit('done');
});
PHP
    apply
    traffic 115 12 '/?order_export=1' 10
    until_true 40 pool_full
}

report_page() {
    plugin sales-report <<'PHP'
<?php
/* Plugin Name: Sales Report */
add_action('init', function () {
    if (!isset($_GET['sales_report'])) {
        return;
    }
    $end = microtime(true) + 20;
    while (microtime(true) < $end) {
        usleep(100000);
    }
    exit('done');
});
PHP
    setfact PAGE '/?sales_report=1'
}

fault fpm.script_timeout fpm.script_timeout broken fpm_script_timeout http=504 'says=timed out (110:'
fpm_script_timeout() {
    report_page
    site_insert 'fastcgi_read_timeout 4s;'
    apply
    visit 2 "$PAGE"
}

fault fpm.terminate_timeout fpm.terminate_timeout broken fpm_terminate_timeout http=502 'says=execution timed out'
fpm_terminate_timeout() {
    report_page
    pool_set request_terminate_timeout 3s
    apply
    visit 2 "$PAGE"
}

# The worker really dies of SIGSEGV, in every page.
fault fpm.segfault fpm.segfault broken fpm_segfault http=502 'says=exited on signal 11'
fpm_segfault() {
    mu_plugin image-optimizer <<'PHP'
<?php
// Stands for a broken extension: the process ends with a real signal 11.
add_action('wp', function () {
    posix_kill(getmypid(), 11);
    usleep(100000);
});
PHP
    until_true 10 page_is 502
    visit 3
}

# Each page asks its own site for something; with two workers the answer cannot come.
fault fpm.loopback_deadlock fpm.loopback_deadlock broken fpm_loopback_deadlock 'http=000|504'
fpm_loopback_deadlock() {
    few_children 2
    plugin stock-widget <<'PHP'
<?php
/* Plugin Name: Stock Widget */
add_action('rest_api_init', function () {
    register_rest_route('stock/v1', '/levels', ['methods' => 'GET', 'permission_callback' => '__return_true',
        'callback' => fn() => ['levels' => 3]]);
});
add_action('template_redirect', function () {
    wp_remote_get(home_url('/wp-json/stock/v1/levels'), ['timeout' => 30, 'sslverify' => false]);
});
PHP
    apply
    # All at once: visitors one after the other would find the second worker free.
    traffic 115 10 '/?n=%d' 500
    until_true 40 pool_full
}
# An address outside that never answers: routed, and dropped on the way out.
black_hole() {
    ip route replace "$1/32" dev host0
    iptables -A OUTPUT -d "$1" -j DROP
}

fault fpm.waits_on_remote_http fpm.waits_on_remote_http broken fpm_waits_on_remote_http 'http=000|504'
fpm_waits_on_remote_http() {
    black_hole 203.0.113.20
    printf '203.0.113.20 api.acme-shipping.test\n' >> /etc/hosts
    plugin acme-shipping <<'PHP'
<?php
/* Plugin Name: Acme Shipping */
add_action('template_redirect', function () {
    wp_remote_get('https://api.acme-shipping.test/rates', ['timeout' => 70]);
});
PHP
    traffic 115 14 '/?n=%d' 10
    until_true 40 pool_full
}

# Many different statements are slow at once: no single one to blame.
fault fpm.waits_on_mysql fpm.waits_on_mysql broken fpm_waits_on_mysql 'http=000|504'
fpm_waits_on_mysql() {
    plugin shop-insights <<'PHP'
<?php
/* Plugin Name: Shop Insights */
add_action('template_redirect', function () {
    global $wpdb;
    $tables = [$wpdb->posts, $wpdb->postmeta, $wpdb->options, $wpdb->users, $wpdb->usermeta, $wpdb->comments, $wpdb->terms];
    $table = $tables[(int) ($_GET['n'] ?? random_int(0, 99)) % count($tables)];
    $wpdb->get_var("SELECT COUNT(*) + SLEEP(65) FROM $table");
});
PHP
    traffic 115 14 '/?n=%d' 10
    until_true 40 pool_full
}

# One request keeps the shared session locked; all others wait for the lock.
fault fpm.lock_contention fpm.lock_contention broken fpm_lock_contention 'http=000|504'
fpm_lock_contention() {
    plugin shared-cart <<'PHP'
<?php
/* Plugin Name: Shared Cart */
add_action('init', function () {
    session_id('sharedcart0000000000000000');
    session_start();
    $end = microtime(true) + (isset($_GET['hold']) ? 110 : 0);
    while (microtime(true) < $end) {
        md5(random_bytes(2000));
        usleep(50000);
    }
});
PHP
    VISIT_MAX=1 visit 1 '/?hold=1'
    traffic 110 14 '/?n=%d' 10
    until_true 40 pool_full
}

# The visitors gave up and left; the workers still serve what they had asked for.
fault fpm.dead_work_queue fpm.dead_work_queue broken fpm_dead_work_queue 'http=000|504'
fpm_dead_work_queue() {
    few_children 2
    plugin price-import <<'PHP'
<?php
/* Plugin Name: Price Import */
add_action('init', function () {
    $end = microtime(true) + (isset($_GET['import']) ? 15 : 0);
    while (microtime(true) < $end) {
        usleep(100000);
    }
});
PHP
    apply
    visitors_net
    local i pids=()
    for i in $(seq 30); do
        as_visitor curl -sk -o /dev/null -m 2 --interface "198.51.100.$((9 + i))" \
            --resolve "$SITE:443:198.51.100.1" "https://$SITE/?import=$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    return 0
}
