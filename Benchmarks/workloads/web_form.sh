#!/usr/bin/env bash
# One file in a form (multipart/form-data), and the same by PUT: both hashed and durable.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/web.sh
. "$repository/Benchmarks/lib/web.sh"

bytes=$(by_scale $((64 << 20)) $((1 << 30)))
megabytes=$(divide "$bytes" 1000000)

# run_by LIST CONTENDER
run_by() {
    log_in
    time_curl "$1"
    record_rate MB/s "$2" "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
}

run_form() { run_by "$scratch/form-list" form; }
run_put() { run_by "$scratch/put-list" put; }

begin_workload $((3 * bytes))
make_files "$scratch/card" 1 "$bytes"
make_credentials
start_server
write_put_list "$scratch/card" "$scratch/put-list"
write_form_list "$scratch/card" "$scratch/form-list"
in_turn form put
