# shellcheck shell=bash
# Hosts with nothing wrong, and hosts that only look as if there were.

fault healthy healthy ok healthy_plain
healthy_plain() { visit 3; }

# An outage that is over: two minutes are waited for, because logs, journal and unit times must all say the same.
fault healthy.recovered healthy ok healthy_recovered
healthy_recovered() {
    svc stop fpm
    visit 5
    svc start fpm
    until_true 10 page_is 200
    sleep 120
    visit 3
}
