<?php
// php db_hold.php USER PASSWORD DATABASE COUNT SECONDS [SQL...]: sessions that run SQL and then sit there.
[, $user, $password, $database, $count, $seconds] = $argv;
mysqli_report(MYSQLI_REPORT_OFF);
$held = [];
for ($i = 0; $i < min((int) $count, 200); $i++) {
    $one = @new mysqli('localhost', $user, $password, $database);
    if ($one->connect_errno) {
        continue;
    }
    foreach (array_slice($argv, 6) as $sql) {
        $result = $one->query($sql);
        if ($result instanceof mysqli_result) {
            $result->free();
        }
    }
    $held[] = $one;
}
sleep(min((int) $seconds, 120));
