#!/bin/sh
# size.sh [TREE]: no .c, .h or .sh file over 600 lines, no C function over 100.
# Prints every violation as FILE:LINE: rule and exits 1.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 2
command -v ctags >/dev/null 2>&1 || { echo "size.sh: universal-ctags is missing" >&2; exit 2; }
file_max=600
function_max=100

files() {
	for top in src probes ui tests; do
		[ ! -d "$top" ] || find "$top" -name "$1" -type f
	done | sort
}

out=$(
	{ files '*.[ch]'; files '*.sh'; } | xargs -r awk -v max="$file_max" '
		FNR == max + 1 { print FILENAME ":" FNR ": longer than " max " lines" }'
	files '*.c' | ctags -f - --languages=C --langmap=C:.c --kinds-C=f --fields=+ne --sort=no -L - |
	awk -F '\t' -v max="$function_max" '{
		first = last = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) first = substr($i, 6)
			if ($i ~ /^end:/) last = substr($i, 5)
		}
		if (last - first + 1 > max)
			printf "%s:%d: %s() has %d lines, more than %d\n", $2, first, $1,
				last - first + 1, max
	}'
)
[ -z "$out" ] && exit 0
printf '%s\n' "$out"
exit 1
