# shellcheck shell=bash
# lab.sh: the lab for end-to-end tests; sourced. Its bridge is its own, so hosts of a person
# who works with the lab are not touched.
#
#   lab_or_skip NAME   prints "skip NAME: why" and ends where there can be no lab
#   lab_over           takes the hosts down; for the trap

LAB=tests/lab/lab
export WP502_LAB_BRIDGE=${WP502_LAB_BRIDGE:-wp502e2e0}
export WP502=${WP502:-$PWD/wp502}

lab_can() {
	[ "$(id -u)" = 0 ] || { echo 'needs root'; return 1; }
	command -v apt-get >/dev/null || { echo 'needs a Debian machine'; return 1; }
	unshare -m true 2>/dev/null || { echo 'no mount namespaces here'; return 1; }
	ip link add wp502try type bridge 2>/dev/null || command -v ip >/dev/null ||
		apt-get install -y -q --no-install-recommends iproute2 >/dev/null 2>&1
	ip link show wp502try >/dev/null 2>&1 || ip link add wp502try type bridge 2>/dev/null ||
		{ echo 'no bridges here'; return 1; }
	ip link del wp502try
	"$LAB" base >"$1" 2>&1 || { echo "no base image: $(tail -n 1 "$1")"; return 1; }
}

lab_or_skip() {
	local why log
	log=$(mktemp)
	why=$(lab_can "$log")
	rm -f "$log"
	[ -z "$why" ] || { echo "skip $1: $why"; exit 0; }
}

lab_over() { "$LAB" down --all >/dev/null 2>&1; }
