<?php
// Which 52x is it? The edge asks the origin again, step by step, as the real ones tell their errors apart.
function edge_status(string $origin, string $host): array
{
    $tcp = @stream_socket_client("tcp://$origin:443", $no, $text, 2);
    if (!$tcp) {
        return $no === 111 ? [521, 'Web server is down'] : [522, 'Connection timed out'];
    }
    $context = stream_context_create(['ssl' => ['peer_name' => $host, 'SNI_enabled' => true, 'verify_peer' => false, 'verify_peer_name' => false]]);
    if (!@stream_socket_client("ssl://$origin:443", $no, $text, 2, STREAM_CLIENT_CONNECT, $context)) {
        return [525, 'SSL handshake failed'];
    }
    $context = stream_context_create(['ssl' => ['peer_name' => $host, 'cafile' => '/usr/local/share/ca-certificates/lab.crt']]);
    if (!@stream_socket_client("ssl://$origin:443", $no, $text, 2, STREAM_CLIENT_CONNECT, $context)) {
        return [526, 'Invalid SSL certificate'];
    }
    return [520, 'Web server is returning an unknown error'];
}

[$status, $title] = edge_status(trim(file_get_contents('/etc/nginx/lab/origin-address')), $_SERVER['EDGE_HOST']);
http_response_code($status);
header('Content-Type: text/html');
echo "<html>\r\n<head><title>$status: $title</title></head>\r\n<body>\r\n<center><h1>$status: $title</h1></center>\r\n" .
    "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n";
