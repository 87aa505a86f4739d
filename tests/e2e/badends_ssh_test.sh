#!/usr/bin/env bash
# badends_ssh_test.sh: every way in which SSH or the command line can fail, each on the real
# thing: sshds and listeners of the test's own on high ports of 127.0.0.1. Needs no root.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/ends.sh
. tests/e2e/ends.sh
trap ends_cleanup EXIT

for tool in jq perl ssh ssh-keygen iconv; do
	command -v $tool >/dev/null || { echo "skip badends_ssh: no $tool"; exit 0; }
done
[ -x /usr/sbin/sshd ] || { echo 'skip badends_ssh: no sshd'; exit 0; }
ends_keys || exit 1

me=$(id -un)
by=(--transport openssh -F none --known-hosts "$ENDS/known" -i "$ENDS/user")
at=$me@127.0.0.1

failed() { echo "SSH to $1 failed at step '$2'( \(it shows SHA256:[A-Za-z0-9+/]{43}, known hosts: .*\))?: $3"; }

# --- the name, the way ---
end no_such_host 3 "$(failed nosuch.invalid resolve "check the spelling of nosuch.invalid and this machine's DNS")" 10 \
	"${by[@]}" --timeout 10s nosuch.invalid
end refused 3 "$(failed 127.0.0.1:9 connect \
	'the machine answers but no sshd listens on port 9: check the port, or start sshd on its own console')" 5 \
	"${by[@]}" 127.0.0.1:9
ends_perl 'my @held; while (my $c = $s->accept) { push @held, $c; }'
end black_hole 3 "$(failed "127.0.0.1:$PORT" connect \
	"port $PORT accepts but sshd says nothing: the host may be out of memory or processes; look at its own console")" 3 \
	"${by[@]}" --timeout 3s "127.0.0.1:$PORT"
ends_perl 'while (my $c = $s->accept) { print $c "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n" x 3; close $c; }'
end web_server 3 "$(failed "127.0.0.1:$PORT" connect \
	"a web server answers on port $PORT, not SSH: check the port")" 5 "${by[@]}" "127.0.0.1:$PORT"
ends_perl 'while (my $c = $s->accept) { print $c "\x1b[2J\xff\xfe\x00garbage\x07\n" x 400; close $c; }'
end banner_garbage 3 "$(failed "127.0.0.1:$PORT" connect \
	"something answers on port $PORT, but it is not SSH: check the port")" 5 "${by[@]}" "127.0.0.1:$PORT"
ends_perl 'while (my $c = $s->accept) { print $c "SSH-2.0-OpenSSH_9.9\r\n" . "\xff" x 4000; close $c; }'
end garbage_behind_banner 3 "$(failed "127.0.0.1:$PORT" connect \
	"(what port $PORT says is no valid SSH: it is no sshd, or something between changes it|the connection was reset before login|the connection broke: check your own network)")" 5 "${by[@]}" "127.0.0.1:$PORT"
end jump_refused 3 "$(failed 127.0.0.1:22 jump 'the jump host is in the way: make `ssh JUMP true` work first')" 6 "${by[@]}" --timeout 6s -J 127.0.0.1:9 127.0.0.1:22

# --- host keys ---
ends_sshd || { echo 'skip badends_ssh: sshd does not start here'; exit 0; }
ends_knows "$PORT" host2 changed
sed -i '1i # one' "$ENDS/changed"
ends_knows "$PORT" host revoked @revoked
: >"$ENDS/empty"
user=(--transport openssh -F none -i "$ENDS/user")
shown=$(ere "$(ssh-keygen -lf "$ENDS/host.pub" | cut -d' ' -f2)")
end unknown_key 3 "SSH to $at:$PORT failed at step 'host key' \(it shows $shown, \
known hosts: $ENDS/empty\): compare this fingerprint with the server's own \(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub \
on its console\), then accept it with: ssh -F none -i $ENDS/user -p $PORT -o UserKnownHostsFile=$ENDS/empty \
-o StrictHostKeyChecking=ask $at" 5 "${user[@]}" --known-hosts "$ENDS/empty" "$at:$PORT"
end changed_key 3 "SSH to $at:$PORT failed at step 'host key' \(it shows $shown, \
known hosts: $ENDS/changed:2\): never ignore this: compare the fingerprint on the server's own console \
\(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\) and only if it is the same remove the old key with: \
ssh-keygen -f $ENDS/changed -R '\[127.0.0.1\]:$PORT'" 5 "${user[@]}" --known-hosts "$ENDS/changed" "$at:$PORT"
end revoked_key 3 "$(failed "$at:$PORT" 'host key' 'somebody marked this key as revoked: do not log in; .*')" 5 \
	"${user[@]}" --known-hosts "$ENDS/revoked" "$at:$PORT"

# --- the login ---
known=(--transport openssh -F none --known-hosts "$ENDS/known")
end wrong_key 3 "$(failed "$at:$PORT" login \
	'the server accepts none of the keys offered: check the user, name the right key with -i, or load it with ssh-add')" 6 \
	"${known[@]}" -i "$ENDS/wrong" "$at:$PORT"
end no_key_file 3 "$(failed "$at:$PORT" login \
	'make the key file readable for you alone \(chmod 600\) and valid, or load it with ssh-add')" 6 \
	"${known[@]}" -i "$ENDS/nosuchkey" "$at:$PORT"
end passphrase 3 "$(failed "$at:$PORT" login "load it first with: ssh-add $ENDS/locked")" 6 \
	"${known[@]}" -i "$ENDS/locked" "$at:$PORT"
end short_of_time 3 "the time given ended at step '(connect|host key|login|survey)' of $at:$PORT: give it more with --timeout" 2 \
	"${by[@]}" --timeout 300ms "$at:$PORT"

# --- the shell ---
shell() { # NAME FORCED WORDS [SECONDS]
	ends_sshd "ForceCommand $2"
	end "$1" 3 "$(failed "$at:$PORT" shell "$3")" "${4:-6}" "${by[@]}" --timeout "${4:-6}s" "$at:$PORT"
}
no_posix='the login works but no POSIX shell answered: give the user a login shell and no forced command'
shell shell_exits /bin/false "$no_posix"
shell nologin 'echo This account is currently not available.; exit 1' "$no_posix"
shell force_command "printf 'welcome to the menu\n1) mail\n'; exec sleep 60" "$no_posix" 4
shell silent_shell 'sleep 60' \
	'the host may be out of memory or processes: look at its console \(load, free memory, disk\)' 4
shell flood yes "$no_posix" 5
shell no_sh 'exec /nonexistent/shell' "$no_posix"
shell cut_in_the_middle 'eval "$SSH_ORIGINAL_COMMAND" | { head -c 400; sleep 0.3; kill -9 $PPID; }' \
	'the server ended the connection: sshd was stopped, the host went down, or something killed it' 10

# --- the door is shut ---
ends_sshd 'MaxStartups 1:100:1' 'LoginGraceTime 60'
banner=
until case $banner in SSH-*) ;; *) false ;; esac; do
	exec 9<>"/dev/tcp/127.0.0.1/$PORT"
	read -r -t 5 banner <&9
done
end max_startups 3 "$(failed "$at:$PORT" connect 'sshd took the connection and closed it at once: too many logins at a time \(MaxStartups\), a ban \(fail2ban, hosts.deny\), or a host out of processes')" 5 \
	"${by[@]}" "$at:$PORT"
ends_sshd "DenyUsers $me"
end denied_user 3 "$(failed "$at:$PORT" login \
	'the server accepts none of the keys offered: check the user, name the right key with -i, or load it with ssh-add')" 6 \
	"${by[@]}" "$at:$PORT"

ends_wait
status=$?
exec 9>&-
if [ -s "$ENDS/empty" ]; then
	echo 'not ok nothing_is_written_to_known_hosts'
	status=1
else
	echo 'ok nothing_is_written_to_known_hosts'
fi
exit $status
