/* What the tools share: a clock, and an end with a reason. */
#ifndef MEASURE_H
#define MEASURE_H
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__attribute__((noreturn)) static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(70);
}

static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A number of 1 … maximum, or the end of the program. */
static inline unsigned long number(const char *text, unsigned long maximum) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || value == 0 || value > maximum) {
        fprintf(stderr, "'%s' is not a number from 1 to %lu\n", text, maximum);
        exit(64);
    }
    return value;
}
#endif
