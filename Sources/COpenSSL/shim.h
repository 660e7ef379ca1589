/* OpenSSL as Swift sees it: the headers, and the few calls that are macros, which Swift can't import. */
#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline long shim_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long shim_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline int shim_SSL_set_tlsext_host_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
static inline void shim_SSL_CTX_set_read_ahead(SSL_CTX *context, int on) { (void)SSL_CTX_set_read_ahead(context, on); }
/* The names of parameters are macros, and the texts have to live until the call. */
static inline int shim_init_HMAC_SHA256(EVP_MAC_CTX *context, const void *key, size_t length) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_init(context, key, length, parameters);
}

/* How RFC 2253 writes a name. */
static const unsigned long shim_name_flags = XN_FLAG_RFC2253;
/* Partial writes and buffers that may move suit a socket that doesn't block; idle sessions give their buffers back. */
static const long shim_SSL_modes =
    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS;
/* A stream that ends without close_notify ends like any other: end of stream is never success in our protocol. Without
   this OpenSSL answers it with a fatal alert, and nothing more can be said to who still listens. */
static const uint64_t shim_SSL_server_options = SSL_OP_IGNORE_UNEXPECTED_EOF;
static const uint64_t shim_SSL_no_ticket = SSL_OP_NO_TICKET;
static const uint64_t shim_SSL_options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;
