# shellcheck shell=bash
# Sourced by the scripts: one-line errors with sysexits codes, the toolchain, and a scratch folder on a real disk.

# shellcheck disable=SC2034  # a script uses those that it needs
readonly EX_USAGE=64 EX_NOINPUT=66 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_CANTCREAT=73 EX_TEMPFAIL=75 EX_NOPERM=77 \
    EX_CONFIG=78

repository=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034
readonly repository
program=${0##*/}
swift_needed=$(sed -n '1s/.*swift-tools-version: *//p' "$repository/Package.swift")
swift_wanted="Swift $swift_needed or newer from https://www.swift.org/install/linux/"

note() { printf '%s: %s\n' "$program" "$*" >&2; }

# die CODE MESSAGE…
die() {
    local code=$1
    shift
    note "$*"
    exit "$code"
}

# Puts `swift` on PATH, or ends with what is missing and where to get it.
find_swift() {
    local folder
    if [ "$(getconf LONG_BIT)" = 32 ]; then
        die "$EX_UNAVAILABLE" "there is no Swift toolchain for 32-bit systems ($(uname -m)): build on a 64-bit one"
    fi
    if ! command -v swift >/dev/null; then
        for folder in "${HOME:-/root}/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
            [ ! -x "$folder/swift" ] || PATH=$folder:$PATH
        done
    fi
    command -v swift >/dev/null || die "$EX_UNAVAILABLE" "no Swift toolchain on PATH: get $swift_wanted"
}

# Ends with the reason unless the toolchain runs and is new enough for Package.swift.
check_swift() {
    local found
    find_swift
    found=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p') || found=
    [ -n "$found" ] ||
        die "$EX_UNAVAILABLE" "$(command -v swift) does not run: $(swift --version 2>&1 | head -n 1)"
    [ "$(printf '%s\n' "$swift_needed" "$found" | sort -V | head -n 1)" = "$swift_needed" ] ||
        die "$EX_UNAVAILABLE" "Swift $found is too old: get $swift_wanted"
}

# The kind of file system that a folder lies on, as `stat -f` names it.
file_system_of() { stat -f -c %T -- "$1"; }

# free_bytes FOLDER
free_bytes() { df --output=avail -B1 -- "$1" | tail -n 1 | tr -d ' '; }

# scratch_folder NAME BYTES: makes a private folder with room for BYTES on a real disk, and prints its path. Never in
# memory: the server refuses to store there, since Debian 13 keeps /tmp in memory and a power cut would take it all.
scratch_folder() {
    local name=$1 bytes=$2 place
    for place in "${AUTO_UPLOAD_SCRATCH:-}" "${XDG_CACHE_HOME:-}" "${HOME:+$HOME/.cache}" /var/tmp "$repository/.build"; do
        { [ -n "$place" ] && mkdir -p -- "$place" 2>/dev/null && [ -w "$place" ]; } || continue
        case $(file_system_of "$place") in tmpfs | ramfs) continue ;; esac
        [ "$(free_bytes "$place")" -gt "$bytes" ] || continue
        mktemp -d -- "$place/$name.XXXXXX"
        return
    done
    note "no folder on a disk with $((bytes >> 20)) MiB free: name one in AUTO_UPLOAD_SCRATCH"
    return "$EX_CANTCREAT"
}

# end_process PID: ends a process that this script started, if it still runs, and waits for it, at most 10 s.
end_process() {
    local tries
    kill -TERM "$1" 2>/dev/null || return 0
    for ((tries = 0; tries < 100; tries++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# is_listening PORT [ADDRESS]
is_listening() { (: <>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null; }

# Prints a TCP port on which nothing listens on loopback right now.
free_port() {
    local port tries
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + SRANDOM % 12000))
        is_listening "$port" || { printf '%s\n' "$port" && return; }
    done
    note "found no free port on 127.0.0.1"
    return "$EX_UNAVAILABLE"
}

# wait_until_listening PORT PID LOG: until the process accepts connections; fails as soon as it has ended.
wait_until_listening() {
    local port=$1 pid=$2 log=$3 tries
    for ((tries = 0; tries < 300; tries++)); do
        kill -0 "$pid" 2>/dev/null || {
            note "the server ended at start-up: $(tail -n 1 -- "$log")"
            return "$EX_UNAVAILABLE"
        }
        ! is_listening "$port" || return 0
        sleep 0.1
    done
    note "the server accepted no connection within 30 s: see $log"
    return "$EX_UNAVAILABLE"
}
