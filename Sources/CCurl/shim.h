/* libcurl as Swift sees it: the headers, and the calls that take a changing number of arguments, which Swift can't import. */
#pragma once
#include <curl/curl.h>

static inline CURLcode shim_curl_set_text(CURL *transfer, CURLoption option, const char *text) {
    return curl_easy_setopt(transfer, option, text);
}
static inline CURLcode shim_curl_set_number(CURL *transfer, CURLoption option, long number) {
    return curl_easy_setopt(transfer, option, number);
}
static inline CURLcode shim_curl_set_size(CURL *transfer, CURLoption option, curl_off_t size) {
    return curl_easy_setopt(transfer, option, size);
}
static inline CURLcode shim_curl_set_pointer(CURL *transfer, CURLoption option, void *pointer) {
    return curl_easy_setopt(transfer, option, pointer);
}
typedef size_t (*shim_curl_piece)(char *bytes, size_t size, size_t count, void *owner);
static inline CURLcode shim_curl_set_piece(CURL *transfer, CURLoption option, shim_curl_piece function) {
    return curl_easy_setopt(transfer, option, function);
}
static inline CURLcode shim_curl_get_number(CURL *transfer, CURLINFO info, long *number) {
    return curl_easy_getinfo(transfer, info, number);
}
/* Macros that Swift can't read. */
static const long shim_curl_global = CURL_GLOBAL_DEFAULT;
