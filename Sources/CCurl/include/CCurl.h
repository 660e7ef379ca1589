/* libcurl as Swift sees it: its types and constants, and its calls by another name, as the library is loaded at first use: with it come some
   thirty others, which a server that asks nobody has no use for. */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

/* Loads the library and begins its use, once in a process; no other call may come before. Returns whether it can be used. */
bool shim_curl_load(void);

CURL *shim_curl_init(void);
void shim_curl_cleanup(CURL *transfer);
void shim_curl_reset(CURL *transfer);
CURLcode shim_curl_perform(CURL *transfer);
const char *shim_curl_text(CURLcode result);
struct curl_slist *shim_curl_append(struct curl_slist *list, const char *line);
void shim_curl_free(struct curl_slist *list);

typedef size_t (*shim_curl_piece)(char *bytes, size_t size, size_t count, void *owner);
CURLcode shim_curl_set_text(CURL *transfer, CURLoption option, const char *text);
CURLcode shim_curl_set_number(CURL *transfer, CURLoption option, long number);
CURLcode shim_curl_set_size(CURL *transfer, CURLoption option, curl_off_t size);
CURLcode shim_curl_set_pointer(CURL *transfer, CURLoption option, void *pointer);
CURLcode shim_curl_set_piece(CURL *transfer, CURLoption option, shim_curl_piece function);
CURLcode shim_curl_get_number(CURL *transfer, CURLINFO info, long *number);
