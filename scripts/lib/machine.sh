# shellcheck shell=bash
# Sourced after common.sh by scripts that also run in a virtual machine, for kernels with more file systems than this one.
# Uses `binaries` (release programs, built on the Debian of the machine) and `scratch`. KVM isn't asked for: where it is offered but refuses
# guests, as within many virtual machines, qemu ends instead of doing without.

# Made once (Tests/FileSystems/make-machine), and kept.
readonly machine_folder=${AUTO_UPLOAD_MACHINE:-$repository/.build/machine}
# A machine without hardware to help it is slow; what hangs is ended.
readonly machine_seconds=7200

provide_machine() {
    "$repository/scripts/install-dependencies" machine
    [ -e "$machine_folder/root.img" ] || "$repository/Tests/FileSystems/make-machine" "$machine_folder"
}

# machine_kernels: those that the machine has, a line each, oldest first; just KERNEL if that is set.
machine_kernels() {
    if [ -n "${KERNEL:-}" ]; then
        printf '%s\n' "$KERNEL"
    else
        (cd -- "$machine_folder" && printf '%s\n' vmlinuz-* | sed 's/^vmlinuz-//' | sort -V)
    fi
}

# run_in_machine KERNEL COMMAND: boots it, runs the command in it, in the folder of what is shared (programs in bin, the rigs in
# Tests), prints what it said, and leaves as it did. /var/tmp is a disk there. Nothing stays but what it wrote into results.
run_in_machine() {
    local kernel=$1 share=$scratch/share code=0
    rm -rf -- "$share" && mkdir -p -- "$share/bin" "$share/Tests" "$share/results"
    cp -- "$binaries"/{adduser,auto-upload-client,auto-upload-server} "$share/bin/"
    cp -r -- "$repository/Tests/PowerCuts" "$repository/Tests/FileSystems" "$share/Tests/"
    cp -r -- "$repository/certs-example" "$share/"
    [ ! -e "$scratch/logged_disk" ] || cp -- "$scratch/logged_disk" "$scratch/swallowed_flushes.so" "$share/bin/"
    printf 'cd /share && %s\n' "$2" >"$share/command"
    : >"$share/output"
    truncate -s 0 "$scratch/vdb" && truncate -s 6G "$scratch/vdb"
    tail -f -- "$share/output" &
    local follower=$!
    timeout "$machine_seconds" nice -n 10 qemu-system-x86_64 -accel tcg -cpu max -m 1536 -smp 1 -nodefaults -display none \
        -no-reboot -kernel "$machine_folder/vmlinuz-$kernel" -initrd "$machine_folder/initrd-$kernel" \
        -append "root=/dev/vda rw init=/machine-init console=ttyS0 panic=-1 mitigations=off" -serial "file:$scratch/console" \
        -drive "file=$machine_folder/root.img,format=raw,if=virtio,snapshot=on" \
        -drive "file=$scratch/vdb,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci \
        -virtfs "local,path=$share,mount_tag=share,security_model=none" || code=$?
    sleep 1
    end_process "$follower"
    [ -s "$share/status" ] || die "$EX_UNAVAILABLE" "the machine ended with $code, before its command did: see $scratch/console"
    return "$(cat -- "$share/status")"
}
