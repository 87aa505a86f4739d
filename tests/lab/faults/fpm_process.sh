# shellcheck shell=bash
# PHP-FPM does not run, or nobody may reach it.

fault fpm.down fpm.down broken fpm_down
fpm_down() {
    svc stop fpm
    visit 3
}
