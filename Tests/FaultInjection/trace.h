/* The record of what a program did to its folders, for a model of what a crash may leave (TraceRecord.swift reads it). */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum record_kind {
    RECORD_WRITE = 1,      /* inode, offset; data */
    RECORD_TRUNCATE,       /* inode, offset: the size */
    RECORD_MAKE_FILE,      /* inode, folder, name; without a name: both are missing */
    RECORD_MAKE_FOLDER,    /* inode, folder, name */
    RECORD_RENAME,         /* inode, folder, name → other, other_name */
    RECORD_LINK,           /* inode, other, other_name */
    RECORD_UNLINK,         /* inode, folder, name */
    RECORD_FLUSHING,       /* inode: a flush begins */
    RECORD_FLUSHED,        /* inode, result */
    RECORD_FLUSHING_ALL,   /* a flush of the whole file system begins */
    RECORD_FLUSHED_ALL,    /* result */
    RECORD_SENDING,        /* inode: the TLS session; data: plain bytes that may go out from now on */
    RECORD_SENT,           /* inode: the TLS session, offset: how many of them have gone */
    RECORD_RECEIVED,       /* inode: the TLS session; data: plain bytes that came */
    RECORD_ENDED,          /* inode: the TLS session, whose number may be used again */
};

/* As it stands in the file, in the machine's byte order, followed by name, other_name and data. */
struct record {
    uint32_t size; /* of all of it */
    uint16_t kind, name_length, other_name_length, reserved;
    uint32_t thread;
    int64_t result;
    uint64_t inode, folder, other, offset;
};

struct words {
    const void *start;
    size_t length;
};

/* What a name in a folder leads to, by inode numbers. */
struct place {
    uint64_t folder;
    char name[256];
};

int is_tracing(void);
/* Between these, nobody else changes names: what one thread does by what another has done stands after it. */
void lock_trace(void);
void unlock_trace(void);
/* Appends a record; `size`, the lengths and `thread` are filled in. The lock may be held. errno stays. */
void record(struct record record, const char *name, const char *other_name, const void *data, size_t length);

uint64_t inode_of(int descriptor);
/* 0 when there is nothing */
uint64_t inode_at(int folder, const char *path);
struct place place_of(int folder, const char *path);
