<?php
// php traffic.php HOST PATH SECONDS PARALLEL PER_SECOND: visitors, each from an address of its own.
// At most 20,000 requests. PATH may hold %d, which becomes the number of the request.
[, $host, $path, $seconds, $parallel, $rate] = $argv;
$end = microtime(true) + min((float) $seconds, 120.0);
$started = microtime(true);
$multi = curl_multi_init();
$sent = 0;
$open = 0;

function send(CurlMultiHandle $multi, string $host, string $path, int $n): void
{
    $one = curl_init(sprintf('https://%s%s', $host, str_replace('%d', (string) $n, $path)));
    curl_setopt_array($one, [
        CURLOPT_RESOLVE => ["$host:443:198.51.100.1"],
        CURLOPT_INTERFACE => '198.51.100.' . (10 + $n % 50),
        CURLOPT_SSL_VERIFYPEER => false,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FRESH_CONNECT => true,
        CURLOPT_TIMEOUT => 65,
        CURLOPT_USERAGENT => 'Mozilla/5.0 (lab)',
    ]);
    curl_multi_add_handle($multi, $one);
}

while (microtime(true) < $end) {
    $due = (microtime(true) - $started) * $rate;
    while ($open < $parallel && $sent < 20000 && $sent < $due) {
        send($multi, $host, $path, $sent++);
        $open++;
    }
    curl_multi_exec($multi, $running);
    while ($done = curl_multi_info_read($multi)) {
        curl_multi_remove_handle($multi, $done['handle']);
        $open--;
    }
    curl_multi_select($multi, 0.05);
    if ($open === 0) {
        usleep(5000);
    }
}
