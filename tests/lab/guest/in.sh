#!/bin/bash
# The part of the lab that runs inside a host: in.sh prepare | variant NAME | fault FAULT
set -u -o pipefail
# Not /usr/local: a variant may have put other tools there, and those are for who logs in.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
LAB=/opt/lab
FACTS=$LAB/facts
# shellcheck source=/dev/null
. $LAB/facts
# shellcheck source=/dev/null
. $LAB/lib.sh

load_faults() {
    local file
    for file in "$LAB"/faults/*.sh; do
        # shellcheck source=/dev/null
        . "$file"
    done
}

# In here a fault's declaration only answers which function belongs to the wanted name.
fault() { [ "$1" = "$WANTED" ] && FUNCTION=$4; return 0; }

verb=$1
shift
case $verb in
    prepare) prepare ;;
    variant)
        # shellcheck source=/dev/null
        . "$LAB/variants/$1.sh"
        "variant_$1"
        ;;
    fault)
        WANTED=$1
        FUNCTION=''
        load_faults
        shift
        "${FUNCTION:?no such fault}" "$@"
        ;;
esac
