/* Tells when something in a folder was renamed for the first time: the start of a wipe.
   Usage: first_rename FOLDER      prints "watching", then the Unix time as bash's EPOCHREALTIME has it, and ends */
#define _GNU_SOURCE
#include "measure.h"
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(int count, char **arguments) {
    char event[sizeof(struct inotify_event) + NAME_MAX + 1];
    struct timespec time;
    if (count != 2) {
        fprintf(stderr, "usage: first_rename FOLDER\n");
        return 64;
    }
    int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, arguments[1], IN_MOVED_FROM | IN_ONLYDIR) < 0) fail(arguments[1]);
    puts("watching");
    fflush(stdout);
    if (read(watch, event, sizeof event) <= 0) fail(arguments[1]);
    clock_gettime(CLOCK_REALTIME, &time);
    printf("%lld.%06ld\n", (long long)time.tv_sec, time.tv_nsec / 1000);
    return 0;
}
