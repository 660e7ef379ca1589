/* Uploads over many connections at once, each from a thread of its own, and tells how the server has shared itself out.

   Usage: upload_at_once PORT USER COUNT CA_FILE FOLDER BYTES SECONDS 3<PASSWORD_FILE
   All log in first, and begin together. With 0 SECONDS each uploads one file; otherwise one after the other, until so many
   have passed. A file is on its way from its offer (the first one from the common beginning) until it is confirmed.
   Prints lines `WHAT NUMBER`: uploads, MB/s, p50_ms, p95_ms and max_ms of the files; and of the connections' rates,
   divided by their mean: least, p5, p95 and most. */
#define _GNU_SOURCE
#include "session.h"
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>

enum { login_threads = 4, stack_bytes = 256 * 1024, longest_path = 200, digest_bytes = 32, longest_life = 65536 };

struct client {
    SSL *session;
    size_t index;
    unsigned long uploads;
    double last; /* seconds from the beginning until its last confirmation */
    float *durations;
};

static struct client *clients;
static size_t clients_count, file_bytes;
static const char *folder;
static double begin, lasting;
static unsigned char *content, digest[digest_bytes];
static atomic_size_t next;
static pthread_barrier_t start;

static void send_offer(SSL *session, unsigned long upload, size_t index) {
    unsigned char frame[header_bytes + 38 + longest_path] = {0}, *payload = frame + header_bytes;
    int length = snprintf((char *)payload + 38, longest_path, "%s/clip%05zu-%05lu.MP4", folder, index, upload);
    if (length <= 0 || length >= longest_path || RAND_bytes(payload, 16) != 1) fail("an offer");
    put(payload + 16, file_bytes, 8);
    put(payload + 24, 1700000000, 8);
    put(payload + 36, (unsigned)length, 2);
    put_header(frame, offer, 0x01, upload, 38 + (size_t)length);
    send_bytes(session, frame, header_bytes + 38 + (size_t)length);
}

static void send_data(SSL *session, unsigned long upload) {
    unsigned char frame[header_bytes + longest_payload];
    for (size_t sent = 0, length; sent < file_bytes; sent += length) {
        length = file_bytes - sent < longest_payload ? file_bytes - sent : longest_payload;
        put_header(frame, data, 0, upload, length);
        memcpy(frame + header_bytes, content + sent, length);
        send_bytes(session, frame, header_bytes + length);
    }
    put_header(frame, finish, 0, upload, digest_bytes);
    memcpy(frame + header_bytes, digest, digest_bytes);
    send_bytes(session, frame, header_bytes + digest_bytes);
}

static void upload_one(struct client *client) {
    unsigned char answer[header_bytes + 4300];
    unsigned long upload = ++client->uploads;
    send_offer(client->session, upload, client->index);
    send_data(client->session, upload);
    expect(client->session, proceed);
    expect_frame(client->session, stored, answer, sizeof answer);
    if (get(answer + header_bytes, 8) == file_bytes && memcmp(answer + header_bytes + 8, digest, digest_bytes) == 0) return;
    fprintf(stderr, "a confirmation is of other content\n");
    exit(70);
}

static void *work(void *argument) {
    struct client *client = argument;
    pthread_barrier_wait(&start);
    double began = begin;
    do {
        upload_one(client);
        client->last = now() - begin;
        client->durations[client->uploads - 1] = (float)(begin + client->last - began);
        began = begin + client->last;
    } while (client->last < lasting && client->uploads < longest_life);
    return NULL;
}

static void *log_in_some(void *unused) {
    size_t index;
    while ((index = atomic_fetch_add(&next, 1)) < clients_count) clients[index].session = log_in();
    return unused;
}

static void log_all_in(void) {
    pthread_t workers[login_threads];
    clients[0].session = log_in(); /* the others' password needn't be hashed then */
    atomic_store(&next, 1);
    for (int index = 0; index < login_threads; index++)
        if (pthread_create(&workers[index], NULL, log_in_some, NULL) != 0) fail("a thread");
    for (int index = 0; index < login_threads; index++) pthread_join(workers[index], NULL);
}

static void prepare_content(void) {
    content = malloc(file_bytes);
    if (content == NULL || RAND_bytes(content, (int)file_bytes) != 1) fail("the content");
    if (EVP_Digest(content, file_bytes, digest, NULL, EVP_sha256(), NULL) != 1) fail_tls("SHA-256");
}

static void prepare_clients(void) {
    clients = calloc(clients_count, sizeof *clients);
    if (clients == NULL) fail("memory");
    for (size_t index = 0; index < clients_count; index++) {
        clients[index].index = index;
        clients[index].durations = calloc(lasting > 0 ? longest_life : 1, sizeof *clients[index].durations);
        if (clients[index].durations == NULL) fail("memory");
    }
}

static void run_all(void) {
    pthread_attr_t small;
    pthread_t *threads = calloc(clients_count, sizeof *threads);
    if (threads == NULL || pthread_attr_init(&small) != 0 || pthread_attr_setstacksize(&small, stack_bytes) != 0 ||
        pthread_barrier_init(&start, NULL, (unsigned)clients_count + 1) != 0)
        fail("threads");
    for (size_t index = 0; index < clients_count; index++)
        if (pthread_create(&threads[index], &small, work, &clients[index]) != 0) fail("a thread");
    begin = now(); /* nobody is through the barrier yet */
    pthread_barrier_wait(&start);
    for (size_t index = 0; index < clients_count; index++) pthread_join(threads[index], NULL);
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double at(const double *sorted, size_t count, double part) {
    size_t index = (size_t)(part * (double)count);
    return sorted[index < count ? index : count - 1];
}

static void report_files(void) {
    size_t count = 0, filled = 0;
    for (size_t index = 0; index < clients_count; index++) count += clients[index].uploads;
    double *durations = calloc(count, sizeof *durations);
    if (durations == NULL) fail("memory");
    for (size_t index = 0; index < clients_count; index++)
        for (unsigned long upload = 0; upload < clients[index].uploads; upload++)
            durations[filled++] = clients[index].durations[upload] * 1000;
    qsort(durations, count, sizeof *durations, ascending);
    printf("uploads %zu\n", count);
    printf("p50_ms %.3f\np95_ms %.3f\nmax_ms %.3f\n", at(durations, count, 0.5), at(durations, count, 0.95),
           durations[count - 1]);
}

/* Of one file each, all that went is divided by the time until the last one is there; of many, each connection counts
   until its own last one: while others still finish theirs, it isn't slow, but through. */
static void report_rates(void) {
    double sum = 0, longest = 0, all = 0;
    double *rates = calloc(clients_count, sizeof *rates);
    if (rates == NULL) fail("memory");
    for (size_t index = 0; index < clients_count; index++) {
        rates[index] = (double)clients[index].uploads * (double)file_bytes / clients[index].last;
        sum += rates[index];
        all += (double)clients[index].uploads * (double)file_bytes;
        if (clients[index].last > longest) longest = clients[index].last;
    }
    qsort(rates, clients_count, sizeof *rates, ascending);
    double mean = sum / (double)clients_count;
    printf("MB/s %.3f\n", (lasting > 0 ? sum : all / longest) / 1e6);
    printf("least %.4f\np5 %.4f\n", rates[0] / mean, at(rates, clients_count, 0.05) / mean);
    printf("p95 %.4f\nmost %.4f\n", at(rates, clients_count, 0.95) / mean, rates[clients_count - 1] / mean);
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: upload_at_once PORT USER COUNT CA_FILE FOLDER BYTES SECONDS 3<PASSWORD_FILE\n");
        return 64;
    }
    prepare_address(arguments[1]);
    clients_count = number(arguments[3], 100000);
    folder = arguments[5];
    file_bytes = number(arguments[6], 1 << 30);
    lasting = strcmp(arguments[7], "0") == 0 ? 0 : (double)number(arguments[7], 3600);
    prepare_login(arguments[2]);
    prepare_tls(arguments[4]);
    prepare_content();
    prepare_clients();
    log_all_in();
    run_all();
    report_files();
    report_rates();
    return 0;
}
