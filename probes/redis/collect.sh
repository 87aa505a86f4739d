# Redis or Valkey as each WordPress that uses it does. Reports: redis, redis.log. The lexer and
# w5_wp_sh are WordPress's. The password goes from the lexer into the client's environment
# (REDISCLI_AUTH), inside a shell of the site's user.

# As the site's user. $1-$6 as for W5_WP_CONST, $7 client, $8 filter of its output. Sets "$@" to the
# client's words that reach this site's Redis, db and prefix; the password is in the environment.
W5_RD_DIAL='
client=$7 filter=$8
case $got in *@w5@*) ;; *) printf "%s\n" "$got" | sed -n "/^refused/p;/^unread/p"; exit 0 ;; esac
head=${got%%@w5@*}
secret=${got#*@w5@
}
user=${secret%%
*}
secret=${secret#*
}
secret=${secret%
@w5@*}
cr=$(printf "\r")
printf "%s\n" "$head"
[ -n "$client" ] || exit 0
host=127.0.0.1 port=6379 path= db=0 prefix= scheme=
w5_is() {
	case $head in *"const	$1	"[sn]"	"*) ;; *) return 1 ;; esac
	is=${head#*"const	$1	"[sn]"	"}
	is=${is%%"
"*}
}
w5_is WP_REDIS_HOST && host=$is
w5_is WP_REDIS_PORT && port=$is
w5_is WP_REDIS_PATH && path=$is
w5_is WP_REDIS_SCHEME && scheme=$is
w5_is WP_REDIS_DATABASE && db=$is
w5_is WP_CACHE_KEY_SALT && prefix=$is
w5_is WP_REDIS_PREFIX && prefix=$is
case $host in /*) path=$host ;; unix://*) path=${host#unix://} ;; tcp://*) host=${host#tcp://} ;; esac
case $host in tls://*|rediss://*) host=${host#*://} scheme=tls ;; esac
case $port in ""|*[!0-9]*) port=6379 ;; esac
case $db in ""|*[!0-9]*) db=0 ;; esac
case $prefix in *[!A-Za-z0-9:._-]*) prefix= ;; esac
[ "$scheme" = unix ] || case $host$path in *//*|/*) ;; *) path= ;; esac
case $host in /*|unix:*) ;; *) [ "$scheme" = unix ] || path= ;; esac
set --
[ -n "$path" ] && set -- -s "$path" || set -- -h "$host" -p "$port"
case $scheme in tls|rediss) set -- "$@" --tls ;; esac
[ -n "$user" ] && set -- "$@" --user "$user"
printf "endpoint\t%s\t%s\t%s\t%s\n" "$db" "$port" "$host" "$path"
[ -n "$secret" ] && export REDISCLI_AUTH="$secret"
'

# The write test changes nothing: SETRANGE with an empty value on a key that is not there
# creates none, but is refused like any other write (OOM, MISCONF, READONLY, NOPERM).
W5_RD_SITE='
printf "PING\nECHO w5-select\nSELECT %s\nECHO w5-write\nSETRANGE %swp502:none 0 \"\"\nECHO w5-info\nINFO\n" "$db" "$prefix" |
	"$client" "$@" 2>&1 | awk "$filter"
'

# Only what the parser uses travels; each line gets its record's name, so none can be forged.
W5_RD_FILTER='
{ sub(/\r$/, "") }
/^w5-(select|write|info)$/ { part = substr($0, 4); print "part\t" part; next }
part != "info" { if ($0 != "" && n++ < 20) print "reply\t" substr($0, 1, 1000); next }
/^(redis_version|valkey_version|uptime_in_seconds|loading|loading_eta_seconds|used_memory|maxmemory|maxmemory_policy|connected_clients|maxclients|rejected_connections|rdb_last_bgsave_status|aof_last_write_status|role|errorstat_OOM):/ { print "info\t" $0; next }
!/:/ && !/^#/ && $0 != "" && n++ < 20 { print "reply\t" substr($0, 1, 1000) }
'

w5_rd_site() {
	rd_user=${1%%:*}
	rd_rest=${1#*:}
	rd_rest=${rd_rest#*:}
	rd_root=${rd_rest%%//*}
	printf 'site\t%s\t%s\n' "$rd_user" "$rd_root"
	read -r rd_t0 rd_x </proc/uptime
	w5_wp_sh "$rd_user" 3 "$W5_WP_CONST$W5_RD_DIAL$W5_RD_SITE" "$W5_LEX" redis "${rd_rest#*//}" "$rd_root" \
		'WP_REDIS_HOST WP_REDIS_PORT WP_REDIS_PATH WP_REDIS_SCHEME WP_REDIS_DATABASE WP_REDIS_PREFIX WP_CACHE_KEY_SALT WP_REDIS_DISABLED' \
		'WP_REDIS_PASSWORD' "$W5_RD_CLIENT" "$W5_RD_FILTER"
	rd_x=$?
	read -r rd_t1 rd_y </proc/uptime
	printf 'done\t%s\t%s\t%s\n' "$rd_x" "$rd_t0" "$rd_t1"
}

# ARG: USER:FLAGS:ROOT//CONFIG; only those with flag r use Redis.
w5_redis() {
	W5_RD_CLIENT=
	for rd_c in redis-cli valkey-cli keydb-cli; do
		w5_has "$rd_c" && { W5_RD_CLIENT=$rd_c; break; }
	done
	printf 'client\t%s\n' "$W5_RD_CLIENT"
	for rd_arg in "$@"; do
		case $rd_arg in *:*r*:/*//*) ;; *) continue ;; esac
		[ -n "$W5_RD_CLIENT" ] || w5_missing "Redis as ${rd_arg%%//*} sees it" 'no redis-cli there'
		w5_rd_site "$rd_arg"
	done
	printf 'end\n'
}

w5_redis_log() {
	w5_clock
	set --
	for rd_f in /etc/redis/*.conf /etc/redis.conf /etc/valkey/*.conf; do
		[ -r "$rd_f" ] && set -- "$@" "$rd_f"
	done
	rd_list=
	[ $# -gt 0 ] && rd_list=$(sed -n 's/^[ 	]*logfile[ 	]*"\{0,1\}\(\/[^" 	]*\).*/\1/p' "$@" 2>/dev/null)
	for rd_f in $rd_list /var/log/redis/redis-server.log /var/log/redis/redis.log /var/log/valkey/valkey.log; do
		case " $rd_done " in *" $rd_f "*) continue ;; esac
		rd_done="$rd_done $rd_f"
		[ -f "$rd_f" ] && w5_log redis "$rd_f" 16384
	done
	return 0
}
