#!/usr/bin/env bash
# badends_lab_test.sh: bad ends that take a server: two lab hosts, one well and one whose FPM is
# stopped. What must not touch the machine (no /proc, a read-only root, programs that hang)
# happens in a mount namespace of one login: sshds on ports of their own force it.
# Needs root and what tests/lab needs.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/ends.sh
. tests/e2e/ends.sh
# shellcheck source=tests/e2e/lab.sh
. tests/e2e/lab.sh
lab_or_skip badends_lab
trap 'lab_over; ends_cleanup' EXIT
command -v perl >/dev/null && command -v iconv >/dev/null || { echo 'skip badends_lab: no perl or iconv'; exit 0; }

"$LAB" up well >/dev/null 2>"$ENDS/up.err" &
"$LAB" up down >/dev/null 2>"$ENDS/up2.err" && "$LAB" fault down fpm.down >/dev/null 2>&1
wait
well=$("$LAB" ip well) && down=$("$LAB" ip down) || { echo "not ok badends_lab: $(tail -n 1 "$ENDS/up.err")"; exit 1; }
read -ra at_well < <("$LAB" args well)
read -ra at_down < <("$LAB" args down)
key=$(grep "^$well " "$("$LAB" sshconf | sed 's/ssh_config$/known_hosts/')" | head -n 1 | cut -d' ' -f2-)
: >"$ENDS/known"
port=2200

# login NAME USER EXIT SENTENCE SECONDS FORCED [ARG...]: a login to the host that is well, with
# FORCED in front of what wp502 wants to run. EVAL stands for that in FORCED.
login() {
	local name=$1 user=$2 exit=$3 sentence=$4 seconds=$5 forced=$6
	shift 6
	port=$((port + 1))
	forced=${forced//EVAL/'eval "$SSH_ORIGINAL_COMMAND"'}
	printf '%s\n' "Port $port" 'PidFile none' 'PasswordAuthentication no' 'UsePAM yes' \
		"ForceCommand $forced" | "$LAB" run well bash -c 'cat >"$1" && /usr/sbin/sshd -f "$1"' \
		sshd "/run/sshd.$port"
	echo "[$well]:$port $key" >>"$ENDS/known"
	end "$name" "$exit" "$sentence" "$seconds" --known-hosts "$ENDS/known" "${at_well[@]}" \
		--timeout "${seconds}s" "$@" "$user@$well:$port"
}

# within COMMANDS: them and then the session, in a mount namespace of its own.
within() { echo "unshare -m sh -c '$1; EVAL'"; }

hang='printf "#!/bin/sh\nexec sleep 100\n" >/run/hang; chmod 755 /run/hang; mount --bind /run/hang'
full='mount -t tmpfs -o size=8k none /tmp; mount -t tmpfs -o size=8k none /var/tmp; cat /dev/zero >/tmp/a; cat /dev/zero >/var/tmp/a'

# --- a server that is well, seen through a login that is not ---
listed() { ENDS_JQ="any(.hosts[0].missing[]; .what == \"$1\" and (.why | test(\"$2\")))"; }
listed 'process table' 'not mounted'
login no_proc root 0 'the whole chain answers' 8 "$(within 'umount -l /proc')"
ENDS_JQ='all(.hosts[0].chain[]; .health != "broken")'
login no_room_for_files root 1 '/tmp is 100 % full, 0 kB free' 8 "$(within "$full")"
ENDS_JQ='.hosts[0].verdict.first_broken_arrow | startswith("host>")'
login read_only_root root 1 '/ is read-only' 8 "$(within 'mount -o remount,ro,bind /')"
ENDS_JQ=
login no_fork plain 3 "SSH to plain@.* failed at step 'shell': the host cannot start a process any more \(out of processes or memory\): free some on its own console" 8 'ulimit -u 1; EVAL'
listed '/usr/sbin/nginx -T' 'the program hangs'
login nginx_hangs root 0 'the whole chain answers' 10 "$(within "$hang /usr/sbin/nginx")"
listed mysql 'no answer in the time given'
login mysql_hangs root 0 'the whole chain answers' 8 "$(within "$hang /usr/bin/mariadb; mount --bind /run/hang /usr/bin/mysql")"
ENDS_JQ='any(.hosts[0].chain[]; .link == "nginx" and .health == "ok")'
login systemctl_hangs root 0 'the whole chain answers' 10 "$(within "$hang /usr/bin/systemctl")"
ENDS_JQ=
login every_tool_hangs root 0 'the whole chain answers' 8 "$(within "$hang /usr/bin/stat; mount --bind /run/hang /usr/bin/tail; mount --bind /run/hang /usr/bin/ls")"
login slow_to_start root 3 "the time given ended at step '(connect|host key|login|survey)' of root@$well:[0-9]+: give it more with --timeout" 1 'sleep 20; EVAL'
ENDS_JQ='.hosts[0].missing | any(.why | test("needs root"))'
login no_sudo plain 0 'the whole chain answers' 8 EVAL
login sudo_asks asks 0 'the whole chain answers' 8 EVAL
ENDS_JQ=

# --- a server whose logs are hostile: the cause is named in spite of them ---
clean='[.hosts[0].verdict.evidence[] | select(.kind == "log")] | length > 0'
"$LAB" run down bash -c '. /opt/lab/facts
	# What a visitor may send: raw bytes, escapes, text that turns around.
	for ref in "\x1b]0;owned\x07\x1b[2J\x1b[31m" "\xff\xfe\xc3\x28\xed\xa0\x80" "\xe2\x80\xaegnp.exe\xe2\x80\xac\xe2\x80\x8b" "\xc2\x9b2J"; do
		curl -sk -o /dev/null -H "$(printf "Referer: $ref")" --resolve shop.test:443:127.0.0.1 https://shop.test/
	done
	{ printf "%s [error] 9#9: *9 " "$(date "+%Y/%m/%d %H:%M:%S")"; head -c 4194304 /dev/zero | tr "\0" x; echo; } >>"$ERROR_LOG"
	curl -sk -o /dev/null -H "$(printf "Referer: \x1b[31mlast\xff")" --resolve shop.test:443:127.0.0.1 https://shop.test/'
ENDS_JQ=$clean
end hostile_log 2 'PHP-FPM is stopped \(php[0-9.]*-fpm.service\)' 10 "${at_down[@]}" --timeout 10s "root@$down"
ENDS_JQ='.hosts[0].verdict.cause == "fpm.down" and (.hosts[0].missing | any(.why | test("needs root")))'
end hostile_log_no_sudo 2 'PHP-FPM is stopped \(php[0-9.]*-fpm.service\)' 10 "${at_down[@]}" --timeout 10s "plain@$down"
ENDS_JQ=

# --- the network ---
"$LAB" run well iptables -A INPUT -p tcp --dport 2299 -j DROP
"$LAB" run well iptables -A INPUT -p tcp --dport 2298 -j REJECT --reject-with icmp-host-prohibited
end dropped 3 "SSH to root@$well:2299 failed at step 'connect': nothing answers on port 2299: the host may be down, or a firewall drops you" 3 \
	"${at_well[@]}" --timeout 3s "root@$well:2299"
end prohibited 3 "SSH to root@$well:2298 failed at step 'connect': no way leads to root@$well from here: check that it is up, and your own network or VPN" 3 \
	"${at_well[@]}" --timeout 3s "root@$well:2298"
end no_route 3 "SSH to root@${well%.*}.250 failed at step 'connect': (no way leads to root@${well%.*}.250 from here: check that it is up, and your own network or VPN|nothing answers on port 22: the host may be down, or a firewall drops you)" 8 \
	"${at_well[@]}" --timeout 8s "root@${well%.*}.250"
ends_wait
