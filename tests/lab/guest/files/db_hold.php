<?php
// php db_hold.php USER PASSWORD DATABASE COUNT SECONDS [SQL...]: sessions that run SQL and then sit there.
// What is refused is tried again: a page may have had the last free place for a moment.
[, $user, $password, $database, $count, $seconds] = $argv;
mysqli_report(MYSQLI_REPORT_OFF);
$end = time() + min((int) $seconds, 120);
$held = [];
while (time() < $end) {
    while (count($held) < min((int) $count, 200)) {
        $one = @new mysqli('localhost', $user, $password, $database);
        if ($one->connect_errno) {
            break;
        }
        foreach (array_slice($argv, 6) as $sql) {
            $result = $one->query($sql);
            if ($result instanceof mysqli_result) {
                $result->free();
            }
        }
        $held[] = $one;
    }
    usleep(200000);
}
