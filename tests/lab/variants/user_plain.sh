# shellcheck shell=bash
# log in as plain, who has no sudo

variant_user_plain() { setfact LOGIN plain; }
