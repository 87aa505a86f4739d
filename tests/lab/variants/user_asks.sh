# shellcheck shell=bash
# log in as asks, whose sudo wants a password

variant_user_asks() { setfact LOGIN asks; }
