/* A library that LD_PRELOAD puts between a program and the C library, for tests: it counts the calls of the file system
   that concern chosen folders, makes chosen ones fail, shifts the clock, and writes down what was done. The tests compile
   it (Tests/EndToEndTests/Faults/Injection); nothing of it ships.

   Environment:
     AUTO_UPLOAD_FAULT_CONTROL   a file that holds a struct control; it may be changed while the program runs
     AUTO_UPLOAD_FAULT_FOLDERS   the folders that are concerned, with everything below them, separated by colons
     AUTO_UPLOAD_FAULT_TRACE     a file to append records to (trace.h); none when it isn't set
     AUTO_UPLOAD_FAULT_CLEANUP   a status to end with when libraries are to clean up at the end of the process */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Calls that a plan tells apart; bits of `control.calls`. FaultPlan.swift has the same list. */
enum call {
    CALL_OPEN,
    CALL_CLOSE,
    CALL_READ,
    CALL_WRITE,
    CALL_SEEK,
    CALL_TRUNCATE,
    CALL_ALLOCATE,
    CALL_FLUSH,
    CALL_FLUSH_ALL,
    CALL_START_WRITEBACK,
    CALL_RENAME,
    CALL_LINK,
    CALL_UNLINK,
    CALL_MAKE_FOLDER,
    CALL_LIST,
    CALL_STATUS,
    CALL_FREE_SPACE,
    CALL_ATTRIBUTES,
    CALL_LOCK,
    CALL_LEASE,
    CALL_DUPLICATE,
    CALL_ADVISE,
};

/* Shared with the test, which maps or writes the same file. Every field is 8 bytes. */
struct control {
    _Atomic uint64_t counted; /* calls so far that `calls` names and that concern the folders */
    _Atomic uint64_t fired;   /* how many of them were made to fail */
    _Atomic uint64_t first;   /* the numbers of those that are to fail, counted from 1; 0: none */
    _Atomic uint64_t last;
    _Atomic uint64_t calls;   /* bits of enum call */
    _Atomic uint64_t error;   /* the errno to fail with, or enum special */
    _Atomic uint64_t late;    /* 1: the call is made, and said to have failed */
    _Atomic uint64_t kind;    /* enum call of the latest one that failed */
    _Atomic int64_t clock;    /* seconds that CLOCK_REALTIME is wrong by */
};

enum special {
    SPECIAL_SHORT = 0,       /* a read or write takes half of the bytes; other calls are left alone */
    SPECIAL_KILL = 1 << 16,  /* the program is killed before the call */
    SPECIAL_HOLD = 2 << 16,  /* the call waits until the plan changes */
};

struct verdict {
    bool early, late, halved;
    int error;
};

/* The C library's own function. */
#define REAL(name)                                                              \
    ({                                                                          \
        static __typeof__(&name) found;                                         \
        if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);         \
        found;                                                                  \
    })

struct control *control(void);

/* Whether a descriptor, or a path that starts in a folder, lies in one of the folders. */
bool concerns(int descriptor);
bool concerns_path(int folder, const char *path);

/* Counts a call, and says what is to become of it. errno stays. */
struct verdict judge(enum call call, bool is_concerned);
