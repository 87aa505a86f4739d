#!/bin/bash
# Runs once in a chroot of the new image: services tuned small, one WordPress installed, users made.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
S=/opt/lab/setup
PHPV=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')

users() {
    local u
    for u in deploy plain asks; do
        useradd -m -s /bin/bash "$u"
    done
    # adm reads /var/log as on any Debian; plain is an ordinary login without it.
    usermod -aG adm deploy
    echo 'asks:asks' | chpasswd
    echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy
    echo 'asks ALL=(ALL) ALL' > /etc/sudoers.d/asks
    chmod 440 /etc/sudoers.d/*
    for u in root deploy plain asks; do
        home=$(getent passwd "$u" | cut -d: -f6)
        mkdir -p "$home/.ssh"
        cp $S/id_ed25519.pub "$home/.ssh/authorized_keys"
        chown -R "$u:" "$home/.ssh"
        chmod 700 "$home/.ssh"
    done
}

ssh_server() {
    rm -f /etc/ssh/ssh_host_*
    cp $S/ssh_host_* /etc/ssh/
    chmod 600 /etc/ssh/ssh_host_*_key
    chown root: /etc/ssh/ssh_host_*
    # 1,000 probes of a test come from one address: the default of 10 half-open logins would refuse some.
    printf 'PasswordAuthentication no\nUseDNS no\nMaxStartups 100\nPrintMotd no\n' > /etc/ssh/sshd_config.d/lab.conf
}

database_config() {
    cat > /etc/mysql/mariadb.conf.d/99-lab.cnf <<'CNF'
[mysqld]
innodb_buffer_pool_size = 32M
innodb_log_file_size = 8M
innodb_flush_log_at_trx_commit = 2
key_buffer_size = 8M
performance_schema = off
max_connections = 30
skip-name-resolve
CNF
}

# A data directory made anew under the small settings: copying up a 96 MB redo log would cost every host half a second.
database_init() {
    rm -rf /var/lib/mysql/*
    mkdir -p /run/mysqld
    chown mysql: /run/mysqld
    mariadb-install-db --user=mysql --auth-root-authentication-method=socket --skip-test-db > /dev/null
    mariadbd --user=mysql --skip-networking > /tmp/mariadbd.log 2>&1 &
    for _ in $(seq 300); do
        mariadb -e 'SELECT 1' > /dev/null 2>&1 && break
        sleep 0.1
    done
    mariadb -e "CREATE DATABASE shop; CREATE DATABASE blog;
        CREATE USER shop@localhost IDENTIFIED BY 'shop-secret-1'; GRANT ALL ON shop.* TO shop@localhost;
        CREATE USER blog@localhost IDENTIFIED BY 'blog-secret-1'; GRANT ALL ON blog.* TO blog@localhost"
}

database_stop() {
    mariadb-admin shutdown
    wait
}

# wp_config DIR DB HOST
wp_config() {
    cat > "$1/wp-config.php" <<PHP
<?php
/** The name of the database for WordPress */
define( 'DB_NAME', '$2' );
define( 'DB_USER', '$2' );
define( 'DB_PASSWORD', '$2-secret-1' );
define( 'DB_HOST', 'localhost' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'AUTH_KEY',         'lab one' );
define( 'SECURE_AUTH_KEY',  'lab two' );
define( 'LOGGED_IN_KEY',    'lab three' );
define( 'NONCE_KEY',        'lab four' );
define( 'AUTH_SALT',        'lab five' );
define( 'SECURE_AUTH_SALT', 'lab six' );
define( 'LOGGED_IN_SALT',   'lab seven' );
define( 'NONCE_SALT',       'lab eight' );
\$table_prefix = 'wp_';
define( 'WP_DEBUG', false );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
/* That's all, stop editing! Happy publishing. */
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
PHP
}

wordpress() {
    local dir=/var/www/shop.test
    mkdir -p $dir
    cp -rL /usr/share/wordpress/. $dir/
    # The package's own links into /etc and /var/lib would surprise a diagnosis: this is a plain upload.
    rm -rf $dir/wp-config.php $dir/wp-content/languages
    mkdir -p $dir/wp-content/{plugins,mu-plugins,uploads,upgrade}
    [ -d $dir/wp-content/themes/twentytwentythree ]
    wp_config $dir shop
    php $S/install.php $dir https://shop.test 'Lab Shop' > /dev/null
    # The second site's tables; its files appear only in the variant that needs them.
    wp_config $dir blog
    php $S/install.php $dir https://blog.test 'Lab Blog' > /dev/null
    wp_config $dir shop
    chown -R www-data: $dir
    chmod 640 $dir/wp-config.php
    rm -rf /usr/share/wordpress
}

nginx_sites() {
    mkdir -p /etc/ssl/lab
    cp $S/site.crt $S/site.key /etc/ssl/lab/
    cp $S/ca.crt /usr/local/share/ca-certificates/lab.crt
    update-ca-certificates > /dev/null 2>&1
    rm -f /etc/nginx/sites-enabled/default
    cp $S/nginx-site.conf /etc/nginx/sites-available/shop.test
    sed -i "s/@PHPV@/$PHPV/" /etc/nginx/sites-available/shop.test
    ln -s ../sites-available/shop.test /etc/nginx/sites-enabled/shop.test
    # Half-closed boots of a lab host must not wait for workers.
    sed -i 's/^worker_processes .*/worker_processes 2;/' /etc/nginx/nginx.conf
}

small_services() {
    sed -i 's/^# *maxmemory <bytes>/maxmemory 32mb/' /etc/redis/redis.conf
    # What a lab host does not need at boot.
    for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer \
        logrotate.timer phpsessionclean.timer man-db.timer e2scrub_reap.service systemd-timesyncd.service \
        getty@tty1.service console-getty.service nginx-debug.service systemd-networkd-wait-online.service; do
        systemctl mask "$unit" > /dev/null 2>&1 || :
    done
    systemctl enable systemd-networkd ssh nginx "php$PHPV-fpm" mariadb redis-server rsyslog > /dev/null 2>&1
    systemctl set-default multi-user.target > /dev/null 2>&1
    rm -f /etc/machine-id
    : > /etc/machine-id
    : > /etc/fstab
}

users
ssh_server
database_config
database_init
wordpress
database_stop
nginx_sites
small_services
rm -f /var/log/*.log /var/log/*/*.log
# As the package leaves them.
install -o www-data -g adm -m 640 /dev/null /var/log/nginx/access.log
install -o www-data -g adm -m 640 /dev/null /var/log/nginx/error.log
apt-get clean
