#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>

/* Each as <curl/curl.h> declares it, which may have made a macro of its name. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) init;
    __typeof__(&curl_easy_cleanup) cleanup;
    __typeof__(&curl_easy_reset) reset;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_strerror) strerror;
    __typeof__(&curl_slist_append) append;
    __typeof__(&curl_slist_free_all) free_all;
} calls;

static bool is_ready;

static bool find(void *library, const char *name, void *call) {
    return (*(void **)call = dlsym(library, name)) != NULL;
}

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    is_ready = library != NULL && find(library, "curl_global_init", &calls.global_init) &&
               find(library, "curl_easy_init", &calls.init) && find(library, "curl_easy_cleanup", &calls.cleanup) &&
               find(library, "curl_easy_reset", &calls.reset) && find(library, "curl_easy_perform", &calls.perform) &&
               find(library, "curl_easy_setopt", &calls.setopt) && find(library, "curl_easy_getinfo", &calls.getinfo) &&
               find(library, "curl_easy_strerror", &calls.strerror) &&
               find(library, "curl_slist_append", &calls.append) &&
               find(library, "curl_slist_free_all", &calls.free_all) && calls.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool shim_curl_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_ready;
}

CURL *shim_curl_init(void) { return calls.init(); }
void shim_curl_cleanup(CURL *transfer) { calls.cleanup(transfer); }
void shim_curl_reset(CURL *transfer) { calls.reset(transfer); }
CURLcode shim_curl_perform(CURL *transfer) { return calls.perform(transfer); }
const char *shim_curl_text(CURLcode result) { return calls.strerror(result); }
struct curl_slist *shim_curl_append(struct curl_slist *list, const char *line) { return calls.append(list, line); }
void shim_curl_free(struct curl_slist *list) { calls.free_all(list); }

CURLcode shim_curl_set_text(CURL *transfer, CURLoption option, const char *text) {
    return calls.setopt(transfer, option, text);
}
CURLcode shim_curl_set_number(CURL *transfer, CURLoption option, long number) {
    return calls.setopt(transfer, option, number);
}
CURLcode shim_curl_set_size(CURL *transfer, CURLoption option, curl_off_t size) {
    return calls.setopt(transfer, option, size);
}
CURLcode shim_curl_set_pointer(CURL *transfer, CURLoption option, void *pointer) {
    return calls.setopt(transfer, option, pointer);
}
CURLcode shim_curl_set_piece(CURL *transfer, CURLoption option, shim_curl_piece function) {
    return calls.setopt(transfer, option, function);
}
CURLcode shim_curl_get_number(CURL *transfer, CURLINFO info, long *number) {
    return calls.getinfo(transfer, info, number);
}
