#!/usr/bin/env bash
# Many small files over a link with a delay of 50 ms each way: ours and curl with one connection, through the same proxy.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/web.sh
. "$repository/Benchmarks/lib/web.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"

count=$(by_scale 20 1000)
readonly file_bytes=10240 delay_ms=50

run_ours() {
    local port=$delayed_port
    log_in
    run_client "$scratch/card"
    record_rate files/s ours "$count"
    settle "$scratch/card" "$scratch/storage/$user"
}

# In the first round only: it waits a round trip for each file, whatever else the machine does, and takes minutes.
run_curl() {
    [ "$round" = 1 ] || return 0
    time_curl "$scratch/list"
    record_rate files/s curl "$count"
    settle "$scratch/card" "$nginx_stored"
}

# start_proxy PORT: delays what goes to that port and back. Sets `proxy_port`.
start_proxy() {
    proxy_port=$(free_port)
    "$tools/delay_proxy" "$proxy_port" "$1" "$delay_ms" 2>"$scratch/proxy.log" &
    processes+=("$!")
    wait_until_listening "$proxy_port" "$!" "$scratch/proxy.log" || exit $?
}

begin_workload $((512 << 20))
make_files "$scratch/card" "$count" "$file_bytes"
make_credentials
start_server
start_nginx
start_proxy "$port"
delayed_port=$proxy_port
start_proxy "$nginx_port"
write_curl_list "$scratch/card" "$proxy_port" "$scratch/list"
in_turn ours curl
