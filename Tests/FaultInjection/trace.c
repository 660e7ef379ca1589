/* Writing down what was done. */
#include "trace.h"

#include "faults.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int file = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex;

static void set_up(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
    const char *path = getenv("AUTO_UPLOAD_FAULT_TRACE");
    if (path) file = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int is_tracing(void) {
    int saved = errno;
    pthread_once(&once, set_up);
    errno = saved;
    return file >= 0;
}

/* Before the program gives up to open files that aren't its own. */
__attribute__((constructor)) static void begin_early(void) {
    is_tracing();
    control();
}

void lock_trace(void) {
    if (is_tracing()) pthread_mutex_lock(&mutex);
}

void unlock_trace(void) {
    if (is_tracing()) pthread_mutex_unlock(&mutex);
}

static void write_all(struct iovec *parts, int count) {
    while (count > 0) {
        ssize_t written = REAL(writev)(file, parts, count);
        if (written < 0 && errno != EINTR) abort();
        for (; count > 0 && written >= (ssize_t)parts->iov_len; parts++, count--) written -= (ssize_t)parts->iov_len;
        if (count > 0 && written > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
}

void record(struct record head, const char *name, const char *other_name, const void *data, size_t length) {
    if (!is_tracing()) return;
    int saved = errno;
    size_t names[] = {name ? strlen(name) : 0, other_name ? strlen(other_name) : 0};
    head.name_length = (uint16_t)names[0];
    head.other_name_length = (uint16_t)names[1];
    head.size = (uint32_t)(sizeof head + names[0] + names[1] + length);
    head.thread = (uint32_t)REAL(syscall)(SYS_gettid);
    struct iovec parts[] = {
        {&head, sizeof head}, {(void *)name, names[0]}, {(void *)other_name, names[1]}, {(void *)data, length}};
    lock_trace();
    write_all(parts, 4);
    unlock_trace();
    errno = saved;
}

uint64_t inode_of(int descriptor) {
    int saved = errno;
    struct stat status;
    uint64_t inode = REAL(fstat)(descriptor, &status) == 0 ? status.st_ino : 0;
    errno = saved;
    return inode;
}

uint64_t inode_at(int folder, const char *path) {
    int saved = errno;
    struct stat status;
    uint64_t inode = REAL(fstatat)(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
    errno = saved;
    return inode;
}

struct place place_of(int folder, const char *path) {
    struct place place = {0};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    strncpy(place.name, name, sizeof place.name - 1);
    if (!slash) {
        place.folder = inode_of(folder);
    } else {
        char above[PATH_MAX] = "/";
        if (slash > path) memcpy(above, path, (size_t)(slash - path) < PATH_MAX ? (size_t)(slash - path) : 0);
        place.folder = inode_at(folder, above);
    }
    return place;
}
