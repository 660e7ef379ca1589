#include "CSystemShims.h"

#include <linux/fs.h>
#include <linux/fiemap.h>
#include <linux/fscrypt.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

const int shim_O_PATH = O_PATH, shim_O_NOATIME = O_NOATIME, shim_O_DIRECT = O_DIRECT, shim_O_TMPFILE = O_TMPFILE;
const int shim_AT_EMPTY_PATH = AT_EMPTY_PATH;
const int shim_SEEK_DATA = SEEK_DATA, shim_SEEK_HOLE = SEEK_HOLE;
const uint64_t shim_RESOLVE_BENEATH_NO_LINKS = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
const uint64_t shim_RESOLVE_NO_XDEV = RESOLVE_NO_XDEV;
const uint32_t shim_EXTENT_LAST = FIEMAP_EXTENT_LAST, shim_EXTENT_SHARED = FIEMAP_EXTENT_SHARED,
               shim_EXTENT_INLINE = FIEMAP_EXTENT_DATA_INLINE, shim_EXTENT_ENCODED = FIEMAP_EXTENT_ENCODED;
const uint32_t shim_INODE_ENCRYPTED = FS_ENCRYPT_FL, shim_INODE_JOURNALS_DATA = FS_JOURNAL_DATA_FL;

int shim_openat2(int folder, const char *path, int flags, uint32_t mode, uint64_t resolve) {
    struct open_how how = {.flags = (uint64_t)(unsigned)flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int shim_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to) {
    return renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
}

static int status_of(int descriptor, const char *path, int flags, struct shim_status *status) {
    struct statx x;
    if (statx(descriptor, path, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &x) != 0) return -1;
    *status = (struct shim_status){
        .is_encrypted = x.stx_attributes & STATX_ATTR_ENCRYPTED,
        .device = makedev(x.stx_dev_major, x.stx_dev_minor),
        .inode = x.stx_ino,
        .links = x.stx_nlink,
        .size = x.stx_size,
        .blocks = x.stx_blocks,
        .mount = (x.stx_mask & STATX_MNT_ID) ? x.stx_mnt_id : 0,
        .mode = x.stx_mode,
        .user = x.stx_uid,
        .group = x.stx_gid,
        .modified_seconds = x.stx_mtime.tv_sec,
        .changed_seconds = x.stx_ctime.tv_sec,
        .born_seconds = (x.stx_mask & STATX_BTIME) ? x.stx_btime.tv_sec : 0,
        .modified_nanoseconds = x.stx_mtime.tv_nsec,
        .changed_nanoseconds = x.stx_ctime.tv_nsec,
        .born_nanoseconds = (x.stx_mask & STATX_BTIME) ? x.stx_btime.tv_nsec : 0,
    };
    return 0;
}

int shim_status_of(int descriptor, const char *name, int fresh, struct shim_status *status) {
    int flags = (name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH) | (fresh ? AT_STATX_FORCE_SYNC : AT_STATX_SYNC_AS_STAT);
    return status_of(descriptor, name ? name : "", flags, status);
}

int shim_status_at(const char *path, struct shim_status *status) {
    return status_of(AT_FDCWD, path, AT_STATX_SYNC_AS_STAT, status);
}

/* Linux 6.8; older headers lack it. */
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

int shim_unique_mount(int descriptor, uint64_t *mount) {
    struct statx x;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, &x) != 0) return -1;
    *mount = (x.stx_mask & STATX_MNT_ID_UNIQUE) ? x.stx_mnt_id : 0;
    return 0;
}

int shim_may_write(int folder) { return faccessat(folder, ".", W_OK | X_OK, AT_EACCESS); }

int shim_file_system_type(int descriptor, uint64_t *type) {
    struct statfs s;
    if (fstatfs(descriptor, &s) != 0) return -1;
    *type = (uint32_t)s.f_type;
    return 0;
}

int shim_map_extents(int descriptor) {
    struct fiemap map = {.fm_length = FIEMAP_MAX_OFFSET};
    return ioctl(descriptor, FS_IOC_FIEMAP, &map);
}

int shim_extents(int descriptor, uint64_t start, struct shim_extent *extents, uint32_t room) {
    enum { most = 64 };
    union {
        struct fiemap map;
        char bytes[sizeof(struct fiemap) + most * sizeof(struct fiemap_extent)];
    } asked = {
        .map = {
            .fm_start = start,
            .fm_length = FIEMAP_MAX_OFFSET - start,
            .fm_extent_count = room < most ? room : most,
        },
    };
    if (ioctl(descriptor, FS_IOC_FIEMAP, &asked.map) != 0) return -1;
    for (uint32_t i = 0; i < asked.map.fm_mapped_extents; i++) {
        const struct fiemap_extent *found = &asked.map.fm_extents[i];
        extents[i] = (struct shim_extent){found->fe_logical, found->fe_length, found->fe_flags};
    }
    return (int)asked.map.fm_mapped_extents;
}

int shim_inode_flags(int descriptor, uint32_t *flags) {
    /* Kernels write an int; who hands the call on may go by its number, which has the size of a long. */
    unsigned both[2] = {0};
    if (ioctl(descriptor, FS_IOC_GETFLAGS, both) != 0) return -1;
    *flags = both[0];
    return 0;
}

int shim_encryption_key(int descriptor, uint8_t identifier[16]) {
    struct fscrypt_get_policy_ex_arg asked = {.policy_size = sizeof asked.policy};
    if (ioctl(descriptor, FS_IOC_GET_ENCRYPTION_POLICY_EX, &asked) != 0) return -1;
    if (asked.policy.version != FSCRYPT_POLICY_V2) {
        errno = EOPNOTSUPP;
        return -1;
    }
    memcpy(identifier, asked.policy.v2.master_key_identifier, FSCRYPT_KEY_IDENTIFIER_SIZE);
    return 0;
}

int shim_remove_encryption_key(int folder, const uint8_t identifier[16], uint32_t *status) {
    struct fscrypt_remove_key_arg asked = {.key_spec = {.type = FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER}};
    memcpy(asked.key_spec.u.identifier, identifier, FSCRYPT_KEY_IDENTIFIER_SIZE);
    int result = ioctl(folder, FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS, &asked);
    if (result != 0 && errno == EACCES) result = ioctl(folder, FS_IOC_REMOVE_ENCRYPTION_KEY, &asked);
    if (result != 0 && errno != ENOKEY) return -1;
    struct fscrypt_get_key_status_arg key = {.key_spec = asked.key_spec};
    if (ioctl(folder, FS_IOC_GET_ENCRYPTION_KEY_STATUS, &key) != 0) return -1;
    *status = key.status;
    return 0;
}

int shim_ignores_case(int folder) {
    /* Kernels write an int; who hands the call on may go by its number, which has the size of a long. */
    unsigned flags[2] = {0};
    return ioctl(folder, FS_IOC_GETFLAGS, flags) == 0 && (flags[0] & FS_CASEFOLD_FL);
}

int shim_file_system_identity(int descriptor, uint64_t *identity) {
    struct statfs s;
    if (fstatfs(descriptor, &s) != 0) return -1;
    memcpy(identity, &s.f_fsid, sizeof *identity);
    return 0;
}

int shim_accept(int socket, void *address, uint32_t *length) {
    return accept4(socket, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int shim_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int shim_local_socket(void) {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int shim_peer_user(int socket, uint32_t *user, int32_t *process) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

int shim_network_changes(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0) return -1;
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int shim_datagram_socket(int family) {
    return socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int shim_clock_is_set(void) {
    struct timex clock = {.modes = 0};
    int state = adjtimex(&clock);
    return state < 0 ? -1 : state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

int64_t shim_build_day(void) {
    struct tm day = {0};
    return strptime(__DATE__, "%b %d %Y", &day) ? timegm(&day) : 0;
}

int shim_set_lease(int descriptor, int kind) {
    static const int leases[] = {F_UNLCK, F_RDLCK, F_WRLCK};
    return fcntl(descriptor, F_SETLEASE, leases[kind]);
}

int shim_get_lease(int descriptor) {
    switch (fcntl(descriptor, F_GETLEASE)) {
    case F_UNLCK: return shim_lease_none;
    case F_RDLCK: return shim_lease_read;
    case F_WRLCK: return shim_lease_write;
    default: return -1;
    }
}

int shim_is_write_locked(int descriptor) {
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}

int shim_set_modified(int descriptor, int64_t seconds, uint32_t nanoseconds) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    return futimens(descriptor, times);
}

int shim_preallocate(int descriptor, int64_t length) { return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, length); }

int shim_syncfs(int descriptor) { return syncfs(descriptor); }

int shim_start_writeback(int descriptor, int64_t offset, int64_t length) {
    return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

ssize_t shim_getrandom(void *buffer, size_t length) { return getrandom(buffer, length, 0); }

int shim_stack(void **lowest, size_t *size) {
    pthread_attr_t attributes;
    int error = pthread_getattr_np(pthread_self(), &attributes);
    if (error != 0) return error;
    error = pthread_attr_getstack(&attributes, lowest, size);
    pthread_attr_destroy(&attributes);
    return error;
}

int shim_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int shim_close_from(void *actions, int lowest) { return posix_spawn_file_actions_addclosefrom_np(actions, lowest); }

int shim_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int shim_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

int shim_get_capabilities(uint64_t sets[3]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0) return -1;
    sets[0] = data[0].effective | (uint64_t)data[1].effective << 32;
    sets[1] = data[0].permitted | (uint64_t)data[1].permitted << 32;
    sets[2] = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

int shim_set_capabilities(const uint64_t sets[3]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    for (int half = 0; half < 2; half++)
        data[half] = (struct __user_cap_data_struct){
            .effective = (uint32_t)(sets[0] >> 32 * half),
            .permitted = (uint32_t)(sets[1] >> 32 * half),
            .inheritable = (uint32_t)(sets[2] >> 32 * half),
        };
    return (int)syscall(SYS_capset, &header, data);
}

/* linux/landlock.h of an older system lacks some of it, and so does its table of calls; the numbers are the same everywhere. */
enum { landlock_create_ruleset = 444, landlock_add_rule = 445, landlock_restrict_self = 446 };

struct landlock_rights {
    uint64_t files, network, scopes;
};

struct landlock_folder {
    uint64_t rights;
    int32_t folder;
} __attribute__((packed));

int shim_landlock_version(void) { return (int)syscall(landlock_create_ruleset, NULL, (size_t)0, 1U); }

int shim_landlock_create(uint64_t file_rights, uint64_t network_rights, uint64_t scopes) {
    struct landlock_rights rights = {.files = file_rights, .network = network_rights, .scopes = scopes};
    return (int)syscall(landlock_create_ruleset, &rights, sizeof rights, 0U);
}

int shim_landlock_allow(int rules, int folder, uint64_t file_rights) {
    struct landlock_folder rule = {.rights = file_rights, .folder = folder};
    return (int)syscall(landlock_add_rule, rules, 1U, &rule, 0U);
}

struct landlock_port {
    uint64_t rights, port;
};

int shim_landlock_allow_port(int rules, uint64_t port) {
    struct landlock_port rule = {.rights = 2, .port = port};
    return (int)syscall(landlock_add_rule, rules, 2U, &rule, 0U);
}

int shim_landlock_restrict(int rules) { return (int)syscall(landlock_restrict_self, rules, 0U); }

int shim_lock_memory(void *memory, size_t length) {
    int is_kept_out = madvise(memory, length, MADV_DONTDUMP);
    return mlock(memory, length) | is_kept_out;
}

int shim_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int shim_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int shim_processors(void) {
    cpu_set_t processors;
    return sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : -1;
}

int shim_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int shim_getopt(
    int count, char *const *arguments, const char *short_options, const void *long_options, int start,
    const char **value, int *next, int *attached, int *offending_short) {
    if (start) optind = 0;
    opterr = 0;
    optarg = NULL;
    int found = getopt_long(count, arguments, short_options, long_options, NULL);
    *value = optarg;
    *next = optind;
    *attached = optarg && optind >= 1 && optarg != arguments[optind - 1];
    *offending_short = optopt;
    return found;
}

void *shim_make_long_options(const struct shim_long_option *options, int count) {
    struct option *made = calloc((size_t)count + 1, sizeof *made);
    for (int i = 0; made && i < count; i++)
        made[i] = (struct option){.name = options[i].name, .has_arg = options[i].has_value, .val = options[i].value};
    return made;
}

int shim_peer_has_left(int descriptor) {
    struct pollfd look = {.fd = descriptor, .events = POLLRDHUP};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
