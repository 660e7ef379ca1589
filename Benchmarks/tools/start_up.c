/* Starts a server and tells how long it takes until it accepts a connection, and what it holds in memory then.
   Usage: start_up PORT PROGRAM ARGUMENT…      prints milliseconds and KiB, and ends the server by SIGTERM */
#define _GNU_SOURCE
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { longest_seconds = 30, pause_microseconds = 100 };

static int accepts(const struct sockaddr_in *address) {
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connected = connect(connection, (const struct sockaddr *)address, sizeof *address) == 0;
    close(connection);
    return connected;
}

static unsigned long resident_kib(pid_t process) {
    char path[64], line[256];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *status = fopen(path, "r");
    if (status == NULL) fail(path);
    while (kib == 0 && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmRSS: %lu", &kib);
    fclose(status);
    return kib;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: start_up PORT PROGRAM ARGUMENT...\n");
        return 64;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)number(arguments[1], 65535));
    double begin = now();
    pid_t server = fork();
    if (server < 0) fail("fork");
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* it must not outlive this program */
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execv(arguments[2], arguments + 2);
        fail(arguments[2]);
    }
    while (!accepts(&address)) {
        if (waitpid(server, NULL, WNOHANG) != 0 || now() - begin > longest_seconds) {
            fprintf(stderr, "the server ended, or accepts nothing\n");
            kill(server, SIGTERM);
            return 70;
        }
        usleep(pause_microseconds);
    }
    printf("%.1f ", (now() - begin) * 1000);
    printf("%lu\n", resident_kib(server));
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    return 0;
}
