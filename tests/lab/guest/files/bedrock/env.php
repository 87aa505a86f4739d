<?php
// What vlucas/phpdotenv and oscarotero/env do for Bedrock, as far as this site needs it.
function env(string $name)
{
    static $values = null;
    if ($values === null) {
        $values = [];
        foreach (file(dirname(__DIR__) . '/.env') as $line) {
            if (preg_match('/^([A-Z_]+)=([\'"]?)(.*?)\2\s*$/', $line, $m)) {
                $values[$m[1]] = $m[2] === "'" ? $m[3] : preg_replace_callback('/\$\{(\w+)\}/', fn($v) => $values[$v[1]] ?? '', $m[3]);
            }
        }
    }
    return $values[$name] ?? null;
}
