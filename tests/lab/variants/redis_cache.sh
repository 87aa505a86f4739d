# shellcheck shell=bash
# the object cache drop-in is on and uses Redis

variant_redis_cache() { redis_dropin; }
