# MySQL or MariaDB as each WordPress sees it, and as its administrator does. Reports: mysql,
# mysql.log. The lexer and w5_wp_sh are WordPress's (probes/wordpress/collect.sh).
#
# The site's password goes from the lexer through a pipe into the client's option file; a shell
# of the site's user does that (a pipe of root's cannot be opened as /dev/stdin by another user).
# --defaults-file, not --defaults-extra-file: PHP does not read the server's my.cnf or anybody's
# ~/.my.cnf, and the second would win over the site's own password.

W5_DB_STATUS="SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected','Threads_running','Max_used_connections','Uptime','Slow_queries','Innodb_row_lock_current_waits');
SELECT 'max_connections', @@GLOBAL.max_connections; SELECT 'max_user_connections', @@GLOBAL.max_user_connections;"
W5_DB_THREADS="SELECT 'thread', ID, USER, HOST, DB, COMMAND, TIME, STATE, LEFT(INFO, 200) FROM information_schema.PROCESSLIST WHERE COMMAND <> 'Daemon' AND ID <> CONNECTION_ID() ORDER BY TIME DESC LIMIT 150;"
W5_DB_LOCKS="SELECT 'trx', trx_mysql_thread_id, trx_state, TIMESTAMPDIFF(SECOND, trx_started, NOW()), LEFT(trx_query, 200) FROM information_schema.innodb_trx LIMIT 100;
SELECT 'wait', r.trx_mysql_thread_id, b.trx_mysql_thread_id FROM information_schema.innodb_lock_waits w JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id LIMIT 100;
/*!80000 SELECT 'wait', waiting_pid, blocking_pid FROM sys.innodb_lock_waits LIMIT 100 */;"

# String literals of statements are customers' data: they stay here.
W5_DB_MASK='
/^(thread|trx)\t/ && /[\047"]/ {
	gsub(/\\+[\047"]/, "")
	gsub(/\047[^\047\t]*\047/, "?")
	gsub(/"[^"\t]*"/, "?")
	sub(/\047[^\t]*$/, "?")
	sub(/"[^\t]*$/, "?")
}
{ print substr($0, 1, 1000) }'

# As the site's user. $1-$6 as for W5_WP_CONST, $7 client, $8 statements.
W5_DB_SITE='
client=$7 sql=$8
case $got in *@w5@*) ;; *) printf "%s\n" "$got" | sed -n "/^refused/p;/^unread/p"; exit 0 ;; esac
options=${got#*@w5@}
prefix=${options%%@w5@*}
options=${options#*@w5@
}
printf "%s\n" "${got%%@w5@*}"
[ -n "$client" ] || exit 0
case $got in
*"const	DB_PASSWORD	c"*|*"const	DB_USER	c"*|*"const	DB_NAME	c"*|*"const	DB_HOST	c"*)
	printf "missing\tlogin to MySQL as %s does\ta value of its configuration is made at run time\n" "$4"
	exit 0 ;;
esac
base=
case $got in *"const	DB_NAME	s	"*) base=${got#*"const	DB_NAME	s	"}; base=${base%%"
"*} ;; esac
prefix=${prefix#
}
prefix=${prefix%
}
[ -n "$prefix" ] && sql="$sql SELECT \"table\", COUNT(*), (SELECT LENGTH(option_value) FROM \`${prefix}options\` WHERE option_name = \"cron\" LIMIT 1), (SELECT LEFT(option_value, 20) FROM \`${prefix}options\` WHERE option_name = \"_transient_doing_cron\" LIMIT 1) FROM (SELECT 1 FROM \`${prefix}options\` LIMIT 1) w5;"
printf "%s\n" "$options" |
	"$client" --defaults-file=/dev/stdin --connect-timeout=2 -n -N -B -f ${base:+-D "$base"} -e "$sql" 2>&1
printf "exit\t%s\n" $?
'

# Where "localhost" leads: PHP has its own idea of the socket, told by php.ini or compiled in.
w5_db_socket() {
	for db_s in /run/mysqld/mysqld.sock /var/run/mysqld/mysqld.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock; do
		[ -S "$db_s" ] && { echo "$db_s"; return; }
	done
	for db_p in /etc/php/*/fpm/php.ini /etc/php.ini /etc/php*/php.ini /etc/php.d /usr/local/etc/php; do
		[ -e "$db_p" ] || continue
		db_s=$(grep -rhE '^[ 	]*(mysqli|pdo_mysql)\.default_socket[ 	]*=[ 	]*"?/' "$db_p" 2>/dev/null | sed -n 's/^[^/]*\([^" ;]*\).*/\1/p;1q')
		[ -n "$db_s" ] && { echo "$db_s"; return; }
	done
	if [ -d /var/lib/mysql ] && [ ! -d /run/mysqld ]; then echo /var/lib/mysql/mysql.sock
	else echo /run/mysqld/mysqld.sock
	fi
}

# ARG: USER:FLAGS:ROOT//CONFIG, as w5_wordpress_configs prints it.
w5_db_site() {
	db_user=${1%%:*}
	db_rest=${1#*:}
	db_rest=${db_rest#*:}
	db_root=${db_rest%%//*}
	db_conf=${db_rest#*//}
	printf 'login\t%s\t%s\t%s\n' "$W5_DB_SOCKET" "$db_user" "$db_root"
	read -r db_t0 db_x </proc/uptime
	W5_SOCKET=$W5_DB_SOCKET w5_wp_sh "$db_user" 5 "$W5_WP_CONST$W5_DB_SITE" "$W5_LEX" db "$db_conf" "$db_root" \
		'DB_NAME DB_USER DB_HOST $table_prefix' 'DB_PASSWORD' "$W5_DB_CLIENT" \
		"SET SESSION lock_wait_timeout = 1; SET SESSION innodb_lock_wait_timeout = 1; SET SESSION max_statement_time = 2; SELECT 'connected', VERSION(); $W5_DB_STATUS $W5_DB_THREADS"
	db_x=$?
	read -r db_t1 db_y </proc/uptime
	printf 'done\t%s\t%s\t%s\n' "$db_x" "$db_t0" "$db_t1"
}

# One try as administrator; the words before the options are environment settings.
w5_db_admin_try() {
	HOME=/root w5_try 5 env "$@" --connect-timeout=2 -n -N -B -f -e "SET SESSION max_statement_time = 2; SELECT 'connected', VERSION(); $W5_DB_STATUS $W5_DB_THREADS $W5_DB_LOCKS" 2>&1
}

w5_db_admin() {
	if [ "$W5_ROOT" != 1 ]; then
		w5_missing 'MySQL threads of other users' 'needs root'
		return
	fi
	db_out=$(w5_db_admin_try "$W5_DB_CLIENT")
	case $db_out in
	*connected*|*'ERROR 2002'*|*'ERROR 2013'*) ;;
	*)
		if [ -r /etc/mysql/debian.cnf ]; then
			db_y=$(w5_db_admin_try "$W5_DB_CLIENT" --defaults-file=/etc/mysql/debian.cnf)
			case $db_y in *connected*) db_out=$db_y ;; esac
		fi
		case $db_out in *connected*) ;; *)
			if [ -r /etc/psa/.psa.shadow ]; then
				MYSQL_PWD=$(cat /etc/psa/.psa.shadow)
				export MYSQL_PWD
				db_out=$(w5_db_admin_try "$W5_DB_CLIENT" -uadmin)
				unset MYSQL_PWD
			fi
		esac
		;;
	esac
	printf 'admin\troot\n%s\n' "$db_out"
}

# What the sites' logins show is all well: they worked, nothing runs for a second or more,
# nothing waits for a lock, and no more is connected or at work than they see themselves.
w5_db_quiet() {
	case $1 in *ERROR*|*"done	137"*|*"Waiting for"*) return 1 ;; esac
	printf '%s' "$1" | awk -F '\t' '
	$1 == "connected" { n++ }
	$1 == "login" { asked++ }
	$1 == "thread" { seen[$2]; if ($6 != "Sleep" && $7 + 0 >= 1) bad = 1 }
	$1 == "Threads_running" && $2 + 0 > 3 { bad = 1 }
	$1 == "Innodb_row_lock_current_waits" && $2 + 0 > 0 { bad = 1 }
	$1 == "Threads_connected" { connected = $2 }
	$1 == "max_connections" && connected * 2 > $2 + 0 { bad = 1 }
	END { for (i in seen) own++; exit bad || !n || n < asked || connected > own + 2 }'
}

# "+admin" among the words: log in as administrator, too, unless the sites' logins show that
# there is nothing to see.
w5_mysql() {
	W5_DB_CLIENT=
	for db_c in mariadb mysql; do
		w5_has "$db_c" && { W5_DB_CLIENT=$db_c; break; }
	done
	printf 'client\t%s\n' "$W5_DB_CLIENT"
	[ -z "$W5_DB_CLIENT" ] && [ $# -gt 1 ] && w5_missing 'login to MySQL' 'no mysql or mariadb client there'
	W5_DB_SOCKET=$(w5_db_socket)
	db_admin=
	db_all=
	for db_arg in "$@"; do
		case $db_arg in
		+admin) db_admin=1 ;;
		*:*:/*//*)
			db_one=$(w5_db_site "$db_arg")
			db_all="$db_all$db_one
"
			;;
		esac
	done
	case $db_all in
	*"
ERROR "*|*"done	137"*|*"Waiting for"*) db_admin=1 ;;
	*) [ -n "$db_admin" ] && w5_db_quiet "$db_all" && db_admin= ;;
	esac
	case $db_all in
	*thread*[\'\"]*) printf '%s' "$db_all" | awk "$W5_DB_MASK" ;;
	*) printf '%s' "$db_all" ;;
	esac
	[ -n "$db_admin" ] && [ -n "$W5_DB_CLIENT" ] && w5_db_admin | awk "$W5_DB_MASK"
	printf 'end\n'
}

# Where the running server, its configuration or its packager puts the error log.
w5_db_logs() {
	for db_p in /proc/[0-9]*; do
		read -r db_c 2>/dev/null <"$db_p/comm" || continue
		case $db_c in mysqld|mariadbd)
			tr '\000' '\n' <"$db_p/cmdline" 2>/dev/null | sed -n 's/^--log[-_]error=//p' ;;
		esac
	done
	set --
	for db_p in /etc/my.cnf /etc/mysql/my.cnf /etc/my.cnf.d/*.cnf /etc/mysql/*.d/*.cnf /etc/mysql/*.cnf; do
		[ -r "$db_p" ] && set -- "$@" "$db_p"
	done
	[ $# -gt 0 ] && sed -n 's/^[ 	]*log[-_]error[ 	]*=[ 	]*//p' "$@" 2>/dev/null
	printf '%s\n' /var/log/mysql/error.log /var/log/mysqld.log /var/log/mysql/mysqld.log \
		/var/log/mariadb/mariadb.log /var/log/mysql/mariadb.log /var/log/mysql.err
}

w5_mysql_log() {
	w5_clock
	db_seen=
	db_done=' '
	for db_f in $(w5_db_logs); do
		case $db_f in /*) ;; *) db_f=/var/lib/mysql/$db_f ;; esac
		case $db_done in *" $db_f "*) continue ;; esac
		db_done="$db_done$db_f "
		[ -f "$db_f" ] || continue
		db_seen=1
		[ -s "$db_f" ] && w5_log mysql "$db_f" 32768
	done
	w5_has journalctl || { [ -n "$db_seen" ] || w5_missing 'MySQL error log' 'none found'; return 0; }
	for db_u in mariadb mysql mysqld; do
		[ -e "/lib/systemd/system/$db_u.service" ] || [ -e "/usr/lib/systemd/system/$db_u.service" ] ||
			[ -e "/etc/systemd/system/$db_u.service" ] || continue
		[ -L "/lib/systemd/system/$db_u.service" ] && continue
		printf 'file\tmysql-journal\t0\t0\t0\tjournal:%s\n' "$db_u"
		w5_try 5 journalctl -u "$db_u" -n 150 --no-pager -q -o short-unix 2>/dev/null | awk '{ print "=" substr($0, 1, 2000) }'
		break
	done
}
