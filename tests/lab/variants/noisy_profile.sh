# shellcheck shell=bash
# /etc/profile and every .bashrc print a banner, on stdout and stderr

variant_noisy_profile() {
    local home
    printf 'echo "*** Property of Example Hosting. All access is logged. ***"\n' >> /etc/profile
    for home in /root /home/*; do
        { printf 'echo "Welcome to $(hostname), $USER!"\necho "3 updates can be applied" >&2\n'; cat "$home/.bashrc"; } \
            > /tmp/bashrc 2> /dev/null
        cat /tmp/bashrc > "$home/.bashrc"
    done
    rm -f /tmp/bashrc
}
