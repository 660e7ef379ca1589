/* libcurl as Swift sees it: the header, and the calls that take any number of arguments, which Swift can't import. */
#pragma once
#include <curl/curl.h>

static inline CURLcode shim_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode shim_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode shim_curl_set_fields(CURL *handle, struct curl_slist *fields) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
}
typedef size_t (*shim_curl_taker)(char *, size_t, size_t, void *);
static inline CURLcode shim_curl_set_taker(CURL *handle, shim_curl_taker taker, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, taker);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}
