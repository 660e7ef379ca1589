/* Logs in so many times over so many connections, and holds them open.

   Usage: hold_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE
   Prints how many are logged in; after a line on standard input, having sent a ping over each, how many were answered; and
   holds them until another line, or the end of input. Leaves other than 0 as soon as one of them fails. */
#define _GNU_SOURCE
#include "session.h"
#include <pthread.h>
#include <stdatomic.h>

enum { threads = 4 };

static SSL **sessions;
static size_t sessions_count;
static atomic_size_t next;

static void *log_in_some(void *unused) {
    size_t index;
    while ((index = atomic_fetch_add(&next, 1)) < sessions_count) sessions[index] = log_in();
    return unused;
}

static void *ping_some(void *unused) {
    size_t index;
    while ((index = atomic_fetch_add(&next, 1)) < sessions_count) {
        send_frame(sessions[index], ping, (const unsigned char *)"12345678", 8);
        expect(sessions[index], pong);
    }
    return unused;
}

/* With all of them, by several threads. */
static void for_each(void *(*work)(void *)) {
    pthread_t workers[threads];
    atomic_store(&next, 0);
    for (int index = 0; index < threads; index++)
        if (pthread_create(&workers[index], NULL, work, NULL) != 0) fail("a thread");
    for (int index = 0; index < threads; index++) pthread_join(workers[index], NULL);
    printf("%zu\n", sessions_count);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: hold_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE\n");
        return 64;
    }
    prepare_address(arguments[1]);
    sessions_count = number(arguments[3], 1000000);
    sessions = calloc(sessions_count, sizeof *sessions);
    if (sessions == NULL) fail("memory");
    prepare_login(arguments[2]);
    prepare_tls(arguments[4]);
    for_each(log_in_some);
    if (getchar() == EOF) return 0;
    for_each(ping_some);
    getchar();
    return 0;
}
