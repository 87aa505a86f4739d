# shellcheck shell=bash
# log in as deploy, who has sudo without a password

variant_user_deploy() { setfact LOGIN deploy; }
