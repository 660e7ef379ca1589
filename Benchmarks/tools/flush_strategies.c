/* Ways to make many small files durable under their names, and how many files a second each of them manages. The last
   step of each file is the same: renamed, and the name flushed. Nothing is hashed or sent.

   Usage: flush_strategies FOLDER COUNT BYTES      prints a line for each strategy: its name and files per second

     none                 no flush at all: what the rest costs
     each                 each file: flush, rename, flush the folder
     each_8_threads       the same by 8 threads: the journal of the file system groups their commits
     batch_N_syncfs       N files written, one syncfs, all renamed, the folder flushed
     batch_N_flush_each   N files written and their write-back begun, each flushed, all renamed, the folder flushed
     batch_N_8_threads    N files written, flushed by 8 threads, all renamed, the folder flushed */
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { thread_count = 8, longest_batch = 256 };

static size_t file_count, file_bytes;
static unsigned char *content;
static int folder; /* of the strategy that runs */

static void name_of(char *name, size_t size, const char *prefix, size_t number) {
    snprintf(name, size, "%s%06zu", prefix, number);
}

static int write_file(size_t number) {
    char name[32];
    name_of(name, sizeof name, "part", number);
    int file = openat(folder, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0 || write(file, content, file_bytes) != (ssize_t)file_bytes) fail(name);
    return file;
}

static void publish(size_t number) {
    char from[32], to[32];
    name_of(from, sizeof from, "part", number);
    name_of(to, sizeof to, "clip", number);
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) != 0) fail(to);
}

static void flush(int descriptor) {
    if (fsync(descriptor) != 0) fail("flushing");
}

/* Calls `work` from several threads, each with the next number below `limit`. */
struct crew {
    void (*work)(size_t number);
    atomic_size_t next;
    size_t limit;
};

static void *join_crew(void *argument) {
    struct crew *crew = argument;
    size_t number;
    while ((number = atomic_fetch_add(&crew->next, 1)) < crew->limit) crew->work(number);
    return NULL;
}

static void share(void (*work)(size_t number), size_t limit) {
    struct crew crew = {.work = work, .limit = limit};
    pthread_t workers[thread_count];
    for (int index = 0; index < thread_count; index++)
        if (pthread_create(&workers[index], NULL, join_crew, &crew) != 0) fail("a thread");
    for (int index = 0; index < thread_count; index++) pthread_join(workers[index], NULL);
}

/* One file at a time. */
static void store_unflushed(size_t number) {
    close(write_file(number));
    publish(number);
}

static void store_durably(size_t number) {
    int file = write_file(number);
    flush(file);
    close(file);
    publish(number);
    flush(folder);
}

/* Batches: how their content is flushed. */
static int files[longest_batch];

static void by_syncfs(size_t count) {
    (void)count;
    if (syncfs(folder) != 0) fail("syncfs");
}

static void flush_one(size_t index) { flush(files[index]); }

static void one_by_one(size_t count) {
    for (size_t index = 0; index < count; index++)
        if (sync_file_range(files[index], 0, 0, SYNC_FILE_RANGE_WRITE) != 0) fail("write-back");
    for (size_t index = 0; index < count; index++) flush_one(index);
}

static void by_threads(size_t count) { share(flush_one, count); }

static void store_in_batches(size_t batch, void (*flush_content)(size_t count)) {
    for (size_t first = 0; first < file_count; first += batch) {
        size_t count = file_count - first < batch ? file_count - first : batch;
        for (size_t index = 0; index < count; index++) files[index] = write_file(first + index);
        flush_content(count);
        for (size_t index = 0; index < count; index++) {
            close(files[index]);
            publish(first + index);
        }
        flush(folder);
    }
}

/* The strategies. */
static void none(void) {
    for (size_t number = 0; number < file_count; number++) store_unflushed(number);
}
static void each(void) {
    for (size_t number = 0; number < file_count; number++) store_durably(number);
}
static void each_8_threads(void) { share(store_durably, file_count); }
static void batch_64_syncfs(void) { store_in_batches(64, by_syncfs); }
static void batch_256_syncfs(void) { store_in_batches(256, by_syncfs); }
static void batch_64_flush_each(void) { store_in_batches(64, one_by_one); }
static void batch_256_flush_each(void) { store_in_batches(256, one_by_one); }
static void batch_64_8_threads(void) { store_in_batches(64, by_threads); }
static void batch_256_8_threads(void) { store_in_batches(256, by_threads); }

/* In a folder of its own; what was written before is flushed before the clock starts. Nothing is deleted: ext4 passes over
   each inode that was deleted in the last minutes, one after the other, whenever a file is made nearby. */
static void measure(const char *parent, const char *name, void (*strategy)(void)) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", parent, name);
    if (mkdir(path, 0700) != 0 || (folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) fail(path);
    flush(folder);
    sync();
    double begin = now();
    strategy();
    printf("%s %.0f\n", name, (double)file_count / (now() - begin));
    fflush(stdout);
    close(folder);
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: flush_strategies FOLDER COUNT BYTES\n");
        return 64;
    }
    file_count = number(arguments[2], 999999);
    file_bytes = number(arguments[3], 1 << 30);
    content = malloc(file_bytes);
    if (content == NULL) fail("memory");
    memset(content, 0x5a, file_bytes);
#define MEASURE(strategy) measure(arguments[1], #strategy, strategy)
    MEASURE(none);
    MEASURE(each);
    MEASURE(each_8_threads);
    MEASURE(batch_64_syncfs);
    MEASURE(batch_256_syncfs);
    MEASURE(batch_64_flush_each);
    MEASURE(batch_256_flush_each);
    MEASURE(batch_64_8_threads);
    MEASURE(batch_256_8_threads);
    return 0;
}
