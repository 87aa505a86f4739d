# shellcheck shell=bash
# the server's clock is one hour ahead, for every process of the host (libfaketime)

# ld.so.preload reaches every process, sudo and PID 1 included; the offset comes from one file. Monotonic clocks
# stay true, or timers would fire an hour early or late. stat is left alone for file times of the kernel: what
# libfaketime shows of a file is shifted as well, so a fresh log looks fresh.
variant_clock_skew() {
    local lib
    lib=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
    printf '+3600s\n' > /etc/faketimerc
    printf 'FAKETIME_DONT_FAKE_MONOTONIC=1\nDONT_FAKE_MONOTONIC=1\n' >> /etc/environment
    mkdir -p /etc/systemd/system.conf.d
    printf '[Manager]\nDefaultEnvironment=FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1\n' > /etc/systemd/system.conf.d/clock.conf
    setfact NSPAWN_ENV 'FAKETIME_DONT_FAKE_MONOTONIC=1'
    printf '%s\n' "$lib" > /etc/ld.so.preload
}
