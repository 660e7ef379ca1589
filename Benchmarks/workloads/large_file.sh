#!/usr/bin/env bash
# One large file, hashed and durable: ours, the bare OpenSSL loop with the same hash and flush, and what a user would pick. Also
# that loop without a disk: what the processors do in encrypting and hashing alone, which whoever hashes can't surpass by much; and
# age, which encrypts the file on its own disk: what some do before they send it.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/web.sh
. "$repository/Benchmarks/lib/web.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"
# shellcheck source=Benchmarks/peers/ssh.sh
. "$repository/Benchmarks/peers/ssh.sh"

bytes=$(by_scale $((64 << 20)) $((2 << 30)))
megabytes=$(divide "$bytes" 1000000)
readonly buffer_bytes=$((1 << 20))

run_ours() {
    log_in
    run_client "$scratch/card"
    record_rate MB/s ours "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
}

run_bare() {
    mkdir -p -- "$scratch/bare/stored"
    timed "$tools/tls_limit" 1 "$scratch/card/clip000000.MP4" "$scratch/bare/stored/clip000000.MP4" 1 "$buffer_bytes"
    record_rate MB/s bare "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/bare/stored"
}

run_bound() {
    timed "$tools/tls_limit" 1 "$scratch/card/clip000000.MP4" /dev/null 0 "$buffer_bytes"
    record_rate MB/s bound "$megabytes"
}

run_curl() {
    time_curl "$scratch/list"
    record_rate MB/s curl "$megabytes"
    settle_and_delete "$scratch/card" "$nginx_stored"
}

# The web face of ours, by the client that nginx has.
run_web() {
    log_in
    time_curl "$scratch/web-list"
    record_rate MB/s web "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
}

run_scp() {
    time_scp "$scratch/card/clip000000.MP4" "$scratch/received"
    record_rate MB/s scp "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/received"
}

run_rsync() {
    time_rsync "$scratch/card" "$scratch/received"
    record_rate MB/s rsync "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/received"
}

run_age() {
    mkdir -p -- "$scratch/decrypted"
    timed age --encrypt --recipient "$recipient" --output "$scratch/encrypted" "$scratch/card/clip000000.MP4"
    record_rate MB/s age "$megabytes"
    age --decrypt --identity "$scratch/identity" --output "$scratch/decrypted/clip000000.MP4" "$scratch/encrypted"
    rm -- "$scratch/encrypted"
    settle_and_delete "$scratch/card" "$scratch/decrypted"
}

begin_workload $((3 * bytes))
make_files "$scratch/card" 1 "$bytes"
mkdir -- "$scratch/received"
make_credentials
start_server
start_nginx
start_sshd
age-keygen --output "$scratch/identity" 2>"$scratch/age.log"
recipient=$(age-keygen -y "$scratch/identity")
readonly recipient
write_curl_list "$scratch/card" "$nginx_port" "$scratch/list"
write_put_list "$scratch/card" "$scratch/web-list"
# tls_limit reads these in its working folder.
cp -- "$scratch/certificates/server.pem" "$scratch/cert.pem"
cp -- "$scratch/certificates/server-key.pem" "$scratch/key.pem"
cd -- "$scratch"
in_turn ours bare bound curl web scp rsync age
