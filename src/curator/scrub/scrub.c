#include "curator/scrub/scrub.h"

#include "base/err.h"
#include "curator/identify.h"
#include "curator/scrub/scrub_words.h"

enum { NAME_SHORTEST = 3, OWN_SHORTEST = 2, NUMBER_DIGITS = 5, AGE_CAP = 89 };

struct scrub {
	struct words words;
};

struct scrub *
scrub_new(void)
{
	struct scrub *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	s->words.most = SCRUB_MAX_WORDS;
	return s;
}

void
scrub_free(struct scrub *s)
{
	if (!s)
		return;
	words_free(&s->words);
	free(s);
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next run of letters at or after *p, or none. */
static struct str
next_word(const char **p, const char *end)
{
	while (*p < end && !word_letter(*p))
		++*p;
	struct str w = { *p, word_length(*p, end) };
	*p += w.n;
	return w;
}

void
scrub_name(struct scrub *s, struct str name)
{
	const char *p = name.p, *end = name.p + name.n;
	for (struct str w; (w = next_word(&p, end)).n;) {
		struct word *at = w.n < NAME_SHORTEST ? NULL : words_add(&s->words, w);
		if (at)
			at->name = true;
	}
}

void
scrub_allow(struct scrub *s, struct str word)
{
	const char *p = word.p, *end = word.p + word.n;
	for (struct str w; (w = next_word(&p, end)).n;) {
		struct word *at = words_add(&s->words, w);
		if (at)
			at->allowed = true;
	}
}

/* Does a sentence begin at p? A colon begins one too: "Plan: Diuretic halved". */
static bool
begins_sentence(const char *p, const char *begin)
{
	while (p > begin && (white(p[-1]) || p[-1] == '"' || p[-1] == '('))
		p--;
	return p == begin || strchr(".!?:;\n", p[-1]) != NULL || p[-1] == '-';
}

static uint32_t
who_is(struct str patient)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < patient.n; i++)
		h = (h ^ (unsigned char)patient.p[i]) * 16777619u;
	return h;
}

void
scrub_learn(struct scrub *s, struct str patient, struct str text)
{
	const char *p = text.p, *end = text.p + text.n;
	uint32_t who = who_is(patient);
	for (struct str w; (w = next_word(&p, end)).n;) {
		struct word *at = words_add(&s->words, w);
		if (!at)
			continue;
		if (!word_begins_capital(w)) {
			seen_add(&at->small, who);
			continue;
		}
		at->capitals += at->capitals < UINT32_MAX;
		if (begins_sentence(w.p, text.p))
			seen_add(&at->begin, who);
		else
			at->inside++;
	}
}

/* May a capitalised word stay that is no name of a list? */
static bool
harmless(const struct word *w)
{
	if (!w)
		return false;
	return w->allowed || w->small.n >= SCRUB_COMMON ||
	       (w->begin.n >= SCRUB_COMMON && w->inside == 0);
}

static bool
is_one_of(struct str w, const char *const *list)
{
	char low[WORD_LONGEST];
	if (w.n > WORD_LONGEST)
		return false;
	word_fold(w, low);
	for (; *list; list++)
		if (strlen(*list) == w.n && memcmp(low, *list, w.n) == 0)
			return true;
	return false;
}

static bool
is_month(struct str w)
{
	static const char *const months[] = { "january", "february", "march", "april", "may",
		"june", "july", "august", "september", "october", "november", "december", "jan",
		"feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
		"januar", "februar", "mars", "mai", "juni", "juli", "oktober", "desember",
		"dezember", "okt", "des", "dez", "m\xc3\xa4rz", NULL };
	return is_one_of(w, months);
}

static bool
is_title(struct str w)
{
	static const char *const titles[] = { "dr", "mr", "mrs", "ms", "miss", "prof", "professor",
		"doctor", "herr", "frau", "fru", "nurse", "sister", "schwester", "pfleger",
		"sykepleier", "lege", "monsieur", "madame", NULL };
	return is_one_of(w, titles);
}

static int
by_times(const void *a, const void *b)
{
	const struct word *x = *(const struct word *const *)a, *y = *(const struct word *const *)b;
	if (x->capitals != y->capitals)
		return x->capitals < y->capitals ? 1 : -1;
	return strcmp(x->text, y->text);
}

void
scrub_learned(
	struct scrub *s, void (*suspect)(void *ctx, struct str word, uint64_t times), void *ctx)
{
	cleanup_free const struct word **list = calloc(s->words.n + 1, sizeof *list);
	size_t n = 0;
	if (!list)
		BUG("out of memory");
	for (size_t i = 0; i < s->words.cap; i++) {
		const struct word *w = &s->words.at[i];
		struct str text = { w->text, w->len };
		if (w->len > 1 && w->capitals && !w->name && !harmless(w) && !is_title(text) &&
			!is_month(text))
			list[n++] = w;
	}
	qsort(list, n, sizeof *list, by_times);
	for (size_t i = 0; i < n; i++)
		suspect(ctx, (struct str){ list[i]->text, list[i]->len }, list[i]->capitals);
}

/* ---- taking out ---- */

struct text {
	const struct scrub *s;
	const char *begin, *p, *end;
	struct str *own; /* different words of the patient's record */
	size_t n_own;
	struct buf *out;
};

static bool
taken(const struct text *t, struct str w)
{
	for (size_t i = 0; i < t->n_own; i++)
		if (str_eq(t->own[i], w))
			return true;
	return false;
}

static void
take_own(struct text *t, struct str own)
{
	const char *p = own.p, *end = own.p + own.n;
	/* Words have a byte between them. */
	t->own = calloc(own.n / (OWN_SHORTEST + 1) + 1, sizeof *t->own);
	if (!t->own)
		BUG("out of memory");
	for (struct str w; (w = next_word(&p, end)).n;)
		if (w.n >= OWN_SHORTEST && !taken(t, w))
			t->own[t->n_own++] = w;
}

static bool
is_own(const struct text *t, struct str w)
{
	char folded[WORD_LONGEST], mine[WORD_LONGEST];
	if (w.n > WORD_LONGEST)
		return true;
	for (size_t i = 0; i < t->n_own; i++) {
		struct str o = t->own[i];
		if (o.n != w.n || (w.n < NAME_SHORTEST && !word_begins_capital(w)))
			continue;
		word_fold(o, mine);
		word_fold(w, folded);
		if (memcmp(mine, folded, w.n) == 0)
			return true;
	}
	return false;
}

static void
put(struct text *t, const char *what, size_t n)
{
	buf_puts(t->out, what);
	t->p += n;
}

/* A run without blanks that is an address or a number of its own kind. */
static bool
contact(struct text *t)
{
	size_t n = 0;
	if (t->p > t->begin && !white(t->p[-1]) && !strchr("<(\"',;:=", t->p[-1]))
		return false;
	while (t->p + n < t->end && !white(t->p[n]) && !strchr("<>\"(),;", t->p[n]))
		n++;
	while (n && strchr(".!?:", t->p[n - 1]))
		n--;
	switch (ident_of_value((struct str){ t->p, n })) {
	case IDENT_EMAIL:
	case IDENT_URL:
	case IDENT_PHOTO:
		return put(t, "[contact]", n), true;
	case IDENT_IP:
	case IDENT_DEVICE:
	case IDENT_VEHICLE:
	case IDENT_ACCOUNT:
	case IDENT_BIOMETRIC:
	case IDENT_OTHER:
		return put(t, "[number]", n), true;
	default:
		return false;
	}
}

/* Blanks, then letters. */
static struct str
word_after(const struct text *t, const char *p)
{
	while (p < t->end && (white(*p) || *p == '-' || *p == '.'))
		p++;
	return (struct str){ p, p < t->end ? word_length(p, t->end) : 0 };
}

/* How far digits go when single separators may stand between them. */
struct run {
	size_t n, digits, groups;
	char separator; /* the only one, or 0 when there are several kinds */
	bool letters;
};

static struct run
measure(const struct text *t)
{
	struct run r = { .separator = '\0' };
	const char *p = t->p;
	bool mixed = false;
	for (;;) {
		size_t from = r.n;
		while (p + r.n < t->end &&
			(digit(p[r.n]) ||
				(word_letter(&p[r.n]) && !((unsigned char)p[r.n] >= 0x80)))) {
			r.digits += digit(p[r.n]);
			r.letters |= !digit(p[r.n]);
			r.n++;
		}
		if (r.n == from)
			break;
		r.groups++;
		size_t gap = 0;
		while (p + r.n + gap < t->end && gap < 2 && strchr(" -./():", p[r.n + gap]))
			gap++;
		const char *next = p + r.n + gap;
		if (gap == 0 || next >= t->end || !digit(*next))
			break;
		/* Words end a number: "in 5 2 tablets" is rare, "05.03.2022 14:10" is not. */
		if (r.letters && p[r.n] == ' ')
			break;
		mixed |= r.separator && r.separator != p[r.n];
		r.separator = p[r.n];
		r.n += gap;
	}
	while (r.n && !digit(p[r.n - 1]) && !word_letter(&p[r.n - 1]))
		r.n--;
	if (mixed)
		r.separator = '\0';
	return r;
}

static bool
is_year(struct str s)
{
	return s.n == 4 && ((s.p[0] == '1' && s.p[1] == '9') || (s.p[0] == '2' && s.p[1] == '0')) &&
	       digit(s.p[2]) && digit(s.p[3]);
}

/* 14.3.2022, 14/03/22, 2022-03-14, at the beginning of the text; 0 when there is none. */
static size_t
date_length(const struct text *t)
{
	size_t n = 0, lengths[3];
	char separator = '\0';
	for (size_t group = 0; group < 3; group++) {
		size_t from = n;
		while (t->p + n < t->end && digit(t->p[n]))
			n++;
		lengths[group] = n - from;
		if (lengths[group] == 0 || lengths[group] > 4)
			return 0;
		if (group == 2)
			break;
		if (t->p + n >= t->end || !strchr(".-/", t->p[n]) ||
			(separator && separator != t->p[n]))
			return 0;
		separator = t->p[n++];
		if (t->p + n < t->end && t->p[n] == ' ')
			n++;
	}
	bool first = lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2;
	bool last = lengths[0] <= 2 && lengths[1] <= 2 && (lengths[2] == 4 || lengths[2] == 2);
	return first || last ? n : 0;
}

/* "14 March 2022", "14. mars" */
static size_t
day_and_month(const struct text *t)
{
	size_t n = 0;
	while (n < 2 && t->p + n < t->end && digit(t->p[n]))
		n++;
	size_t digits = n;
	while (t->p + n < t->end && n < digits + 4 && strchr(" .-sthrdn", t->p[n]) &&
		!is_month((struct str){ t->p + n, word_length(t->p + n, t->end) }))
		n++;
	struct str month = { t->p + n, t->p + n < t->end ? word_length(t->p + n, t->end) : 0 };
	if (!is_month(month) || n == digits)
		return 0;
	n += month.n;
	size_t gap = 0;
	while (t->p + n + gap < t->end && gap < 2 && strchr(" ,.-", t->p[n + gap]))
		gap++;
	struct str year = { t->p + n + gap, 0 };
	while (year.p + year.n < t->end && digit(year.p[year.n]))
		year.n++;
	return year.n == 4 || (year.n == 2 && gap == 1) ? n + gap + year.n : n;
}

static bool
is_age(const struct text *t, size_t n)
{
	static const char *const years[] = { "year", "years", "yr", "yrs", "yo", "jahre", "jahr",
		"j\xc3\xa4hrig", "j\xc3\xa4hrige", "\xc3\xa5r", "ans", "year-old", "years-old", "y",
		NULL };
	int64_t v;
	return n <= 3 && str_int((struct str){ t->p, n }, &v) && v > AGE_CAP && v <= 130 &&
	       is_one_of(word_after(t, t->p + n), years);
}

static bool
number(struct text *t)
{
	if (!digit(*t->p) && !(*t->p == '+' && t->p + 1 < t->end && digit(t->p[1])))
		return false;
	size_t plus = *t->p == '+', n = date_length(t);
	t->p += plus;
	if (!n)
		n = day_and_month(t);
	if (n) {
		put(t, "[date]", n);
		return true;
	}
	size_t plain = 0;
	while (t->p + plain < t->end && digit(t->p[plain]))
		plain++;
	struct run r = measure(t);
	bool alone = r.n == plain;
	bool decimal = r.groups == 2 && r.separator == '.' && !r.letters && r.digits < 9;
	bool ratio = r.groups == 2 && r.separator == '/' && r.digits <= 6 && !r.letters;
	bool clock = r.groups <= 3 && r.separator == ':' && r.digits <= 6;
	if (alone && is_year((struct str){ t->p, plain }))
		put(t, "[date]", plain);
	else if (is_age(t, plain))
		put(t, "[age]", plain);
	else if ((plus && r.digits >= 6) ||
		 (!decimal && !clock && !ratio && r.digits >= NUMBER_DIGITS &&
			 (r.separator != ' ' || r.digits >= 7)))
		put(t, "[number]", r.n);
	else if (plain >= NUMBER_DIGITS)
		put(t, "[number]", plain);
	else
		return t->p -= plus, false;
	return true;
}

/* Letters with digits in one run: case numbers, plates, serial numbers. */
static bool
code(struct text *t)
{
	size_t n = 0, digits = 0;
	while (t->p + n < t->end &&
		(digit(t->p[n]) || word_letter(t->p + n) ||
			((t->p[n] == '-' || t->p[n] == ':' || t->p[n] == '/') && n &&
				t->p + n + 1 < t->end &&
				(digit(t->p[n + 1]) || word_letter(t->p + n + 1)))))
		digits += digit(t->p[n++]);
	if (digits < NUMBER_DIGITS - 1)
		return false;
	put(t, "[number]", n);
	return true;
}

/* "March 14, 2022" */
static bool
month_and_day(struct text *t, struct str w)
{
	const char *p = w.p + w.n;
	if (!is_month(w) || !word_begins_capital(w))
		return false;
	while (p < t->end && (white(*p) || *p == '.'))
		p++;
	size_t n = 0;
	while (p + n < t->end && n < 4 && digit(p[n]))
		n++;
	if (n == 0 || n == 3)
		return false;
	p += n;
	const char *q = p;
	while (q < t->end && (white(*q) || *q == ','))
		q++;
	if (n <= 2 && q + 4 <= t->end && is_year((struct str){ q, 4 }))
		p = q + 4;
	put(t, "[date]", (size_t)(p - t->p));
	return true;
}

/* Up to three capitalised words behind a title. */
static bool
titled(struct text *t, struct str w)
{
	if (!is_title(w))
		return false;
	const char *p = w.p + w.n, *end = p;
	if (p < t->end && *p == '.')
		p++;
	for (int i = 0; i < 3; i++) {
		const char *q = p;
		while (q < t->end && *q == ' ')
			q++;
		struct str name = { q, q < t->end ? word_length(q, t->end) : 0 };
		if (name.n == 0 || q == p || !word_begins_capital(name))
			break;
		p = end = q + name.n;
		if (p < t->end && *p == '.' && name.n <= 2)
			p++;
	}
	if (end == w.p + w.n)
		return false;
	put(t, "[name]", (size_t)(end - t->p));
	return true;
}

static bool
word(struct text *t)
{
	struct str w = { t->p, word_length(t->p, t->end) };
	if (w.n == 0)
		return false;
	if (month_and_day(t, w) || titled(t, w))
		return true;
	const struct word *known = words_find(&t->s->words, w);
	bool capital = word_begins_capital(w);
	bool first = begins_sentence(w.p, t->begin);
	bool common = known && known->small.n >= SCRUB_COMMON;
	if (is_own(t, w) ||
		(capital && known && known->name && !known->allowed && !(first && common)))
		put(t, "[name]", w.n);
	else if (capital && w.n > 1 && !harmless(known))
		put(t, "[word]", w.n);
	else {
		buf_put(t->out, w.p, w.n);
		t->p += w.n;
	}
	return true;
}

void
scrub_text(const struct scrub *s, struct str text, struct str own, struct buf *out)
{
	struct text t = {
		.s = s, .begin = text.p, .p = text.p, .end = text.p + text.n, .out = out
	};
	take_own(&t, own);
	while (t.p < t.end) {
		/* Only where a word begins. */
		bool inside = t.p > t.begin && (digit(t.p[-1]) || word_letter(t.p - 1));
		if (!inside && contact(&t))
			continue;
		if (number(&t))
			continue;
		if (word_letter(t.p) && ((!inside && code(&t)) || word(&t)))
			continue;
		buf_putc(out, *t.p++);
	}
	free(t.own);
}
