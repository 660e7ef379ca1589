# shellcheck shell=bash
# Sourced by every dimension in the place of workload.sh: values that belong to a point of an axis, and what the dimensions share.

# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/workload.sh"

# The cheapest hash that there is: no dimension is about it.
# shellcheck disable=SC2034  # for make_credentials
hash_options=(--memory 19456 --iterations 2 --parallelism 1)

# record_at X MEASURE SERIES VALUE
record_at() { printf '%s\t%s\t%s\t%s\t%s\n' "$workload" "$2" "$3" "$1" "$4" >>"$records"; }

# per_second AMOUNT: in what was timed last.
per_second() { divide "$1" "$(divide "$microseconds" 1000000)"; }

# Takes a storage and a process of its own for what comes: none inherits memory of the ones before.
renew_server() {
    [ -z "$server" ] || end_process "$server"
    server=''
    [ ! -e "$scratch/storage" ] || mv -- "$scratch/storage" "$(mktemp -d -- "$scratch/settled.XXXXXX")"
    start_server
}

# Has the server remember the login for a minute, without traces in what comes; its peak of memory counts from here.
prepare_login() {
    [ -e "$scratch/one" ] || make_files "$scratch/one" 1 10240
    run_client "$scratch/one"
    settle "$scratch/one" "$scratch/storage/$user"
    echo 5 >"/proc/$server/clear_refs"
}

# run_and_weigh FOLDER OPTION…: as run_client; sets `client_peak`, in KiB. The state is `$scratch/state` if `keep_state` is set.
run_and_weigh() {
    local state=$scratch/state
    [ -n "${keep_state:-}" ] || state=$(mktemp -d -- "$scratch/state.XXXXXX")
    use_client "$1" --state "$state" --settle 0 --settle-unknown 0 "${@:2}"
    timed /usr/bin/time -f %M -o "$scratch/peak" "${client[@]}"
    # shellcheck disable=SC2034  # for the dimension
    client_peak=$(tail -n 1 "$scratch/peak")
}

server_peak() { process_status VmHWM "$server"; }
