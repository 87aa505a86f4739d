# shellcheck shell=bash
# the server's zone is America/New_York: nginx and PHP-FPM log local time

variant_timezone() {
    ln -sf /usr/share/zoneinfo/America/New_York /etc/localtime
    echo America/New_York > /etc/timezone
}
