/* Calls that concern names, folders and attributes. */
#include "faults.h"
#include "trace.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utime.h>

#define EARLY(verdict, failure)                                                 \
    if ((verdict).early) {                                                      \
        errno = (verdict).error;                                                \
        return failure;                                                         \
    }

static int late(struct verdict verdict, int result) {
    if (!verdict.late || result == -1) return result;
    errno = verdict.error;
    return -1;
}

#define SIMPLE(name, call, is_concerned, parameters, arguments)                 \
    int name parameters {                                                       \
        struct verdict verdict = judge(call, is_concerned);                     \
        EARLY(verdict, -1)                                                      \
        return late(verdict, REAL(name) arguments);                             \
    }

/* Opening and closing */

enum way { BY_OPENAT, BY_OPENAT2 };

static int open_really(enum way way, int folder, const char *path, int flags, const void *more, unsigned mode) {
    if (way == BY_OPENAT) return REAL(openat)(folder, path, flags, mode);
    return (int)REAL(syscall)(SYS_openat2, folder, path, more, sizeof(struct open_how));
}

static int open_under_plan(enum way way, int folder, const char *path, int flags, const void *more, unsigned mode) {
    bool is_concerned = concerns_path(folder, path);
    struct verdict verdict = judge(CALL_OPEN, is_concerned);
    EARLY(verdict, -1)
    bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    bool may_make = is_concerned && is_tracing() && (is_unnamed || flags & O_CREAT);
    if (may_make) lock_trace();
    bool was_there = may_make && !is_unnamed && inode_at(folder, path) != 0;
    int file = open_really(way, folder, path, flags, more, mode);
    if (may_make && !was_there && file >= 0) {
        struct place place = {0};
        if (!is_unnamed) place = place_of(folder, path);
        record((struct record){.kind = RECORD_MAKE_FILE, .inode = inode_of(file), .folder = place.folder}, place.name,
            NULL, NULL, 0);
    }
    if (may_make) unlock_trace();
    if (verdict.late && file >= 0) {
        REAL(close)(file);
        errno = verdict.error;
        return -1;
    }
    return file;
}

#define MODE(flags)                                                             \
    unsigned mode = 0;                                                          \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                      \
        va_list arguments;                                                      \
        va_start(arguments, flags);                                             \
        mode = va_arg(arguments, unsigned);                                     \
        va_end(arguments);                                                      \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return open_under_plan(BY_OPENAT, AT_FDCWD, path, flags, NULL, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return open_under_plan(BY_OPENAT, AT_FDCWD, path, flags, NULL, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    return open_under_plan(BY_OPENAT, folder, path, flags, NULL, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags)
    return open_under_plan(BY_OPENAT, folder, path, flags, NULL, mode);
}

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    if (number != SYS_openat2) return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    const struct open_how *how = (const void *)a[2];
    return open_under_plan(BY_OPENAT2, (int)a[0], (const char *)a[1], (int)how->flags, how, 0);
}

/* The descriptor is gone, whatever the call says: close(2). */
int close(int file) {
    struct verdict verdict = judge(CALL_CLOSE, concerns(file));
    int result = REAL(close)(file);
    verdict.late = verdict.late || verdict.early;
    return late(verdict, result);
}

/* Names */

SIMPLE(access, CALL_STATUS, concerns_path(AT_FDCWD, path), (const char *path, int mode), (path, mode))

static int rename_under_plan(int from, const char *old, int to, const char *new, unsigned flags) {
    bool is_concerned = concerns_path(from, old) || concerns_path(to, new);
    struct verdict verdict = judge(CALL_RENAME, is_concerned);
    EARLY(verdict, -1)
    if (!is_concerned) return REAL(renameat2)(from, old, to, new, flags);
    lock_trace();
    struct place source = place_of(from, old), target = place_of(to, new);
    struct record head = {
        .kind = RECORD_RENAME, .inode = inode_at(from, old), .folder = source.folder, .other = target.folder};
    int result = REAL(renameat2)(from, old, to, new, flags);
    if (result == 0) record(head, source.name, target.name, NULL, 0);
    unlock_trace();
    return late(verdict, result);
}

int rename(const char *old, const char *new) { return rename_under_plan(AT_FDCWD, old, AT_FDCWD, new, 0); }

int renameat(int from, const char *old, int to, const char *new) { return rename_under_plan(from, old, to, new, 0); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return rename_under_plan(from, old, to, new, flags);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    bool is_concerned = concerns_path(from, old) || concerns_path(to, new);
    struct verdict verdict = judge(CALL_LINK, is_concerned);
    EARLY(verdict, -1)
    if (!is_concerned) return REAL(linkat)(from, old, to, new, flags);
    lock_trace();
    struct place target = place_of(to, new);
    int result = REAL(linkat)(from, old, to, new, flags);
    if (result == 0)
        record((struct record){.kind = RECORD_LINK, .inode = inode_at(to, new), .other = target.folder}, NULL,
            target.name, NULL, 0);
    unlock_trace();
    return late(verdict, result);
}

static int unlink_under_plan(int folder, const char *path, int flags) {
    bool is_concerned = concerns_path(folder, path);
    struct verdict verdict = judge(CALL_UNLINK, is_concerned);
    EARLY(verdict, -1)
    if (!is_concerned) return REAL(unlinkat)(folder, path, flags);
    lock_trace();
    struct place place = place_of(folder, path);
    struct record head = {.kind = RECORD_UNLINK, .inode = inode_at(folder, path), .folder = place.folder};
    int result = REAL(unlinkat)(folder, path, flags);
    if (result == 0) record(head, place.name, NULL, NULL, 0);
    unlock_trace();
    return late(verdict, result);
}

int unlinkat(int folder, const char *path, int flags) { return unlink_under_plan(folder, path, flags); }

int unlink(const char *path) { return unlink_under_plan(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlink_under_plan(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    bool is_concerned = concerns_path(folder, path);
    struct verdict verdict = judge(CALL_MAKE_FOLDER, is_concerned);
    EARLY(verdict, -1)
    if (!is_concerned) return REAL(mkdirat)(folder, path, mode);
    lock_trace();
    struct place place = place_of(folder, path);
    int result = REAL(mkdirat)(folder, path, mode);
    if (result == 0)
        record((struct record){.kind = RECORD_MAKE_FOLDER, .inode = inode_at(folder, path), .folder = place.folder},
            place.name, NULL, NULL, 0);
    unlock_trace();
    return late(verdict, result);
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Listing */

DIR *fdopendir(int folder) {
    struct verdict verdict = judge(CALL_LIST, concerns(folder));
    EARLY(verdict, NULL)
    return REAL(fdopendir)(folder);
}

struct dirent *readdir(DIR *folder) {
    struct verdict verdict = judge(CALL_LIST, concerns(dirfd(folder)));
    EARLY(verdict, NULL)
    return REAL(readdir)(folder);
}

/* Attributes */

SIMPLE(statx, CALL_STATUS, *path ? concerns_path(folder, path) : concerns(folder),
    (int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict status),
    (folder, path, flags, mask, status))
SIMPLE(fstat, CALL_STATUS, concerns(file), (int file, struct stat *status), (file, status))
SIMPLE(fstat64, CALL_STATUS, concerns(file), (int file, struct stat64 *status), (file, status))
SIMPLE(stat, CALL_STATUS, concerns_path(AT_FDCWD, path), (const char *restrict path, struct stat *restrict status),
    (path, status))
SIMPLE(stat64, CALL_STATUS, concerns_path(AT_FDCWD, path),
    (const char *restrict path, struct stat64 *restrict status), (path, status))
SIMPLE(lstat, CALL_STATUS, concerns_path(AT_FDCWD, path), (const char *restrict path, struct stat *restrict status),
    (path, status))
SIMPLE(lstat64, CALL_STATUS, concerns_path(AT_FDCWD, path),
    (const char *restrict path, struct stat64 *restrict status), (path, status))
SIMPLE(fstatfs, CALL_FREE_SPACE, concerns(file), (int file, struct statfs *status), (file, status))
SIMPLE(fchmod, CALL_ATTRIBUTES, concerns(file), (int file, mode_t mode), (file, mode))
SIMPLE(fchown, CALL_ATTRIBUTES, concerns(file), (int file, uid_t user, gid_t group), (file, user, group))
SIMPLE(futimens, CALL_ATTRIBUTES, concerns(file), (int file, const struct timespec times[2]), (file, times))
SIMPLE(utime, CALL_ATTRIBUTES, concerns_path(AT_FDCWD, path), (const char *path, const struct utimbuf *times),
    (path, times))

char *realpath(const char *restrict path, char *restrict resolved) {
    struct verdict verdict = judge(CALL_STATUS, concerns_path(AT_FDCWD, path));
    EARLY(verdict, NULL)
    return REAL(realpath)(path, resolved);
}

ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size) {
    struct verdict verdict = judge(CALL_STATUS, concerns_path(AT_FDCWD, path));
    EARLY(verdict, -1)
    return REAL(readlink)(path, buffer, size);
}
