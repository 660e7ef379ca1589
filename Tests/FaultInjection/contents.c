/* Calls that concern what a file holds. */
#include "faults.h"
#include "trace.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <unistd.h>

/* Runs a call under the plan: fails it before or after, or lets it be. */
#define UNDER_PLAN(verdict, type, call)                                         \
    if ((verdict).early) {                                                      \
        errno = (verdict).error;                                                \
        return -1;                                                              \
    }                                                                           \
    type result = call;                                                         \
    if ((verdict).late && result != -1) {                                       \
        errno = (verdict).error;                                                \
        result = -1;                                                            \
    }

static size_t portion(struct verdict verdict, size_t count) {
    return verdict.halved && count > 1 ? count / 2 : count;
}

/* Reading */

ssize_t read(int file, void *buffer, size_t count) {
    struct verdict verdict = judge(CALL_READ, concerns(file));
    UNDER_PLAN(verdict, ssize_t, REAL(read)(file, buffer, portion(verdict, count)))
    return result;
}

ssize_t pread64(int file, void *buffer, size_t count, off64_t offset) {
    struct verdict verdict = judge(CALL_READ, concerns(file));
    UNDER_PLAN(verdict, ssize_t, REAL(pread64)(file, buffer, portion(verdict, count), offset))
    return result;
}

ssize_t pread(int file, void *buffer, size_t count, off_t offset) { return pread64(file, buffer, count, offset); }

/* Writing */

static void record_write(int file, const void *bytes, ssize_t count, off_t offset) {
    record((struct record){.kind = RECORD_WRITE, .inode = inode_of(file), .offset = (uint64_t)offset}, NULL, NULL,
        bytes, (size_t)count);
}

ssize_t write(int file, const void *bytes, size_t count) {
    bool is_concerned = concerns(file);
    struct verdict verdict = judge(CALL_WRITE, is_concerned);
    if (verdict.early) {
        errno = verdict.error;
        return -1;
    }
    ssize_t result = REAL(write)(file, bytes, portion(verdict, count));
    if (is_concerned && is_tracing() && result > 0)
        record_write(file, bytes, result, REAL(lseek)(file, 0, SEEK_CUR) - result);
    if (verdict.late && result != -1) {
        errno = verdict.error;
        return -1;
    }
    return result;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    bool is_concerned = concerns(file);
    struct verdict verdict = judge(CALL_WRITE, is_concerned);
    if (verdict.early) {
        errno = verdict.error;
        return -1;
    }
    ssize_t result = REAL(pwrite64)(file, bytes, portion(verdict, count), offset);
    if (is_concerned && result > 0) record_write(file, bytes, result, offset);
    if (verdict.late && result != -1) {
        errno = verdict.error;
        return -1;
    }
    return result;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return pwrite64(file, bytes, count, offset);
}

int ftruncate64(int file, off64_t size) {
    bool is_concerned = concerns(file);
    struct verdict verdict = judge(CALL_TRUNCATE, is_concerned);
    if (verdict.early) {
        errno = verdict.error;
        return -1;
    }
    int result = REAL(ftruncate64)(file, size);
    if (is_concerned && result == 0)
        record((struct record){.kind = RECORD_TRUNCATE, .inode = inode_of(file), .offset = (uint64_t)size}, NULL,
            NULL, NULL, 0);
    if (verdict.late && result == 0) {
        errno = verdict.error;
        return -1;
    }
    return result;
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int fallocate64(int file, int mode, off64_t offset, off64_t length) {
    UNDER_PLAN(judge(CALL_ALLOCATE, concerns(file)), int, REAL(fallocate64)(file, mode, offset, length))
    return result;
}

int fallocate(int file, int mode, off_t offset, off_t length) { return fallocate64(file, mode, offset, length); }

off64_t lseek64(int file, off64_t offset, int whence) {
    UNDER_PLAN(judge(CALL_SEEK, concerns(file)), off64_t, REAL(lseek64)(file, offset, whence))
    return result;
}

off_t lseek(int file, off_t offset, int whence) { return lseek64(file, offset, whence); }

int posix_fadvise(int file, off_t offset, off_t length, int advice) {
    struct verdict verdict = judge(CALL_ADVISE, concerns(file));
    return verdict.early ? verdict.error : REAL(posix_fadvise)(file, offset, length, advice);
}

/* Flushing */

static int flush(int file, int (*real)(int), enum call call, uint16_t begin, uint16_t end) {
    bool is_concerned = concerns(file);
    struct verdict verdict = judge(call, is_concerned);
    uint64_t inode = is_concerned ? inode_of(file) : 0;
    if (is_concerned) record((struct record){.kind = begin, .inode = inode}, NULL, NULL, NULL, 0);
    // A signal that interrupts a flush harms nothing; an error tells of writes that are lost, whatever was done.
    int result = verdict.early ? -1 : real(file);
    if (verdict.early || verdict.late) {
        errno = verdict.error;
        result = -1;
    }
    int64_t said = result == -1 && errno == EINTR ? EINTR : result;
    if (is_concerned) record((struct record){.kind = end, .inode = inode, .result = said}, NULL, NULL, NULL, 0);
    return result;
}

int fsync(int file) { return flush(file, REAL(fsync), CALL_FLUSH, RECORD_FLUSHING, RECORD_FLUSHED); }

int fdatasync(int file) { return flush(file, REAL(fdatasync), CALL_FLUSH, RECORD_FLUSHING, RECORD_FLUSHED); }

int syncfs(int file) { return flush(file, REAL(syncfs), CALL_FLUSH_ALL, RECORD_FLUSHING_ALL, RECORD_FLUSHED_ALL); }

int sync_file_range(int file, off64_t offset, off64_t length, unsigned flags) {
    UNDER_PLAN(judge(CALL_START_WRITEBACK, concerns(file)), int, REAL(sync_file_range)(file, offset, length, flags))
    return result;
}

/* Locks */

int flock(int file, int operation) {
    UNDER_PLAN(judge(CALL_LOCK, concerns(file)), int, REAL(flock)(file, operation))
    return result;
}

static int control_descriptor(int file, int command, long argument) {
    bool is_concerned = concerns(file);
    enum call call = command == F_SETLEASE || command == F_GETLEASE ? CALL_LEASE
        : command == F_DUPFD_CLOEXEC || command == F_DUPFD          ? CALL_DUPLICATE
                                                                    : CALL_LOCK;
    struct verdict verdict = judge(call, is_concerned);
    if (verdict.late && call == CALL_DUPLICATE) verdict.early = true;
    UNDER_PLAN(verdict, int, REAL(fcntl)(file, command, argument))
    return result;
}

#define FORWARD(last)                                                           \
    va_list arguments;                                                          \
    va_start(arguments, last);                                                  \
    long argument = va_arg(arguments, long);                                    \
    va_end(arguments);

int fcntl(int file, int command, ...) {
    FORWARD(command)
    return control_descriptor(file, command, argument);
}

int fcntl64(int file, int command, ...) {
    FORWARD(command)
    return control_descriptor(file, command, argument);
}
