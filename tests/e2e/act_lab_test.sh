#!/usr/bin/env bash
# act_lab_test.sh: actions on a real server: first what must be refused, then each on its
# fault, then back. One lab host; needs root and what tests/lab needs.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lab.sh
. tests/e2e/lab.sh
lab_or_skip act_lab
state=$(mktemp -d)
export XDG_STATE_HOME=$state
trap 'lab_over; rm -rf "$state"' EXIT

"$LAB" up act >/dev/null 2>"$state/up.err" && ip=$("$LAB" ip act) ||
	{ echo "not ok act_lab: $(tail -n 1 "$state/up.err")"; exit 1; }
read -ra args < <("$LAB" args act)
user=root

# want NAME STATUS PATTERN ACTION [OPTION...]
want() {
	local name=$1 status=$2 pattern=$3 out got
	shift 3
	out=$("$WP502" act "$1" "${args[@]}" "${@:2}" "$user@$ip" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$status" ] && grep -qE -- "$pattern" <<<"$out"; then
		echo "ok act_lab $name"
	else
		echo "not ok act_lab $name: exit $got, wanted $status and /$pattern/: $(grep -E '^[a-z]' <<<"$out" | tr '\n' '|')"
	fi
}

on() { "$LAB" run act sh -c "$1"; }

# same NAME BEFORE AFTER
same() {
	if [ "$2" = "$3" ]; then echo "ok act_lab $1"; else echo "not ok act_lab $1: '$2' became '$3'"; fi
}

pool=/etc/php/8.2/fpm/pool.d/www.conf
dir=/var/www/shop.test
pid() { on 'systemctl show -p MainPID php8.2-fpm'; }
stat_of() { on "stat -c '%d:%i %U:%G %a %h %s %Y' $1; md5sum <$1"; }

# --- refused, and the server as it was ---
before=$(pid)
want needs_yes 2 '^refused: yes: needs --yes' restart-fpm
want dry_run 0 '^  command +systemctl restart php8.2-fpm.service' restart-fpm --dry-run
want read_only 2 '^refused: read-only: ' restart-fpm --yes --read-only
want no_such_unit 2 '^candidate: --unit php8.2-fpm.service' restart-fpm --yes --unit none
user=plain
want no_rights 2 '^refused: unsupported: needs root on the server' restart-fpm --yes
user=root
on "cp -p $pool /root/pool && echo 'pm = nonsense' >>$pool"
want broken_pool 2 "^refused: config-test: .*$pool:[0-9]+" restart-fpm --yes
want broken_pool_reload 2 "^refused: config-test: .*$pool:[0-9]+" reload-fpm --yes
on "cp -p /root/pool $pool"
on 'flock /etc/php/8.2/fpm/php-fpm.conf sleep 20 >/dev/null 2>&1 &'
sleep 1
want locked 2 '^refused: lock: another wp502 is at work' restart-fpm --yes
on 'pkill -x sleep'
XDG_STATE_HOME=/proc/none want no_evidence 2 '^refused: evidence: ' restart-fpm --yes
want runs_already 2 '^refused: unsupported: nginx.service runs already' start-nginx --yes
want no_maintenance 2 '^refused: unsupported: there is no ' remove-maintenance --yes
want no_plugin_named 2 '^refused: ambiguous: the verdict names no plugin' disable-plugins --yes
want hostile_plugin 2 '^refused: ambiguous: there is no plugin ' disable-plugins --yes --plugin '$(reboot)'
want nothing_to_undo 2 '^refused: unsupported: no run' undo --yes
same nothing_was_restarted "$before" "$(pid)"
[ ! -e "$state/wp502/audit.jsonl" ] && echo 'ok act_lab nothing_in_the_audit' || echo 'not ok act_lab nothing_in_the_audit'

# --- each on its fault ---
"$LAB" fault act fpm.down >/dev/null 2>&1
want restart_cures 0 '^done: restart-fpm on php8.2-fpm.service' restart-fpm --yes
want brake_here 2 '^refused: brake: restart-fpm ran on php8.2-fpm.service [0-9]+ s ago .run' restart-fpm --yes
mv "$state/wp502/audit.jsonl" "$state/first"
want brake_there 2 '^refused: brake: restart-fpm ran .*journal of the server' reload-fpm --yes
mv "$state/first" "$state/wp502/audit.jsonl"

"$LAB" fault act wordpress.maintenance >/dev/null 2>&1
on "touch -d '2 minutes ago' $dir/.maintenance && chmod 640 $dir/.maintenance"
before=$(stat_of $dir/.maintenance)
on "ln $dir/.maintenance $dir/second"
want hard_link 2 '^refused: symlink: .* has a second name' remove-maintenance --yes
on "rm $dir/second; mkdir -p $dir/wp-content/upgrade && touch $dir/wp-content/upgrade/x"
want update_runs 2 '^refused: update-running: ' remove-maintenance --yes
on "rm $dir/wp-content/upgrade/x"
want maintenance_cures 0 '^done: remove-maintenance' remove-maintenance --yes
want maintenance_back 0 '^done: undo' undo --yes
same maintenance_as_it_was "$before" "$(stat_of $dir/.maintenance)"
on "rm $dir/.maintenance"

"$LAB" fault act wordpress.plugin_fatal >/dev/null 2>&1
before=$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/woo-discounts")
neighbour=$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/akismet")
want plugin_cures 0 '^done: disable-plugins on .*/woo-discounts' disable-plugins --yes
want plugin_back 0 '^done: enable-plugins' enable-plugins --yes
same plugin_as_it_was "$before" "$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/woo-discounts")"
same neighbour_untouched "$neighbour" "$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/akismet")"

# --- the console dies in the middle: the next one knows how far it came ---
# killed ACTION...: SIGKILL $after seconds after the audit has its line.
after=0
killed() {
	local lines=0 now i
	[ ! -e "$state/wp502/audit.jsonl" ] || lines=$(wc -l <"$state/wp502/audit.jsonl")
	"$WP502" act "$1" "${args[@]}" "${@:2}" "root@$ip" >/dev/null 2>&1 </dev/null &
	for ((i = 0; i < 500; i++)); do
		now=$(wc -l <"$state/wp502/audit.jsonl")
		[ "$now" -le "$lines" ] || break
		sleep 0.02
	done
	sleep "$after"
	kill -9 $!
	wait $! 2>/dev/null
	sleep 1
}
after=2 killed disable-plugins --yes --plugin woo-discounts
want killed_is_told 2 '^  unfinished +run [0-9a-f]{16}, disable-plugins on .*: done: .* can be taken back with undo' restart-fpm
want killed_can_be_undone 0 '^done: undo' undo --yes
same killed_as_it_was "$before" "$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/woo-discounts")"
want killed_is_settled 2 '^nothing was changed' restart-fpm
after=0 killed disable-plugins --yes --plugin woo-discounts
want killed_early_is_told 2 '^  unfinished +run [0-9a-f]{16}, disable-plugins on .*: (done: .*undo|not done)' restart-fpm
want killed_early_can_be_undone 0 '^done: undo' undo --yes
same killed_early_as_it_was "$before" "$(on "stat -c '%i %U:%G %a %Y' $dir/wp-content/plugins/woo-discounts")"
after=2 killed restart-fpm --yes --again
want killed_restart_is_told 2 '^  unfinished +run [0-9a-f]{16}, restart-fpm on php8.2-fpm.service: done$' restart-fpm
