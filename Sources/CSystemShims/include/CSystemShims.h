/* The few Linux calls that the Glibc module lacks (macros, variadics, or hidden behind _GNU_SOURCE). No logic lives
   here: each function is one call, returns what it returns, and leaves errno as it was set. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct shim_status {
    bool is_encrypted;
    uint64_t device, inode, links, size, blocks, mount;
    uint32_t mode, user, group;
    int64_t modified_seconds, changed_seconds, born_seconds;
    uint32_t modified_nanoseconds, changed_nanoseconds, born_nanoseconds;
};

enum {
    shim_lease_none = 0,
    shim_lease_read = 1,
    shim_lease_write = 2,
};

extern const int shim_O_PATH, shim_O_NOATIME, shim_O_DIRECT, shim_O_TMPFILE;
extern const int shim_AT_EMPTY_PATH;
extern const int shim_SEEK_DATA, shim_SEEK_HOLE;
extern const uint64_t shim_RESOLVE_BENEATH_NO_LINKS;
extern const uint64_t shim_RESOLVE_NO_XDEV;
extern const uint32_t shim_EXTENT_LAST, shim_EXTENT_SHARED, shim_EXTENT_INLINE, shim_EXTENT_ENCODED;
extern const uint32_t shim_INODE_ENCRYPTED, shim_INODE_JOURNALS_DATA;

/* openat2(2) */
int shim_openat2(int folder, const char *path, int flags, uint32_t mode, uint64_t resolve);
/* renameat2(2) with RENAME_NOREPLACE */
int shim_rename_noreplace(int from_folder, const char *from, int to_folder, const char *to);
/* statx(2) of a descriptor, or of a name in a folder without following a link when name isn't NULL; `fresh` asks a
   network or FUSE file system's server rather than the cache */
int shim_status_of(int descriptor, const char *name, int fresh, struct shim_status *status);
/* the number of the mount that a descriptor was opened through, which no other mount gets until the next boot; 0 before Linux 6.8 */
int shim_unique_mount(int descriptor, uint64_t *mount);
/* statx(2) of what a path leads to, links followed */
int shim_status_at(const char *path, struct shim_status *status);
/* faccessat(2) of an open folder with W_OK | X_OK, by the rights that count when files are made */
int shim_may_write(int folder);
/* fstatfs(2): the f_type */
int shim_file_system_type(int descriptor, uint64_t *type);
/* ioctl(2) FS_IOC_FIEMAP, asking for nothing but whether there is an answer */
int shim_map_extents(int descriptor);
/* ioctl(2) FS_IOC_FIEMAP: where the file lies from `start` on, as many extents as there is room for; their number, or -1 */
struct shim_extent {
    uint64_t offset, length;
    uint32_t flags;
};
int shim_extents(int descriptor, uint64_t start, struct shim_extent *extents, uint32_t room);
/* ioctl(2) FS_IOC_GETFLAGS */
int shim_inode_flags(int descriptor, uint32_t *flags);
/* ioctl(2) FS_IOC_GET_ENCRYPTION_POLICY_EX: the identifier of a file's or folder's key, of a policy of version 2 */
int shim_encryption_key(int descriptor, uint8_t identifier[16]);
/* ioctl(2) FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS where that is allowed, else FS_IOC_REMOVE_ENCRYPTION_KEY; `status` is what
   FS_IOC_GET_ENCRYPTION_KEY_STATUS says then */
enum { shim_KEY_ABSENT = 1, shim_KEY_PRESENT = 2, shim_KEY_HALF_REMOVED = 3 };
int shim_remove_encryption_key(int folder, const uint8_t identifier[16], uint32_t *status);
/* ioctl(2) FS_IOC_GETFLAGS: whether a folder has FS_CASEFOLD_FL */
int shim_ignores_case(int folder);
/* fstatfs(2): f_fsid */
int shim_file_system_identity(int descriptor, uint64_t *identity);
/* accept4(2) with SOCK_CLOEXEC | SOCK_NONBLOCK */
int shim_accept(int socket, void *address, uint32_t *length);
/* socket(2), a TCP stream with SOCK_CLOEXEC | SOCK_NONBLOCK */
int shim_stream_socket(int family);
/* socket(2), a stream of the Unix domain with SOCK_CLOEXEC */
int shim_local_socket(void);
/* getsockopt(2) SO_PEERCRED */
int shim_peer_user(int socket, uint32_t *user, int32_t *process);
/* socket(2) and bind(2): a socket of rtnetlink(7) that hears of changes of links and addresses */
int shim_network_changes(void);
/* socket(2), UDP with SOCK_CLOEXEC */
int shim_datagram_socket(int family);
/* adjtimex(2), changing nothing: whether the kernel's clock is known to be set by something (NTP, GPS); -1 where it doesn't tell */
int shim_clock_is_set(void);
/* The day on which this was compiled (by the compiler's __DATE__, which obeys SOURCE_DATE_EPOCH), as Unix seconds */
int64_t shim_build_day(void);
/* fcntl(2) F_SETLEASE with one of shim_lease_* */
int shim_set_lease(int descriptor, int kind);
/* fcntl(2) F_GETLEASE: one of shim_lease_*, already the lesser one once somebody's open(2) waits for it; -1 on failure */
int shim_get_lease(int descriptor);
/* fcntl(2) F_OFD_GETLK: 1 when another process or open file holds a record lock for writing anywhere in the file, else 0 */
int shim_is_write_locked(int descriptor);
/* futimens(2): sets the modification time, leaves the access time */
int shim_set_modified(int descriptor, int64_t seconds, uint32_t nanoseconds);
/* fallocate(2) with FALLOC_FL_KEEP_SIZE */
int shim_preallocate(int descriptor, int64_t length);
/* syncfs(2) */
int shim_syncfs(int descriptor);
/* sync_file_range(2) with SYNC_FILE_RANGE_WRITE */
int shim_start_writeback(int descriptor, int64_t offset, int64_t length);
/* getrandom(2) */
ssize_t shim_getrandom(void *buffer, size_t length);
/* The calling thread's stack, by pthread_getattr_np(3): its lowest address and its size; an error number, or 0 */
int shim_stack(void **lowest, size_t *size);
/* How many processors the process may run on, by sched_getaffinity(2) and CPU_COUNT(3); -1 and errno where there are too many
   to be told */
int shim_processors(void);
/* Whether a socket's peer has ended its side, or the connection is broken, by poll(2) with POLLRDHUP, without waiting */
int shim_peer_has_left(int descriptor);
/* prctl(2) PR_SET_NO_NEW_PRIVS */
int shim_forbid_new_privileges(void);
/* posix_spawn_file_actions_addclosefrom_np(3), of a posix_spawn_file_actions_t */
int shim_close_from(void *actions, int lowest);

/* prctl(2) PR_SET_DUMPABLE with 0 */
int shim_hide_memory(void);
/* prctl(2) PR_GET_DUMPABLE */
int shim_is_dumpable(void);
/* capget(2) and capset(2) of the calling thread, by number, as the C library has neither: effective, permitted, inheritable */
int shim_get_capabilities(uint64_t sets[3]);
int shim_set_capabilities(const uint64_t sets[3]);
/* landlock_create_ruleset(2), which tells the version of Landlock, or makes a set of rules; by number, as are the others */
int shim_landlock_version(void);
int shim_landlock_create(uint64_t file_rights, uint64_t network_rights, uint64_t scopes);
/* landlock_add_rule(2): what may be done beneath an open folder */
int shim_landlock_allow(int rules, int folder, uint64_t file_rights);
/* landlock_add_rule(2): connections may be made to a port of TCP */
int shim_landlock_allow_port(int rules, uint64_t port);
/* landlock_restrict_self(2) */
int shim_landlock_restrict(int rules);
/* mlock(2) of whole pages that madvise(2) keeps out of core files as well: 0 where both are done */
int shim_lock_memory(void *memory, size_t length);
/* pipe2(2) with O_CLOEXEC: the end for reading, the end for writing */
int shim_pipe(int ends[2]);
/* eventfd(2) with EFD_CLOEXEC | EFD_NONBLOCK */
int shim_eventfd(void);
/* The columns of a terminal, by ioctl(2) TIOCGWINSZ; 0 when it isn't one */
int shim_terminal_columns(int descriptor);

/* getopt_long(3) without its global variables: `value` is set to optarg, `next` to optind, and `attached` to 1 when the
   value stands in the same argument as its option. `start` of 1 begins anew. */
struct shim_long_option {
    const char *name;
    int has_value;
    int value;
};
int shim_getopt(
    int count, char *const *arguments, const char *short_options, const void *long_options, int start,
    const char **value, int *next, int *attached, int *offending_short);
/* An array of struct option for getopt_long, made from `options`; free with free(3) */
void *shim_make_long_options(const struct shim_long_option *options, int count);
