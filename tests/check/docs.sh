#!/bin/sh
# docs.sh [TREE]: docs/causes.md is what the tables of causes say. Run after a build:
# the generator is the program itself (./wp502 --dump-causes > docs/causes.md), or $WP502.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 2
if [ ! -e docs/causes.md ]; then
	echo "docs.sh: skipped, docs/causes.md does not exist yet"
	exit 0
fi
program=${WP502:-./wp502}
if [ ! -x "$program" ]; then
	echo "docs.sh: $program is missing; run make first" >&2
	exit 2
fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT
if ! "$program" --dump-causes >"$new"; then
	echo "docs/causes.md:1: ./wp502 --dump-causes failed"
	exit 1
fi
if ! cmp -s docs/causes.md "$new"; then
	echo "docs/causes.md:1: differs from the tables; run: ./wp502 --dump-causes > docs/causes.md"
	diff -u docs/causes.md "$new" | head -40
	exit 1
fi
