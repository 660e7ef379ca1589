#!/usr/bin/env bash
# Sizes of the programs, time until the server takes connections, and what it holds in memory then.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"

measure_sizes() {
    local name
    for name in auto-upload-server auto-upload-client adduser; do
        strip -o "$scratch/stripped" -- "$binaries/$name"
        record 'MiB, stripped' "$name" "$(divide "$(stat -c %s "$scratch/stripped")" $((1 << 20)))"
        ! ldd "$scratch/stripped" | grep -q libswift ||
            note "$name is linked with the Swift runtime's shared libraries: its size says little"
    done
}

run_server() {
    local milliseconds kib
    rm -rf -- "$scratch/storage"
    mkdir -- "$scratch/storage"
    port=$(free_port)
    read -r milliseconds kib < <("$tools/start_up" "$port" "$binaries/auto-upload-server" -p "$scratch/users" \
        -f "$scratch/storage" -c "$scratch/certificates/server.pem" -k "$scratch/certificates/server-key.pem" \
        --address 127.0.0.1 --port "$port" 2>"$scratch/run.log") ||
        die "$EX_SOFTWARE" "the server did not start: $(tail -n 1 "$scratch/run.log")"
    record 'ms until it accepts' auto-upload-server "$milliseconds"
    record 'KiB resident' auto-upload-server "$kib"
}

run_version() {
    local name
    for name in auto-upload-server auto-upload-client adduser; do
        timed "$binaries/$name" --version
        record 'ms for --version' "$name" "$(divide "$microseconds" 1000)"
    done
}

begin_workload $((256 << 20))
make_credentials
measure_sizes
in_turn server version
