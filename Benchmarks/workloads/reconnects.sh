#!/usr/bin/env bash
# Devices that come back all day: logins by token, with the certificate each time and by ticket, against TLS handshakes and nothing else,
# of nginx with the same key, and of the same server.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"

count=$(by_scale 500 10000)

# connect_often MODE PORT: 10,000 times, by two threads.
connect_often() {
    # shellcheck disable=SC2154  # set by make_credentials
    "$tools/reconnects" "$1" "$2" "$user" "$count" "$scratch/certificates/ca.pem" 3<"$scratch/password"
}

# run MODE PORT CONTENDER
run() {
    timed connect_often "$1" "$2"
    record_rate 'connections/s' "$3" "$count"
}

run_bare() { run handshake "$nginx_port" bare; }
run_own() { run handshake "$port" own; }
run_token() { run token "$port" token; }
run_resumed() { run resumed "$port" resumed; }

begin_workload $((64 << 20))
make_credentials
server_options=(--max-connections 1000)
start_server
start_nginx
in_turn bare own token resumed
