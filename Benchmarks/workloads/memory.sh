#!/usr/bin/env bash
# The most that client and server ever hold in memory, for a large file and at a login.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"

bytes=$(by_scale $((256 << 20)) $((5 << 30)))

# run_and_weigh FOLDER: the kernel keeps the peak of a process that lives; that of one that has ended is in what `time` wrote.
run_and_weigh() {
    local state
    state=$(mktemp -d -- "$scratch/state.XXXXXX")
    use_client "$1" --state "$state" --settle 0 --settle-unknown 0
    timed /usr/bin/time -f %M -o "$scratch/peak" "${client[@]}"
}

begin_workload $((bytes + (256 << 20)))
mkdir -- "$scratch/large"
make_files "$scratch/small" 1 4096
truncate --size="$bytes" -- "$scratch/large/sparse.MP4"
make_credentials
start_server
# A login takes what its password hash is told to take, for a moment, which would hide what the file takes: its peak is read
# and forgotten, and the login after it is remembered by the server.
run_and_weigh "$scratch/small"
record 'KiB at most' server_at_a_login "$(process_status VmHWM "$server")"
echo 5 >"/proc/$server/clear_refs"
run_and_weigh "$scratch/large"
record 'KiB at most' client "$(tail -n 1 "$scratch/peak")"
record 'KiB at most' server "$(process_status VmHWM "$server")"
