/* Input, policy, route matching, CSV and the API's description: the parts without a connection. */
#include <jansson.h>
#include <math.h>

#include "base/tap.h"
#include "portal/web/csv.h"
#include "portal/web/guess.h"
#include "portal/web/input.h"
#include "portal/web/openapi.h"
#include "portal/web/policy_text.h"
#include "portal/web/route.h"

/* ---- tables of our own -------------------------------------------------------------------------
 */

struct signup {
	const char *name, *about, *level;
	int64_t seats, when;
	double share;
	bool agreed;
	text_list languages;
};

static const struct field signup_in[] = {
	FIELD(struct signup, name, TEXT, .required = true, .trim = true, .min = 2, .max = 20,
		.label = "Your name"),
	FIELD(struct signup, about, TEXT, .multiline = true, .max = 40),
	FIELD(struct signup, level, TEXT, .choices = "BSc|MSc"),
	FIELD(struct signup, seats, INT, .min = 1, .max = 9),
	FIELD(struct signup, when, TIME),
	FIELD(struct signup, share, REAL),
	FIELD(struct signup, agreed, BOOL, .required = true),
	FIELD(struct signup, languages, TEXTS, .required = true, .choices = "C|R"),
	FIELD_END,
};

struct row {
	int64_t id;
	const char *name;
};

struct shown {
	double share;
	int64_t when;
	text_list words;
	LIST(struct row) rows;
	struct row first;
};

static const struct field row_fields[] = {
	FIELD(struct row, id, INT),
	FIELD(struct row, name, TEXT),
	FIELD_END,
};

static const struct field shown_fields[] = {
	FIELD(struct shown, share, REAL, .doc = "from 0 to 1"),
	FIELD(struct shown, when, TIME),
	FIELD(struct shown, words, TEXTS),
	FIELD_LIST(struct shown, rows, row_fields),
	FIELD_ROW(struct shown, first, row_fields),
	FIELD_END,
};

static enum status
nothing(struct req *r, const void *in, void *view, struct err *e)
{
	return OK;
}

static void
no_page(struct html *h, const struct page *p, const void *view)
{
}

static const struct route first_routes[] = {
	{ GET, "/", nothing, CAP_PUBLIC, "The front.", "Front", VIEW(struct shown, shown_fields),
		.page = no_page },
	{ GET, "/e/:event/teams/new", nothing, CAP_TEAM_FORM, "A form.", "Form",
		VIEW(struct shown, shown_fields), .page = no_page },
	{ 0 },
};

static const struct route second_routes[] = {
	{ GET, "/e/:event/teams/:team", nothing, CAP_TEAM_READ, "One \"team\".", "Team",
		VIEW(struct shown, shown_fields), .page = no_page },
	{ GET, "/e/:event/list.csv", nothing, CAP_RESULTS_READ, "A file." },
	{ POST, "/e/:event/teams/new", nothing, CAP_TEAM_FORM, "Makes a team.",
		IN(struct signup, signup_in), .max_body = 1000 },
	{ 0 },
};

const struct route *const all_routes[] = { first_routes, second_routes, NULL };

/* ---- decoding ----------------------------------------------------------------------------------
 */

static enum status
urlencoded(struct arena *a, const char *body, struct signup *ret, pair_list *errors, struct err *e)
{
	pair_list l = { 0 };
	TRY(input_urlencoded(a, str_of(body), &l, e));
	return input_decode(a, signup_in, &l, false, ret, errors, e);
}

TEST(a_form_becomes_a_struct)
{
	cleanup_arena struct arena *a = arena_new();
	struct signup s = { 0 };
	pair_list errors;
	struct err e = { 0 };
	CHECK_INT(
		urlencoded(a,
			"name=+No%C3%A9+&about=a%0D%0Ab&level=MSc&seats=9&when=1970-01-02&share=0.5"
			"&agreed=yes&languages=C&languages=R&other=1",
			&s, &errors, &e),
		OK);
	CHECK_STR(s.name, "Noé");
	CHECK_STR(s.about, "a\nb");
	CHECK_STR(s.level, "MSc");
	CHECK_INT(s.seats, 9);
	CHECK_INT(s.when, 86400);
	CHECK(s.share == 0.5);
	CHECK(s.agreed);
	CHECK_INT(s.languages.n, 2);
	CHECK_STR(s.languages.at[1], "R");
}

TEST(what_nobody_sees_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const bad[] = { "name=noa%40x.example%E2%80%8B", "name=%E2%80%AEaoN",
		"name=No%C2%ADa", "name=N%E2%80%8Doa", "name=Noa&about=10%E2%80%AE01",
		"name=Noa&about=a%E2%80%8Bb" };
	static const char *const good[] = { "name=%D7%A0%D7%95%D7%A2%D7%94",
		"name=Noa+de+l%E2%80%99A",
		"name=Noa&about=%F0%9F%91%A9%E2%80%8D%E2%9A%95%EF%B8%8F%0D%0A%09b" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad + sizeof good / sizeof *good; i++) {
		struct signup s = { 0 };
		pair_list errors;
		struct err e = { 0 };
		bool is = i < sizeof bad / sizeof *bad;
		const char *body = is ? bad[i] : good[i - sizeof bad / sizeof *bad];
		body = arena_printf(a, "%s&agreed=yes&languages=C", body);
		CHECK_INT(urlencoded(a, body, &s, &errors, &e), is ? E_INPUT : OK);
		if (is)
			CHECK(strstr(e.text, "nobody sees"));
	}
}

TEST(what_is_optional_may_be_missing)
{
	cleanup_arena struct arena *a = arena_new();
	struct signup s = { 0 };
	pair_list errors;
	struct err e = { 0 };
	CHECK_INT(urlencoded(a, "name=No&agreed=on&languages=C", &s, &errors, &e), OK);
	CHECK_STR(s.level, "");
	CHECK_INT(s.seats, 0);
	CHECK_INT(s.when, 0);
	CHECK(isnan(s.share));
}

TEST(every_wrong_field_is_named)
{
	cleanup_arena struct arena *a = arena_new();
	struct signup s = { 0 };
	pair_list errors = { 0 };
	struct err e = { 0 };
	CHECK_INT(urlencoded(a,
			  "name=x&about=%07&level=BA&seats=10&when=yesterday&share=nan&"
			  "languages=Cobol",
			  &s, &errors, &e),
		E_INPUT);
	CHECK_INT(errors.n, 8);
	CHECK_STR(e.field, "name");
	CHECK_STR(e.text, "Your name needs at least 2 characters.");
}

TEST(hostile_urlencoded_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const bad[] = { "a=%4", "a=%zz", "a=%00", "%00=a", "a=%c0%af",
		"a=%ed%a0%80", "a=\xff" };
	pair_list l;
	struct err e = { 0 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(input_urlencoded(a, str_of(bad[i]), &l, &e), E_INPUT);
	struct buf many = buf_new(a);
	for (int i = 0; i <= INPUT_FIELDS; i++)
		buf_puts(&many, "a=1&");
	CHECK_INT(input_urlencoded(a, buf_str(&many), &l, &e), E_INPUT);
	CHECK_INT(input_urlencoded(a, STR("&&=&a=1&"), &l, &e), OK);
	CHECK_INT(l.n, 1);
}

TEST(multipart_gives_fields_and_files)
{
	cleanup_arena struct arena *a = arena_new();
	pair_list l = { 0 };
	struct upload *up = NULL;
	size_t n = 0;
	struct err e = { 0 };
	struct str body = STR("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nNoa\r\n"
			      "--b\r\nContent-Disposition: form-data; name=\"pdf\"; "
			      "filename=\"C:\\talks/../our.pdf\"\r\nContent-Type: x/y\r\n\r\n"
			      "\0\xff\r\n-\r\n--b--\r\n");
	CHECK_INT(input_multipart(a, body, "multipart/form-data; boundary=b", &l, &up, &n, &e), OK);
	CHECK_INT(l.n, 1);
	CHECK_STR(l.at[0].value, "Noa");
	CHECK_INT(n, 1);
	CHECK_STR(up[0].filename, "our.pdf");
	CHECK_INT(up[0].bytes.n, 5);
}

TEST(broken_multipart_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const bad[] = { "", "--b", "--b\r\n", "--c\r\n\r\n\r\n--c--",
		"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
		"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
		"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b--",
		"--b\r\n\r\n--b--" };
	pair_list l;
	struct upload *up;
	size_t n;
	struct err e = { 0 };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(input_multipart(a, str_of(bad[i]), "multipart/form-data; boundary=b", &l,
				  &up, &n, &e),
			E_INPUT);
	CHECK_INT(
		input_multipart(a, STR("--b--"), "multipart/form-data", &l, &up, &n, &e), E_INPUT);
}

TEST(json_is_strict)
{
	cleanup_arena struct arena *a = arena_new();
	struct signup s = { 0 };
	pair_list l = { 0 }, errors;
	struct err e = { 0 };
	const char *good = "{\"name\":\"Noa\",\"seats\":3,\"share\":0.25,\"agreed\":true,"
			   "\"languages\":[\"C\"],\"level\":null}";
	CHECK_INT(input_json(a, str_of(good), &l, &e), OK);
	CHECK_INT(input_decode(a, signup_in, &l, true, &s, &errors, &e), OK);
	CHECK_INT(s.seats, 3);
	CHECK(s.share == 0.25);
	static const char *const bad[] = { "", "[]", "{\"a\":1,\"a\":2}", "{\"a\":{}}",
		"{\"a\":[[1]]}", "{\"a\":\"\\u0000\"}", "{\"a\":1} x", "{\"a\":\"\xff\"}",
		"{\"a\\u0000b\":1}" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(input_json(a, str_of(bad[i]), &l, &e), E_INPUT);
	CHECK_INT(
		input_json(a,
			STR("{\"name\":\"Noa\",\"agreed\":true,\"languages\":[\"C\"],\"admin\":1}"),
			&l, &e),
		OK);
	CHECK_INT(input_decode(a, signup_in, &l, true, &s, &errors, &e), E_INPUT);
	CHECK_STR(e.field, "admin");
}

/* ---- policy ------------------------------------------------------------------------------------
 */

TEST(what_the_policy_does_not_say_is_refused)
{
	for (int c = 0; c < CAPS; c++)
		for (int p = 0; p < PHASES; p++)
			CHECK(!policy_allows((enum cap)c, 0, (enum phase)p, ~0u));
	CHECK(!policy_allows(CAP_NONE, ~0u, PHASE_FULL, ~0u));
	CHECK(policy_allows(CAP_PUBLIC, ROLE_EVERYBODY, PHASE_DRAFT, 0));
	CHECK(!policy_allows(CAP_EVENT_READ, ROLE_EVERYBODY, PHASE_DRAFT, 0));
	CHECK(!policy_allows(CAP_AUDIT_READ,
		ROLE_EVERYBODY | ROLE_PERSON | ROLE_ADMIN | ROLE_PARTICIPANT | ROLE_JUROR,
		PHASE_CLOSED, ~0u));
}

TEST(own_things_need_to_be_owned)
{
	unsigned r = ROLE_EVERYBODY | ROLE_PERSON | ROLE_PARTICIPANT;
	unsigned member = ROLE_PARTICIPANT, lead = ROLE_LEAD;
	CHECK(policy_allows(CAP_WORKSPACE_ENTER, r, PHASE_FULL, member));
	CHECK(!policy_allows(CAP_WORKSPACE_ENTER, r, PHASE_FULL, 0));
	CHECK(!policy_allows(CAP_WORKSPACE_ENTER, r, PHASE_CLOSED, member));
	CHECK(policy_phase_only(CAP_WORKSPACE_ENTER, r, PHASE_CLOSED, member));
	CHECK(!policy_phase_only(CAP_WORKSPACE_ENTER, r, PHASE_CLOSED, 0));
	/* A lead who takes part elsewhere reads the project's teams, but works in none of them. */
	CHECK(policy_allows(CAP_SUBMISSION_READ, r | lead, PHASE_FULL, lead));
	CHECK(!policy_allows(CAP_PRESENTATION_EDIT, r | lead, PHASE_FULL, lead));
	/* And a role that was taken back leaves nothing behind. */
	CHECK(!policy_allows(CAP_TEAM_READ, r, PHASE_FULL, lead | ROLE_MENTOR));
}

TEST(words_and_phases_go_both_ways)
{
	for (int p = 0; p < PHASES; p++)
		CHECK_INT(phase_parse(phase_word((enum phase)p)), p);
	CHECK_INT(phase_parse("later"), PHASES);
	CHECK_INT(role_parse("admin"), 0); /* no role of an event makes one an administrator */
	CHECK_INT(role_parse("steward"), ROLE_STEWARD);
}

TEST(the_policy_in_words)
{
	cleanup_arena struct arena *a = arena_new();
	const unsigned all = (1u << PHASES) - 1;
	CHECK_STR(policy_phases_text(a, all), "always");
	CHECK_STR(policy_phases_text(a, 0), "never");
	CHECK_STR(policy_phases_text(a, 1u << PHASE_FULL), "Full data");
	CHECK_STR(policy_phases_text(a, all & ~1u), "from Call for projects");
	CHECK_STR(policy_phases_text(a, 3), "until Call for projects");
	CHECK_STR(policy_phases_text(a, 6), "Call for projects to Applications");
	CHECK_STR(policy_phases_text(a, 1 | 4), "Draft, Applications");
	CHECK_STR(policy_roles_text(a, ROLE_ORGANISER | ROLE_JUROR), "organiser, juror");
	CHECK_STR(policy_roles_text(a, 0), "nobody");
	CHECK(policy_is_public(CAP_PUBLIC) && !policy_is_public(CAP_AUDIT_READ));
}

/* ---- passwords ---------------------------------------------------------------------------------
 */

TEST(wrong_passwords_are_counted_for_account_and_address)
{
	for (int i = 0; i < GUESS_TRIES; i++)
		CHECK(guess_try("Noa@x.org", "10.0.0.1", 1000 + i));
	CHECK(!guess_try("noa@x.org", "10.0.0.1", 1100));
	CHECK(guess_try("noa@x.org", "10.0.0.2", 1100));
	CHECK(guess_try("ben@x.org", "10.0.0.1", 1100));
	CHECK(!guess_try("noa@x.org", "10.0.0.1", 1000 + GUESS_SECONDS - 1));
	CHECK(guess_try("noa@x.org", "10.0.0.1", 1000 + GUESS_SECONDS));
	for (int i = 0; i < 3 * GUESS_TRIES; i++) {
		CHECK(guess_try("eva@x.org", "10.0.0.1", 1000));
		guess_right("eva@x.org", "10.0.0.1");
	}
}

/* ---- routes ------------------------------------------------------------------------------------
 */

static const char *
found(struct arena *a, enum method m, const char *path, struct pair *params, size_t *n)
{
	const struct route *rt = route_find(a, m, path, params, n);
	return rt ? rt->doc : "none";
}

TEST(routes_match_whole_segments)
{
	cleanup_arena struct arena *a = arena_new();
	struct pair p[8];
	size_t n;
	CHECK_STR(found(a, GET, "/", p, &n), "The front.");
	CHECK_STR(found(a, GET, "/e/heart/teams/new", p, &n), "A form.");
	CHECK_STR(found(a, GET, "/e/heart/teams/7", p, &n), "One \"team\".");
	CHECK_INT(n, 2);
	CHECK_STR(p[0].name, "event");
	CHECK_STR(p[0].value, "heart");
	CHECK_STR(p[1].value, "7");
	CHECK_STR(found(a, POST, "/e/heart/teams/new", p, &n), "Makes a team.");
	static const char *const none[] = { "//", "/e", "/e/", "/e/heart/teams", "/e/heart/teams/",
		"/e//teams/7", "/e/heart/teams/7/", "/e/heart/teams/7/x", "/e/heart/teams//7" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CHECK_STR(found(a, GET, none[i], p, &n), "none");
}

TEST(only_routes_that_take_a_body_get_one)
{
	CHECK_INT(route_max_body("POST", "/e/heart/teams/new?x=1"), 1000);
	CHECK_INT(route_max_body("GET", "/e/heart/teams/new"), 0);
	CHECK_INT(route_max_body("POST", "/nowhere"), 0);
	CHECK_INT(route_max_body("POST", "/%zz"), 0);
}

/* ---- CSV ---------------------------------------------------------------------------------------
 */

TEST(csv_holds_no_formula)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	struct csv c = csv_new(&b);
	csv_text(&c, "=1+1");
	csv_text(&c, "a,\"b\"");
	csv_text(&c, "\tx");
	csv_text(&c, NULL);
	csv_int(&c, -3);
	csv_real(&c, NAN);
	csv_real(&c, 0.25);
	csv_time(&c, 86400);
	csv_end(&c);
	csv_row(&c, (const char *const[]){ "@", "plain", NULL });
	CHECK_STR(b.p, "\"'=1+1\",\"a,\"\"b\"\"\",\"'\tx\",,-3,,0.25,1970-01-02T00:00:00Z\r\n"
		       "\"'@\",plain\r\n");
}

/* ---- OpenAPI -----------------------------------------------------------------------------------
 */

static json_t *
at(json_t *root, const char *const *keys)
{
	for (; *keys; keys++)
		root = json_object_get(root, *keys);
	return root;
}
#define AT(root, ...) at((root), (const char *const[]){ __VA_ARGS__, NULL })

TEST(the_description_follows_the_tables)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	json_error_t why;
	openapi_write(&b, all_routes, "1.2.3", "http://localhost:8080");
	json_t *d = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, &why);
	CHECK(d);
	CHECK_STR(json_string_value(AT(d, "openapi")), "3.1.0");
	CHECK_INT(json_object_size(AT(d, "paths")), 4);
	/* Both methods of one address stand together. */
	CHECK_INT(json_object_size(AT(d, "paths", "/e/{event}/teams/new")), 2);
	CHECK_STR(json_string_value(AT(d, "paths", "/e/{event}/teams/{team}", "get", "summary")),
		"One \"team\".");
	CHECK(AT(d, "paths", "/e/{event}/list.csv", "get", "responses", "200", "content",
		"text/csv"));
	json_t *in = AT(d, "components", "schemas", "post_e_event_teams_new_in");
	CHECK_INT(json_array_size(AT(in, "required")), 4); /* csrf, name, agreed, languages */
	CHECK_INT(json_integer_value(AT(in, "properties", "name", "maxLength")), 20);
	CHECK_INT(json_integer_value(AT(in, "properties", "seats", "maximum")), 9);
	CHECK_INT(json_array_size(AT(in, "properties", "level", "enum")), 3); /* or empty */
	CHECK(json_is_false(AT(in, "additionalProperties")));
	json_t *out = AT(d, "components", "schemas", "get_out");
	CHECK_INT(json_array_size(AT(out, "required")), 5);
	CHECK_STR(json_string_value(
			  AT(out, "properties", "rows", "items", "properties", "id", "type")),
		"integer");
	CHECK_STR(json_string_value(AT(out, "properties", "first", "type")), "object");
	json_decref(d);
}
