/* Which calls are concerned, and which of them fail. */
#include "faults.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct control none;
static struct control *shared = &none;
static const char *folders = "";
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void map_control(const char *path) {
    int file = REAL(open)(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) shared = page;
    REAL(close)(file);
}

static void set_up(void) {
    const char *path = getenv("AUTO_UPLOAD_FAULT_CONTROL"), *list = getenv("AUTO_UPLOAD_FAULT_FOLDERS");
    if (list) folders = strdup(list);
    if (path) map_control(path);
}

struct control *control(void) {
    pthread_once(&once, set_up);
    return shared;
}

static bool is_below(const char *path) {
    for (const char *next = folders; *next;) {
        size_t length = strcspn(next, ":");
        if (strncmp(path, next, length) == 0 && (path[length] == '/' || path[length] == 0)) return true;
        next += length + (next[length] == ':');
    }
    return false;
}

static bool find(int descriptor, char path[PATH_MAX]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = REAL(readlink)(link, path, PATH_MAX - 1);
    if (length < 0) return false;
    path[length] = 0;
    return true;
}

bool concerns(int descriptor) {
    int saved = errno;
    char path[PATH_MAX];
    control();
    bool is_concerned = *folders && find(descriptor, path) && is_below(path);
    errno = saved;
    return is_concerned;
}

bool concerns_path(int folder, const char *path) {
    control();
    if (!path || !*folders) return false;
    return *path == '/' ? is_below(path) : folder != AT_FDCWD && concerns(folder);
}

static void hold(struct control *plan) {
    int saved = errno;
    while (plan->first) usleep(1000);
    errno = saved;
}

struct verdict judge(enum call call, bool is_concerned) {
    struct control *plan = control();
    if (!is_concerned || !(plan->calls >> call & 1)) return (struct verdict){0};
    uint64_t number = ++plan->counted;
    if (!plan->first || number < plan->first || number > plan->last) return (struct verdict){0};
    plan->fired++;
    plan->kind = call;
    int error = (int)plan->error;
    if (error == SPECIAL_KILL) raise(SIGKILL);
    if (error == SPECIAL_HOLD) {
        hold(plan);
        return (struct verdict){0};
    }
    return (struct verdict){
        .early = error && !plan->late, .late = error && plan->late, .halved = !error, .error = error};
}
