/*
 * Log lines: logfmt on standard error, one line a call, safe from any thread and signal-free.
 *
 *	log_info("workspace opened", "ws=%llu ms=%d", id, ms);
 *	-> time=2026-11-22T05:54:13Z proc=warden level=info msg="workspace opened" ws=17 ms=412
 *
 * Values that may hold a stranger's bytes must go through log_safe first.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/arena.h"

/* The name of this process in every line; call once at start. */
void log_init(const char *proc);

void log_at(const char *level, const char *msg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define log_info(...) log_at("info", __VA_ARGS__)
#define log_warn(...) log_at("warn", __VA_ARGS__)
#define log_error(...) log_at("error", __VA_ARGS__)

/* Quoted, with control characters, quotes and backslashes escaped, cut at 200 bytes. */
const char *log_safe(struct arena *, const char *p, size_t n);

#endif
