/* A link with a delay, in user space: what comes from one side goes on to the other so much later, in order, and as fast
   as it came. A new connection waits a round trip before its first byte, as its handshake by TCP would have.

   Usage: delay_proxy PORT TARGET_PORT MILLISECONDS      both on 127.0.0.1; serves until it is ended

   Each direction has two threads, which share a queue of pieces with the times at which they are due. The queue is long
   enough for 1 Gbit/s; beyond that it holds back the sender, as a window of TCP would. */
#define _GNU_SOURCE
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { piece_bytes = 16 * 1024, queue_pieces = 1024 };

struct piece {
    double due;
    ssize_t length; /* 0: the end of the stream */
    unsigned char bytes[piece_bytes];
};

struct direction {
    int from, to;
    double start;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t first, count;
    struct piece pieces[queue_pieces];
};

static double delay;
static struct sockaddr_in target;

static void wait_until(double time) {
    double left = time - now();
    if (left <= 0) return;
    struct timespec pause = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&pause, NULL);
}

/* Only the receiving thread adds, so that the piece that it fills is its own until it is counted. */
static void *receive(void *argument) {
    struct direction *link = argument;
    ssize_t length;
    wait_until(link->start);
    do {
        pthread_mutex_lock(&link->lock);
        while (link->count == queue_pieces) pthread_cond_wait(&link->changed, &link->lock);
        struct piece *piece = &link->pieces[(link->first + link->count) % queue_pieces];
        pthread_mutex_unlock(&link->lock);
        length = recv(link->from, piece->bytes, piece_bytes, 0);
        if (length < 0) length = 0;
        piece->length = length;
        piece->due = now() + delay;
        pthread_mutex_lock(&link->lock);
        link->count++;
        pthread_cond_signal(&link->changed);
        pthread_mutex_unlock(&link->lock);
    } while (length > 0);
    return NULL;
}

static int send_all(int to, const unsigned char *bytes, ssize_t length) {
    while (length > 0) {
        ssize_t sent = send(to, bytes, (size_t)length, MSG_NOSIGNAL);
        if (sent < 0) return 0;
        bytes += sent;
        length -= sent;
    }
    return 1;
}

/* Goes on after a failure, so that the receiving thread never waits for room in vain. */
static void forward(struct direction *link) {
    int open = 1;
    ssize_t length;
    do {
        pthread_mutex_lock(&link->lock);
        while (link->count == 0) pthread_cond_wait(&link->changed, &link->lock);
        struct piece *piece = &link->pieces[link->first];
        pthread_mutex_unlock(&link->lock);
        wait_until(piece->due);
        length = piece->length;
        if (open && !send_all(link->to, piece->bytes, length)) {
            open = 0;
            shutdown(link->from, SHUT_RD);
        }
        pthread_mutex_lock(&link->lock);
        link->first = (link->first + 1) % queue_pieces;
        link->count--;
        pthread_cond_signal(&link->changed);
        pthread_mutex_unlock(&link->lock);
    } while (length > 0);
    shutdown(link->to, SHUT_WR);
}

static void *run(void *argument) {
    struct direction *link = argument;
    pthread_t receiver;
    if (pthread_create(&receiver, NULL, receive, link) != 0) fail("a thread");
    forward(link);
    pthread_join(receiver, NULL);
    return NULL;
}

static struct direction *new_direction(int from, int to, double start) {
    struct direction *link = calloc(1, sizeof *link);
    if (link == NULL) fail("memory");
    link->from = from;
    link->to = to;
    link->start = start;
    pthread_mutex_init(&link->lock, NULL);
    pthread_cond_init(&link->changed, NULL);
    return link;
}

static void set_no_delay(int socket) {
    int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void *serve(void *argument) {
    int client = (int)(long)argument, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    double start = now() + 2 * delay;
    if (server < 0) fail("a socket");
    if (connect(server, (struct sockaddr *)&target, sizeof target) == 0) {
        struct direction *there = new_direction(client, server, start), *back = new_direction(server, client, start);
        pthread_t thread;
        set_no_delay(client);
        set_no_delay(server);
        if (pthread_create(&thread, NULL, run, back) != 0) fail("a thread");
        run(there);
        pthread_join(thread, NULL);
        free(there);
        free(back);
    }
    close(server);
    close(client);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: delay_proxy PORT TARGET_PORT MILLISECONDS\n");
        return 64;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    target = address;
    address.sin_port = htons((uint16_t)number(arguments[1], 65535));
    target.sin_port = htons((uint16_t)number(arguments[2], 65535));
    delay = (double)number(arguments[3], 60000) / 1000;
    signal(SIGPIPE, SIG_IGN);
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 128) != 0)
        fail("listening");
    while (1) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        pthread_t thread;
        if (client < 0) continue;
        if (pthread_create(&thread, NULL, serve, (void *)(long)client) != 0) fail("a thread");
        pthread_detach(thread);
    }
}
