# The first look: one request, all reports. Discovery happens here, so it costs the
# console one round trip: each stage's report is the next stage's input.

# w5_stage NAME [ARG...]: like w5_run in w5_seq, and keeps the report in W5_REPORT.
w5_stage() {
	w5_begin "$1" >/dev/null
	W5_NAME=$1
	shift
	read -r W5_T0 w5_rest </proc/uptime
	W5_REPORT=$(W5_TRY= && "$w5_f" "$@")
	w5_x=$?
	read -r W5_T1 w5_rest </proc/uptime
	{
		w5_begin "$W5_NAME"
		[ -n "$W5_REPORT" ] && printf '%s\n' "$W5_REPORT"
		printf '\036%s e %d %s %s\n' "$W5_MARK" "$w5_x" "$W5_T0" "$W5_T1"
	} | w5_frame "$w5_seq" &
}

# w5_next HOW NAME DERIVER: runs a collector with the words DERIVER finds in the report.
w5_next() {
	w5_how=$1 w5_who=$2
	w5_words=
	w5_has "$3" && w5_words=$(printf '%s\n' "$W5_REPORT" | "$3")
	w5_ifs=$IFS IFS=$w5_n
	set -f
	set -- $w5_words
	set +f
	IFS=$w5_ifs
	case $w5_how in
	stage) w5_stage "$w5_who" "$@" ;;
	*) w5_run "$w5_seq" "$w5_who" 10 "$@" ;;
	esac
}

# The unix sockets that nginx dials, a path a line.
w5_survey_sockets() {
	awk '{
		while (match($0, /unix:\/[^;:,\t "]+/)) {
			p = substr($0, RSTART + 5, RLENGTH - 5)
			$0 = substr($0, RSTART + RLENGTH)
			if (!seen[p]++ && n++ < 40) print p
		}
	}'
}

# The longest way through the survey is nginx, WordPress, MySQL: what else nginx's report
# leads to goes beside it.
w5_survey_nginx_logs() {
	w5_next run nginx.log w5_nginx_error_logs
	w5_next run host.path w5_survey_sockets
	w5_next run nginx.access w5_nginx_access_logs
	wait
}

w5_survey_nginx() {
	w5_stage nginx
	w5_survey_nginx_logs &
	w5_next stage wordpress w5_nginx_roots
	w5_next run mysql w5_wordpress_configs
	w5_next run redis w5_wordpress_configs
	w5_next run wordpress.log w5_wordpress_logs
	wait
}

w5_survey_fpm() {
	w5_stage fpm
	w5_next run fpm.log w5_fpm_logs
	w5_next run fpm.slow w5_fpm_slowlogs
	wait
}

# In a subshell of its own: here it may wait. The report `survey` comes last of all, from
# a builtin, also where this subshell dies because it cannot fork: exit tells.
w5_survey_all() {
	w5_seq=$1 W5_JOBS= W5_KIDS=
	trap 'printf "\036%s %s survey .%d,-1,1 0\n" "$W5_MARK" "$w5_seq" "$?"' EXIT
	trap 'kill $W5_KIDS; exit 1' TERM
	w5_survey_nginx &
	W5_KIDS=$!
	w5_survey_fpm &
	W5_KIDS="$W5_KIDS $!"
	for w5_who in host.proc host.unit host.disk; do
		w5_run "$w5_seq" "$w5_who" 10
	done
	w5_batch host.log \; redis.log \; mysql.log \; host.fire | w5_frame "$w5_seq" &
	wait
	exit 0
}

w5_survey() {
	jobs >/dev/null
	w5_survey_all "$1" </dev/null &
	w5_note "$1.survey" $!
}
