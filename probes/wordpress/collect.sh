# What a WordPress says about itself. Reports: wordpress, wordpress.log.
#
# Everything below a docroot is read as the site's user: one shell as that user does all of it
# (W5_WP_LOOK), because a pipe that root made cannot be opened by somebody else as /dev/stdin.
# wp-config is never executed: W5_LEX reads it as PHP's scanner would and returns allow-listed
# constants only.

# The lexer. Environment: W5_CONF (its path), W5_ABS (ABSPATH), W5_WANT (names to return), W5_HIDE
# (names of which only the presence is told), W5_OUT: report, or db / redis, which hand back what a
# login needs: report lines, "@w5@", statements, "@w5@", options or password.
# Operands: m=e .env m=c wp-config.php
W5_LEX='
function next_line() {
if (li >= ln) return 0
b = L[++li]
return 1
}
function quoted(   n, c) {
V = ""
b = substr(b, 2)
for (;;) {
if (!(n = match(b, QUO))) {
V = V b "\n"
if (!next_line()) { T = "E"; return }
continue
}
V = V substr(b, 1, n - 1)
c = substr(b, n, 1)
if (c == Q) { b = substr(b, n + 1); break }
c = substr(b, n + 1, 1)
if (c == "\\" || c == Q) V = V c
else V = V "\\" c
b = substr(b, n + 2)
}
T = "S"
}
function octal(s,   i, n) {
n = 0
for (i = 1; i <= length(s); i++) n = n * 8 + substr(s, i, 1)
return sprintf("%c", n % 256)
}
function hexval(s,   i, n) {
n = 0
s = tolower(s)
for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
return n
}
function escaped(   c, n) {
c = substr(b, 2, 1)
n = index("ntrvef", c)
if (c != "" && n) { b = substr(b, 3); return substr("\n\t\r\v\033\f", n, 1) }
if (c == "\\" || c == "$" || c == "\"") { b = substr(b, 3); return c }
for (n = 0; n < 3 && substr(b, 2 + n, 1) ~ /[0-7]/; ) n++
if (n) {
c = octal(substr(b, 2, n))
b = substr(b, n + 2)
return c
}
if (match(b, /^\\x[0-9A-Fa-f][0-9A-Fa-f]?/)) {
c = sprintf("%c", hexval(substr(b, 3, RLENGTH - 2)))
b = substr(b, RLENGTH + 1)
return c
}
if (substr(b, 2, 2) == "u{") T = "C"
b = substr(b, 2)
return "\\"
}
function doubled(   n, c) {
V = ""
T = "S"
b = substr(b, 2)
for (;;) {
if (!(n = match(b, /["\\$]/))) {
V = V b "\n"
if (!next_line()) { T = "E"; return }
continue
}
V = V substr(b, 1, n - 1)
b = substr(b, n)
c = substr(b, 1, 1)
if (c == "\"") { b = substr(b, 2); return }
if (c == "\\") V = V escaped()
else {
if (b ~ /^\$[A-Za-z_{]/ || substr(V, length(V)) == "{") T = "C"
V = V c
b = substr(b, 2)
}
}
}
function heredoc(   label, raw, body, n, i, pad) {
label = substr(b, 1, RLENGTH)
b = ""
raw = index(label, Q)
gsub(/[^A-Za-z0-9_]/, "", label)
n = 0
for (;;) {
if (!next_line()) { T = "E"; return }
if (match(b, "^[ \t]*" label) && substr(b, RLENGTH + 1, 1) !~ /[A-Za-z0-9_]/) break
body[++n] = b
}
pad = RLENGTH - length(label)
b = substr(b, RLENGTH + 1)
V = ""
for (i = 1; i <= n; i++) V = V (i > 1 ? "\n" : "") substr(body[i], pad + 1)
T = (!raw && V ~ /[$\\]/) ? "C" : "S"
}
function step(   n, c) {
for (;;) {
if (html) {
while (!match(b, /<\?(php|=)?/)) if (!next_line()) { T = "E"; return }
b = substr(b, RSTART + RLENGTH)
html = 0
T = ";"
return
}
sub(/^[ \t\r\f\v]+/, "", b)
if (b == "") {
if (!next_line()) { T = "E"; return }
continue
}
c = substr(b, 1, 1)
if (c == "#" || substr(b, 1, 2) == "//") {
n = index(b, "?>")
b = n ? substr(b, n) : ""
continue
}
if (substr(b, 1, 2) == "/*") {
b = substr(b, 3)
while (!(n = index(b, "*/"))) if (!next_line()) { T = "E"; return }
b = substr(b, n + 2)
continue
}
if (substr(b, 1, 2) == "?>") { b = substr(b, 3); html = 1; T = ";"; return }
break
}
if (c == Q) { quoted(); return }
if (c == "\"") { doubled(); return }
if (c == "`") { b = substr(b, 2); T = "C"; return }
if (match(b, HERE)) { heredoc(); return }
if (match(b, /^\$[A-Za-z_][A-Za-z0-9_]*/)) { T = "V"; V = substr(b, 1, RLENGTH) }
else if (match(b, /^[A-Za-z_\\][A-Za-z0-9_\\]*/)) {
T = "I"
V = substr(b, 1, RLENGTH)
sub(/^\\/, "", V)
}
else if (match(b, /^[0-9][0-9A-Za-z_.]*/)) { T = "N"; V = substr(b, 1, RLENGTH) }
else if (match(b, /^(===|!==|==|!=|=>|->|::|\?\?=|\?\?|\?:|\|\||&&|\.=|<=|>=)/)) T = substr(b, 1, RLENGTH)
else { T = c; RLENGTH = 1 }
b = substr(b, RLENGTH + 1)
}
function closes() { return T == "," || T == ";" || T == ")" || T == "]" || T == "}" || T == "E" }
function skip(   n) {
n = 0
for (;;) {
if (T == "E" || T == ";") return
if (n == 0 && closes()) return
if (T == "(" || T == "[" || T == "{") n++
else if (T == ")" || T == "]" || T == "}") n--
step()
}
}
function computed() { XT = "c"; X = ""; skip() }
function dirof(p,   s) {
s = p
sub(/\/+$/, "", s)
if (!sub(/\/[^\/]*$/, "", s)) s = "."
return s == "" ? "/" : s
}
function environ(name) {
if (name in ENV) { XT = "s"; X = ENV[name] }
else { XT = ENVIRON["W5_NOENV"] == "" ? "u" : "c"; X = "" }
}
function called(name,   v, t, n) {
step()
if (name == "env" || name == "getenv" || name == "getenv_docker" || name == "Config::get" || name == "constant") {
expr()
if (XT != "s") { computed(); if (T == ")") step(); XT = "c"; return }
v = X
if (name == "Config::get" || name == "constant") { XT = "c"; if (v in KT) { XT = KT[v]; X = KV[v] } }
else environ(v)
if (T == ",") {
t = XT
v = X
step()
expr()
if (t != "u" || name == "getenv") { XT = t; X = v }
}
} else if (name == "dirname") {
expr()
v = X
t = XT
n = 1
if (T == ",") { step(); expr(); n = X + 0 }
XT = t
for (X = v; n > 0 && t == "s"; n--) X = dirof(X)
} else if (name == "realpath" || name == "trim" || name == "strval" || name == "intval") expr()
else { n = 0; while (T != ")" && T != "E" && T != ";") { skip(); if (T == ",") step(); else if (T != ")") break }; XT = "c"; X = "" }
if (T == ",") while (T != ")" && T != "E" && T != ";") { t = XT; v = X; step(); skip(); XT = t; X = v }
if (T == ")") step()
}
function named(name,   low) {
low = tolower(name)
if (low == "true") { XT = "n"; X = "1" }
else if (low == "false" || low == "null") { XT = "n"; X = "" }
else if (name == "__DIR__") { XT = "s"; X = dirof(CONF) }
else if (name == "__FILE__") { XT = "s"; X = CONF }
else if (name == "DIRECTORY_SEPARATOR") { XT = "s"; X = "/" }
else if (name in KT) { XT = KT[name]; X = KV[name] }
else if (name == "ABSPATH") { XT = "s"; X = ABS "/" }
else { XT = "c"; X = "" }
}
function list(ending,   k, n) {
AN = 0
nest++
while (T != ending && T != "E" && T != ";") {
expr()
k = AN
if (T == "=>") { k = X; step(); expr() }
if (XT == "a") XT = "c"
AK[AN] = k
AT[AN] = XT
AV[AN] = X
AN++
if (T == ",") step()
else if (T != ending) break
}
nest--
if (T == ending) step()
XT = "a"
X = ""
}
function sublist(ending) {
while (T != ending && T != "E" && T != ";") { skip(); if (T == "," || T == "=>") step(); else if (T != ending) break }
if (T == ending) step()
XT = "c"
X = ""
}
function term(   v) {
if (T == "S" || T == "N") { XT = T == "S" ? "s" : "n"; X = V; step(); return }
if (T == "C") { XT = "c"; X = ""; step(); return }
if (T == "-") { step(); term(); if (XT == "n") X = "-" X; else XT = "c"; return }
if (T == "V") {
v = V
step()
if (T == "[" && (v == "$_ENV" || v == "$_SERVER")) {
step()
expr()
if (XT == "s") environ(X)
if (T == "]") step()
return
}
if (v in KT) { XT = KT[v]; X = KV[v] }
else { XT = "c"; X = "" }
return
}
if (T == "I") {
v = V
step()
if (T == "::") { step(); v = v "::" V; step() }
if (tolower(v) == "array" && T == "(") { step(); if (nest) sublist(")"); else list(")"); return }
if (T == "(") { called(v); return }
named(v)
return
}
if (T == "[") { step(); if (nest) sublist("]"); else list("]"); return }
if (T == "(") {
step()
if (T == "I" && V ~ /^(int|integer|string|bool|boolean|float)$/ && b ~ /^[ \t]*\)/) { step(); step(); term(); return }
expr()
if (T == ")") step()
return
}
XT = "c"
X = ""
}
function expr(   v, t) {
term()
while (T == ".") {
v = X
t = XT
step()
term()
if (t ~ /[cua]/ || XT ~ /[cua]/) XT = "c"
else { XT = "s"; X = v X }
}
if (T == "??" || T == "?:") {
t = XT
v = X
if (T == "?:" && (v == "" || v == "0") && t != "c") t = "u"
step()
expr()
if (t != "u") { XT = t; X = v }
return
}
if (!closes() && T != "=>") { XT = "c"; X = ""; skip() }
}
function conditional(   i) {
if (one) return 1
for (i = 1; i <= depth; i++) if (C[i]) return 1
return 0
}
function elsewhere(   i) {
for (i = 1; i <= depth; i++) if (C[i] == 2) return 1
return 0
}
function known(name) { return (name in W) || (name in H) || name ~ /^\$/ || name ~ /_DIR$/ }
function put(name, last,   i, key) {
if (XT == "u") XT = "c"
if (XT == "c") X = ""
if (elsewhere()) return
if (XT == "a") {
for (i = 0; i < AN; i++) { AR[name, AK[i]] = AV[i]; ART[name, AK[i]] = AT[i] }
ANUM[name] = AN
}
if (!known(name)) return
if (name in KT && !(last && !conditional())) {
if (KC[name] || last) if (KT[name] != XT || KV[name] != X) { KT[name] = "c"; KV[name] = "" }
return
}
KT[name] = XT
KV[name] = X
KC[name] = conditional()
}
function guard(   n, s) {
n = 0
s = ""
for (;;) {
if (T == "E" || T == ";") return s
if (T == "(") n++
else if (T == ")") { n--; if (n == 0) { step(); return s " )" } }
s = s " " (T == "I" ? tolower(V) : T)
step()
}
}
function push(flag) { C[++depth] = flag; if (depth > 200) depth = 200 }
function branch(flag) {
if (T == "{") { push(flag); step() }
else if (T == ":") { push(flag); step() }
else one = flag ? 2 : 0
}
function statement_word(   w, s) {
w = tolower(V)
step()
if (w == "define" && T == "(") {
step()
expr()
s = (XT == "s") ? X : ""
if (T == ",") { step(); expr() } else XT = "c"
if (s != "") put(s, 0)
} else if (w == "const" && T == "I") {
s = V
step()
if (T == "=") { step(); expr(); put(s, 0) }
} else if (w == "if" || w == "elseif") {
s = guard()
branch(s !~ /^ \( ! defined \( S \) \)$/ || w == "elseif")
} else if (w == "else") {
if (T == "I" && tolower(V) == "if") return
if (depth && T == ":") { C[depth] = 1; step() }
else branch(1)
} else if (w == "endif") { if (depth) depth-- }
else if (w == "function" || w == "class") loose = 2
else if (w ~ /^(foreach|while|for|switch|catch)$/) loose = 1
else if (w ~ /^(require|include)(_once)?$/) {
expr()
if (XT == "s" && X !~ /\/wp-settings\.php$/ && X !~ /\/autoload\.php$/) INC[++incs] = X
} else if (w == "ini_set" && T == "(") {
step()
expr()
s = "ini." X
if (T == ",") { step(); expr(); put(s, 1) }
} else if (w == "__halt_compiler") { b = ""; li = ln }
}
function parse() {
html = 1
b = ""
depth = 0
step()
while (T != "E") {
if (T == "I") statement_word()
else if (T == "V") {
vname = V
step()
if (T == "=") { step(); expr(); put(vname, 1) }
else if (T == ".=") { KT[vname] = "c"; step() }
} else {
if (T == "{") { push(loose); loose = 0 }
else if (T == "}") { if (depth) depth-- }
else if (T == ";") { one = 0; loose = 0 }
step()
}
}
}
function dotenv(s,   n, k, v) {
sub(/^[ \t]*(export[ \t]+)?/, "", s)
sub(/\r$/, "", s)
if (!match(s, /^[A-Za-z_][A-Za-z0-9_]*[ \t]*=/)) return
k = substr(s, 1, RLENGTH - 1)
sub(/[ \t]+$/, "", k)
v = substr(s, RLENGTH + 1)
sub(/^[ \t]+/, "", v)
if (substr(v, 1, 1) == Q) { v = substr(v, 2); n = index(v, Q); if (n) v = substr(v, 1, n - 1) }
else if (substr(v, 1, 1) == "\"") {
b = v "\""
li = ln
doubled()
v = V
b = ""
} else { sub(/[ \t]+#.*$/, "", v); sub(/[ \t]+$/, "", v) }
ENV[k] = v
}
function unescape(s,   n, r) {
r = ""
while ((n = index(s, "%")) && substr(s, n + 1) ~ /^[0-9A-Fa-f][0-9A-Fa-f]/) {
r = r substr(s, 1, n - 1) sprintf("%c", hexval(substr(s, n + 1, 2)))
s = substr(s, n + 3)
}
return r s
}
function force(name, v) { KT[name] = "s"; KV[name] = v }
function url(s,   n, who) {
if (!match(s, /^[a-z0-9+]+:\/\//)) return
s = substr(s, RLENGTH + 1)
sub(/[?#].*$/, "", s)
n = index(s, "/")
if (n) { force("DB_NAME", unescape(substr(s, n + 1))); s = substr(s, 1, n - 1) }
if (match(s, /.*@/)) {
who = substr(s, 1, RLENGTH - 1)
s = substr(s, RLENGTH + 1)
n = index(who, ":")
force("DB_PASSWORD", n ? unescape(substr(who, n + 1)) : "")
force("DB_USER", unescape(n ? substr(who, 1, n - 1) : who))
}
force("DB_HOST", s)
}
function value(name) { return (name in KT && KT[name] ~ /[sn]/) ? KV[name] : "" }
function clean(s) { gsub(/[\t\r\n]/, " ", s); return substr(s, 1, 400) }
function from_array(name,   i, k, map) {
if (!(name in ANUM)) return
split("host port path scheme database prefix username client", K, " ")
for (i = 1; i in K; i++) {
k = "WP_REDIS_" toupper(K[i])
if ((name, K[i]) in ART && !(k in KT)) { KT[k] = ART[name, K[i]]; KV[k] = AR[name, K[i]] }
}
for (i = 1; i <= 2; i++) {
k = i == 1 ? "password" : "auth"
if ((name, k) in ART && !("WP_REDIS_PASSWORD" in KT)) { KT["WP_REDIS_PASSWORD"] = ART[name, k]; KV["WP_REDIS_PASSWORD"] = AR[name, k] }
}
}
function report(   i, n, k) {
n = split(ENVIRON["W5_WANT"], N, " ")
for (i = 1; i <= n; i++) if ((k = N[i]) in KT && KT[k] != "a")
print "const\t" k "\t" KT[k] "\t" clean(KV[k])
n = split(ENVIRON["W5_HIDE"], N, " ")
for (i = 1; i <= n; i++) if ((k = N[i]) in KT)
print "const\t" k "\t" (KT[k] == "c" ? "c\t" : KV[k] == "" && KT[k] != "a" ? "p\tempty" : "p\tset")
for (i = 1; i <= incs && i < 4; i++) print "include\t" clean(INC[i])
}
function option(name, s) {
gsub(/\\/, "\\\\", s)
gsub(/"/, "\\\"", s)
gsub(/\n/, "\\n", s)
gsub(/\r/, "\\r", s)
print name "=\"" s "\""
}
function endpoint(h,   n, r) {
EP = ""
ES = ""
n = index(h, ":/")
if (n) { ES = substr(h, n + 1); h = substr(h, 1, n - 1) }
r = h
n = gsub(/:/, ":", r)
if (n > 1) {
sub(/^\[/, "", h)
if (match(h, /\]:[0-9]+/)) EP = substr(h, RSTART + 2, RLENGTH - 2)
sub(/\].*$/, "", h)
} else if (n == 1) { EP = h; sub(/^[^:]*:/, "", EP); sub(/:.*$/, "", h) }
EH = h
}
function login(   p) {
p = value("$table_prefix")
print "@w5@"
if (p ~ /^[A-Za-z0-9_$-]+$/) print p
print "@w5@"
endpoint(value("DB_HOST"))
print "[client]"
option("user", value("DB_USER"))
option("password", value("DB_PASSWORD"))
if (ES != "") { option("socket", ES); print "protocol=socket" }
else if (EH == "localhost" || EH == "") { option("socket", ENVIRON["W5_SOCKET"]); print "protocol=socket" }
else {
option("host", EH)
if (EP != "") option("port", EP)
print "protocol=tcp"
}
}
function secret(   u) {
print "@w5@"
if (KT["WP_REDIS_PASSWORD"] == "a") {
u = ANUM["WP_REDIS_PASSWORD"]
if (u > 1) print AR["WP_REDIS_PASSWORD", 0]
else print ""
printf "%s", AR["WP_REDIS_PASSWORD", u - 1]
} else {
print value("WP_REDIS_USERNAME")
printf "%s", value("WP_REDIS_PASSWORD")
}
}
BEGIN {
Q = "\047"
QUO = "[" Q "\\\\]"
HERE = "^<<<[ \t]*[\"" Q "]?[A-Za-z_][A-Za-z0-9_]*[\"" Q "]?"
CONF = ENVIRON["W5_CONF"]
ABS = ENVIRON["W5_ABS"]
n = split(ENVIRON["W5_WANT"], N, " ")
for (i = 1; i <= n; i++) W[N[i]]
n = split(ENVIRON["W5_HIDE"], N, " ")
for (i = 1; i <= n; i++) H[N[i]]
}
m == "e" { if (NR < 2000) E[++en] = $0; next }
size < 262144 { L[++ln] = $0; size += length($0) + 1 }
END {
n = ln
for (i = 1; i <= en; i++) dotenv(E[i])
ln = n
li = 0
parse()
if (("DATABASE_URL" in ENV) && !(value("DB_NAME") != "" && value("DB_USER") != "")) url(ENV["DATABASE_URL"])
from_array("WP_REDIS_CONFIG")
from_array("$redis_server")
report()
if (ENVIRON["W5_OUT"] == "db") login()
if (ENVIRON["W5_OUT"] == "redis") secret()
}
'

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
	case $(stat -c "%h" "$1") in 1) ;; *) printf "refused\t%s\n" "$1"; return 1 ;; esac
	[ -r "$1" ] || { printf "unread\t%s\n" "$1"; return 1; }
	home=${1%/*}
	env= more= noenv=
	case $1 in */config/application.php) home=${home%/*} ;; esac
	for f in "$home/.env" "$home/.env.local"; do
		[ -e "$f" ] || continue
		[ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] || { noenv=1; printf "unreadenv\t%s\n" "$f"; continue; }
		[ -n "$env" ] && more=$f || env=$f
	done
	W5_OUT=$2 W5_CONF=$1 W5_ABS=$abs W5_WANT=$want W5_HIDE=$hide W5_NOENV=$noenv awk "$lex" m=e \
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
	sub=$(sed -n "s:.*[^A-Za-z0-9_./-]\([A-Za-z0-9_./-]*\)/wp-blog-header\.php.*:\1:p" "$d/index.php" 2>/dev/null | head -n 1)
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
	sed -n "s/^\$wp_version *= *[^0-9]*\([0-9A-Za-z.-]*\).*/version	\1/p" "$f" | head -n 1
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
	wp_un=$(w5_wp_unread "$wp_out")
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
			[ -f "$wp_f" ] && set -- "$@" "$wp_f"
		done
		[ $# -gt 0 ] || continue
		grep -hE '^[ 	]*(php_(admin_)?value\[error_log\]|error_log)[ 	]*=' "$@" 2>/dev/null |
			sed -e 's/^[^=]*=[ 	]*//' -e 's/[ 	]*\(;.*\)*$//' -e 's/^["'\'']//' -e 's/["'\'']$//' |
			sort -u | while IFS= read -r wp_f; do
				case $wp_f in /*) printf 'phplog\t%s\n' "$wp_f" ;; esac
			done
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
		function put(u, p) { if (p ~ /^\// && !((u ":" p) in seen)) { seen[u ":" p]; print u ":" p } }
		$1 == "user" { user = $3 }
		$1 == "site" { debug = 0; content = "" }
		$1 == "const" && $2 == "ini.error_log" && $3 == "s" { put(user, $4) }
		$1 == "const" && $2 == "WP_DEBUG_LOG" && $3 == "s" { put(user, $4) }
		$1 == "debuglog" { put(user, $2) }
		$1 == "phplog" { put("-", $2) }'
}

w5_wordpress_log() {
	w5_clock
	for wp_arg in "$@"; do
		wp_u=${wp_arg%%:*}
		case $wp_u in -) wp_u= ;; esac
		w5_log php "${wp_arg#*:}" 65536 "$wp_u"
	done
}
