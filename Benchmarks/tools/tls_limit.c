/* What the machine allows: a bare OpenSSL client and server in two processes on loopback, one TLS 1.3 connection,
   large buffers, optionally SHA-256 on both sides and fdatasync before the answer. No names, no protocol, no checks of
   what was received: whatever does more can only come near it.

   Usage: tls_limit HASH(0|1) INPUT OUTPUT SYNC(0|1) BUFFER_BYTES      reads cert.pem and key.pem in the working folder
   Prints the seconds from before the connection until the answer, and the bytes that were sent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char answer[] = "ok";

static void fail(const char *what) {
    unsigned long code = ERR_get_error();
    fprintf(stderr, "tls_limit: %s: %s\n", what, code ? ERR_reason_error_string(code) : strerror(errno));
    exit(70);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static EVP_MD_CTX *new_digest(void) {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) fail("SHA-256");
    return digest;
}

static void finish_digest(EVP_MD_CTX *digest) {
    unsigned char result[EVP_MAX_MD_SIZE];
    if (EVP_DigestFinal_ex(digest, result, NULL) != 1) fail("SHA-256");
    EVP_MD_CTX_free(digest);
}

static int listen_on_loopback(struct sockaddr_in *address) {
    socklen_t length = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener < 0 || bind(listener, (struct sockaddr *)address, length) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)address, &length) != 0)
        fail("listening");
    return listener;
}

static SSL *session_over(SSL_CTX *context, int socket) {
    SSL *session = SSL_new(context);
    if (session == NULL || SSL_set_fd(session, socket) != 1) fail("session");
    return session;
}

/* Fills the buffer unless the stream ends; returns what it holds. */
static size_t read_full(SSL *session, unsigned char *buffer, size_t capacity) {
    size_t filled = 0;
    int count;
    while (filled < capacity && (count = SSL_read(session, buffer + filled, (int)(capacity - filled))) > 0)
        filled += (size_t)count;
    return filled;
}

static void write_full(int file, const unsigned char *buffer, size_t length) {
    while (length > 0) {
        ssize_t count = write(file, buffer, length);
        if (count < 0) fail("writing");
        buffer += count;
        length -= (size_t)count;
    }
}

static int serve(int listener, int hash, const char *path, int sync, size_t capacity) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_use_certificate_chain_file(context, "cert.pem") != 1 ||
        SSL_CTX_use_PrivateKey_file(context, "key.pem", SSL_FILETYPE_PEM) != 1)
        fail("cert.pem and key.pem");
    // Two records: OpenSSL moves all that it has read ahead for each of them.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 2 * (5 + 16 * 1024 + 256));
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (accepted < 0) fail("accepting");
    SSL *session = session_over(context, accepted);
    if (SSL_accept(session) != 1) fail("handshake");
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    unsigned char *buffer = malloc(capacity);
    if (file < 0 || buffer == NULL) fail(path);
    EVP_MD_CTX *digest = new_digest();
    size_t length;
    do {
        length = read_full(session, buffer, capacity);
        if (hash && EVP_DigestUpdate(digest, buffer, length) != 1) fail("SHA-256");
        write_full(file, buffer, length);
    } while (length == capacity);
    finish_digest(digest);
    if (sync && fdatasync(file) != 0) fail("flushing");
    if (SSL_write(session, answer, sizeof answer) != sizeof answer) fail("answering");
    SSL_shutdown(session);
    return 0;
}

static void send_file(const struct sockaddr_in *address, int hash, const char *path, size_t capacity) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char *buffer = malloc(capacity);
    if (file < 0 || buffer == NULL) fail(path);
    double begin = now();
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (context == NULL || connection < 0 ||
        connect(connection, (const struct sockaddr *)address, sizeof *address) != 0)
        fail("connecting");
    SSL *session = session_over(context, connection);
    if (SSL_connect(session) != 1) fail("handshake");
    EVP_MD_CTX *digest = new_digest();
    unsigned long long total = 0;
    ssize_t length;
    while ((length = read(file, buffer, capacity)) > 0) {
        if (hash && EVP_DigestUpdate(digest, buffer, (size_t)length) != 1) fail("SHA-256");
        if (SSL_write(session, buffer, (int)length) != length) fail("sending");
        total += (unsigned long long)length;
    }
    if (length < 0) fail(path);
    finish_digest(digest);
    SSL_shutdown(session);
    char reply[sizeof answer];
    if (SSL_read(session, reply, sizeof reply) != sizeof reply) fail("the answer");
    printf("%.3f %llu\n", now() - begin, total);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: tls_limit HASH INPUT OUTPUT SYNC BUFFER_BYTES\n");
        return 64;
    }
    int hash = atoi(arguments[1]), sync = atoi(arguments[4]);
    size_t capacity = strtoul(arguments[5], NULL, 10);
    if (capacity == 0 || capacity > 1 << 30) {
        fprintf(stderr, "tls_limit: the buffer has to hold 1 byte to 1 GiB\n");
        return 64;
    }
    struct sockaddr_in address;
    int listener = listen_on_loopback(&address), status = 0;
    fflush(NULL);
    pid_t server = fork();
    if (server < 0) fail("fork");
    if (server == 0) return serve(listener, hash, arguments[3], sync, capacity);
    send_file(&address, hash, arguments[2], capacity);
    fflush(NULL);
    return waitpid(server, &status, 0) == server && WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}
