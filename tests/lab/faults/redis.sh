# shellcheck shell=bash
# The object cache is on, and Redis does not serve it.

rset() { redis-cli "$@" > /dev/null; }

fault redis.down redis.down broken redis_down http=500
redis_down() {
    redis_dropin
    svc stop redis
    until_true 10 page_is 500
    visit 3
}

fault redis.out_of_memory redis.out_of_memory broken redis_out_of_memory http=500
redis_out_of_memory() {
    redis_dropin
    until_true 10 page_is 200
    rset config set maxmemory-policy noeviction
    rset config set maxmemory 3mb
    local i
    for i in $(seq 40); do
        rset setrange "session:archive:$i" 200000 x
    done
    # No cached option may save the page: what is left must be written anew, and cannot.
    cache_flush
    until_true 10 page_is 500
    visit 3
}

fault redis.access_denied redis.access_denied broken redis_access_denied http=500
redis_access_denied() {
    redis_dropin
    printf 'requirepass set-by-the-new-admin\n' >> "$REDIS_CONF"
    svc restart redis
    until_true 10 page_is 500
    visit 3
}

# Snapshots fail because the folder belongs to somebody else; Redis then refuses every write.
fault redis.cannot_persist redis.cannot_persist broken redis_cannot_persist http=500
redis_cannot_persist() {
    redis_dropin
    until_true 10 page_is 200
    chown root: /var/lib/redis && chmod 755 /var/lib/redis
    rm -f /var/lib/redis/dump.rdb
    rset config set save '1 1'
    rset set lab:note 1
    until_true 20 bgsave_failed
    # Nothing cached may save the page, and DEL is a write as well.
    rset config set stop-writes-on-bgsave-error no
    cache_flush
    rset config set stop-writes-on-bgsave-error yes
    until_true 10 page_is 500
    visit 3
}
bgsave_failed() { redis-cli info persistence | grep -q 'rdb_last_bgsave_status:err'; }

# A restart with a big snapshot: for two minutes Redis only loads.
fault redis.loading redis.loading broken redis_loading http=500
redis_loading() {
    redis_dropin
    until_true 10 page_is 200
    rset eval 'for i = 1, 24000 do redis.call("set", "archive:" .. i, string.rep("x", 40)) end' 0
    rset save
    printf 'key-load-delay 5000\nloading-process-events-interval-bytes 1024\n' >> "$REDIS_CONF"
    redis_restart_no_wait
    until_true 10 redis_is_loading
    until_true 10 page_is 500
    visit 3
}
redis_is_loading() { redis-cli ping | grep -q LOADING; }
redis_restart_no_wait() {
    if [ -d /run/systemd/system ]; then
        systemctl restart --no-block "$REDIS_UNIT"
    else
        svc restart redis
    fi
}
