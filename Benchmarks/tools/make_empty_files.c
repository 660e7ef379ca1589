/* Makes so many empty files, clip00000000.MP4 and so on, in a folder that is there: a million take a shell minutes.
   Usage: make_empty_files FOLDER COUNT */
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <unistd.h>

int main(int count, char **arguments) {
    char name[32];
    if (count != 3) {
        fprintf(stderr, "usage: make_empty_files FOLDER COUNT\n");
        return 64;
    }
    int folder = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) fail(arguments[1]);
    unsigned long files = number(arguments[2], 100000000);
    for (unsigned long index = 0; index < files; index++) {
        snprintf(name, sizeof name, "clip%08lu.MP4", index);
        int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0) fail(name);
        close(file);
    }
    return 0;
}
