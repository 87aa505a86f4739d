# The page as the server itself gets it: no network, no CDN, no firewall in between.
# Nothing is written to disk, no redirect is followed, cookies of the answer stay here.
# Records: probes/visitor/page.h.

# w5_page URL ADDRESS PORT SECONDS [loopback|static [SITE]]: asks ADDRESS:PORT for URL.
# Host and SNI are the URL's. loopback: past caches. static: as it stands.
w5_page() {
	w5_url=$1 w5_addr=$2 w5_port=$3 w5_way=${5:-loopback} w5_site=${6:-$1}
	w5_page_split
	w5_now=$(date +%s)
	w5_cookie=
	if [ "$w5_way" = loopback ]; then
		case $w5_path in *\?*) w5_path="$w5_path&wp502=$w5_now$$" ;; *) w5_path="$w5_path?wp502=$w5_now$$" ;; esac
		w5_cookie='wordpress_logged_in_x=1'
	fi
	if w5_has curl; then w5_page_with curl "$4"
	elif w5_has wget && wget --version | grep -q '^GNU Wget'; then w5_page_with wget "$4"
	elif [ "$w5_scheme" = https ] && w5_has openssl; then w5_page_with openssl "$4"
	elif [ "$w5_scheme" = http ] && w5_has nc; then w5_page_with nc "$4"
	else w5_missing 'page program' 'neither curl nor wget on the server'
	fi
}

# Sets w5_scheme, w5_host, w5_hostport (of the Host header), w5_path and w5_uport.
w5_page_split() {
	w5_scheme=${w5_url%%://*} w5_x=${w5_url#*://}
	w5_hostport=${w5_x%%[/?#]*}
	w5_hostport=${w5_hostport##*@}
	w5_path=${w5_x#"${w5_x%%[/?#]*}"} w5_path=${w5_path%%#*}
	case $w5_path in /*) ;; *) w5_path=/$w5_path ;; esac
	w5_host=$w5_hostport
	case $w5_hostport in
	\[*\]:*) w5_host=${w5_hostport%]:*}] w5_uport=${w5_hostport##*:} ;;
	\[*) w5_uport= ;;
	*:*) w5_host=${w5_hostport%:*} w5_uport=${w5_hostport##*:} ;;
	*) w5_uport= ;;
	esac
	if [ -z "$w5_uport" ]; then
		if [ "$w5_scheme" = https ]; then w5_uport=443; else w5_uport=80; fi
	fi
	w5_at=$w5_addr
	case $w5_addr in \[*) ;; *:*) w5_at="[$w5_addr]" ;; esac
}

# w5_page_with TOOL SECONDS: the answer, then what the tool says of it.
w5_page_with() {
	printf 'page\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$w5_way" "$1" "$w5_addr" "$w5_port" "$w5_now" \
		"$w5_site" "$w5_url"
	{
		w5_says=$(
			{
				{ "w5_page_$1" "$2"; printf 'exit\t%s\n' $? >&2; } | w5_page_head >&3
			} 2>&1
		)
	} 3>&1
	printf '\n%s\n' "$w5_says" | while IFS= read -r w5_x; do
		case $w5_x in
		'') echo ;;
		time"$w5_t"*|from"$w5_t"*|exit"$w5_t"*) printf '%s\n' "$w5_x" ;;
		?*) printf 'says\t%s\n' "$w5_x" ;;
		esac
	done
}

# Marks what came from the server, so that it can forge no record. The head is enough.
w5_page_head() {
	head -c 24576 | sed -e '/^[Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]:/d' -e 's/^/=/'
}

w5_page_curl() {
	if [ "$w5_port" = "$w5_uport" ]; then set -- "$1" --resolve "$w5_host:$w5_port:$w5_at"
	else set -- "$1" --connect-to "::$w5_at:$w5_port"
	fi
	[ -n "$w5_cookie" ] && set -- "$@" -H "Cookie: $w5_cookie"
	w5_x=$1
	shift
	curl -q -sSikg --noproxy '*' -m "$w5_x" "$@" -A wp502 -H 'Accept: text/html' -w \
'%{stderr}time\t%{time_namelookup}\t%{time_connect}\t%{time_appconnect}\t%{time_starttransfer}\t%{time_total}\nfrom\t%{remote_ip}\t%{remote_port}\t%{http_version}\n' \
		"$w5_scheme://$w5_hostport$w5_path"
}

# Its SNI is the address: Host picks the server all the same, only its certificate differs.
w5_page_wget() {
	[ -n "$w5_cookie" ] && set -- "$1" --header "Cookie: $w5_cookie"
	w5_x=$1
	shift
	w5_try "$w5_x" wget -nv -O - --no-config --no-proxy --no-check-certificate --no-hsts --save-headers \
		--content-on-error --max-redirect=0 -t 1 -T "$w5_x" -U wp502 --header "Host: $w5_hostport" \
		--header 'Accept: text/html' "$@" "$w5_scheme://$w5_at:$w5_port$w5_path"
}

w5_page_words() {
	printf 'GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: wp502\r\nAccept: text/html\r\n' \
		"$w5_path" "$w5_hostport"
	[ -n "$w5_cookie" ] && printf 'Cookie: %s\r\n' "$w5_cookie"
	printf 'Connection: close\r\n\r\n'
}

w5_page_openssl() {
	w5_page_words | w5_try "$1" openssl s_client -quiet -connect "$w5_at:$w5_port" -servername "$w5_host"
}

w5_page_nc() {
	w5_page_words | w5_try "$1" nc "$w5_addr" "$w5_port"
}
