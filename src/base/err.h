/*
 * How a function tells that it failed.
 *
 * A function that can fail returns enum status and takes a struct err * last. On OK the err is
 * untouched. On failure err holds a sentence fit for the person who caused it (it names the field,
 * line or id), and out-parameters (named ret_*) are untouched. err may be NULL where the caller
 * only wants the status.
 *
 * A broken invariant is not an error to report: BUG() ends the process, which its parent restarts.
 * Out of memory ends the process too.
 *
 * Thread rule: free-threaded; a struct err belongs to whoever declared it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum status {
	OK = 0,
	E_INPUT,    /* what the caller sent is wrong; err->field says which part */
	E_AUTH,     /* nobody is signed in, or the credential is wrong */
	E_DENIED,   /* signed in, but not allowed */
	E_ABSENT,   /* no such thing, or not for you to know of */
	E_CONFLICT, /* contradicts the present state; try again after a look */
	E_BUSY,     /* too much at once; try later */
	E_IO,       /* disk, socket or child failed */
	E_BUG,      /* our fault */
};

struct err {
	enum status code;
	char field[48]; /* the input it concerns, "" when none */
	char text[400]; /* one or two sentences, UTF-8 */
};

/* Fills e (which may be NULL) and returns code, so that callers can `return err_set(...)`. */
enum status err_set(struct err *e, enum status code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* As err_set with E_IO, appending ": " and the text of errno. */
enum status err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "input", "denied", ...: for logs and JSON. */
const char *status_name(enum status);

/* Returns from the calling function with the status unless it is OK. */
#define TRY(expr)                                                                                  \
	do {                                                                                       \
		enum status try_status_ = (expr);                                                  \
		if (try_status_ != OK)                                                             \
			return try_status_;                                                        \
	} while (0)

/* Logs file, line and sentence, and aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
void bug_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));

#endif
