# shellcheck shell=bash
# The machine itself: memory and disk.

# A container sees no kernel ring of its own, so the kernel's lines are written where rsyslog would put them.
kernel_line() {
    local stamp=%Y-%m-%dT%H:%M:%S.%6N%:z
    [ -z "${SYSLOG_CLASSIC:-}" ] || stamp='%b %e %H:%M:%S'
    printf '%s %s kernel: [%s] %s\n' "$(date +"$stamp")" "$(hostname)" \
        "$(awk '{printf "%12.6f", $1}' /proc/uptime)" "$1" | tee -a /var/log/kern.log >> /var/log/syslog
}

fault host.oom host.oom broken host_oom http=502 'says=Out of memory: Killed process'
host_oom() {
    local pid comm=php-fpm$PHPV
    pid=$(fpm_workers | head -n 1)
    kernel_line "mariadbd invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0"
    kernel_line "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/$FPM_UNIT.service,task=$comm,pid=$pid,uid=33"
    kernel_line "Out of memory: Killed process $pid ($comm) total-vm:1548320kB, anon-rss:1322104kB, file-rss:0kB, shmem-rss:22504kB, UID:33 pgtables:2944kB oom_score_adj:0"
    fpm_kill_all
    visit 3
}

# small_disk DIR SIZE [OPTIONS]: what lies in DIR moves to a small file system of its own.
small_disk() {
    local dir=$1
    mkdir -p /mnt/small
    mount -t tmpfs -o "size=$2${3:+,$3}" small /mnt/small
    cp -a "$dir/." /mnt/small/
    chown --reference="$dir" /mnt/small
    chmod --reference="$dir" /mnt/small
    mount --bind /mnt/small "$dir"
    umount /mnt/small
}

# The database's disk is full; it had to restart, and cannot.
fault host.disk_full host.disk_full broken host_disk_full http=500 'says=No space left'
host_disk_full() {
    svc stop db
    small_disk /var/lib/mysql 120m
    cat /dev/zero > /var/lib/mysql/backup-full.sql 2> /dev/null
    svc_fails start db
    visit 3
}

fault host.disk_full.inodes host.disk_full broken host_disk_full_inodes http=500
host_disk_full_inodes() {
    local i
    svc stop db
    small_disk /var/lib/mysql 200m nr_inodes=900
    mkdir -p /var/lib/mysql/.thumbs
    for i in $(seq 1000); do
        : > "/var/lib/mysql/.thumbs/$i" || break
    done 2> /dev/null
    svc_fails start db
    visit 3
}

# Logs fill their disk: the pages still come, and the evidence stops.
fault host.disk_full.logs host.disk_full warn host_disk_full_logs http=200
host_disk_full_logs() {
    small_disk /var/log 20m
    svc restart nginx
    svc restart fpm
    until_true 10 page_is 200
    cat /dev/zero > /var/log/debug-trace.log 2> /dev/null
    visit 3
}
