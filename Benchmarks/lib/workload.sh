# shellcheck shell=bash
# Sourced by every workload. Benchmarks/run exports what a workload is told: `binaries` and `tools` (folders), `rounds`,
# `scale` (small or full) and `records`, the file that measured values are added to.
#
# A workload calls `begin_workload BYTES`, prepares its data and the programs it needs, and then `in_turn CONTENDER…`,
# for which it has a function run_CONTENDER each; these measure by `timed` and write down by `record`.

# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
# shellcheck source=scripts/lib/chain.sh
. "$repository/scripts/lib/chain.sh"
export LC_ALL=C # names are bytes, and decimal points are points

: "${binaries:?start this by Benchmarks/run}" "${tools:?}" "${leftovers:?}" "${rounds:?}" "${scale:?}" "${records:?}"
workload=${program%.sh}
# Set by chain.sh, and by `timed` while a command runs.
server='' port='' command=''
# What the workload started, to be ended with it.
processes=()

# by_scale SMALL FULL
by_scale() { [ "$scale" = full ] && echo "$2" || echo "$1"; }

# begin_workload BYTES: makes `scratch` with room for so much.
begin_workload() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    scratch=$(scratch_folder "bench-$workload" "$1")
    # Where it is ext4: the contenders' folders lie far from each other, and from what the last workload has deleted.
    chattr +T -- "$scratch" 2>/dev/null || true
}

clean_up() {
    local code=$? process
    trap - EXIT
    for process in ${command:+"$command"} ${server:+"$server"} ${processes[@]+"${processes[@]}"}; do end_process "$process"; done
    [ -z "$scratch" ] || put_aside_scratch
    exit "$code"
}

# Many small files are deleted when all workloads are over: see `settle`.
put_aside_scratch() {
    find "$scratch" -type f -size +1M -delete
    mv -- "$scratch" "$leftovers/"
}

# make_files FOLDER COUNT BYTES: files of random bytes, in the page cache and flushed.
make_files() {
    mkdir -p -- "$1"
    head -c $(($2 * $3)) /dev/urandom |
        split --bytes="$3" --numeric-suffixes --suffix-length=6 --additional-suffix=.MP4 - "$1/clip"
}

# in_turn CONTENDER…: each in every round, so that what else the machine does meets all of them.
in_turn() {
    local contender
    for ((round = 1; round <= rounds; round++)); do
        note "round $round of $rounds"
        for contender in "$@"; do "run_$contender"; done
    done
}

# timed COMMAND…: sets `microseconds`; the output is in `$scratch/run.log`. What earlier runs left to be written is flushed
# before the clock starts. In the background, since a signal to end would have to wait for a command in the foreground.
timed() {
    local begin end code=0
    sync
    begin=$EPOCHREALTIME
    "$@" </dev/null >"$scratch/run.log" 2>&1 &
    command=$!
    wait "$command" || code=$?
    end=$EPOCHREALTIME
    command=''
    microseconds=$((${end/./} - ${begin/./}))
    [ "$code" = 0 ] || die "$EX_SOFTWARE" "${1##*/} ended with code $code: $(tail -n 1 -- "$scratch/run.log")"
}

# record MEASURE CONTENDER VALUE
record() { printf '%s\t%s\t%s\t%s\n' "$workload" "$1" "$2" "$3" >>"$records"; }

# divide NUMBER BY
divide() { awk -v number="$1" -v by="$2" 'BEGIN { printf "%.6g\n", number / by }'; }

# record_rate MEASURE CONTENDER AMOUNT: that amount a second, in what was timed last.
record_rate() { record "$1" "$2" "$(divide "$3" "$(divide "$microseconds" 1000000)")"; }

# Puts what was stored aside, once it has been compared, so that the next run finds nothing: settle SOURCE STORED
# It isn't deleted before the run ends: ext4 passes over each inode that was deleted in the last minutes, one after the
# other, whenever a file is made nearby, and whoever comes next would pay for it.
settle() {
    diff --recursive --brief --exclude=.auto-upload-store -- "$1" "$2" >"$scratch/differences" 2>&1 ||
        die "$EX_SOFTWARE" "what was stored differs: $(head -n 1 "$scratch/differences")"
    mv -- "$2" "$(mktemp -d -- "$scratch/settled.XXXXXX")"
    mkdir -- "$2"
}

# The same where it is a few large files, which a disk has no room to keep.
settle_and_delete() {
    settle "$@"
    rm -rf -- "$scratch"/settled.*
}

# run_client FOLDER OPTION…: timed, start and login included, with a state of its own, so that nothing counts as sent.
run_client() {
    local state
    state=$(mktemp -d -- "$scratch/state.XXXXXX")
    use_client "$1" --state "$state" --settle 0 --settle-unknown 0 "${@:2}"
    timed "${client[@]}"
}

# Logs in and sends one small file, so that the server remembers the password for a minute: the cost of its hash, which an
# admin chooses, is no part of a transfer. Records what that takes, with the first login and with one that is remembered.
log_in() {
    local kind
    [ -e "$scratch/one" ] || make_files "$scratch/one" 1 10240
    for kind in first remembered; do
        run_client "$scratch/one"
        [ -n "${logged_in:-}" ] || record "ms for one small file, $kind login" ours "$(divide "$microseconds" 1000)"
        settle "$scratch/one" "$scratch/storage/$user"
    done
    logged_in=yes
}

# process_status FIELD PID: a line of /proc/PID/status, its number only.
process_status() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$2/status"; }

# cpu_of PID…: milliseconds, user and system, that the processes have used, threads that have ended included.
cpu_of() {
    local process
    for process in "$@"; do sed 's/.*) //' "/proc/$process/stat"; done |
        awk -v ticks="$(getconf CLK_TCK)" '{ used += $12 + $13 } END { printf "%d\n", used * 1000 / ticks }'
}
