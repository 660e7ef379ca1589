# shellcheck shell=bash
# Sourced by workloads that need it: an OpenSSH server of its own, and the configuration for scp and rsync over ssh.

# Sets `ssh_config`; the host is called `bench` there.
start_sshd() {
    local home=$scratch/ssh sshd ssh_port
    mkdir -p -- "$home/home"
    ssh_port=$(free_port)
    ssh_config=$home/config
    ssh-keygen -q -t ed25519 -N '' -f "$home/host"
    ssh-keygen -q -t ed25519 -N '' -f "$home/key"
    sed "s/^/[127.0.0.1]:$ssh_port /" "$home/host.pub" >"$home/known_hosts"
    cp -- "$home/key.pub" "$home/authorized_keys"
    write_sshd_configuration "$home" "$ssh_port" >"$home/sshd_config"
    write_ssh_configuration "$home" "$ssh_port" >"$ssh_config"
    # Where its service hasn't been started, a server that root starts lacks this folder.
    [ "$(id -u)" != 0 ] || mkdir -p -m 755 /run/sshd
    /usr/sbin/sshd -D -f "$home/sshd_config" -E "$home/log" &
    sshd=$!
    processes+=("$sshd")
    wait_until_listening "$ssh_port" "$sshd" "$home/log" || exit $?
}

# Another home, since what a shell's start-up files do there isn't what is measured.
write_sshd_configuration() {
    cat <<SSHD
ListenAddress 127.0.0.1:$2
HostKey "$1/host"
AuthorizedKeysFile "$1/authorized_keys"
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv HOME="$1/home"
Subsystem sftp internal-sftp
SSHD
}

write_ssh_configuration() {
    cat <<SSH
Host bench
    HostName 127.0.0.1
    Port $2
    User $(id -un)
    IdentityFile "$1/key"
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile "$1/known_hosts"
    StrictHostKeyChecking yes
    BatchMode yes
    Ciphers aes128-gcm@openssh.com
    Compression no
SSH
}

# time_rsync FOLDER TARGET OPTION…
time_rsync() { timed rsync --recursive --rsh="ssh -F '$ssh_config'" "${@:3}" -- "$1/" "bench:$2/"; }

# time_scp FILE TARGET
time_scp() { timed scp -q -F "$ssh_config" -- "$1" "bench:$2/"; }
