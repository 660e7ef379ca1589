#include "CPostgreSQL.h"

#include <dlfcn.h>
#include <pthread.h>

static struct {
    __typeof__(&PQconninfoParse) parse;
    __typeof__(&PQconninfoFree) free_options;
    __typeof__(&PQconnectStartParams) start;
    __typeof__(&PQconnectPoll) go_on;
    __typeof__(&PQstatus) status;
    __typeof__(&PQsocket) socket;
    __typeof__(&PQerrorMessage) text;
    __typeof__(&PQfinish) finish;
    __typeof__(&PQsetnonblocking) set_nonblocking;
    __typeof__(&PQsetNoticeReceiver) set_notice_receiver;
    __typeof__(&PQsendQueryParams) send;
    __typeof__(&PQflush) flush;
    __typeof__(&PQconsumeInput) consume;
    __typeof__(&PQisBusy) is_busy;
    __typeof__(&PQgetResult) take;
    __typeof__(&PQresultStatus) outcome;
    __typeof__(&PQresultErrorField) field;
    __typeof__(&PQclear) clear;
    __typeof__(&PQntuples) rows;
    __typeof__(&PQnfields) columns;
    __typeof__(&PQgetisnull) is_null;
    __typeof__(&PQgetvalue) value;
    __typeof__(&PQgetlength) length;
} calls;

static bool is_ready;

static bool find(void *library, const char *name, void *call) {
    return (*(void **)call = dlsym(library, name)) != NULL;
}

static bool find_all(void *library) {
    return find(library, "PQconninfoParse", &calls.parse) && find(library, "PQconninfoFree", &calls.free_options) &&
           find(library, "PQconnectStartParams", &calls.start) && find(library, "PQconnectPoll", &calls.go_on) &&
           find(library, "PQstatus", &calls.status) && find(library, "PQsocket", &calls.socket) &&
           find(library, "PQerrorMessage", &calls.text) && find(library, "PQfinish", &calls.finish) &&
           find(library, "PQsetnonblocking", &calls.set_nonblocking) &&
           find(library, "PQsetNoticeReceiver", &calls.set_notice_receiver) &&
           find(library, "PQsendQueryParams", &calls.send) && find(library, "PQflush", &calls.flush) &&
           find(library, "PQconsumeInput", &calls.consume) && find(library, "PQisBusy", &calls.is_busy) &&
           find(library, "PQgetResult", &calls.take) && find(library, "PQresultStatus", &calls.outcome) &&
           find(library, "PQresultErrorField", &calls.field) && find(library, "PQclear", &calls.clear) &&
           find(library, "PQntuples", &calls.rows) && find(library, "PQnfields", &calls.columns) &&
           find(library, "PQgetisnull", &calls.is_null) && find(library, "PQgetvalue", &calls.value) &&
           find(library, "PQgetlength", &calls.length);
}

static void load(void) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    is_ready = library != NULL && find_all(library);
}

bool shim_pq_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_ready;
}

PQconninfoOption *shim_pq_parse(const char *address) { return calls.parse(address, NULL); }
void shim_pq_free_options(PQconninfoOption *options) { calls.free_options(options); }

PGconn *shim_pq_start(const char *const *names, const char *const *values) { return calls.start(names, values, 1); }
PostgresPollingStatusType shim_pq_go_on(PGconn *connection) { return calls.go_on(connection); }
ConnStatusType shim_pq_status(const PGconn *connection) { return calls.status(connection); }
int shim_pq_socket(const PGconn *connection) { return calls.socket(connection); }
const char *shim_pq_text(const PGconn *connection) { return calls.text(connection); }
void shim_pq_finish(PGconn *connection) { calls.finish(connection); }

static void drop(void *owner, const PGresult *notice) {}

bool shim_pq_set_up(PGconn *connection) {
    calls.set_notice_receiver(connection, drop, NULL);
    return calls.set_nonblocking(connection, 1) == 0;
}

enum { binary = 1, most = 16 };

bool shim_pq_send(PGconn *connection, const char *statement, int count, const Oid *types, const char *const *values, const int *lengths) {
    int formats[most];
    if (count > most) return false;
    for (int i = 0; i < count; i++) formats[i] = binary;
    return calls.send(connection, statement, count, types, values, lengths, formats, binary) == 1;
}

int shim_pq_flush(PGconn *connection) { return calls.flush(connection); }
bool shim_pq_consume(PGconn *connection) { return calls.consume(connection) == 1; }
bool shim_pq_is_busy(PGconn *connection) { return calls.is_busy(connection) == 1; }
PGresult *shim_pq_take(PGconn *connection) { return calls.take(connection); }

ExecStatusType shim_pq_outcome(const PGresult *result) { return calls.outcome(result); }
const char *shim_pq_field(const PGresult *result, int code) { return calls.field(result, code); }
void shim_pq_clear(PGresult *result) { calls.clear(result); }
int shim_pq_rows(const PGresult *result) { return calls.rows(result); }
int shim_pq_columns(const PGresult *result) { return calls.columns(result); }
bool shim_pq_is_null(const PGresult *result, int row, int column) { return calls.is_null(result, row, column) == 1; }
const char *shim_pq_value(const PGresult *result, int row, int column) { return calls.value(result, row, column); }
int shim_pq_length(const PGresult *result, int row, int column) { return calls.length(result, row, column); }
