/* The plain bytes of a server's answers, at the moment when they may go out, and when they come in. */
#include "faults.h"
#include "trace.h"

typedef struct ssl_st SSL;
int SSL_is_server(const SSL *session);
int SSL_write_ex(SSL *session, const void *bytes, size_t count, size_t *written);
int SSL_read_ex(SSL *session, void *buffer, size_t count, size_t *taken);
void SSL_free(SSL *session);

int SSL_write_ex(SSL *session, const void *bytes, size_t count, size_t *written) {
    if (!is_tracing() || !REAL(SSL_is_server)(session)) return REAL(SSL_write_ex)(session, bytes, count, written);
    struct record head = {.kind = RECORD_SENDING, .inode = (uint64_t)(uintptr_t)session};
    record(head, NULL, NULL, bytes, count);
    int result = REAL(SSL_write_ex)(session, bytes, count, written);
    head.kind = RECORD_SENT;
    head.offset = result == 1 ? *written : 0;
    record(head, NULL, NULL, NULL, 0);
    return result;
}

int SSL_read_ex(SSL *session, void *buffer, size_t count, size_t *taken) {
    int result = REAL(SSL_read_ex)(session, buffer, count, taken);
    if (result == 1 && is_tracing() && !REAL(SSL_is_server)(session))
        record((struct record){.kind = RECORD_RECEIVED, .inode = (uint64_t)(uintptr_t)session}, NULL, NULL, buffer,
            *taken);
    return result;
}

void SSL_free(SSL *session) {
    if (session) record((struct record){.kind = RECORD_ENDED, .inode = (uint64_t)(uintptr_t)session}, NULL, NULL, NULL, 0);
    REAL(SSL_free)(session);
}
