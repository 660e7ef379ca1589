/* Milliseconds of CPU that SHA-256 of so many bytes takes, in pieces that stay in the cache.
   Usage: hash_cost BYTES */
#define _GNU_SOURCE
#include "measure.h"
#include <openssl/evp.h>

static double cpu(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
    static unsigned char piece[256 * 1024];
    unsigned char result[EVP_MAX_MD_SIZE];
    if (count != 2) {
        fprintf(stderr, "usage: hash_cost BYTES\n");
        return 64;
    }
    unsigned long left = number(arguments[1], 1UL << 50);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) fail("SHA-256");
    memset(piece, 0x5a, sizeof piece);
    double begin = cpu();
    while (left > 0) {
        size_t length = left < sizeof piece ? left : sizeof piece;
        EVP_DigestUpdate(digest, piece, length);
        left -= length;
    }
    EVP_DigestFinal_ex(digest, result, NULL);
    printf("%.0f\n", (cpu() - begin) * 1000);
    EVP_MD_CTX_free(digest);
    return 0;
}
