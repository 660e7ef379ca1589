# shellcheck shell=bash
# Sourced after common.sh: minimal trees of Debian, and commands in them.

suite_of() {
    case $1 in
        12) echo bookworm ;;
        13) echo trixie ;;
    esac
}

# make_debian RELEASE FOLDER LOG
make_debian() {
    debootstrap --variant=minbase "$(suite_of "$1")" "$2" >"$3" 2>&1 ||
        die "$EX_UNAVAILABLE" "debootstrap failed: $(tail -n 1 -- "$3")"
}

# enter_debian FOLDER COMMAND [SOURCE PLACE]…: in namespaces of its own, so that mounts and processes go when it ends. Without
# /etc/hosts and the variables of this machine: that is what bare means. SOURCE is seen at PLACE in it.
enter_debian() {
    # shellcheck disable=SC2016  # for the shell inside
    unshare --mount --pid --fork --kill-child --propagation private bash -euc '
        tree=$1 command=$2
        shift 2
        while [ $# -gt 0 ]; do
            mkdir -p -- "$tree$2"
            mount --rbind -- "$1" "$tree$2"
            shift 2
        done
        mount -t proc proc "$tree/proc"
        mount --rbind /sys "$tree/sys"
        mount --rbind /dev "$tree/dev"
        cat /etc/resolv.conf >"$tree/etc/resolv.conf" 2>/dev/null || true
        exec chroot -- "$tree" /usr/bin/env -i HOME=/root TERM=dumb CI="${CI:-}" DEBIAN_FRONTEND=noninteractive \
            PATH=/opt/swift/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            bash -c "$command"' bash "$@" </dev/null
}
