# shellcheck shell=bash
# PHP-FPM does not run, or nobody may reach it.

fault fpm.down fpm.down broken fpm_down http=502 'says=failed ('
fpm_down() {
    svc stop fpm
    visit 3
}

fpm_kill_all() {
    # Both at once: a master that is told first would clean up its socket.
    # shellcheck disable=SC2046
    kill -KILL $(fpm_master) $(pgrep -P "$(fpm_master)")
    until_true 5 fpm_gone
}
fpm_gone() { ! fpm_master; }

fault fpm.killed fpm.killed broken fpm_killed http=502 'says=failed (111:'
fpm_killed() {
    fpm_kill_all
    visit 3
}

fault fpm.config_invalid fpm.config_invalid broken fpm_config_invalid http=502 'says=unknown entry'
fpm_config_invalid() {
    printf 'pm.max_childern = 40\n' >> "$POOL_CONF"
    svc_fails restart fpm
    visit 3
}

fault fpm.socket_permission fpm.socket_permission broken fpm_socket_permission http=502 'says=failed (13:' unix
fpm_socket_permission() {
    pool_set listen.owner root
    pool_set listen.group root
    svc restart fpm
    visit 3
}

fault fpm.allowed_clients fpm.allowed_clients broken fpm_allowed_clients http=502 'says=(104:'
fpm_allowed_clients() {
    pool_listen 127.0.0.1:9055
    pool_set listen.allowed_clients 172.18.0.5
    pool_set catch_workers_output yes
    pass_set 'fastcgi_pass 127.0.0.1:9055'
    svc restart fpm
    svc reload nginx
    until_true 10 page_is 502
    visit 3
}

# Stuck workers of a master started by hand outlive it and keep the socket: the unit cannot start.
fault fpm.bind_conflict fpm.bind_conflict broken fpm_bind_conflict 'http=000|502|504' 'says=FPM initialization failed'
fpm_bind_conflict() {
    local old workers
    svc stop fpm
    "$FPM_BIN" --daemonize --fpm-config "$FPM_CONF"
    until_true 10 page_is 200
    old=$(fpm_master)
    workers=$(pgrep -P "$old")
    # shellcheck disable=SC2086
    kill -STOP $workers
    kill -KILL "$old"
    svc_fails start fpm
    traffic 110 4 '/?n=%d' 2
    VISIT_MAX=2 visit 1
}

fault fpm.frozen fpm.frozen broken fpm_frozen 'http=000|504'
fpm_frozen() {
    # shellcheck disable=SC2046
    kill -STOP $(fpm_workers) $(fpm_master)
    traffic 115 20 '/?n=%d' 2
    VISIT_MAX=2 visit 1
}

fault fpm.process_limit fpm.process_limit broken fpm_process_limit 'http=000|504' 'says=maximum number of processes'
fpm_process_limit() {
    global_set process.max 2
    pool_set pm.start_servers 1
    site_insert 'fastcgi_read_timeout 5s;'
    svc restart fpm
    svc reload nginx
    until_true 10 page_is 200
    traffic 115 400 '/?n=%d' 120
    until_true 30 grep -q 'maximum number of processes' "$FPM_LOG"
    until_true 30 grep -q 'timed out' "$ERROR_LOG"
}

# A cleaner of temporary files took the socket; FPM does not notice.
fault fpm.down.socket_deleted fpm.down broken fpm_socket_deleted http=502 unix 'says=(2:'
fpm_socket_deleted() {
    rm -f "$FPM_LISTEN"
    until_true 10 page_is 502
    visit 3
}
