# nginx: what it is told to do, what its error logs say, what its access logs count.
#
# Report nginx (TAB-separated; the words of one directive are one field each):
#   master PID BINARY CONF       a running master; containers' are left out
#   nginx BINARY VERSION         build KEY VALUE    (prefix, conf-path, error-log-path ...)
#   conf PATH                    main file of what follows
#   test ok|failed               emerg TEXT         (what `nginx -t` said)
#   source dump|files            from `nginx -T`, or read from the files
#   f PATH                       the records that follow stand in this file
#   d LINE NAME WORD...          a directive;  b LINE NAME WORD...: opens a block;  e: closes it
#   cert EPOCH PATH              a certificate's file and its age
#   mtime EPOCH PATH             newest file     link PATH TARGET    a path that is a symlink
#   name HOST ADDRESSES          look-up of an upstream's name
#   temp PATH MODE OWNER         a folder for temporary files
# Only directives the parser uses come back; values that may be secret never do.

w5_nginx() {
	w5_nginx_seen=' '
	w5_nginx_any=
	for w5_ng_f in $(grep -l ': master process' /proc/[0-9]*/cmdline 2>/dev/null); do
		w5_nginx_master "${w5_ng_f#/proc/}"
	done
	[ -z "$w5_nginx_any" ] || return 0
	w5_nginx_installed || w5_missing 'nginx configuration' 'no nginx binary found'
}

# PID/cmdline of something that calls itself a master process.
w5_nginx_master() {
	w5_ng_pid=${1%%/*}
	w5_ng_t=
	IFS= read -r w5_ng_t 2>/dev/null <"/proc/$w5_ng_pid/cmdline"
	case $w5_ng_t in php-fpm*) return ;; *': master process '*) ;; *) return ;; esac
	if grep -q -E '/(docker|kubepods|libpod|containerd)|lxc[./]payload' "/proc/$w5_ng_pid/cgroup" 2>/dev/null; then
		w5_missing "nginx of process $w5_ng_pid" 'runs in a container'
		return
	fi
	w5_ng_cmd=${w5_ng_t#*: master process }
	w5_ng_bin=$(readlink "/proc/$w5_ng_pid/exe" 2>/dev/null)
	w5_ng_bin=${w5_ng_bin% (deleted)}
	[ -x "$w5_ng_bin" ] || w5_ng_bin=${w5_ng_cmd%% *}
	case $w5_ng_bin in
		/*) ;;
		*) w5_ng_bin=$(command -v "$w5_ng_bin" 2>/dev/null) ;;
	esac
	w5_nginx_args "$w5_ng_cmd"
	printf 'master\t%s\t%s\t%s\n' "$w5_ng_pid" "$w5_ng_bin" "$w5_ng_conf"
	case $w5_nginx_seen in *" $w5_ng_bin:$w5_ng_conf "*) return ;; esac
	w5_nginx_seen="$w5_nginx_seen$w5_ng_bin:$w5_ng_conf "
	w5_nginx_any=1
	w5_ng_runs=1
	w5_nginx_one
}

# Takes -c and -p out of a command line: w5_ng_conf, w5_ng_prefix.
w5_nginx_args() {
	w5_ng_conf=
	w5_ng_prefix=
	set -f
	# shellcheck disable=SC2086 # a command line: words on purpose
	set -- $1
	set +f
	while [ $# -gt 1 ]; do
		case $1 in
			-c) w5_ng_conf=$2 ;;
			-c/*) w5_ng_conf=${1#-c} ;;
			-p) w5_ng_prefix=$2 ;;
			-p/*) w5_ng_prefix=${1#-p} ;;
		esac
		shift
	done
	[ $# -eq 0 ] || case $1 in -c/*) w5_ng_conf=${1#-c} ;; -p/*) w5_ng_prefix=${1#-p} ;; esac
}

# None runs: units name the binary, else the usual places do.
w5_nginx_installed() {
	w5_ng_runs=
	w5_nginx_unit
	if [ -n "$w5_ng_cmd" ] && [ -x "${w5_ng_cmd%% *}" ]; then
		w5_ng_bin=${w5_ng_cmd%% *}
		w5_nginx_args "$w5_ng_cmd"
		w5_nginx_one
		return
	fi
	w5_ng_conf=
	w5_ng_prefix=
	for w5_ng_bin in nginx nginx-rc openresty angie /usr/sbin/nginx /usr/local/sbin/nginx \
		/usr/local/nginx/sbin/nginx /usr/local/openresty/nginx/sbin/nginx \
		/opt/bitnami/nginx/sbin/nginx /usr/sbin/nginx-rc /usr/local/sbin/nginx-rc; do
		w5_ng_bin=$(command -v "$w5_ng_bin" 2>/dev/null) || continue
		w5_nginx_one
		return
	done
	return 1
}

# What the unit that should start nginx would run, whatever it is called: one that is enabled
# before one that is not. Drop-ins are heeded where systemctl tells.
w5_nginx_unit() {
	w5_ng_cmd=
	w5_ng_u=
	for w5_ng_f in $(grep -lE '^ExecStart=[-@:+!]*[^ ]*(nginx|openresty|angie|tengine)[^ /]*( |$)' \
		/etc/systemd/system/*.service /usr/lib/systemd/system/*.service \
		/lib/systemd/system/*.service 2>/dev/null); do
		[ -n "$w5_ng_u" ] || w5_ng_u=$w5_ng_f
		for w5_ng_p in /etc/systemd/system/*.wants/"${w5_ng_f##*/}"; do
			[ ! -L "$w5_ng_p" ] || { w5_ng_u=$w5_ng_f; break 2; }
		done
	done
	[ -n "$w5_ng_u" ] || return 0
	if [ "$W5_INIT" = systemd ]; then
		w5_ng_cmd=$(w5_try 2 systemctl show -p ExecStart "${w5_ng_u##*/}" 2>/dev/null)
		case $w5_ng_cmd in
			*'argv[]='*)
				w5_ng_cmd=${w5_ng_cmd#*'argv[]='}
				w5_ng_cmd=${w5_ng_cmd%% ;*}
				return 0
				;;
		esac
	fi
	w5_ng_cmd=$(sed -n 's/^ExecStart=[-@:+!]*//p' "$w5_ng_u" 2>/dev/null | head -n 1)
}

# One build's option of `nginx -V`.
w5_nginx_option() {
	case $w5_ng_v in
		*" --$1="*)
			w5_ng_o=${w5_ng_v#*" --$1="}
			w5_ng_o=${w5_ng_o%%[ \'\"]*}
			;;
		*) w5_ng_o=$2 ;;
	esac
	[ -z "$w5_ng_o" ] || printf 'build\t%s\t%s\n' "$1" "$w5_ng_o"
}

# The folders for temporary files, as they are before anything is tested.
w5_nginx_temps() {
	set --
	for w5_ng_p in body fastcgi proxy; do
		case $w5_ng_p in
			body) w5_nginx_option http-client-body-temp-path client_body_temp >/dev/null ;;
			*) w5_nginx_option "http-$w5_ng_p-temp-path" "${w5_ng_p}_temp" >/dev/null ;;
		esac
		case $w5_ng_o in /*) ;; *) w5_ng_o=$w5_ng_prefix/$w5_ng_o ;; esac
		set -- "$@" "$w5_ng_o"
	done
	w5_ng_temps=$(stat -c 'temp	%n	%a	%U' "$@" 2>/dev/null)
	[ -z "$w5_ng_temps" ] || printf '%s\n' "$w5_ng_temps"
}

# nginx -T gives such a folder back to the worker's user: a repair nobody asked for, and
# the proof would be gone. Then the files are read and nothing is tested.
w5_nginx_would_repair() {
	[ -n "$w5_ng_runs" ] || return 1
	case $w5_ng_temps in *"	700	root"*) return 0 ;; esac
	return 1
}

# Everything about the binary w5_ng_bin started with w5_ng_conf and w5_ng_prefix.
w5_nginx_one() {
	w5_ng_v=$(w5_try 2 "$w5_ng_bin" -V 2>&1)
	w5_ng_hangs=$?
	# Distributions agree on where its files lie; what it was built for it does not say now.
	if [ "$w5_ng_hangs" = 137 ] && [ -f /etc/nginx/nginx.conf ]; then
		w5_ng_v=' --prefix=/etc/nginx --conf-path=/etc/nginx/nginx.conf'
		w5_ng_v="$w5_ng_v --error-log-path=/var/log/nginx/error.log"
		w5_ng_v="$w5_ng_v --http-log-path=/var/log/nginx/access.log"
	fi
	w5_ng_o=${w5_ng_v#*version: }
	w5_ng_nl='
'
	printf 'nginx\t%s\t%s\n' "$w5_ng_bin" "${w5_ng_o%%"$w5_ng_nl"*}"
	w5_nginx_option prefix /usr/local/nginx >/dev/null
	w5_ng_built=$w5_ng_o
	w5_ng_prefix=${w5_ng_prefix:-$w5_ng_o}
	w5_ng_prefix=${w5_ng_prefix%/}
	printf 'build\tprefix\t%s\n' "$w5_ng_prefix"
	w5_nginx_option error-log-path logs/error.log
	w5_nginx_option http-log-path logs/access.log
	w5_nginx_option user nobody
	w5_nginx_temps
	w5_nginx_option conf-path conf/nginx.conf
	w5_ng_main=${w5_ng_conf:-$w5_ng_o}
	case $w5_ng_main in /*) ;; *) w5_ng_main=$w5_ng_prefix/$w5_ng_main ;; esac
	printf 'conf\t%s\n' "$w5_ng_main"
	if [ "$w5_ng_hangs" = 137 ]; then
		w5_missing "$w5_ng_bin -T" 'the program hangs'
	elif [ "$W5_ROOT" = 1 ] && ! w5_nginx_would_repair; then
		set -- -T
		[ -z "$w5_ng_conf" ] || set -- "$@" -c "$w5_ng_main"
		[ "${w5_ng_built%/}" = "$w5_ng_prefix" ] || set -- "$@" -p "$w5_ng_prefix/"
		w5_try 6 "$w5_ng_bin" "$@" 2>&1 | w5_nginx_filter 1 && return 0
	fi
	[ "$W5_ROOT" = 1 ] || [ -n "$w5_ng_runs" ] || w5_nginx_user_test
	if [ ! -r "$w5_ng_main" ]; then
		w5_ng_why='needs root'
		[ -e "$w5_ng_main" ] || w5_ng_why='no such file'
		w5_missing "$w5_ng_main" "$w5_ng_why"
		return 0
	fi
	w5_nginx_files "$w5_ng_main" || :
}

# Without root the test never succeeds, but a line it cannot read it names before it comes
# to what it may not open.
w5_nginx_user_test() {
	set -- -t
	[ -z "$w5_ng_conf" ] || set -- "$@" -c "$w5_ng_main"
	w5_try 6 "$w5_ng_bin" "$@" 2>&1 | awk '
	/\[emerg\]/ {
		if (!/\(13:|Permission denied/) print "emerg\t" $0 "\ntest\tfailed"
		exit
	}'
}

# Reads the configuration from its files, each once, includes followed level by level.
w5_nginx_files() {
	w5_ng_all=$1
	w5_ng_new=$1
	w5_ng_dir=${1%/*}
	w5_ng_level=0
	w5_ng_ifs=$IFS
	IFS=$w5_ng_nl
	while [ -n "$w5_ng_new" ] && [ "$w5_ng_level" -lt 8 ]; do
		w5_ng_level=$((w5_ng_level + 1))
		set -f
		# shellcheck disable=SC2086 # one path a line
		w5_ng_pat=$(w5_nginx_includes $w5_ng_new)
		set +f
		w5_ng_new=
		for w5_ng_p in $w5_ng_pat; do
			case $w5_ng_p in /*) ;; *) w5_ng_p=$w5_ng_dir/$w5_ng_p ;; esac
			# shellcheck disable=SC2086 # a glob on purpose
			for w5_ng_f in $w5_ng_p; do
				[ -f "$w5_ng_f" ] || continue
				case $w5_ng_nl$w5_ng_all$w5_ng_nl in *"$w5_ng_nl$w5_ng_f$w5_ng_nl"*) continue ;; esac
				if [ ! -r "$w5_ng_f" ]; then
					w5_missing "$w5_ng_f" 'needs root'
					continue
				fi
				w5_ng_all=$w5_ng_all$w5_ng_nl$w5_ng_f
				w5_ng_new=${w5_ng_new:+$w5_ng_new$w5_ng_nl}$w5_ng_f
			done
		done
		[ ${#w5_ng_all} -lt 60000 ] || break
	done
	set -f
	# shellcheck disable=SC2086
	w5_nginx_filter 0 $w5_ng_all
	w5_ng_rc=$?
	set +f
	IFS=$w5_ng_ifs
	return $w5_ng_rc
}

w5_nginx_includes() {
	awk '
	{
		sub(/^[ \t]*#.*/, "")
		sub(/[ \t;}]#.*/, ";")
		s = " " $0
		while (match(s, /[ \t;{}]include[ \t]+[^;]*;/)) {
			p = substr(s, RSTART + 1, RLENGTH - 2)
			sub(/^include[ \t]+/, "", p)
			gsub(/^["\047]|["\047]$|[ \t]+$/, "", p)
			if (p != "") print p
			s = substr(s, RSTART + RLENGTH)
		}
	}' "$@"
}

# w5_nginx_filter 1 <dump, or w5_nginx_filter 0 FILE...: nginx.conf syntax -> records.
# Exit status 3: no configuration came (the test failed).
w5_nginx_filter() {
	w5_ng_dump=$1
	shift
	awk -v dump="$w5_ng_dump" -v limit="${W5_LIMIT:+$W5_LIMIT 2 }" -v prefix="$w5_ng_prefix" '
	BEGIN {
		names = "user worker_processes worker_connections worker_rlimit_nofile error_log " \
			"access_log include listen server_name root server " \
			"ssl ssl_certificate ssl_certificate_key resolver set " \
			"fastcgi_pass proxy_pass uwsgi_pass scgi_pass grpc_pass memcached_pass " \
			"fastcgi_connect_timeout fastcgi_send_timeout fastcgi_read_timeout " \
			"proxy_connect_timeout proxy_send_timeout proxy_read_timeout " \
			"fastcgi_buffer_size proxy_buffer_size " \
			"fastcgi_cache_valid proxy_cache_valid " \
			"limit_req_status limit_conn_status " \
			"return rewrite fastcgi_param"
		n = split(names, list, " ")
		for (i = 1; i <= n; i++) keep[list[i]] = 1
		depth = 0
		if (!dump) print "source\tfiles"
	}
	function field(s) {
		if (length(s) > 1000) s = substr(s, 1, 1000)
		gsub(/[\001-\037\177]/, " ", s)
		return s
	}
	function put(s, v) {
		if (total >= 30000) return
		if (told != nfiles) {
			told = nfiles
			out[++total] = "f\t" field(files[nfiles])
		}
		out[++total] = s
		delete only[total]
		if (v != "") only[total] = v
	}
	function vars(s,   v) {
		while (match(s, /\$\{?[A-Za-z0-9_]+/)) {
			v = substr(s, RSTART + 1, RLENGTH - 1)
			sub(/^\{/, "", v)
			want[v] = 1
			s = substr(s, RSTART + RLENGTH)
		}
	}
	function host(s) {
		sub(/^[a-z]+:\/\//, "", s)
		if (s ~ /^unix:/) {
			s = substr(s, 6)
			sub(/:.*/, "", s)
			if (s !~ /\$/) path(s)
			return
		}
		sub(/[\/?].*/, "", s)
		sub(/:[0-9]+$/, "", s)
		if (s ~ /^[A-Za-z0-9_.-]+$/ && s ~ /[A-Za-z]/ && s != "localhost" && !(s in hosts)) {
			hosts[s] = 1
			hostlist[++nhosts] = s
		}
	}
	function path(s) {
		if (s ~ /^\// && !(s in paths) && npaths < 200) {
			paths[s] = 1
			pathlist[++npaths] = s
		}
	}
	function directive(   n, a, s, i, v) {
		n = w[1]
		if (nw == 0) return
		a = st[depth]
		if (substr(a, 1, 4) == "map ") {
			v = substr(a, 5)
			if (nw >= 2 && n != "include" && mapped[v]++ < 200)
				put("d\t" at "\t=\t" field(n) "\t" field(w[2]), v)
			nw = 0
			return
		}
		if (a == "skip" || !(n in keep)) { nw = 0; return }
		s = n
		v = ""
		if (n == "return") s = s "\t" (w[2] ~ /^[0-9]+$/ ? w[2] : "302")
		else if (n == "rewrite") s = s "\t" (w[nw] ~ /^(permanent|redirect|last|break)$/ ? w[nw] : "")
		else if (n == "fastcgi_param") {
			if (w[2] != "SCRIPT_FILENAME" && w[2] != "DOCUMENT_ROOT") { nw = 0; return }
			s = s "\t" w[2] "\t" field(w[3])
			vars(w[3])
			i = w[3]
			sub(/\$.*/, "", i)
			path(i)
		} else if (n == "ssl_certificate_key" && w[2] !~ /^\//) { nw = 0; return }
		else {
			if (n ~ /_pass$/) { sub(/\?.*/, "", w[2]); host(w[2]); vars(w[2]) }
			if (n == "server") host(w[2])
			if (n == "ssl_certificate" && w[2] ~ /^\// && !(w[2] in cert) && nfiles + ncert < 390) {
				cert[w[2]] = 1
				certs[++ncert] = w[2]
			}
			if (n ~ /^(root|alias|access_log|error_log)$/) { vars(w[2]); if (n == "root") path(w[2]) }
			if (n == "set") { v = w[2]; sub(/^\$/, "", v); value[v] = value[v] " " w[3] }
			for (i = 2; i <= nw && i < 200; i++) s = s "\t" field(w[i])
		}
		put("d\t" at "\t" s, v)
		nw = 0
	}
	function open(   n, s, i, v) {
		n = w[1]
		s = n
		v = ""
		depth++
		st[depth] = n
		if (n ~ /_by_lua_block$/) { lua = 1; depth--; nw = 0; return }
		if (n ~ /^(types|geo|split_clients|charset_map|match)$/ || st[depth - 1] == "skip")
			st[depth] = "skip"
		else if (n == "map") {
			v = w[3]
			sub(/^\$/, "", v)
			st[depth] = "map " v
			s = s "\t" field(w[2]) "\t" field(w[3])
		} else if (n == "location" || n == "upstream") {
			if (n == "upstream") group[w[2]] = 1
			for (i = 2; i <= nw && i < 5; i++) s = s "\t" field(w[i])
		}
		if (st[depth] != "skip") put("b\t" at "\t" s, v)
		opened[depth] = total
		nw = 0
		outer[depth] = v
	}
	function close1() {
		nw = 0
		if (depth < 1) return
		if (st[depth] != "skip") {
			if (opened[depth] == total && total < 30000) delete out[total--]
			else put("e", outer[depth])
		}
		depth--
	}
	function word(s) { if (!have && !nw) at = line; part = part s; have = 1 }
	function end() { if (have) { w[++nw] = part; part = ""; have = 0 } }
	function luascan(s,   c) {
		while (s != "" && lua) {
			if (lclose != "") {
				i = index(s, lclose)
				if (!i) return ""
				s = substr(s, i + length(lclose))
				lclose = ""
				continue
			}
			if (!match(s, /[{}"\047]|--|\[\[/)) return ""
			c = substr(s, RSTART, RLENGTH)
			s = substr(s, RSTART + RLENGTH)
			if (c == "{") lua++
			else if (c == "}") lua--
			else if (c == "[[") lclose = "]]"
			else if (c == "--") { if (s ~ /^\[\[/) lclose = "]]"; else return "" }
			else while (s != "") {
				i = substr(s, 1, 1)
				if (i == "\\") { s = substr(s, 3); continue }
				s = substr(s, 2)
				if (i == c) break
			}
		}
		return s
	}
	function scan(s,   c, i, n) {
		while (s != "") {
			if (lua) { s = luascan(s); continue }
			if (q != "") {
				i = q == "\"" ? match(s, /["\\]/) : match(s, /[\047\\]/)
				if (!i) { part = part s; s = ""; break }
				part = part substr(s, 1, i - 1)
				c = substr(s, i, 1)
				if (c == "\\") {
					n = substr(s, i + 1, 1)
					part = part (n ~ /["\047\\]/ ? n : "\\" n)
					s = substr(s, i + 2)
				} else { q = ""; s = substr(s, i + 1) }
				continue
			}
			if (!have) {
				sub(/^[ \t\r]+/, "", s)
				c = substr(s, 1, 1)
				if (c == "" || c == "#") return
				if (c == ";") { directive(); s = substr(s, 2); continue }
				if (c == "{") { open(); s = substr(s, 2); continue }
				if (c == "}") { close1(); s = substr(s, 2); continue }
				if (c == "\"" || c == "\047") { word(""); q = c; s = substr(s, 2); continue }
			}
			i = match(s, /[ \t\r;{\\]/)
			if (!i) { word(s); s = ""; break }
			if (i > 1) word(substr(s, 1, i - 1))
			c = substr(s, i, 1)
			if (c == "\\") {
				n = substr(s, i + 1, 1)
				word(n ~ /["\047\\]/ ? n : "\\" n)
				s = substr(s, i + 2)
				continue
			}
			if (c == "{" && part ~ /\$$/) {
				n = index(s, "}")
				if (!n) n = length(s)
				word(substr(s, i, n - i + 1))
				s = substr(s, n + 1)
				continue
			}
			end()
			s = substr(s, i)
		}
		if (q == "") end()
		else part = part " "
	}
	function begin(p) {
		while (depth > 0) close1()
		q = ""; have = 0; part = ""; nw = 0; lua = 0; lclose = ""; line = 0
		files[++nfiles] = p
	}
	dump && !nfiles && !/^# configuration file / {
		sub(/\r$/, "")
		if (/\[(emerg|alert|crit)\]/ && ++emergs <= 5) print "emerg\t" field($0)
		else if (/ test is successful/) print "test\tok\nsource\tdump"
		else if (/ test failed/) print "test\tfailed"
		next
	}
	dump && /^# configuration file .*:\r?$/ {
		sub(/\r$/, "")
		begin(substr($0, 22, length($0) - 22))
		next
	}
	!dump && FNR == 1 { begin(FILENAME) }
	{ line++; scan($0) }
	function quoted(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
	function ask(cmd, list, n, cap,   i, c) {
		c = cmd
		for (i = 1; i <= n && i <= cap; i++) c = c " " quoted(list[i])
		return c
	}
	END {
		if (!nfiles) exit 3
		while (depth > 0) close1()
		for (pass = 0; pass < 4; pass++)
			for (v in value)
				if (v in want && !(v in done)) { done[v] = 1; vars(value[v]); host(value[v]); path(value[v]) }
		for (i = 1; i <= nfiles; i++) stats[i] = files[i]
		for (i = 1; i <= ncert; i++) stats[nfiles + i] = certs[i]
		c = ask("stat -L -c \"%Y %n\"", stats, nfiles + ncert, 400) " 2>/dev/null"
		best = -1
		while ((c | getline s) > 0) {
			i = index(s, " ")
			if (substr(s, i + 1) in cert) printf "cert\t%d\t%s\n", substr(s, 1, i - 1), field(substr(s, i + 1))
			else if (substr(s, 1, i - 1) + 0 > best) { best = substr(s, 1, i - 1) + 0; newest = substr(s, i + 1) }
		}
		close(c)
		if (best >= 0) printf "mtime\t%d\t%s\n", best, field(newest)
		if (npaths) {
			c = ask("for p in", pathlist, npaths, 200) "; do q=$p; " \
				"case $p in */../*|*/./*|*//*) ;; *) while [ -n \"$q\" ] && [ ! -h \"$q\" ]; " \
				"do q=${q%/*}; done ;; esac; " \
				"[ -n \"$q\" ] && r=$(readlink -f \"$p\") && [ \"$r\" != \"$p\" ] && printf \"%s\\t%s\\n\" \"$p\" \"$r\"; done 2>/dev/null"
			while ((c | getline s) > 0) print "link\t" s
			close(c)
		}
		for (i = 1; i <= nhosts && asked < 6; i++) {
			h = hostlist[i]
			if (h in group) continue
			asked++
			c = limit "getent ahosts " h " 2>/dev/null"
			r = ""
			while ((c | getline s) > 0) {
				split(s, a, " ")
				if (index(" " r " ", " " a[1] " ") == 0) r = r (r == "" ? "" : " ") a[1]
			}
			close(c)
			print "name\t" h "\t" r
		}
		for (i = 1; i <= total; i++)
			if (!(i in only) || only[i] in want) print out[i]
		if (total >= 30000) print "missing\trest of the nginx configuration\tlonger than 30000 directives"
	}' "$@"
}
