#!/bin/sh
# banned.sh [TREE]: functions that overflow, lie about errors or run a shell; paths of one
# machine; blanks at the end of a line. Prints FILE:LINE: rule and exits 1.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 2

code() {
	for top in src probes ui; do
		[ ! -d "$top" ] || find "$top" -name '*.[ch]' -type f
	done | sort
}

texts() {
	for top in src probes ui tests docs .ci Makefile README.md; do
		[ ! -e "$top" ] || find "$top" -type f \( -name '*.[ch]' -o -name '*.sh' \
			-o -name '*.md' -o -name Makefile -o -path '.ci/*' -o -path 'tests/lab/*' \
			-o -name '*.php' -o -name '*.conf' \)
	done | grep -v '^tests/fixtures/' | sort
}

# NAME: why not (and what instead), a row each.
banned='
strcpy      no bound: snprintf or buf
strncpy     leaves no NUL: snprintf or buf
stpcpy      no bound: snprintf or buf
strcat      no bound: buf
strncat     its bound is not the room: buf
sprintf     no bound: snprintf or buf_addf
vsprintf    no bound: vsnprintf or buf_vaddf
gets        no bound
strtok      hidden state: span_cut
strtok_r    writes into its input: span_cut
atoi        no error: span_int
atol        no error: span_int
atoll       no error: span_int
atof        no error: strtod with its end
scanf       use spans
fscanf      use spans
system      a shell: loop_child
popen       a shell: loop_child
alloca      the stack has an end: xmalloc
tmpnam      a race: mkstemp
mktemp      a race: mkstemp
rand        use getrandom
srand       use getrandom
gethostbyname  blocks: the loop
localtime   shared state: localtime_r
gmtime      shared state: text_time_utc
ctime       shared state: text_time_utc
asctime     shared state: text_time_utc
malloc      may be missing: xmalloc
calloc      may be missing: xcalloc
realloc     may be missing: xrealloc
strdup      may be missing: xstrdup
strndup     may be missing: xstrndup
asprintf    may be missing: xasprintf
'

# Where the wrapper itself lives.
allowed='src/base/mem.c malloc calloc realloc'

out=$(
	code | BANNED=$banned ALLOWED=$allowed awk '
	function blank_out(text,    before, after) {   # strings and comments say anything
		gsub(/\\\\/, "", text)
		gsub(/\\"/, "", text)
		gsub(/"[^"]*"/, "\"\"", text)
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", text)
		sub(/\/\/.*$/, "", text)
		if (inside) {
			if (!index(text, "*/"))
				return ""
			text = substr(text, index(text, "*/") + 2)
			inside = 0
		}
		if (index(text, "/*")) {
			inside = 1
			text = substr(text, 1, index(text, "/*") - 1)
		}
		return text
	}
	BEGIN {
		n = split(ENVIRON["BANNED"], row, "\n")
		for (i = 1; i <= n; i++)
			if (match(row[i], /^[a-z_]+/)) {
				name = substr(row[i], 1, RLENGTH)
				why[name] = substr(row[i], RLENGTH + 1)
				sub(/^ */, "", why[name])
			}
		n = split(ENVIRON["ALLOWED"], word, " ")
		for (i = 2; i <= n; i++)
			fine[word[1], word[i]] = 1
		while ((getline file) > 0) {
			line = inside = 0
			while ((getline text < file) > 0) {
				line++
				text = blank_out(text)
				while (match(text, /[A-Za-z_0-9]+[ ]*[(]/)) {
					name = substr(text, RSTART, RLENGTH - 1)
					before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
					sub(/ *$/, "", name)
					if (name in why && !((file, name) in fine) && before !~ /[.>]/)
						printf "%s:%d: %s(): %s\n", file, line, name,
							why[name]
					text = substr(text, RSTART + RLENGTH)
				}
			}
			close(file)
		}
	}'
	# No path of the machine it is written on: the tree must work anywhere.
	machine=$(dirname "$(pwd -P)")
	case $machine in
	/ | /tmp | /home | /root) machine=$(pwd -P) ;;
	esac
	texts | xargs -r grep -nHF -e "$machine/" | sed 's/^\([^:]*:[0-9]*\):.*/\1: a path of this machine/'
	texts | xargs -r grep -nHE '[[:blank:]]$' | sed 's/^\([^:]*:[0-9]*\):.*/\1: blank at the end/'
)
[ -z "$out" ] && exit 0
printf '%s\n' "$out"
exit 1
