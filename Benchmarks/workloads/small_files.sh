#!/usr/bin/env bash
# Many small files, hashed and durable, over one connection: ours, rsync without and with its flush, curl.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/web.sh
. "$repository/Benchmarks/lib/web.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"
# shellcheck source=Benchmarks/peers/ssh.sh
. "$repository/Benchmarks/peers/ssh.sh"

count=$(by_scale 300 5000)
readonly file_bytes=10240

run_ours() {
    log_in
    run_client "$scratch/card"
    record_rate files/s ours "$count"
    settle "$scratch/card" "$scratch/storage/$user"
}

run_rsync() {
    time_rsync "$scratch/card" "$scratch/received"
    record_rate files/s rsync "$count"
    settle "$scratch/card" "$scratch/received"
}

run_rsync_fsync() {
    time_rsync "$scratch/card" "$scratch/received" --fsync
    record_rate files/s rsync_fsync "$count"
    settle "$scratch/card" "$scratch/received"
}

run_curl() {
    time_curl "$scratch/list"
    record_rate files/s curl "$count"
    settle "$scratch/card" "$nginx_stored"
}

run_curl_parallel() {
    time_curl "$scratch/list" --parallel --parallel-max 16
    record_rate files/s curl_parallel "$count"
    settle "$scratch/card" "$nginx_stored"
}

# The web face of ours, in the same manner.
run_web() {
    log_in
    time_curl "$scratch/web-list" --parallel --parallel-max 16
    record_rate files/s web "$count"
    settle "$scratch/card" "$scratch/storage/$user"
}

begin_workload $((1 << 30))
make_files "$scratch/card" "$count" "$file_bytes"
mkdir -- "$scratch/received"
make_credentials
start_server
start_nginx
start_sshd
write_curl_list "$scratch/card" "$nginx_port" "$scratch/list"
write_put_list "$scratch/card" "$scratch/web-list"
in_turn ours rsync rsync_fsync curl curl_parallel web
