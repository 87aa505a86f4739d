# The first words of a session: sent before everything else and made of builtins only,
# because a dash that cannot fork dies. The console puts W5_MARK= and W5_SEQ= in front.
LC_ALL=C LANG=C
export LC_ALL LANG
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export PATH
umask 077
cd /
exec 2>/dev/null
w5_t='	' w5_n='
'
W5_UID=
while read -r w5_k w5_v w5_x; do
	case $w5_k in Uid:) W5_UID=$w5_v; break ;; esac
done </proc/self/status
case ${W5_UID:=unknown} in 0) W5_ROOT=1 ;; *) W5_ROOT=0 ;; esac
W5_INIT=sysv
[ -e /run/openrc/softlevel ] && W5_INIT=openrc
[ -d /run/systemd/system ] && W5_INIT=systemd

# w5_sh: which shell runs us.
w5_sh() {
	w5_v=sh
	[ /bin/sh -ef /bin/dash ] && w5_v=dash
	[ /bin/sh -ef /bin/busybox ] && w5_v=busybox
	[ -n "$KSH_VERSION" ] && w5_v=ksh
	[ -n "$BASH_VERSION" ] && w5_v=bash
}

# w5_pulse_memory: adds the memory figures, in kB.
w5_pulse_memory() {
	w5_mt= w5_ma= w5_st= w5_sf=
	while read -r w5_k w5_v w5_x; do
		case $w5_k in
		MemTotal:) w5_mt=$w5_v ;;
		MemAvailable:) w5_ma=$w5_v ;;
		SwapTotal:) w5_st=$w5_v ;;
		SwapFree:) w5_sf=$w5_v; break ;;
		esac
	done </proc/meminfo
	w5_o="${w5_o}memory$w5_t$w5_mt$w5_t$w5_ma$w5_t$w5_st$w5_t$w5_sf$w5_n"
}

# w5_pulse_system: who and where we are.
w5_pulse_system() {
	w5_sh
	w5_o="${w5_o}shell$w5_t$w5_v$w5_n"
	w5_o="${w5_o}init$w5_t$W5_INIT$w5_n"
	w5_o="${w5_o}login$w5_t${SUDO_USER:-${DOAS_USER:-${LOGNAME:-$USER}}}$w5_t$W5_UID$w5_n"
	set -f
	set -- ${W5_SSH:-$SSH_CONNECTION}
	w5_o="${w5_o}ssh$w5_t$1$w5_t$2$w5_t$3$w5_t$4$w5_n"
	set -- $W5_WHY
	[ "$W5_ROOT" = 1 ] || w5_o="${w5_o}sudo$w5_t$*$w5_n"
	set +f
	read -r w5_v </proc/sys/kernel/hostname && w5_o="${w5_o}name$w5_t$w5_v$w5_n"
	read -r w5_v </proc/sys/kernel/osrelease && w5_o="${w5_o}kernel$w5_t$w5_v$w5_n"
	while IFS== read -r w5_k w5_v; do
		case $w5_k in
		PRETTY_NAME)
			w5_v=${w5_v#[\"\']} w5_v=${w5_v%[\"\']}
			w5_o="${w5_o}os$w5_t$w5_v$w5_n"
			break
			;;
		esac
	done </etc/os-release
}

# w5_pulse_text: sets w5_o to the report host.pulse, without a fork.
w5_pulse_text() {
	w5_o=
	read -r w5_k w5_x </proc/uptime && w5_o="uptime$w5_t$w5_k$w5_n"
	if read -r w5_k w5_v w5_x w5_p w5_rest </proc/loadavg; then
		w5_o="${w5_o}load$w5_t$w5_k$w5_t$w5_v$w5_t$w5_x$w5_t$w5_p$w5_n"
	fi
	w5_pulse_memory
	w5_pulse_system
}

# w5_pulse SEQ: the report in one frame. One write, but for bash, which writes lines:
# there only while nothing else writes.
w5_pulse() {
	w5_s=$1
	w5_pulse_text
	printf '\036%s %s host.pulse .0,0,1 %d\n%s' "$W5_MARK" "$w5_s" "${#w5_o}" "$w5_o"
}
w5_pulse "$W5_SEQ"
