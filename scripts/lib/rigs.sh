# shellcheck shell=bash
# Sourced after common.sh by scripts/powercut and scripts/filesystems: what the rigs need, which mount real file systems.
# Sets `binaries`, `scratch` and `propagation`; `is_check` is empty unless scripts/test runs it.
# shellcheck source=scripts/lib/machine.sh
. "$repository/scripts/lib/machine.sh"

# leave_out WHAT REASON: no fault of what is tested.
leave_out() {
    [ -n "$is_check" ] || die "$EX_UNAVAILABLE" "$1 can't be tried here: $2"
    note "LEFT OUT: $1 can't be tried here: $2"
    exit 0
}

# check_machine WHAT
check_machine() {
    [ "$(id -u)" = 0 ] || leave_out "$1" "mounting needs root"
    [ -c /dev/fuse ] || leave_out "$1" "there is no /dev/fuse"
    [ -c /dev/loop-control ] || leave_out "$1" "there are no loop devices"
    losetup --find >/dev/null 2>&1 || leave_out "$1" "there is no free loop device"
    # In a chroot / is no mount whose propagation could be changed: who made that has seen to it, as scripts/bare does.
    for propagation in private unchanged; do
        ! unshare --mount --net --pid --fork --mount-proc --propagation "$propagation" true 2>/dev/null || return 0
    done
    leave_out "$1" "no namespaces can be made"
}

# Builds, unless BINARIES names programs that are built already.
provide_programs() {
    local options=(--package-path "$repository")
    binaries=${BINARIES:-}
    [ -z "$binaries" ] || return 0
    check_swift
    if [ -n "$is_check" ]; then
        # As scripts/test builds its tests: nothing is compiled twice.
        swift build --build-tests -Xswiftc -warnings-as-errors "${options[@]}"
    else
        options+=(-c release --static-swift-stdlib)
        swift build "${options[@]}"
    fi
    binaries=$(swift build "${options[@]}" --show-bin-path)
}

# make_scratch NAME: removed unless something was found.
make_scratch() {
    scratch=$(scratch_folder "$1" $((3 << 30)))
    trap clean_up EXIT
}

clean_up() {
    local code=$?
    case $code in
        0 | 130 | 143) rm -rf --one-file-system -- "$scratch" ;;
        *) note "what was found is kept in $scratch" ;;
    esac
}

# in_namespaces COMMAND…: with a network, processes and mounts of its own: ports are free, and everything goes when it ends.
in_namespaces() {
    unshare --mount --net --pid --fork --kill-child --mount-proc --propagation "$propagation" \
        bash -euc 'ip link set lo up; exec "$@"' bash "$@"
}
