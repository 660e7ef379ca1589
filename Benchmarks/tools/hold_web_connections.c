/* Puts a small file over each of so many HTTP connections, and holds them open.

   Usage: hold_web_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE
   Prints how many have stored their file; and holds them until a line on standard input, or its end. Leaves other than 0 as soon
   as one of them fails. */
#define _GNU_SOURCE
#include "session.h"

static char credentials[2000];

/* As HTTP Basic has it. The login is that of the device protocol: lengths and texts. */
static void prepare_credentials(void) {
    unsigned char text[1200];
    size_t user_length = login[0], length = get(login + 1 + user_length, 2);
    memcpy(text, login + 1, user_length);
    text[user_length] = ':';
    memcpy(text + user_length + 1, login + 3 + user_length, length);
    EVP_EncodeBlock((unsigned char *)credentials, text, (int)(user_length + 1 + length));
}

static SSL *put_one(size_t index) {
    char request[4096], answer[4096];
    SSL *session = connect_session(NULL, 0, NULL);
    int length = snprintf(request, sizeof request,
                          "PUT /files/%zu HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic %s\r\nContent-Length: 5\r\n\r\nhello",
                          index, credentials);
    send_bytes(session, (unsigned char *)request, (size_t)length);
    int count = SSL_read(session, answer, sizeof answer - 1);
    if (count <= 0) fail_tls("the server ended a connection");
    answer[count] = 0;
    if (strncmp(answer, "HTTP/1.1 201 ", 13) != 0) {
        fprintf(stderr, "expected 201, got: %.40s\n", answer);
        exit(70);
    }
    return session;
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: hold_web_connections PORT USER COUNT CA_FILE 3<PASSWORD_FILE\n");
        return 64;
    }
    prepare_address(arguments[1]);
    size_t sessions_count = number(arguments[3], 1000000);
    prepare_login(arguments[2]);
    prepare_credentials();
    prepare_tls(arguments[4]);
    for (size_t index = 0; index < sessions_count; index++) put_one(index);
    printf("%zu\n", sessions_count);
    fflush(stdout);
    getchar();
    return 0;
}
