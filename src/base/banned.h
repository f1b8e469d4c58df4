/*
 * Functions whose use is a mistake in this code base. Force-included into every translation unit
 * (see meson.build), so that a call fails to compile with a name that says why.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(fn) fn##_is_banned__see_base_banned_h

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gets
#define strcpy(a, b) BANNED(strcpy)
#define strcat(a, b) BANNED(strcat)
#define strncpy(a, b, n) BANNED(strncpy)
#define strncat(a, b, n) BANNED(strncat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(a, b) BANNED(strtok)
#define gets(a) BANNED(gets)
/* No error reporting: use str_int, str_real. */
#define atoi(a) BANNED(atoi)
#define atol(a) BANNED(atol)
#define atof(a) BANNED(atof)
/* A shell between us and a program is an injection waiting. */
#define system(a) BANNED(system)
#define popen(a, b) BANNED(popen)
/* Not thread-safe, or not reproducible. */
#define localtime(a) BANNED(localtime)
#define gmtime(a) BANNED(gmtime)
#define ctime(a) BANNED(ctime)
#define rand() BANNED(rand)
#define srand(a) BANNED(srand)

#endif
