# What a WordPress says about itself. Reports: wordpress, wordpress.log.
#
# Everything below a docroot is read as the site's user: one shell as that user does all of it
# (W5_WP_LOOK), because a pipe that root made cannot be opened by somebody else as /dev/stdin.
# wp-config is never executed: W5_LEX (lex.sh) reads it as PHP's scanner would and returns
# allow-listed constants only.

W5_WP_NAMES='DB_NAME DB_USER DB_HOST $table_prefix WP_REDIS_HOST WP_REDIS_PORT WP_REDIS_PATH
WP_REDIS_SCHEME WP_REDIS_PREFIX WP_REDIS_DATABASE WP_REDIS_CLIENT WP_REDIS_GRACEFUL WP_REDIS_DISABLED
WP_REDIS_USERNAME WP_CACHE_KEY_SALT WP_CACHE WP_DEBUG WP_DEBUG_LOG WP_CONTENT_DIR WP_PLUGIN_DIR
WPMU_PLUGIN_DIR DISABLE_WP_CRON ALTERNATE_WP_CRON WP_MEMORY_LIMIT WP_MAX_MEMORY_LIMIT MULTISITE
WP_ALLOW_MULTISITE SUBDOMAIN_INSTALL WP_HOME WP_SITEURL ini.error_log'

# Runs as the user that may read the configuration. $1 lexer, $2 out (report, db, redis), $3 path of
# the configuration, $4 ABSPATH, $5 names, $6 hidden names. Follows literal includes one step while the database is
# not named. Prints what the lexer prints.
W5_WP_CONST='
w5_conf() {
	[ -f "$1" ] && [ ! -L "$1" ] && [ ! -L "${1%/*}" ] || { printf "refused\t%s\n" "$1"; return 1; }
	if [ "$2" = report ] && [ "$(stat -c "%h" "$1")" != 1 ]; then
		printf "refused\t%s\n" "$1"
		return 1
	fi
	[ -r "$1" ] || { printf "unread\t%s\n" "$1"; return 1; }
	home=${1%/*}
	env= more= noenv=
	case $1 in */config/application.php) home=${home%/*} ;; esac
	for f in "$home/.env" "$home/.env.local"; do
		[ -e "$f" ] || continue
		[ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] || { noenv=1; printf "unreadenv\t%s\n" "$f"; continue; }
		[ -n "$env" ] && more=$f || env=$f
	done
	W5_OUT=$2 W5_CONF=$1 W5_ABS=$abs W5_WANT=$want W5_HIDE=$hide W5_NOENV=$noenv exec awk "$lex" m=e \
		${env:+"$env"} ${more:+"$more"} m=c "$1" </dev/null
}
lex=$1 abs=$4 want=$5 hide=$6
got=$(w5_conf "$3" "$2")
case $got in
*"const	DB_NAME	"*) ;;
*"include	"*)
	list=$(printf "%s\n" "$got" | sed -n "s/^include	//p")
	while IFS= read -r f; do
		[ -f "$f" ] || continue
		part=$(w5_conf "$f" "$2") || continue
		case $part in *"const	DB_NAME	"*) got=$part; break ;; esac
	done <<W5
$list
W5
	;;
esac
'

# Runs as the site's user. $1 lexer, $2 docroot resolved, $3 as served, $4 names, $5 hidden names,
# $6 the part above, $7 constants when root has already read them.
W5_WP_LOOK='
lex=$1 d=$2 served=$3 names=$4 hidden=$5 part=$6 pre=$7
sub=
[ -f "$d/index.php" ] && [ ! -L "$d/index.php" ] && [ -r "$d/index.php" ] &&
	sub=$(sed -n "/[^A-Za-z0-9_.\/-][A-Za-z0-9_.\/-]*\/wp-blog-header\.php/{s:.*[^A-Za-z0-9_./-]\([A-Za-z0-9_./-]*\)/wp-blog-header\.php.*:\1:p;q;}" "$d/index.php" 2>/dev/null)
sub=${sub#.}
sub=${sub#/}
abs=
for c in "$d${sub:+/$sub}" "$d" "$d/wp" "$d/web/wp" "$d/wordpress"; do
	if [ -f "$c/wp-load.php" ] || [ -f "$c/wp-settings.php" ] || [ -f "$c/wp-config.php" ] ||
		{ [ -d "$c/wp-includes" ] && [ -d "$c/wp-admin" ]; }; then
		abs=$c
		break
	fi
done
[ -n "$abs" ] || exit 0
up=${abs%/*}
conf=
if [ -f "${up%/*}/config/application.php" ] && [ -f "$up/wp-config.php" ]; then
	conf=${up%/*}/config/application.php
elif [ -e "$abs/wp-config.php" ] || [ -L "$abs/wp-config.php" ]; then
	conf=$abs/wp-config.php
elif { [ -e "$up/wp-config.php" ] || [ -L "$up/wp-config.php" ]; } && [ ! -e "$up/wp-settings.php" ]; then
	conf=$up/wp-config.php
fi
printf "site\t%s\t%s\t%s\n" "$served" "$abs" "$conf"
got=$pre
if [ -n "$conf" ] && [ -z "$pre" ]; then
	set -- "$lex" report "$conf" "$abs" "$names" "$hidden"
	eval "$part"
fi
printf "%s\n" "$got"
content=$abs/wp-content
case $conf in */config/application.php) [ -d "$up/app" ] && content=$up/app ;; esac
plugins=
case $got in
*"const	WP_CONTENT_DIR	s	"*)
	content=${got#*"const	WP_CONTENT_DIR	s	"}
	content=${content%%"
"*} ;;
esac
content=${content%/}
plugins=$content/plugins mu=$content/mu-plugins
case $got in
*"const	WP_PLUGIN_DIR	s	"*)
	plugins=${got#*"const	WP_PLUGIN_DIR	s	"}
	plugins=${plugins%%"
"*} ;;
esac
printf "content\t%s\t%s\n" "$content" "$plugins"
stat -c "mtime	%Y	%U	%n" "$abs" ${conf:+"$conf"} "$abs/wp-includes/version.php" "$abs/wp-includes/load.php" 2>/dev/null
f=$abs/wp-includes/version.php
[ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] &&
	sed -n "/^\$wp_version *=/{s/^\$wp_version *= *[^0-9]*\([0-9A-Za-z.-]*\).*/version	\1/p;q;}" "$f"
f=$abs/.maintenance
if [ -f "$f" ] && [ ! -L "$f" ]; then
	stat -c "maintenance	%Y	%n" "$f"
	if [ -r "$f" ]; then
		W5_CONF=$f W5_ABS=$abs W5_WANT="\$upgrading" W5_HIDE= W5_OUT=report W5_NOENV= awk "$lex" m=c "$f" </dev/null
		head -c 200 "$f" | tr -s "\t\r\n" "   " | sed "s/^/maintext	/;q"
		printf "\n"
	fi
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\000" " " |
		grep -qE "/wp(-cli)?(\.phar)? (core|plugin|theme|language) (update|install|upgrade)" && printf "updater\twp-cli\n"
elif [ -L "$f" ]; then
	printf "missing\t%s\tis a symlink, not read\n" "$f"
else
	printf "maintenance\t-\n"
fi
set -- "$content"/upgrade/*
[ -e "$1" ] && stat -c "upgrade	%Y	%n" "$content/upgrade" "$1" 2>/dev/null
for f in wp-load.php wp-settings.php wp-blog-header.php wp-includes/version.php wp-includes/load.php \
	wp-includes/functions.php wp-includes/plugin.php wp-includes/option.php wp-includes/class-wpdb.php \
	wp-includes/post.php wp-includes/query.php wp-admin/index.php; do
	[ -s "$abs/$f" ] || printf "core\t%s\n" "$f"
done
stat -c "%Y" "$abs"/wp-includes/version.php "$abs"/wp-includes/*.php 2>/dev/null |
	awk "NR == 1 { v = \$1; next } \$1 > v + 60 || \$1 < v - 8640000 { n++ } END { print \"mixed\\t\" n + 0 }"
for k in plugin mu-plugin theme; do
	case $k in plugin) dir=$plugins ;; mu-plugin) dir=$mu ;; theme) dir=$content/themes ;; esac
	[ -d "$dir" ] || continue
	set -- "$dir"/*
	[ -e "$1" ] || continue
	[ $# -gt 300 ] && { printf "missing\t%s\tmore than 300 entries\n" "$dir"; continue; }
	stat -c "file	$k	%Y	%n" "$@" 2>/dev/null
done
for f in object-cache advanced-cache db db-error maintenance php-error fatal-error-handler sunrise; do
	f=$content/$f.php
	if [ -L "$f" ]; then
		printf "file\tdropin\t-\t%s\t%s\n" "$f" "link to $(readlink "$f")"
		case $f:$(readlink "$f") in */object-cache.php:*[Rr]edis*) printf "redis\t1\n" ;; esac
	elif [ -f "$f" ] && [ -r "$f" ]; then
		stat -c "file	dropin	%Y	%n	$(sed -n "1,40s/^.*Plugin Name: *//p" "$f" | head -n 1 | tr -d "\t\r%\\\\")" "$f"
		case $f in */object-cache.php) grep -qi redis "$f" && printf "redis\t1\n" ;; esac
	fi
done
[ -f "$content/debug.log" ] && printf "debuglog\t%s\n" "$content/debug.log"
printf "end\n"
'

# Who may read below DOCROOT: its owner; where root owns it, whoever owns wp-content.
w5_wp_user() {
	[ "$W5_ROOT" = 1 ] || { id -un; return; }
	for wp_p in "$1" "$1/wp-content" "$1/wp" "$1/web" "$1/wp-content/uploads"; do
		wp_u=$(stat -c '%U' "$wp_p" 2>/dev/null) || continue
		case $wp_u in root|UNKNOWN|'') ;; *) echo "$wp_u"; return ;; esac
	done
	w5_wp_tight "$1" && { echo root; return; }
	w5_wp_fpm_user
}

# Nobody but root can change what PATH names: root owns it and its folder, nobody else writes there.
w5_wp_tight() {
	stat -c '%u %a' "$1" "${1%/*}/" 2>/dev/null | awk '
		{ n++; m = $2 % 100; if ($1 != 0 || int(m / 10) % 4 >= 2 || m % 10 % 4 >= 2) bad = 1 }
		END { exit bad || n < 2 }'
}

# Owner of the first FPM worker; nobody when there is none.
w5_wp_fpm_user() {
	for wp_p in /proc/[0-9]*; do
		read -r wp_c 2>/dev/null <"$wp_p/comm" || continue
		case $wp_c in php-fpm*) ;; *) continue ;; esac
		wp_u=$(stat -c '%U' "$wp_p" 2>/dev/null) || continue
		case $wp_u in root|UNKNOWN|'') ;; *) echo "$wp_u"; return ;; esac
	done
	echo nobody
}

# Constants as root, from a configuration that only root can change.
w5_wp_const_root() {
	[ ! -L "$1" ] && w5_wp_tight "$1" && w5_wp_tight "${1%/*}" || return 1
	w5_wp_sh root 5 "$W5_WP_CONST$W5_WP_SAY" "$W5_LEX" report "$1" "$2" "$W5_WP_NAMES" \
		'DB_PASSWORD WP_REDIS_PASSWORD'
}

W5_WP_SAY='
printf "%s\n" "$got"
'

# USER SECONDS SCRIPT ARG...: the script in a shell of that user, with an end.
w5_wp_sh() {
	wp_as=$1 wp_cap=$2 wp_script=$3
	shift 3
	w5_try "$wp_cap" w5_as "$wp_as" sh -c "$wp_script" w5 "$@" </dev/null 2>/dev/null
}

w5_wp_look() { # USER REAL SERVED PRE
	w5_wp_sh "$1" 8 "$W5_WP_LOOK" "$W5_LEX" "$2" "$3" "$W5_WP_NAMES" \
		'DB_PASSWORD WP_REDIS_PASSWORD' "$W5_WP_CONST" "$4"
}

# Where a root-owned configuration lies that the site's user may not read.
w5_wp_unread() {
	printf '%s\n' "$1" | sed -n 's/^unread	//p' | head -n 1
}

w5_wp_one() {
	wp_real=$(readlink -f "$1" 2>/dev/null) && [ -d "$wp_real" ] || {
		w5_missing "WordPress in $1" 'no such directory'
		return
	}
	wp_user=$(w5_wp_user "$wp_real")
	wp_out=$(w5_wp_look "$wp_user" "$wp_real" "$1" '')
	wp_conf_user=$wp_user
	wp_un=
	case $wp_out in *unread*) wp_un=$(w5_wp_unread "$wp_out") ;; esac
	if [ -n "$wp_un" ] && [ "$W5_ROOT" = 1 ]; then
		wp_abs=$(printf '%s\n' "$wp_out" | awk -F '\t' '$1 == "site" { print $3; exit }')
		if wp_pre=$(w5_wp_const_root "$wp_un" "$wp_abs"); then
			wp_conf_user=root
			wp_out=$(w5_wp_look "$wp_user" "$wp_real" "$1" "$wp_pre")
		else
			wp_conf_user=$(w5_wp_fpm_user)
			[ "$wp_conf_user" = "$wp_user" ] ||
				wp_out=$(w5_wp_look "$wp_conf_user" "$wp_real" "$1" '')
		fi
	fi
	case $wp_out in
	*site*)
		printf 'user\t%s\t%s\n%s\n' "$wp_conf_user" "$wp_user" "$wp_out"
		case $wp_out in *refused*|*unread*) ;; *) return ;; esac
		printf '%s\n' "$wp_out" | awk -F '\t' '
			$1 == "refused" { print "missing\t" $2 "\trefused: not a plain file (a link, or linked twice)" }
			$1 == "unread" || $1 == "unreadenv" { print "missing\t" $2 "\tneeds root" }'
		;;
	*) [ -r "$wp_real" ] && [ -x "$wp_real" ] || w5_missing "files of $1" 'needs root' ;;
	esac
}

# error_log settings of every FPM configuration there is, and the extensions it loads.
w5_wp_php() {
	for wp_p in /etc/php/*/fpm /etc/php*/ /etc/opt/remi/php*/ /opt/plesk/php/*/etc /opt/cpanel/ea-php*/root/etc /usr/local/etc /usr/local/etc/php; do
		[ -f "$wp_p/php.ini" ] || [ -d "$wp_p/php-fpm.d" ] || [ -d "$wp_p/pool.d" ] || continue
		set --
		for wp_f in "$wp_p"/php.ini "$wp_p"/conf.d/*.ini "$wp_p"/php.d/*.ini "$wp_p"/pool.d/*.conf "$wp_p"/php-fpm.d/*.conf; do
			[ -f "$wp_f" ] && [ -r "$wp_f" ] && set -- "$@" "$wp_f"
		done
		[ $# -gt 0 ] || continue
		awk '/^[ \t]*(php_(admin_)?value\[error_log\]|error_log)[ \t]*=/ {
			sub(/^[^=]*=[ \t]*/, "")
			sub(/[ \t]*(;.*)?$/, "")
			gsub(/^["\047]|["\047]$/, "")
			if (($0 ~ /^\// || $0 == "syslog") && !seen[$0]++) print "phplog\t" $0
		}' "$@" 2>/dev/null
		wp_v=${wp_p#/etc/php/}
		wp_m=
		for wp_f in "$wp_p"/conf.d/*.ini "$wp_p"/php.d/*.ini; do
			[ -f "$wp_f" ] || continue
			wp_f=${wp_f##*/}
			wp_f=${wp_f%.ini}
			wp_m="$wp_m ${wp_f#[0-9][0-9]-}"
		done
		[ -n "$wp_m" ] && printf 'php\t%s\t%s\n' "${wp_v%%/*}" "$wp_m"
	done
}

w5_wordpress() {
	wp_seen='
'
	for wp_root in "$@"; do
		case $wp_seen in *"
$wp_root
"*) continue ;; esac
		wp_seen="$wp_seen$wp_root
"
		w5_wp_one "$wp_root"
	done
	[ $# -gt 0 ] && w5_wp_php
	return 0
}

# One argument a line for the database and Redis: USER:FLAGS:ROOT//CONFIG (flag r: Redis is used),
# and "+admin": log in as administrator too.
w5_wordpress_configs() {
	awk -F '\t' '
		function put() { if (conf != "" && readable) print user ":" (redis ? "r" : "-") ":" root "//" conf; conf = "" }
		BEGIN { print "+admin" }
		$1 == "user" { put(); user = $2 }
		$1 == "site" { root = $3; conf = $4; redis = 0; readable = 1 }
		$1 == "refused" || $1 == "unread" { readable = 0 }
		$1 == "redis" { redis = 1 }
		END { put() }'
}

# One argument a line: USER:PATH of each PHP error log; USER is "-" where root may read it.
w5_wordpress_logs() {
	awk -F '\t' '
		function put(u, p) { if (p ~ /^\/|^syslog$/ && !((u ":" p) in seen)) { seen[u ":" p]; print u ":" p } }
		$1 == "user" { user = $3 }
		$1 == "site" { debug = 0; content = "" }
		$1 == "const" && $2 == "ini.error_log" && $3 == "s" { put(user, $4) }
		$1 == "const" && $2 == "WP_DEBUG_LOG" && $3 == "s" { put(user, $4) }
		$1 == "debuglog" { put(user, $2) }
		$1 == "phplog" { put("-", $2) }'
}

# error_log = syslog: the journal, or the system's log file.
w5_wp_syslog() {
	if [ "$W5_INIT" = systemd ]; then
		printf 'file\tphp\t\t\t0\tjournal:php\n'
		w5_try 3 journalctl -q --no-pager -n 150 -o short -t php 2>/dev/null | awk '{ print "=" substr($0, 1, 2048) }'
		return
	fi
	for wp_f in /var/log/syslog /var/log/messages; do
		[ -f "$wp_f" ] && { w5_log php "$wp_f" 65536; return; }
	done
}

w5_wordpress_log() {
	w5_clock
	for wp_arg in "$@"; do
		wp_u=${wp_arg%%:*}
		case $wp_u in -) wp_u= ;; esac
		[ "$wp_arg" = -:syslog ] && { w5_wp_syslog; continue; }
		w5_log php "${wp_arg#*:}" 65536 "$wp_u"
	done
}
