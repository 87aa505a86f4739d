#!/bin/sh
# deps.sh PACKAGE...: installs what is missing through apt; needs root or sudo.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
	echo "wp502: this system has no apt; the equivalents of these packages are needed: $*" >&2
	exit 2
fi
missing=
for package in "$@"; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "wp502: run as root: apt-get install$missing" >&2
		exit 2
	fi
	as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words on purpose
$as_root apt-get update -q >/dev/null 2>&1 || true
# shellcheck disable=SC2086
if ! $as_root apt-get install -y -q --no-install-recommends $missing >/dev/null; then
	echo "wp502: apt could not install; run as root: apt-get install$missing" >&2
	exit 2
fi
