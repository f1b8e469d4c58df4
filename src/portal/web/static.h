/*
 * The files of src/portal/web/static, embedded into the program when it is built.
 * Constant and shared by all threads.
 */
#ifndef PORTAL_WEB_STATIC_H
#define PORTAL_WEB_STATIC_H

#include <stddef.h>

struct static_file {
	const char *name; /* "wardroom.css", as after /static/ */
	const char *type; /* "text/css; charset=utf-8" */
	const unsigned char *bytes;
	size_t n;
	const char *hash; /* 16 hex digits of the content: a strong ETag, and ?v= in addresses */
};

/* Ends with a row whose name is NULL. Made by tmplgen --static. */
extern const struct static_file static_files[];

/* NULL when there is no such file. */
const struct static_file *static_find(const char *name);

#endif
