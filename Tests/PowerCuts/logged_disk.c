/* A disk that remembers the order of everything: a FUSE file system with one file, `disk`, for a loop device with direct I/O.

   Usage: logged_disk MOUNTPOINT IMAGE LOG COUNTER
     IMAGE    holds what the disk holds
     LOG      gets a record for each write and each flush, in the order in which they were answered; disk.py reads it
     COUNTER  8 bytes, for whoever maps them: how many records there are by now

   One thread answers, one request at a time: that is what makes the log's order true. */
#define FUSE_USE_VERSION 34
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER = FUSE_ROOT_ID, DISK = 2 };
enum { RECORD_WRITE = 1, RECORD_FLUSH = 2 };
static const double FOREVER = 3600;

/* A write's bytes follow it. disk.py has the same layout. */
struct record {
    uint32_t magic, kind;
    uint64_t number, offset, length;
};

static int image, record_log;
static off_t image_size;
static _Atomic uint64_t *counter;

/* A log with a gap would prove nothing. */
static void append(const void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t count = write(record_log, (const char *)bytes + done, length - done);
        if (count <= 0) abort();
        done += (size_t)count;
    }
}

static void record(uint32_t kind, off_t offset, const void *bytes, size_t length) {
    struct record head = {0x4c4f4744, kind, atomic_load(counter), (uint64_t)offset, length};
    append(&head, sizeof head);
    if (bytes) append(bytes, length);
    atomic_fetch_add(counter, 1);
}

static struct stat attributes(fuse_ino_t inode) {
    if (inode == FOLDER) return (struct stat){.st_ino = inode, .st_mode = S_IFDIR | 0755, .st_nlink = 2};
    return (struct stat){.st_ino = inode, .st_mode = S_IFREG | 0600, .st_nlink = 1, .st_size = image_size,
        .st_blksize = 4096, .st_blocks = image_size / 512};
}

static void get_attributes(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    (void)file;
    struct stat status = attributes(inode);
    fuse_reply_attr(request, &status, FOREVER);
}

static void set_attributes(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int which,
    struct fuse_file_info *file) {
    (void)wanted, (void)which;
    get_attributes(request, inode, file);
}

static void look_up(fuse_req_t request, fuse_ino_t parent, const char *name) {
    if (parent != FOLDER || strcmp(name, "disk") != 0) {
        fuse_reply_err(request, ENOENT);
        return;
    }
    struct fuse_entry_param entry = {
        .ino = DISK, .attr = attributes(DISK), .attr_timeout = FOREVER, .entry_timeout = FOREVER};
    fuse_reply_entry(request, &entry);
}

static void open_disk(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    (void)inode;
    fuse_reply_open(request, file);
}

static void read_disk(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset, struct fuse_file_info *file) {
    (void)inode, (void)file;
    char *buffer = malloc(size);
    ssize_t count = buffer ? pread(image, buffer, size, offset) : -1;
    if (count < 0)
        fuse_reply_err(request, EIO);
    else
        fuse_reply_buf(request, buffer, (size_t)count);
    free(buffer);
}

static void write_disk(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size, off_t offset,
    struct fuse_file_info *file) {
    (void)inode, (void)file;
    if (offset + (off_t)size > image_size) {
        fuse_reply_err(request, ENOSPC);
    } else if (pwrite(image, bytes, size, offset) != (ssize_t)size) {
        fuse_reply_err(request, EIO);
    } else {
        record(RECORD_WRITE, offset, bytes, size);
        fuse_reply_write(request, size);
    }
}

static void flush_disk(fuse_req_t request, fuse_ino_t inode, int only_data, struct fuse_file_info *file) {
    (void)inode, (void)only_data, (void)file;
    record(RECORD_FLUSH, 0, NULL, 0);
    fuse_reply_err(request, 0);
}

static void close_disk(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    (void)inode, (void)file;
    fuse_reply_err(request, 0);
}

static void begin(void *data, struct fuse_conn_info *connection) {
    (void)data;
    connection->max_write = 1 << 20;
    connection->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
}

static const struct fuse_lowlevel_ops operations = {.init = begin, .lookup = look_up, .getattr = get_attributes,
    .setattr = set_attributes, .open = open_disk, .read = read_disk, .write = write_disk, .fsync = flush_disk,
    .flush = close_disk};

static int prepare(char **arguments) {
    image = open(arguments[2], O_RDWR | O_CLOEXEC);
    record_log = open(arguments[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int count = open(arguments[4], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status;
    if (image < 0 || record_log < 0 || count < 0 || fstat(image, &status) || ftruncate(count, sizeof *counter)) return -1;
    image_size = status.st_size;
    void *map = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, count, 0);
    if (map == MAP_FAILED) return -1;
    counter = map;
    // Memory that is reclaimed by writing to this very disk would wait for this very program.
    prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    return 0;
}

int main(int count, char **arguments) {
    if (count != 5) return 64;
    if (prepare(arguments)) {
        perror("logged_disk");
        return 1;
    }
    char *options[] = {arguments[0], "-o", "fsname=logged_disk,default_permissions"};
    struct fuse_args fuse_arguments = FUSE_ARGS_INIT(3, options);
    struct fuse_session *session = fuse_session_new(&fuse_arguments, &operations, sizeof operations, NULL);
    if (!session || fuse_set_signal_handlers(session) || fuse_session_mount(session, arguments[1])) return 1;
    puts("ready");
    fflush(stdout);
    int result = fuse_session_loop(session);
    fuse_session_unmount(session);
    return result < 0;
}
