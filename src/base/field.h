/*
 * One description of a struct serves the JSON of a page, its OpenAPI schema, the decoding of a form
 * or a JSON body, and the tables that commands print.
 *
 *	struct team_view { int64_t id; const char *name; LIST(struct member) members; };
 *	const struct field team_view_fields[] = {
 *		FIELD(struct team_view, id, INT),
 *		FIELD(struct team_view, name, TEXT, .doc = "as the team chose it"),
 *		FIELD_LIST(struct team_view, members, member_fields),
 *		FIELD_END
 *	};
 *
 * The type word is checked against the member by the compiler:
 *	INT int64_t, REAL double (NaN means "none"), BOOL bool, TEXT const char * (NULL means
 *	"none"), TIME int64_t unix seconds (0 means "none"; ISO 8601 in JSON), HTML struct html_safe
 *	(already safe markup, made by the Markdown renderer or a chart only).
 *
 * The tables are constant and shared by all threads.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIST(type)                                                                                 \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t n;                                                                          \
	}

typedef LIST(const char *) text_list;

/* Markup that is safe to print as it is. Only the Markdown renderer and charts make it. */
struct html_safe {
	const char *markup;
};

enum field_type { F_END, F_INT, F_REAL, F_BOOL, F_TEXT, F_TIME, F_HTML, F_TEXTS, F_LIST, F_ROW };

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	size_t size;            /* of one element, for F_LIST */
	const struct field *of; /* for F_LIST and F_ROW */

	/* For input tables; zero means no such limit. */
	bool required;
	bool trim;           /* white space at both ends is not meant */
	bool multiline;      /* line breaks allowed in text */
	int64_t min, max;    /* of an INT or a REAL, or the length in bytes of a TEXT */
	const char *choices; /* "BSc|MSc|PhD": the allowed values of a TEXT or of each of TEXTS */
	const char *label;   /* how the form calls it; name when NULL */

	const char *doc; /* one sentence: meaning, unit, range */
};

#define FIELD_IS_INT(x) _Generic((x), int64_t : 0)
#define FIELD_IS_TIME(x) _Generic((x), int64_t : 0)
#define FIELD_IS_REAL(x) _Generic((x), double : 0)
#define FIELD_IS_BOOL(x) _Generic((x), bool : 0)
#define FIELD_IS_TEXT(x) _Generic((x), const char * : 0)
#define FIELD_IS_HTML(x) _Generic((x), struct html_safe : 0)
#define FIELD_IS_TEXTS(x) _Generic((x), text_list : 0)

#define FIELD(st, m, T, ...)                                                                       \
	{                                                                                          \
		.name = #m, .type = F_##T,                                                         \
		.offset = offsetof(st, m) + 0 * sizeof(FIELD_IS_##T(((st *)0)->m)), __VA_ARGS__    \
	}
/* A LIST of rows that the table `fields` describes. */
#define FIELD_LIST(st, m, fields, ...)                                                             \
	{                                                                                          \
		.name = #m, .type = F_LIST, .offset = offsetof(st, m),                             \
		.size = sizeof(*((st *)0)->m.at), .of = (fields), __VA_ARGS__                      \
	}
/* A struct held inside this one. */
#define FIELD_ROW(st, m, fields, ...)                                                              \
	{                                                                                          \
		.name = #m, .type = F_ROW, .offset = offsetof(st, m), .of = (fields), __VA_ARGS__  \
	}
#define FIELD_END                                                                                  \
	{                                                                                          \
		.type = F_END                                                                      \
	}

struct field_list_value {
	const void *at;
	size_t n;
};

#endif
