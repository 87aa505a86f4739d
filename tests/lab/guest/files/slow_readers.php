<?php
// php slow_readers.php HOST PATH COUNT SECONDS: downloads that trickle, so every reader keeps its connection.
[, $host, $path, $count, $seconds] = $argv;
$end = microtime(true) + min((float) $seconds, 120.0);
$open = [];
while (microtime(true) < $end) {
    // A server without room drops some: they come back, as browsers do.
    while (count($open) < min((int) $count, 200)) {
        $context = stream_context_create(['ssl' => ['verify_peer' => false, 'verify_peer_name' => false],
            'socket' => ['bindto' => '198.51.100.' . (10 + count($open) % 50) . ':0']]);
        $one = @stream_socket_client('ssl://198.51.100.1:443', $no, $text, 2, STREAM_CLIENT_CONNECT, $context);
        if (!$one) {
            break;
        }
        fwrite($one, "GET $path HTTP/1.1\r\nHost: $host\r\n\r\n");
        stream_set_blocking($one, false);
        $open[] = $one;
    }
    usleep(1000000);
    foreach ($open as $i => $one) {
        if (fread($one, 512) === false || feof($one)) {
            fclose($one);
            unset($open[$i]);
        }
    }
}
