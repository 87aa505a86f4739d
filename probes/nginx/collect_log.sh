# nginx, second half: which logs and roots the report of collect.sh names, what the error
# logs say and what the access logs count.

# Log paths of the report on stdin: error logs, the build's own included, since what
# stops nginx from starting is told there.
w5_nginx_error_logs() {
	awk -F '\t' '
	function add(p) {
		if (p ~ /^syslog:/ || p == "stderr") p = "journal:nginx"
		else if (p ~ /^memory:/ || p == "/dev/null" || p == "" || p ~ /\$/) return
		else if (p ~ /^\/dev\/std/) p = "journal:nginx"
		else if (p !~ /^\//) p = prefix "/" p
		if (!(p in seen) && ++n <= 64) { seen[p] = 1; print p }
	}
	$1 == "build" && $2 == "prefix" { prefix = $3 }
	$1 == "build" && $2 == "error-log-path" { build = $3 }
	$1 == "d" && $3 == "error_log" { add($4) }
	END { if (!n || build != "stderr") add(build) }'
}

w5_nginx_access_logs() {
	awk -F '\t' '
	function add(p) {
		if (p ~ /^(syslog:|memory:|off$|\/dev\/)/ || p == "" || p ~ /\$/) return
		if (p !~ /^\//) p = prefix "/" p
		if (!(p in seen) && ++n <= 64) { seen[p] = 1; print p }
	}
	$1 == "build" && $2 == "prefix" { prefix = $3 }
	$1 == "build" && $2 == "http-log-path" { build = $3 }
	$1 == "d" && $3 == "access_log" { some = 1; add($4) }
	END { if (!some) add(build) }'
}

# Document roots; $host and its like become the names of their server.
w5_nginx_roots() {
	awk -F '\t' '
	function add(p) {
		sub(/\/+$/, "", p)
		if (p !~ /^\// || p ~ /\$/ || p in seen || ++n > 64) return
		seen[p] = 1
		print p
	}
	function flush1(   i, j, p) {
		for (i = 1; i <= nroot; i++)
			for (j = 1; j <= nname; j++) {
				p = root[i]
				gsub(/\$\{?(http_host|host|server_name)\}?/, name[j], p)
				add(p)
			}
		nroot = nname = 0
	}
	function note(p) {
		if (p ~ /\$/) root[++nroot] = p
		else if (p ~ /^\//) add(p)
		else if (p != "") add(prefix "/" p)
	}
	$1 == "build" && $2 == "prefix" { prefix = $3 }
	$1 == "b" && $3 == "server" { flush1() }
	$1 == "d" && $3 == "root" { note($4) }
	$1 == "d" && $3 == "server_name" {
		for (i = 4; i <= NF && nname < 50; i++)
			if ($i !~ /[*~_]/ && $i != "") name[++nname] = $i
	}
	$1 == "d" && $3 == "fastcgi_param" && $5 ~ /^\// {
		p = $5
		if (p ~ /\.php$/) sub(/\/[^\/]*$/, "", p)
		sub(/\$(fastcgi_script_name|uri|fastcgi_path_info).*/, "", p)
		note(p)
	}
	END { flush1() }'
}

# Newest first: of many logs only the ones written to lately matter.
w5_nginx_newest() {
	w5_ng_max=$1
	shift
	case $# in
	0) return 0 ;;
	1) [ ! -e "$1" ] || printf '%s\n' "$1"; return 0 ;;
	esac
	# shellcheck disable=SC2012 # order by time is what ls does
	ls -1dt -- "$@" 2>/dev/null | head -n "$w5_ng_max"
}

# nginx.log PATH...: error logs. First: clock EPOCH ZONE. A flood of harmless lines is
# thinned to the last ten of a kind, any other flood to the last two hundred.
w5_nginx_log() {
	printf 'clock\t%s\n' "$(date '+%s	%z')"
	w5_ng_nl='
'
	w5_ng_ifs=$IFS
	w5_ng_bytes=196608
	[ $# -le 4 ] || w5_ng_bytes=65536
	for w5_ng_p; do
		case $w5_ng_p in
			/*) [ -e "$w5_ng_p" ] || [ "$W5_ROOT" != 1 ] || w5_missing "$w5_ng_p" 'no such file' ;;
		esac
	done
	{
		for w5_ng_p; do
			case $w5_ng_p in journal:*) w5_nginx_journal "${w5_ng_p#journal:}" ;; esac
			[ "$w5_ng_p.1" -nt "$w5_ng_p" ] && w5_log error "$w5_ng_p.1" "$w5_ng_bytes"
		done
		IFS=$w5_ng_nl
		for w5_ng_p in $(w5_nginx_newest 16 "$@"); do
			IFS=$w5_ng_ifs
			w5_log error "$w5_ng_p" "$w5_ng_bytes"
		done
		IFS=$w5_ng_ifs
	} | w5_nginx_thin "$#"
}

w5_nginx_journal() {
	if w5_has journalctl; then
		printf 'file\terror\t0\t0\t0\tjournal:%s\n' "$1"
		w5_try 2 journalctl -q -u "$1" -n 400 --no-pager -o cat 2>/dev/null | sed 's/^/=/'
	else
		w5_missing "nginx error log" "goes to standard error or syslog"
	fi
}

# LOGS: a report holds 256 KiB, so each of so many logs has its share, the newest lines.
w5_nginx_thin() {
	awk -v logs="$1" '
	BEGIN { share = int(220000 / (logs < 1 ? 1 : logs > 16 ? 16 : logs)) }
	function flush1(   i, k, cut, size) {
		for (i = n; i > 0; i--) {
			k = kind[i]
			size += length(text[i]) + 1
			if (seen[k]++ >= (k == "noise" ? 10 : 200) || size > share) {
				cut++
				size -= length(text[i]) + 1
				text[i] = ""
			}
		}
		for (i = 1; i <= n; i++) if (text[i] != "") print text[i]
		if (cut) print "thinned\t" cut
		n = 0
		split("", seen)
	}
	!/^=/ { flush1(); print; next }
	n && !/^=[0-9][0-9][0-9][0-9]\/[0-9][0-9]\/[0-9][0-9] [0-9:]+ \[/ {
		if (length(text[n]) < 8000) text[n] = text[n] "\n" $0
		next
	}
	{
		text[++n] = $0
		if (/open\(\) "[^"]*" failed \(2:|directory index of|access forbidden by rule|while SSL handshaking, client|user "[^"]*" was not found|rewrite or internal redirection cycle|client intended to send too large|ModSecurity/)
			k = "noise"
		else {
			s = substr($0, 22, 100)
			sub(/^[a-z]+\] [0-9]+#[0-9]+: (\*[0-9]+ )?[0-9]*/, "", s)
			k = substr(s, 1, 40)
		}
		kind[n] = k
	}
	END { flush1() }'
}

# nginx.access PATH...: for each log
#   access PATH
#   counts REQUESTS 5XX 499 500 502 503 504 FRESH FRESH5XX     (window, last 60 s)
#   unparsable LINES    uri COUNT PATH    client COUNT ADDRESS
w5_nginx_access() {
	w5_ng_nl='
'
	w5_ng_ifs=$IFS
	IFS=$w5_ng_nl
	w5_ng_list=$(w5_nginx_newest 12 "$@")
	for w5_ng_p in $w5_ng_list; do
		[ -r "$w5_ng_p" ] || w5_missing "$w5_ng_p" 'needs root'
	done
	w5_ng_mark="w5:$$:"
	for w5_ng_p in $w5_ng_list; do
		[ -r "$w5_ng_p" ] || continue
		printf '%s%s\n' "$w5_ng_mark" "$w5_ng_p"
		tail -c 262144 "$w5_ng_p" 2>/dev/null
		printf '\n'
	done | w5_nginx_count "$w5_ng_mark" "$(date +%s)" "${W5_WINDOW:-300}"
	IFS=$w5_ng_ifs
}

w5_nginx_count() {
	awk -v mark="$1" -v now="$2" -v window="$3" '
	BEGIN {
		m = split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", mon, " ")
		for (i = 1; i <= m; i++) month[mon[i]] = i
	}
	function days(y, mo, d) {
		if (mo <= 2) { y--; mo += 12 }
		return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (mo - 3) + 2) / 5) + d - 719469
	}
	function zone(z) {
		if (z !~ /^[+-]/) return 0
		sub(/:/, "", z)
		return (substr(z, 2, 2) * 3600 + substr(z, 4, 2) * 60) * (substr(z, 1, 1) == "-" ? -1 : 1)
	}
	function when(t) {
		if (t == last) return lastat
		last = t
		if (t ~ /^[0-9][0-9]\/[A-Z][a-z][a-z]\/[0-9][0-9][0-9][0-9]:/)
			lastat = days(substr(t, 8, 4) + 0, month[substr(t, 4, 3)], substr(t, 1, 2) + 0) * 86400 + \
				substr(t, 13, 2) * 3600 + substr(t, 16, 2) * 60 + substr(t, 19, 2) - zone(substr(t, 22))
		else
			lastat = days(substr(t, 1, 4) + 0, substr(t, 6, 2) + 0, substr(t, 9, 2) + 0) * 86400 + \
				substr(t, 12, 2) * 3600 + substr(t, 15, 2) * 60 + substr(t, 18, 2) - zone(substr(t, 20))
		return lastat
	}
	function top(what, list,   i, k, best) {
		for (i = 0; i < 8; i++) {
			best = ""
			for (k in list) if (best == "" || list[k] > list[best]) best = k
			if (best == "" || list[best] < 1) break
			print what "\t" list[best] "\t" best
			delete list[best]
		}
	}
	function flush1() {
		if (path == "") return
		print "access\t" path
		if (good || !bad)
			print "counts\t" all + 0 "\t" err + 0 "\t" s[499] + 0 "\t" s[500] + 0 "\t" s[502] + 0 "\t" \
				s[503] + 0 "\t" s[504] + 0 "\t" fresh + 0 "\t" freshbad + 0
		if (bad) print "unparsable\t" bad
		top("uri", uris)
		top("client", clients)
		all = err = fresh = freshbad = good = bad = 0
		split("", s)
		split("", uris)
		split("", clients)
	}
	# Any other format: a time somewhere, a quoted request, the status behind it; or JSON.
	function unusual(   tail, r, i, after) {
		if (match($0, /\[[0-9][0-9]\/[A-Z][a-z][a-z]\/[0-9][0-9][0-9][0-9]:[0-9:]+ [+-][0-9][0-9][0-9][0-9]\]/))
			t = substr($0, RSTART + 1, RLENGTH - 2)
		else if (match($0, /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]([+-][0-9][0-9]:?[0-9][0-9]|Z)/))
			t = substr($0, RSTART, RLENGTH)
		else { t = ""; return }
		tail = substr($0, RSTART + RLENGTH)
		uri = ""
		if (match($0, /"(status|upstream_status)" *: *"?[1-5][0-9][0-9]/)) {
			code = substr($0, RSTART + RLENGTH - 3, 3)
			if (match($0, /"(request_uri|uri)" *: *"[^"]*/)) {
				uri = substr($0, RSTART, RLENGTH)
				sub(/.*: *"/, "", uri)
			}
		} else if (match(tail, /"[^"]*" [^"]*/) || (tail = $0) && match(tail, /"[A-Z]+ [^"]*"[^"]*/)) {
			r = substr(tail, RSTART + 1, RLENGTH - 1)
			i = index(r, "\"")
			after = substr(r, i + 1)
			r = substr(r, 1, i - 1)
			if (match(after, /(^|[ \t|=])[1-5][0-9][0-9]([ \t|,]|$)/)) {
				code = substr(after, RSTART, RLENGTH)
				gsub(/[^0-9]/, "", code)
			}
			split(r, a, " ")
			uri = a[2]
		}
	}
	index($0, mark) == 1 { flush1(); path = substr($0, length(mark) + 1); first = 1; next }
	/^\r?$/ { next }
	{
		cut = first
		first = 0
		code = uri = t = ""
		# the usual format without a regex: [time] "request" status
		n = split($0, p, "\"")
		i = index(p[1], "[")
		if (i && n > 2 && substr(p[1], i + 3, 1) == "/" && substr(p[1], i + 27, 1) == "]") {
			t = substr(p[1], i + 1, 26)
			code = substr(p[3], 2, 3)
			if (code !~ /^[1-5][0-9][0-9]$/) code = ""
			split(p[2], a, " ")
			uri = a[2]
		}
		if (code == "") unusual()
		if (t == "") { if (!cut) bad++; next }
		if (code == "") { if (!cut) bad++; next }
		good++
		age = now - when(t)
		if (age > window || age < -5) next
		all++
		s[code]++
		if (code >= 500) err++
		if (age <= 60) { fresh++; if (code >= 500) freshbad++ }
		i = index(uri, "?")
		if (i) {
			q = substr(uri, i + 1)
			sub(/[=&].*/, "", q)
			uri = substr(uri, 1, i) q
		}
		if (uri != "") uris[substr(uri, 1, 200)]++
		client = $1
		if (match($0, /"(remote_addr|client|ip)" *: *"[^"]*/)) {
			client = substr($0, RSTART, RLENGTH)
			sub(/.*"/, "", client)
		}
		if (client ~ /^[0-9a-fA-F.:]+$/) clients[client]++
	}
	END { flush1() }'
}
