/* What the tools share that log in as docs/PROTOCOL.md has it: frames over TLS to a server on loopback. A failure ends the
   program. */
#ifndef SESSION_H
#define SESSION_H
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { header_bytes = 12, longest_payload = 65536, answer_seconds = 120 };
enum {
    hello = 0x01, authenticate = 0x02, offer = 0x04, data = 0x05, finish = 0x06, ping = 0x09,
    welcome = 0x81, granted = 0x82, proceed = 0x84, stored = 0x87, pong = 0x88
};

static const unsigned char protocol[] = "\x0d" "auto-upload/1";
static const unsigned char greeting[] = "AUP1\x01\x01\x09" "bench/1.0";

static SSL_CTX *context;
static struct sockaddr_in address;
static unsigned char login[1200];
static size_t login_length;

__attribute__((noreturn)) static inline void fail_tls(const char *what) {
    unsigned long code = ERR_get_error();
    if (code == 0) fail(what);
    fprintf(stderr, "%s: %s\n", what, ERR_reason_error_string(code));
    exit(70);
}

/* Writes `width` bytes, the most significant first. */
static inline void put(unsigned char *place, unsigned long long value, int width) {
    while (width-- > 0) {
        place[width] = (unsigned char)value;
        value >>= 8;
    }
}

static inline unsigned long get(const unsigned char *place, int width) {
    unsigned long value = 0;
    while (width-- > 0) value = value << 8 | *place++;
    return value;
}

static inline void put_header(unsigned char *frame, unsigned char type, int flags, unsigned long upload, size_t length) {
    frame[0] = type;
    frame[1] = (unsigned char)flags;
    put(frame + 2, 0, 2);
    put(frame + 4, upload, 4);
    put(frame + 8, length, 4);
}

static inline void send_bytes(SSL *session, const unsigned char *bytes, size_t length) {
    if (SSL_write(session, bytes, (int)length) <= 0) fail_tls("sending");
}

static inline void send_frame(SSL *session, unsigned char type, const unsigned char *payload, size_t length) {
    unsigned char frame[header_bytes + sizeof login];
    put_header(frame, type, 0, 0, length);
    memcpy(frame + header_bytes, payload, length);
    send_bytes(session, frame, header_bytes + length);
}

static inline void read_exactly(SSL *session, unsigned char *buffer, size_t length) {
    while (length > 0) {
        int count = SSL_read(session, buffer, (int)length);
        if (count <= 0) fail_tls("the server ended a connection");
        buffer += count;
        length -= (size_t)count;
    }
}

/* Reads a frame of up to so many bytes, its header included, and ends the program unless it is of that type. */
static inline void expect_frame(SSL *session, unsigned char type, unsigned char *frame, size_t capacity) {
    read_exactly(session, frame, header_bytes);
    size_t length = get(frame + 8, 4);
    if (length > capacity - header_bytes) length = capacity - header_bytes;
    read_exactly(session, frame + header_bytes, length);
    if (frame[0] == type) return;
    fprintf(stderr, "expected frame 0x%02x, got 0x%02x with status 0x%04lx\n", type, frame[0],
            length >= 2 ? get(frame + header_bytes, 2) : 0);
    exit(70);
}

static inline void expect(SSL *session, unsigned char type) {
    unsigned char frame[header_bytes + 4300]; /* the longest that the server sends */
    expect_frame(session, type, frame, sizeof frame);
}

/* Connects, with that list of protocols (ALPN) and that earlier session to go on with, if any. */
static inline SSL *connect_session(const unsigned char *protocols, unsigned protocols_length, SSL_SESSION *earlier) {
    struct timeval patience = {.tv_sec = answer_seconds};
    int at_once = 1; /* as our client has it: nothing that is written waits for the peer's word of what was before */
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SSL *session = SSL_new(context);
    if (connection < 0 || session == NULL || connect(connection, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0)
        fail("connecting");
    if (SSL_set_fd(session, connection) != 1 || SSL_set_alpn_protos(session, protocols, protocols_length) != 0 ||
        (earlier != NULL && SSL_set_session(session, earlier) != 1) ||
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), "127.0.0.1") != 1 || SSL_connect(session) != 1)
        fail_tls("handshake");
    return session;
}

static inline SSL *log_in(void) {
    SSL *session = connect_session(protocol, sizeof protocol - 1, NULL);
    send_frame(session, hello, greeting, sizeof greeting - 1);
    expect(session, welcome);
    send_frame(session, authenticate, login, login_length);
    expect(session, granted);
    return session;
}

/* The password is read from descriptor 3. */
static inline void prepare_login(const char *user) {
    char password[1024];
    ssize_t read_bytes = read(3, password, sizeof password);
    size_t length = read_bytes > 0 ? (size_t)read_bytes : 0, user_length = strlen(user);
    if (length > 0 && password[length - 1] == '\n') length--;
    if (length == 0 || user_length == 0 || user_length > 64) fail("a password on descriptor 3, and a user");
    login[0] = (unsigned char)user_length;
    memcpy(login + 1, user, user_length);
    put(login + user_length + 1, length, 2);
    memcpy(login + user_length + 3, password, length);
    login[user_length + 3 + length] = 0; /* no one-time code */
    login_length = user_length + length + 4;
}

static inline void prepare_address(const char *port) {
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)number(port, 65535));
}

static inline void prepare_tls(const char *authority) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_load_verify_locations(context, authority, NULL) != 1)
        fail_tls(authority);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}
#endif
