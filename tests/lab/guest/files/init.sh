#!/bin/bash
# PID 1 of a host without systemd. bash reaps what is orphaned while it waits.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
# shellcheck source=/dev/null
. /opt/lab/facts

ip link set lo up
for _ in $(seq 100); do
    ip link show host0 > /dev/null 2>&1 && break
    sleep 0.05
done
ip addr add "$IP/24" dev host0
ip link set host0 up

mkdir -p /run/php /run/sshd /run/lock /run/mysqld
chown www-data: /run/php
chown mysql: /run/mysqld
ln -sfn /run/lock /var/lock

rsyslogd
for service in ssh "$REDIS_UNIT" "$FPM_UNIT" "$NGINX_UNIT"; do
    "/etc/init.d/$service" start
done
# Its script waits for the server; the others need not.
"/etc/init.d/$DB_UNIT" start &

while :; do
    sleep 3600 &
    wait $!
done
