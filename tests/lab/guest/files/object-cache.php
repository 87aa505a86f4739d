<?php
/*
Plugin Name: Redis Object Cache Drop-In
Description: A small stand-in for tests, with the real one's constants, key layout and failure page.
Version: 0.1 (wp502 lab)
*/

// Keys are {WP_REDIS_PREFIX}{table prefix}:{group}:{key}, as the real drop-in writes them.
class WP_Object_Cache
{
    private ?Redis $redis = null;
    private array $local = [];
    private array $not_stored = ['counts', 'plugins', 'themes'];
    private string $prefix;

    public function __construct()
    {
        global $table_prefix;
        $this->prefix = self::setting('WP_REDIS_PREFIX', '') . rtrim((string) $table_prefix, '_-:$');
        if (self::setting('WP_REDIS_DISABLED', false)) {
            return;
        }
        $this->guarded(fn() => $this->connect());
    }

    private static function setting(string $name, $default)
    {
        return defined($name) ? constant($name) : $default;
    }

    private function connect(): void
    {
        $redis = new Redis();
        $path = self::setting('WP_REDIS_PATH', '');
        $path !== ''
            ? $redis->connect($path)
            : $redis->connect(self::setting('WP_REDIS_HOST', '127.0.0.1'), (int) self::setting('WP_REDIS_PORT', 6379),
                (float) self::setting('WP_REDIS_TIMEOUT', 1), null, 0, (float) self::setting('WP_REDIS_READ_TIMEOUT', 1));
        if (defined('WP_REDIS_PASSWORD')) {
            $redis->auth(WP_REDIS_PASSWORD);
        }
        if ($redis->select((int) self::setting('WP_REDIS_DATABASE', 0)) === false) {
            throw new RedisException((string) $redis->getLastError());
        }
        $this->redis = $redis;
    }

    // Any failure ends the page, as the real drop-in does unless WP_REDIS_GRACEFUL is set.
    private function guarded(callable $work)
    {
        try {
            $result = $work();
            if ($this->redis && ($error = $this->redis->getLastError())) {
                throw new RedisException($error);
            }
            return $result;
        } catch (RedisException $error) {
            error_log('RedisException: ' . $error->getMessage());
            $this->redis = null;
            if (self::setting('WP_REDIS_GRACEFUL', false)) {
                return false;
            }
            $this->fail();
        }
    }

    private function fail(): void
    {
        if (!headers_sent()) {
            http_response_code(500);
            header('Content-Type: text/html; charset=utf-8');
        }
        echo '<!DOCTYPE html><html><head><title>Error</title></head><body><div class="wp-die-message">' .
            '<h1>Error establishing a Redis connection</h1><p>WordPress is unable to establish a connection to Redis.</p>' .
            "</div></body></html>\n";
        exit;
    }

    private function name($key, $group): string
    {
        return $this->prefix . ':' . ($group ?: 'default') . ':' . $key;
    }

    private function stored($group): bool
    {
        return $this->redis && !in_array($group, $this->not_stored, true);
    }

    public function get($key, $group = 'default', $force = false, &$found = null)
    {
        $name = $this->name($key, $group);
        if (!$force && array_key_exists($name, $this->local)) {
            $found = true;
            return is_object($this->local[$name]) ? clone $this->local[$name] : $this->local[$name];
        }
        $raw = $this->stored($group) ? $this->guarded(fn() => $this->redis->get($name)) : false;
        $found = $raw !== false;
        return $found ? ($this->local[$name] = unserialize($raw)) : false;
    }

    public function set($key, $data, $group = 'default', $expire = 0): bool
    {
        $name = $this->name($key, $group);
        $this->local[$name] = is_object($data) ? clone $data : $data;
        if ($this->stored($group)) {
            $raw = serialize($data);
            $this->guarded(fn() => $expire > 0 ? $this->redis->setex($name, $expire, $raw) : $this->redis->set($name, $raw));
        }
        return true;
    }

    public function add($key, $data, $group = 'default', $expire = 0): bool
    {
        $this->get($key, $group, false, $found);
        return $found || wp_suspend_cache_addition() ? false : $this->set($key, $data, $group, $expire);
    }

    public function replace($key, $data, $group = 'default', $expire = 0): bool
    {
        $this->get($key, $group, false, $found);
        return $found && $this->set($key, $data, $group, $expire);
    }

    public function delete($key, $group = 'default'): bool
    {
        $name = $this->name($key, $group);
        unset($this->local[$name]);
        if ($this->stored($group)) {
            $this->guarded(fn() => $this->redis->del($name));
        }
        return true;
    }

    public function incr($key, $offset = 1, $group = 'default')
    {
        $value = max(0, (int) $this->get($key, $group) + $offset);
        $this->set($key, $value, $group);
        return $value;
    }

    public function flush(): bool
    {
        $this->local = [];
        return !$this->redis || (bool) $this->guarded(fn() => $this->redis->flushDB());
    }

    public function flush_runtime(): bool
    {
        $this->local = [];
        return true;
    }

    public function add_non_persistent_groups($groups): void
    {
        $this->not_stored = array_merge($this->not_stored, (array) $groups);
    }
}

function wp_cache_init() { $GLOBALS['wp_object_cache'] = new WP_Object_Cache(); }
function wp_cache_get($key, $group = '', $force = false, &$found = null) { return $GLOBALS['wp_object_cache']->get($key, $group, $force, $found); }
function wp_cache_set($key, $data, $group = '', $expire = 0) { return $GLOBALS['wp_object_cache']->set($key, $data, $group, (int) $expire); }
function wp_cache_add($key, $data, $group = '', $expire = 0) { return $GLOBALS['wp_object_cache']->add($key, $data, $group, (int) $expire); }
function wp_cache_replace($key, $data, $group = '', $expire = 0) { return $GLOBALS['wp_object_cache']->replace($key, $data, $group, (int) $expire); }
function wp_cache_delete($key, $group = '') { return $GLOBALS['wp_object_cache']->delete($key, $group); }
function wp_cache_incr($key, $offset = 1, $group = '') { return $GLOBALS['wp_object_cache']->incr($key, $offset, $group); }
function wp_cache_decr($key, $offset = 1, $group = '') { return $GLOBALS['wp_object_cache']->incr($key, -$offset, $group); }
function wp_cache_flush() { return $GLOBALS['wp_object_cache']->flush(); }
function wp_cache_flush_runtime() { return $GLOBALS['wp_object_cache']->flush_runtime(); }
function wp_cache_close() { return true; }
function wp_cache_add_global_groups($groups) {}
function wp_cache_add_non_persistent_groups($groups) { $GLOBALS['wp_object_cache']->add_non_persistent_groups($groups); }
function wp_cache_switch_to_blog($blog_id) {}
