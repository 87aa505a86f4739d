# host: processes, sockets, units, disks, kernel lines and packet filters of the chain.
# Records are explained in probes/host/README.md; parse*.c reads them.

# clock<TAB>EPOCH<TAB>ZONE<TAB>UPTIME: what a report needs to place its local times.
w5_clock() {
w5_up=
{ read -r w5_up w5_rest < /proc/uptime; } 2>/dev/null
printf 'clock\t'
date "+%s%t%z%t$w5_up"
}

# One look at every process without a fork: w5_pids are those of the chain, w5_fds those
# whose open files tell something (masters, and FPM workers that are not idle). w5_idle and
# w5_busy hold the pools that have such a worker.
w5_host_scan() {
w5_pids= w5_fds= w5_seen= w5_idle=/ w5_busy=
for w5_d in /proc/[0-9]*; do
w5_c= w5_s=
read -r w5_c < "$w5_d/comm" || continue
case $w5_c in
*fpm*)
w5_pids="$w5_pids ${w5_d#/proc/}"
read -r w5_s w5_rest < "$w5_d/syscall" || w5_s=
case $w5_s in
43|288) ;;
*) w5_fds="$w5_fds $w5_d/exe $w5_d/fd" ;;
esac
w5_title=
read -r w5_title w5_rest < "$w5_d/cmdline"
w5_title=${w5_rest#pool }
w5_title=${w5_title%% *}
case $w5_s:$w5_rest in
43:pool*|288:pool*|202:pool*|242:pool*) w5_idle="$w5_idle$w5_title/" ;;
?*:pool*) w5_busy="$w5_busy $w5_title:$w5_d" ;;
esac ;;
*nginx*|openresty|angie|tengine)
w5_pids="$w5_pids ${w5_d#/proc/}"
read -r w5_s w5_rest < "$w5_d/syscall" || w5_s=
case $w5_s in
130|133) w5_fds="$w5_fds $w5_d/exe $w5_d/fd" ;;
esac ;;
mysqld*|mariadbd*|redis-*|valkey-*|keydb-*|memcached|cache-main|\
apache2|httpd*|varnishd|lsphp*|litespeed|openlitespeed|lighttpd|caddy|haproxy|traefik|node*|\
docker-proxy|rootlessport|MainThread)
w5_pids="$w5_pids ${w5_d#/proc/}"
case $w5_c:$w5_seen in
mysqld*|mariadbd*|*" $w5_c "*) ;;
*) w5_fds="$w5_fds $w5_d/exe $w5_d/fd" w5_seen="$w5_seen $w5_c " ;;
esac ;;
esac
done 2>/dev/null
}

# Pools without an idle worker: which requests their workers hold, to be compared with what
# they hold a second later. Sets w5_before, "PID:INODE" a word. Without rights the sockets
# say the same of a whole pool, once somebody waits: then w5_before holds inodes only.
w5_host_before() {
w5_before=
set --
if [ "$W5_ROOT" != 1 ]; then
w5_before=$(awk '$5 != "0001" || NF < 8 { next }
$6 == "02" && $7 == "0" { waits[$8] = 1 }
$6 == "03" { has[$8] = has[$8] " " $7 }
END { for (p in waits) if (p ~ /^\// && !(p ~ /^\/run\/(systemd|dbus)/)) printf "%s", has[p] }' /proc/net/unix)
[ -z "$w5_before" ] || sleep 1
return 0
fi
for w5_b in $w5_busy; do
case $w5_idle in
*"/${w5_b%%:*}/"*) ;;
*) [ $# -ge 60 ] || set -- "$@" "${w5_b#*:}/fd" ;;
esac
done
[ $# -gt 0 ] || return 0
w5_before=$(ls -ln /dev/null "$@" 2>/dev/null | awk '
/^\/proc\/[0-9]+\/fd:$/ { split($0, q, "/"); next }
match($0, /socket:\[[0-9]+\]/) { printf " %s:%s", q[3], substr($0, RSTART + 8, RLENGTH - 9) }')
sleep 1
w5_host_scan
}

# What the workers of a full pool are at: FPM keeps it in memory its processes share (its
# scoreboard), so it is known where no status page is, or none can answer any more. Fields
# have fixed places: time of the request 24 bytes before its URI, process id 80 before;
# behind it query string at 128, method at 640, script at 664.
w5_host_work() {
[ "$W5_ROOT" = 1 ] || return 0
w5_hs=' '
for w5_hw in $w5_busy; do
w5_hp=${w5_hw%%:*}
w5_hm=${w5_hw#*:}
case $w5_idle$w5_hs in
*"/$w5_hp/"*|*" $w5_hp "*) continue ;;
esac
w5_hs="$w5_hs$w5_hp " w5_hn=0
while read -r w5_ha w5_hk w5_hx w5_hx w5_hx w5_hf w5_hx; do
case $w5_hk:$w5_hf in
rw-s:/dev/zero) ;;
*) continue ;;
esac
w5_hi=$((0x${w5_ha%-*} / 4096)) w5_hl=$((0x${w5_ha#*-} / 4096))
w5_hl=$((w5_hl - w5_hi))
[ $w5_hl -le 64 ] && [ $w5_hn -lt 24 ] || continue
w5_hn=$((w5_hn + 1))
w5_hx=$(dd if="$w5_hm/mem" bs=4096 skip=$w5_hi count=1 | head -c 48 | tr -c '\040-\176' '\012')
case "$w5_n$w5_hx$w5_n" in
*"$w5_n$w5_hp$w5_n"*) ;;
*) continue ;;
esac
{
dd if="$w5_hm/mem" bs=4096 skip=$w5_hi count=$w5_hl | tr -c '\040-\176' '\001'
printf '\n'
dd if="$w5_hm/mem" bs=4096 skip=$w5_hi count=$w5_hl | od -An -v -tu8
} | awk -v pool="$w5_hp" '
function field(at, max,   s, i) {
s = substr(text, at, max)
i = index(s, "\001")
return i ? substr(s, 1, i - 1) : s
}
NR == 1 { text = $0; next }
{ for (i = 1; i <= NF; i++) word[n++] = $i }
END {
for (i = 0; i < n && told < 64; i++) {
if (substr(text, i * 8 + 1, 1) != "/") continue
m = field(i * 8 + 641, 16)
if (m !~ /^[A-Z][A-Z][A-Z]+$/) continue
printf "work\t%s\t%d\t%.0f\t%s\t%s\t%s\t%s\n", pool, word[i - 10] % 4294967296, word[i - 3], m,
field(i * 8 + 665, 256), field(i * 8 + 1, 128), field(i * 8 + 129, 200)
told++
i += 100
}
}'
break
done < "$w5_hm/maps"
done 2>/dev/null
}

w5_host_proc() {
w5_host_scan
w5_host_before
w5_clock
[ -z "$w5_before" ] || w5_host_work
w5_arch=other
[ -e /lib64/ld-linux-x86-64.so.2 ] && w5_arch=x86_64
[ -e /lib/ld-musl-x86_64.so.1 ] && w5_arch=x86_64
printf 'arch\t%s\n' "$w5_arch"
w5_whole=1
if [ ! -r /proc/1/stat ]; then
w5_whole=
if [ "$W5_ROOT" = 1 ]; then w5_missing 'process table' '/proc is not mounted'
else w5_missing 'process table' 'needs root: /proc hides what others run'
fi
fi
{
[ "$W5_ROOT" = 1 ] && ls -ln /dev/null $w5_fds 2>/dev/null
} | awk -v pids="$w5_pids" -v root="${W5_ROOT:-0}" -v whole="$w5_whole" -v before="$w5_before" '
function first(file,   l) {
l = ""
if ((getline l < file) <= 0) l = ""
close(file)
return l
}
function clean(s, max) {
gsub(/[[:cntrl:]]/, " ", s)
return substr(s, 1, max)
}
function status(pid,   f, l, u, g, s, z) {
f = "/proc/" pid "/status"
while ((getline l < f) > 0) {
if (l ~ /^Uid:/) { split(l, z); u = z[3] }
else if (l ~ /^Gid:/) { split(l, z); g = z[3] }
else if (l ~ /^FDSize:/) { split(l, z); fdsize = z[2] }
else if (l ~ /^Groups:/) { s = l; sub(/^Groups:[ \t]*/, "", s); sub(/[ \t]+$/, "", s); break }
}
close(f)
return u "\t" g "\t" s
}
function unit(pid,   f, l, u) {
f = "/proc/" pid "/cgroup"
while ((getline l < f) > 0)
if (match(l, /\/[^\/]*\.service(\/|$)/)) {
u = substr(l, RSTART + 1, RLENGTH - 1)
sub(/\/$/, "", u)
}
else if (l ~ /docker|libpod|kubepods|lxc/ && u == "") u = "container"
close(f)
return u
}
function limit(pid,   f, l, z) {
f = "/proc/" pid "/limits"
while ((getline l < f) > 0)
if (l ~ /^Max open files/) { split(l, z); close(f); return z[4] }
close(f)
return ""
}
function count(cmd,   l, n) {
n = -2
while ((cmd | getline l) > 0) n++
close(cmd)
return n
}
function proc(pid,   l, s, title, call, wchan, who, un, lim, nfd) {
if (pid in told) return
told[pid] = 1
l = first("/proc/" pid "/stat")
if (!match(l, /.*\) /)) return
split(substr(l, RLENGTH + 1), s, " ")
title = clean(first("/proc/" pid "/cmdline"), 300)
sub(/ +$/, "", title)
call = ""; wchan = ""
if (title ~ /^php-fpm: pool/) {
worker[pid] = title
call = first("/proc/" pid "/syscall")
sub(/ .*/, "", call)
wchan = clean(first("/proc/" pid "/wchan"), 60)
}
fdsize = 0; who = "\t\t"; un = ""; lim = ""; nfd = ""
if (!(title in seen)) who = status(pid)
seen[title] = 1
if (pid in worker && who + 0 > 0) wuid[who + 0] = 1
if (title !~ /^php-fpm: pool|^nginx: worker/) un = unit(pid)
if (title ~ /^nginx: worker/) {
lim = limit(pid)
if (root && fdsize * 2 > lim + 0 && lim + 0 > 0) nfd = count("ls -f /proc/" pid "/fd")
}
printf "proc\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", pid, s[2], s[1], who,
s[20], (s[12] + s[13]) * 10, s[22] * 4, call, wchan, un, lim, nfd,
clean(exe[pid], 200), clean(substr(l, index(l, "(") + 1, index(l, ") ") - index(l, "(") - 1), 32), title
}
function unixes(   f, l, a, n, p, i) {
n = split(before, a, " ")
for (i = 1; i <= n; i++) had[a[i]] = 1
f = "/proc/net/unix"
while ((getline l < f) > 0) {
n = split(l, a, " ")
if (a[5] != "0001") continue
if (n < 8) {
if (a[7] in own && own[a[7]] in worker) { anon[a[7]] = own[a[7]]; anons++ }
continue
}
p = substr(l, index(l, " " a[7] " ") + length(a[7]) + 2)
if (p ~ /^@|^\/run\/(systemd|dbus|user|udev)\/|^\/var\/run\/dbus\//) continue
if (a[6] == "01" && a[4] == "00010000") { ul[p] = a[7]; if (a[7] in own) uo[p] = own[a[7]] }
else if (a[6] == "03") { ua[p]++; if (a[7] in had) kept[p]++; if (a[7] in own && own[a[7]] in worker) acc[own[a[7]]] = a[7] }
else if (a[6] == "02" && a[7] == "0") { uq[p]++; queues++ }
}
close(f)
n = 0
for (p in ul) if (n++ < 120)
printf "unix\t%d\t%d\t%s\t%s\n", uq[p], ua[p], uo[p], p
if (root != 1 && before != "") for (p in ua) if (uq[p] > 0) printf "kept\t%d\t%s\n", kept[p], p
}
function unixpeers(   cmd, l, a, n, i, path, to, p, guess) {
cmd = "ss -xn 2>/dev/null"
while ((cmd | getline l) > 0) {
n = split(l, a, " ")
if (a[2] != "ESTAB") continue
if (a[5] != "*") { path[a[6]] = a[5]; if (a[8] == "0") gone[a[5]]++ }
if (a[6] in anon) to[a[6]] = a[8]
}
close(cmd)
if (n) for (p in ul) printf "gone\t%d\t%s\n", gone[p], p
for (i in to) if (to[i] in path) { printf "peer\t%s\tu\t01\t%s\n", anon[i], path[to[i]]; delete anon[i] }
if (n) return
for (p in ua) if (p ~ /mysql|maria/) guess = p
if (guess != "") for (i in anon) printf "peer\t%s\tu\t01\t%s\n", anon[i], guess
}
function tcps(f, four,   l, a, b, n, rows) {
while ((getline l < f) > 0) {
if (++rows > 6000) { print "capped\t" f; break }
n = split(l, a, " ")
split(a[2], b, ":")
if (a[4] == "0A") {
listen[++nl] = four "\t" a[2] "\t" substr(a[5], 10) "\t" a[10]
port[nl] = b[2]; lport[b[2]] = 1
continue
}
if (a[4] !~ /^0[128]$/ || a[10] == "0") continue
if (b[2] in lport) {
est[b[2]]++
if (a[10] in own && own[a[10]] in worker) {
acc[own[a[10]]] = a[10]
if (a[4] == "08") tgone[b[2]]++
}
}
else if (a[10] in own && own[a[10]] in worker)
printf "peer\t%s\t%s\t%s\t%s\n", own[a[10]], four, a[4], a[3]
else if (root != 1 && (a[8] in wuid) && foreign++ < 60)
printf "peer\t0\t%s\t%s\t%s\n", four, a[4], a[3]
}
close(f)
}
function udps(f, four,   l, a) {
while ((getline l < f) > 0) {
split(l, a, " ")
if (a[4] == "01" && a[10] in own && own[a[10]] in worker)
printf "peer\t%s\t%s\t01\t%s\n", own[a[10]], four, a[3]
}
close(f)
}
function held(   n, i, b, p, q) {
if (before == "" || root != 1) return
n = split(before, b, " ")
for (i = 1; i <= n; i++) {
split(b[i], q, ":")
asked[q[1]] = 1
}
for (p in asked) if (p in worker) print "held\t" p "\t" ((p in acc) && ((p ":" acc[p]) in had))
}
function owners(   i, a, cmd, l, q, pid, want) {
for (i = 1; i <= nl; i++) {
split(listen[i], a, "\t")
if (!(a[4] in own) && port[i] ~ /^(0050|01BB|1F90|2328|2329|232A)$/) want = 1
}
if (!want || root != 1) return
cmd = "ls -ln /proc/[0-9]*/fd 2>/dev/null"
while ((cmd | getline l) > 0) {
if (l ~ /^\/proc\/[0-9]+\/fd:$/) { split(l, q, "/"); pid = q[3]; continue }
if (match(l, /socket:\[[0-9]+\]/)) {
i = substr(l, RSTART + 8, RLENGTH - 9)
if (!(i in own)) { own[i] = pid; late[pid] = 1 }
}
}
close(cmd)
}
function address(   f, l, a, n, last, s, z) {
f = "/proc/net/fib_trie"
while ((getline l < f) > 0) {
n = split(l, a, " ")
if (l ~ /\|--/) last = a[n]
else if (l ~ /host LOCAL/ && !(last in z) && last !~ /^127\./) { z[last] = 1; s = s " " last }
}
close(f)
f = "/proc/net/if_inet6"
while ((getline l < f) > 0) { split(l, a, " "); s = s " 6" a[1] }
close(f)
print "addresses\t" substr(s, 2, 2000)
}
function overflows(   f, h, v, n, i, a, b) {
f = "/proc/net/netstat"
while ((getline h < f) > 0) {
if ((getline v < f) <= 0) break
if (h !~ /^TcpExt:/) continue
n = split(h, a, " "); split(v, b, " ")
for (i = 2; i <= n; i++) if (a[i] == "ListenOverflows") print "overflows\t" b[i]
}
close(f)
}
/^\/proc\/[0-9]+\/fd:$/ { split($0, q, "/"); cur = q[3]; next }
/ -> / {
i = index($0, " -> ")
to = substr($0, i + 4)
if (match($0, /\/proc\/[0-9]+\/exe -> /)) { split(substr($0, RSTART), q, "/"); exe[q[3]] = to; next }
if (to ~ /^socket:\[/) {
to = substr(to, 9, length(to) - 9)
if (to in own) own[to] = own[to] "," cur
else own[to] = cur
}
}
END {
n = split(pids, p, " ")
for (i = 1; i <= n; i++) proc(p[i])
if (whole) print "procs\tall"
unixes()
tcps("/proc/net/tcp", "4")
tcps("/proc/net/tcp6", "6")
if (before != "") { udps("/proc/net/udp", "4"); udps("/proc/net/udp6", "6") }
owners()
for (i = 1; i <= nl && i <= 200; i++) {
split(listen[i], a, "\t")
own_of = ""
if (a[4] in own) own_of = own[a[4]]
printf "tcp\t%s\t%s\t%s\t%d\t%s\t%d\n", a[1], a[2], a[3], est[port[i]], own_of, tgone[port[i]]
}
for (i in late) for (j = 1; j <= nl; j++) {
split(listen[j], a, "\t")
if (own[a[4]] == i) proc(i)
}
if (nl) print "net\tall"
if (anons || queues) unixpeers()
if (root && whole) print "peers\tall"
address()
overflows()
print "somaxconn\t" first("/proc/sys/net/core/somaxconn")
print "conntrack\t" first("/proc/sys/net/netfilter/nf_conntrack_count") "\t" \
first("/proc/sys/net/netfilter/nf_conntrack_max")
held()
}'
}

# --- units -----------------------------------------------------------------------------

w5_unit_words='php-fpm|php[0-9.]*-fpm|[^a-z]fpm|nginx|openresty|mysqld|mariadbd|redis-server|valkey-server|apache2|httpd|varnishd|litespeed'

# Names of the units that start, or would start, something of the chain.
w5_unit_names() {
set --
for w5_d in /etc/systemd/system /run/systemd/system /run/systemd/generator \
/run/systemd/generator.late /usr/local/lib/systemd/system /usr/lib/systemd/system; do
for w5_f in "$w5_d"/*.service; do
[ -f "$w5_f" ] && set -- "$@" "$w5_f"
done
done
[ -e /usr/lib/systemd/system ] || for w5_f in /lib/systemd/system/*.service; do
[ -f "$w5_f" ] && set -- "$@" "$w5_f"
done
{
[ $# -gt 0 ] && grep -lE "^ExecStart=.*($w5_unit_words)" "$@" 2>/dev/null
for w5_f in /etc/systemd/system/*.wants/*@*.service; do
case $w5_f in
*fpm*|*nginx*|*mysql*|*mariadb*|*redis*) printf '%s\n' "$w5_f" ;;
esac
done
w5_host_scan
for w5_p in $w5_pids; do
while read -r w5_l; do
case $w5_l in
*.service) printf '%s\n' "$w5_l" ;;
esac
done < "/proc/$w5_p/cgroup"
done 2>/dev/null
} | awk '{ sub(/.*\//, ""); if (!/@\.service$/ && !seen[$0]++ && n++ < 60) print }'
}

# Without arguments: discovers. With names: asks for these.
w5_host_unit() {
printf 'manager\t%s\n' "$W5_INIT"
case $W5_INIT in
systemd)
w5_clock
[ $# -gt 0 ] || set -- $(w5_unit_names)
[ $# -gt 0 ] || set -- nginx.service
printf 'show\n'
w5_try 4 systemctl show "$@" -p Id,LoadState,ActiveState,SubState,Result,UnitFileState,\
ExecMainStatus,ExecMainCode,MainPID,NRestarts,StatusText,StateChangeTimestampMonotonic,ExecStart,\
TasksCurrent,TasksMax,MemoryCurrent,MemoryMax,FragmentPath 2>&1
printf 'showed\t%s\n' "$?" ;;
*) w5_host_initscripts "$@" ;;
esac
}

# OpenRC tells its states by links; a plain init script has none: then the process table
# says what runs, and the start links say what should.
w5_host_initscripts() {
grep -lE "$w5_unit_words" /etc/init.d/* 2>/dev/null | while read -r w5_f; do
w5_n=${w5_f##*/}
case $w5_n in
README|functions|skeleton|*.sh|*.dpkg-*|*~) continue ;;
esac
w5_a= w5_e=
if [ "$W5_INIT" = openrc ]; then
w5_a=inactive w5_e=disabled
[ -e "/run/openrc/started/$w5_n" ] && w5_a=active
[ -e "/run/openrc/failed/$w5_n" ] && w5_a=failed
[ -e "/run/openrc/starting/$w5_n" ] && w5_a=activating
for w5_l in /etc/runlevels/*/"$w5_n"; do
[ -e "$w5_l" ] && w5_e=enabled
done
else
w5_e=disabled
for w5_l in /etc/rc[2345].d/S[0-9][0-9]"$w5_n" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$w5_n"; do
[ -e "$w5_l" ] && w5_e=enabled
done
fi
printf 'script\t%s\t%s\t%s\t%s\n' "$w5_n" "$w5_a" "$w5_e" "$w5_f"
done
}

# Names for later rounds, from the report on stdin.
w5_host_units() {
awk -F= '$1 == "Id" { print $2 }'
}

# --- disks -----------------------------------------------------------------------------

# One statfs per place that matters, and what is mounted. More places may be given.
w5_host_disk() {
w5_list=
while read -r w5_dev w5_mnt w5_type w5_opts w5_rest; do
case $w5_type in
proc|sysfs|cgroup*|devpts|devtmpfs|mqueue|debugfs|tracefs|securityfs|pstore|bpf|autofs|fusectl|configfs|\
hugetlbfs|ramfs|efivarfs|binfmt_misc|rpc_pipefs|nsfs|squashfs|iso9660|selinuxfs) continue ;;
esac
case $w5_mnt in
/proc/*|/sys|/sys/*|/dev|/dev/*|/run/user/*|/run/credentials/*|/run/host|/run/host/*|\
/var/lib/docker/*|/var/lib/containers/*|/snap/*) continue ;;
esac
printf 'mount\t%s\t%s\t%s\t%s\n' "$w5_mnt" "$w5_dev" \
"$w5_type" "${w5_opts%%,*}"
case $w5_type in
nfs*|cifs|smb*|fuse.*|9p|ceph|glusterfs|lustre) continue ;;
esac
w5_list="$w5_list $w5_mnt"
done < /proc/mounts 2>/dev/null
w5_try 3 stat -f -c 'statfs	%b	%f	%a	%S	%c	%d	%n' $w5_list /var/log /var/log/nginx \
/var/lib/mysql /var/lib/php/sessions /var/lib/nginx /var/cache/nginx /var/lib/redis /var/www /home \
/tmp /run "$@" 2>/dev/null
[ $? = 124 ] && w5_missing 'disk usage' 'a file system did not answer within 3 s'
return 0
}

# --- kernel lines ----------------------------------------------------------------------

w5_kernel_words='oom-kill|Out of memory|Killed process|OOM killer|segfault at|general protection|trap invalid opcode|I\/O error|emounting filesystem read-only|EXT4-fs error|XFS .*(orruption|shut)|nf_conntrack: .*table full|SYN flooding|avc: +denied|apparmor="DENIED"|hung_task|blocked for more than|Failed with result|Start request repeated'

# With a name: heads them as that source, if anything could be read of it at all.
w5_kernel_filter() {
awk -v max=80 -v source="$1" '/'"$w5_kernel_words"'/ { a[++n] = substr($0, 1, 1024) }
END { if (NR && source != "") print "file\t" source
for (i = (n > max ? n - max + 1 : 1); i <= n; i++) print "=" a[i] }'
}

w5_host_log() {
w5_clock
w5_read=
for w5_f in /var/log/kern.log /var/log/messages /var/log/syslog; do
[ -r "$w5_f" ] && [ -f "$w5_f" ] || continue
printf 'file\t%s\n' "$w5_f"
w5_try 3 tail -c 65536 "$w5_f" | w5_kernel_filter
w5_read=1
done
w5_m=
[ -e /run/systemd/container ] || ! w5_has dmesg || w5_m=$(w5_try 3 dmesg 2>/dev/null | w5_kernel_filter dmesg)
if [ -z "$w5_m$w5_read" ] && w5_has journalctl; then
w5_m=$(w5_try 4 journalctl -q --no-pager -b -n 1000 -o short _TRANSPORT=kernel + _PID=1 2>/dev/null | \
w5_kernel_filter journal)
fi
if [ -n "$w5_m" ]; then
printf '%s\n' "$w5_m"
elif [ -z "$w5_read" ]; then
w5_missing 'kernel lines' 'no kernel log can be read by this user'
fi
}

# --- packet filters --------------------------------------------------------------------

w5_host_fire() {
if [ "$W5_ROOT" != 1 ]; then
w5_missing 'packet filter' 'needs root'
return 0
fi
for w5_c in iptables-save ip6tables-save; do
w5_has $w5_c || continue
printf 'via\t%s\n' "${w5_c%-save}"
w5_try 3 $w5_c 2>/dev/null | awk '/^-A .*-j (DROP|REJECT|TARPIT)/ || /^:(INPUT|DOCKER-USER) DROP/ {
if (n++ < 300) print "=" substr($0, 1, 400) }
/^-A .*-j ACCEPT/ && !/ -i lo |-p (udp|icmp|ipv6-icmp) |^-A (OUTPUT|FORWARD) / {
if ((/dport/ || /^-A INPUT /) && (!/ESTABLISHED/ || / NEW|NEW,/) && m++ < 100) print "=" substr($0, 1, 400) }'
done
if w5_has nft; then
printf 'via\tnft\n'
w5_try 3 nft list ruleset 2>/dev/null | awk '{ sub(/^[ \t]+/, "") }
/^(chain|set|table) / { where = $0 }
/elements = \{/ { on = 1 }
/(^|[ \t])(drop|reject)/ || on || /^tcp dport .* accept/ || /^ip6? saddr .* accept/ { if (n++ < 300) print "=" substr(where, 1, 80) "\t" substr($0, 1, 400) }
/\}/ { on = 0 }'
fi
if w5_has ipset; then
printf 'via\tipset\n'
w5_try 3 ipset save 2>/dev/null | awk '/^add / { if (n++ < 300) print "=" substr($0, 1, 200) }'
fi
if w5_has ip; then
printf 'via\troute\n'
w5_try 3 ip route show 2>/dev/null | awk '/^(blackhole|unreachable|prohibit) / { if (n++ < 100) print "=" $0 }'
fi
printf 'fire\tall\n'
}

# --- paths -----------------------------------------------------------------------------

# The file at each path and all its parents, by one stat.
w5_host_path() {
w5_all=
for w5_p in "$@"; do
case $w5_p in
/*) ;;
*) continue ;;
esac
printf 'path\t%s\n' "$w5_p"
set -- "$@" "$w5_p"
while w5_p=${w5_p%/*} && [ -n "$w5_p" ]; do
set -- "$@" "$w5_p"
done
done
[ $# -gt 0 ] || return 0
w5_try 3 stat -L -c 'stat	%f	%u	%g	%U	%G	%Y	%n' "$@" 2>/dev/null
printf 'paths\tall\n'
}
