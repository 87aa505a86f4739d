#!/usr/bin/env bash
# act_redis_lab_test.sh: start-redis and purge-redis on a real server, next to others' keys.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lab.sh
. tests/e2e/lab.sh
lab_or_skip act_redis
state=$(mktemp -d)
export XDG_STATE_HOME=$state
trap 'lab_over; rm -rf "$state"' EXIT

"$LAB" up redis >/dev/null 2>"$state/up.err" && ip=$("$LAB" ip redis) ||
	{ echo "not ok act_redis: $(tail -n 1 "$state/up.err")"; exit 1; }
read -ra args < <("$LAB" args redis)

# want NAME STATUS PATTERN ACTION [OPTION...]
want() {
	local name=$1 status=$2 pattern=$3 out got
	shift 3
	out=$("$WP502" act "$1" "${args[@]}" "${@:2}" "root@$ip" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		echo "ok act_redis $name"
	else
		echo "not ok act_redis $name: exit $got, wanted $status and /$pattern/: $(grep -E '^[a-z]' <<<"$out" | tr '\n' '|')"
	fi
}

on() { "$LAB" run redis sh -c "$1"; }

# Whatever is not this site's, database 1 too.
others() { on 'redis-cli --scan | grep -v "^shop_wp:" | sort; redis-cli -n 1 --scan | sort'; }

"$LAB" fault redis redis.down >/dev/null 2>&1
want start_cures 0 '^done: start-redis' start-redis --yes
on 'i=0; { while [ $i -lt 5000 ]; do echo "SET shop_wp:many:$i x"; i=$((i+1)); done
	for k in shop_wp2:a shop_wpx shop2_wp:z shop_ session:1 SHOP_WP:x xshop_wp:y; do echo "SET $k 1"; done; } | redis-cli >/dev/null
	redis-cli -n 1 set shop_wp:another-database 1 >/dev/null'
before=$(others)
want dry_run_counts 0 '^  keys +5[0-9]{3}$' purge-redis --dry-run
want purge 0 '^  progress +5[0-9]{3} keys are gone' purge-redis --yes
if [ "$before" = "$(others)" ]; then echo 'ok act_redis others_untouched'; else
	echo "not ok act_redis others_untouched: $before became $(others)"
fi
if [ "$(on 'redis-cli --scan --pattern "shop_wp:many:*" | wc -l')" = 0 ]; then echo 'ok act_redis own_gone'; else
	echo 'not ok act_redis own_gone'
fi
on 'sed -i "/WP_REDIS_PREFIX/d" /var/www/shop.test/wp-config.php'
want no_prefix 2 '^refused: foreign-keys: ' purge-redis --yes
