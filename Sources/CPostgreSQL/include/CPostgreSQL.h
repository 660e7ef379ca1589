/* libpq as Swift sees it: its types and constants, and its calls by another name, as the library is loaded at first use: with it come some
   thirty others, Kerberos and LDAP among them, which a server without a database has no use for. */
#pragma once
#include <postgresql/libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/* Loads the library, once in a process; no other call may come before. Returns whether it can be used. */
bool shim_pq_load(void);

PQconninfoOption *shim_pq_parse(const char *address);
void shim_pq_free_options(PQconninfoOption *options);

PGconn *shim_pq_start(const char *const *names, const char *const *values);
PostgresPollingStatusType shim_pq_go_on(PGconn *connection);
ConnStatusType shim_pq_status(const PGconn *connection);
int shim_pq_socket(const PGconn *connection);
const char *shim_pq_text(const PGconn *connection);
void shim_pq_finish(PGconn *connection);

/* From now on no call waits, and notices of the server are dropped. Returns whether that could be set. */
bool shim_pq_set_up(PGconn *connection);

/* All values are in the binary format, and so is the answer. */
bool shim_pq_send(PGconn *connection, const char *statement, int count, const Oid *types, const char *const *values, const int *lengths);
/* 0: all is sent; 1: not yet; else it failed. */
int shim_pq_flush(PGconn *connection);
bool shim_pq_consume(PGconn *connection);
bool shim_pq_is_busy(PGconn *connection);
PGresult *shim_pq_take(PGconn *connection);

ExecStatusType shim_pq_outcome(const PGresult *result);
const char *shim_pq_field(const PGresult *result, int code);
void shim_pq_clear(PGresult *result);
int shim_pq_rows(const PGresult *result);
int shim_pq_columns(const PGresult *result);
bool shim_pq_is_null(const PGresult *result, int row, int column);
const char *shim_pq_value(const PGresult *result, int row, int column);
int shim_pq_length(const PGresult *result, int row, int column);

/* PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY, macros that Swift can't read. */
static const int shim_pq_state = 'C';
static const int shim_pq_message = 'M';
