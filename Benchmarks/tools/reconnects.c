/* Connects so many times, each after the other in each thread, and leaves at once.

   Usage: reconnects MODE PORT USER COUNT CA_FILE 3<PASSWORD_FILE
   MODE  handshake  TLS and nothing else: what a server of any kind does
         token      TLS with the certificate, then a login by a token that was granted before
         resumed    TLS by the ticket of the connection before, then the same
   Before the clock of who measures can have much to say, each thread logs in once by password where it needs a token. */
#define _GNU_SOURCE
#include "session.h"
#include <pthread.h>
#include <stdatomic.h>

enum { threads = 2, reauthenticate = 0x03 };

static enum { handshake, by_token, by_ticket } mode;
static atomic_long left;

static void close_session(SSL *session) {
    int connection = SSL_get_fd(session);
    SSL_shutdown(session);
    SSL_free(session);
    close(connection);
}

/* What the ticket of a session lets the next one go on with. */
static SSL_SESSION *kept(SSL *session, SSL_SESSION *before) {
    SSL_SESSION *current = SSL_get1_session(session);
    if (mode == by_ticket && current != NULL && SSL_SESSION_is_resumable(current)) {
        SSL_SESSION *copy = SSL_SESSION_dup(current);
        SSL_SESSION_free(current);
        SSL_SESSION_free(before);
        return copy;
    }
    SSL_SESSION_free(current);
    return before;
}

/* Logs in by password, and leaves the frame that says the token. */
static size_t take_token(unsigned char *frame, SSL_SESSION **ticket) {
    unsigned char answer[header_bytes + 600];
    SSL *session = connect_session(protocol, sizeof protocol - 1, NULL);
    send_frame(session, hello, greeting, sizeof greeting - 1);
    expect(session, welcome);
    send_frame(session, authenticate, login, login_length);
    expect_frame(session, granted, answer, sizeof answer);
    size_t length = get(answer + header_bytes, 2);
    if (length == 0 || length > 512) fail("a token");
    put_header(frame, reauthenticate, 0, 0, length + 2);
    memcpy(frame + header_bytes, answer + header_bytes, length + 2);
    *ticket = kept(session, *ticket);
    close_session(session);
    return header_bytes + length + 2;
}

static void *reconnect(void *unused) {
    unsigned char frame[header_bytes + 600];
    size_t length = 0;
    SSL_SESSION *ticket = NULL;
    if (mode != handshake) length = take_token(frame, &ticket);
    while (atomic_fetch_sub(&left, 1) > 0) {
        if (mode == handshake) {
            close_session(connect_session(NULL, 0, NULL));
            continue;
        }
        SSL *session = connect_session(protocol, sizeof protocol - 1, ticket);
        send_frame(session, hello, greeting, sizeof greeting - 1);
        expect(session, welcome);
        send_bytes(session, frame, length);
        expect(session, granted);
        if (mode == by_ticket && !SSL_session_reused(session)) ticket = kept(session, ticket);
        close_session(session);
    }
    SSL_SESSION_free(ticket);
    return unused;
}

int main(int count, char **arguments) {
    static const char *const names[] = {"handshake", "token", "resumed"};
    if (count != 6) {
        fprintf(stderr, "usage: reconnects handshake|token|resumed PORT USER COUNT CA_FILE 3<PASSWORD_FILE\n");
        return 64;
    }
    while (strcmp(arguments[1], names[mode]) != 0)
        if (++mode > by_ticket) fail("handshake, token or resumed");
    prepare_address(arguments[2]);
    atomic_store(&left, (long)number(arguments[4], 1000000));
    prepare_login(arguments[3]);
    prepare_tls(arguments[5]);
    pthread_t workers[threads];
    for (int index = 0; index < threads; index++)
        if (pthread_create(&workers[index], NULL, reconnect, NULL) != 0) fail("a thread");
    for (int index = 0; index < threads; index++) pthread_join(workers[index], NULL);
    return 0;
}
