/* Logs in so many times over so many connections, as docs/PROTOCOL.md has it, and holds them open.

   Usage: hold_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE
   Prints how many are logged in. After a line on standard input it sends a ping over each, prints how many were answered,
   and ends. Leaves other than 0 as soon as one of them fails. */
#define _GNU_SOURCE
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum { threads = 4, header_bytes = 12, longest_payload = 65536, answer_seconds = 60 };
enum { hello = 0x01, authenticate = 0x02, ping = 0x09, welcome = 0x81, granted = 0x82, pong = 0x88 };

static const unsigned char protocol[] = "\x0d" "auto-upload/1";
static const unsigned char greeting[] = "AUP1\x01\x01\x0e" "bench-idle/1.0";

static SSL_CTX *context;
static SSL **sessions;
static size_t sessions_count;
static struct sockaddr_in address;
static unsigned char login[1200];
static size_t login_length;
static atomic_size_t next;

__attribute__((noreturn)) static void fail_tls(const char *what) {
    unsigned long code = ERR_get_error();
    if (code == 0) fail(what);
    fprintf(stderr, "%s: %s\n", what, ERR_reason_error_string(code));
    exit(70);
}

static void send_frame(SSL *session, unsigned char type, const unsigned char *payload, size_t length) {
    unsigned char frame[header_bytes + sizeof login] = {type};
    frame[10] = (unsigned char)(length >> 8);
    frame[11] = (unsigned char)length;
    memcpy(frame + header_bytes, payload, length);
    if (SSL_write(session, frame, (int)(header_bytes + length)) <= 0) fail_tls("sending");
}

static void read_exactly(SSL *session, unsigned char *buffer, size_t length) {
    while (length > 0) {
        int count = SSL_read(session, buffer, (int)length);
        if (count <= 0) fail_tls("the server ended a connection");
        buffer += count;
        length -= (size_t)count;
    }
}

static void expect(SSL *session, unsigned char type) {
    unsigned char header[header_bytes], payload[longest_payload];
    read_exactly(session, header, sizeof header);
    size_t length = (size_t)header[8] << 24 | (size_t)header[9] << 16 | (size_t)header[10] << 8 | header[11];
    if (length > sizeof payload) length = sizeof payload;
    read_exactly(session, payload, length);
    if (header[0] == type) return;
    fprintf(stderr, "expected frame 0x%02x, got 0x%02x with status %u\n", type, header[0],
            length >= 2 ? (unsigned)payload[0] << 8 | payload[1] : 0);
    exit(70);
}

static SSL *log_in(void) {
    struct timeval patience = {.tv_sec = answer_seconds};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SSL *session = SSL_new(context);
    if (connection < 0 || session == NULL || connect(connection, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        fail("connecting");
    if (SSL_set_fd(session, connection) != 1 || SSL_set_alpn_protos(session, protocol, sizeof protocol - 1) != 0 ||
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), "127.0.0.1") != 1 || SSL_connect(session) != 1)
        fail_tls("handshake");
    send_frame(session, hello, greeting, sizeof greeting - 1);
    expect(session, welcome);
    send_frame(session, authenticate, login, login_length);
    expect(session, granted);
    return session;
}

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

static void prepare_login(const char *user) {
    char password[1024];
    ssize_t read_bytes = read(3, password, sizeof password);
    size_t length = read_bytes > 0 ? (size_t)read_bytes : 0, user_length = strlen(user);
    if (length > 0 && password[length - 1] == '\n') length--;
    if (length == 0 || user_length == 0 || user_length > 64) fail("a password on descriptor 3, and a user");
    login[0] = (unsigned char)user_length;
    memcpy(login + 1, user, user_length);
    login[user_length + 1] = (unsigned char)(length >> 8);
    login[user_length + 2] = (unsigned char)length;
    memcpy(login + user_length + 3, password, length);
    login[user_length + 3 + length] = 0; /* no one-time code */
    login_length = user_length + length + 4;
}

static void prepare_tls(const char *authority) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_load_verify_locations(context, authority, NULL) != 1)
        fail_tls(authority);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: hold_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE\n");
        return 64;
    }
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)number(arguments[1], 65535));
    sessions_count = number(arguments[3], 1000000);
    sessions = calloc(sessions_count, sizeof *sessions);
    if (sessions == NULL) fail("memory");
    prepare_login(arguments[2]);
    prepare_tls(arguments[4]);
    for_each(log_in_some);
    if (getchar() == EOF) return 0;
    for_each(ping_some);
    return 0;
}
