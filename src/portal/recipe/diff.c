#include "portal/recipe/diff.h"

#include "base/str.h"

struct side {
	struct str *at;
	size_t n;
};

struct sides {
	struct arena *a;
	struct side before, after;
	size_t head, tail; /* lines that both begin and end with */
	bool *gone, *come; /* of the lines of before, and of after */
};

static struct side
split(struct arena *a, const char *text)
{
	struct side s = { 0 };
	size_t lines = 1;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	s.at = ARENA_ARRAY(a, lines, struct str);
	for (struct str rest = str_of(text); rest.n;)
		s.at[s.n++] = str_cut(&rest, '\n');
	return s;
}

static void
trim(struct sides *s)
{
	while (s->head < s->before.n && s->head < s->after.n &&
		str_eq(s->before.at[s->head], s->after.at[s->head]))
		s->head++;
	while (s->tail < s->before.n - s->head && s->tail < s->after.n - s->head &&
		str_eq(s->before.at[s->before.n - 1 - s->tail],
			s->after.at[s->after.n - 1 - s->tail]))
		s->tail++;
}

/* Backwards along the furthest points of each round, marking what differs. */
static void
trace(struct sides *s, int **rounds, int d, int n, int m)
{
	for (int x = n, y = m; d > 0; d--) {
		const int *v = rounds[d - 1] + (d - 1);
		int k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		int px = down ? v[k + 1] : v[k - 1], py = px - (down ? k + 1 : k - 1);
		if (down)
			s->come[s->head + (size_t)py] = true;
		else
			s->gone[s->head + (size_t)px] = true;
		x = px, y = py;
	}
}

/* The shortest edit between the middles; false when it is longer than DIFF_MOST. */
static bool
shortest(struct sides *s)
{
	enum { WIDTH = 2 * DIFF_MOST + 3 };
	int n = (int)(s->before.n - s->head - s->tail), m = (int)(s->after.n - s->head - s->tail);
	const struct str *b = s->before.at + s->head, *c = s->after.at + s->head;
	int *rounds[DIFF_MOST + 1], *v = ARENA_ARRAY(s->a, WIDTH, int);
	v += DIFF_MOST + 1;
	v[1] = 0;
	for (int d = 0; d <= DIFF_MOST; d++) {
		for (int k = -d; k <= d; k += 2) {
			bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
			int x = down ? v[k + 1] : v[k - 1] + 1, y = x - k;
			while (x < n && y < m && x >= 0 && y >= 0 && str_eq(b[x], c[y]))
				x++, y++;
			v[k] = x;
			if (x >= n && y >= m) {
				trace(s, rounds, d, n, m);
				return true;
			}
		}
		/* Only what this round reached is needed on the way back. */
		rounds[d] = ARENA_ARRAY(s->a, 2 * d + 1, int);
		memcpy(rounds[d], v - d, (size_t)(2 * d + 1) * sizeof *v);
	}
	return false;
}

static void
put(struct sides *s, diff_lines *out, const char *kind, size_t i, size_t k)
{
	bool from_after = kind[0] == 'c';
	struct str text = from_after ? s->after.at[k] : s->before.at[i];
	out->at[out->n++] = (struct diff_line){ .kind = kind,
		.before = from_after ? 0 : (int64_t)i + 1,
		.after = kind[0] == 'g' ? 0 : (int64_t)k + 1,
		.text = str_dup(s->a, text) };
}

/* Everything, and then only what lies near a difference. */
static void
narrow(struct arena *a, const diff_lines *all, diff_lines *ret)
{
	diff_lines out = { .at = ARENA_ARRAY(a, all->n + 1, struct diff_line) };
	size_t near = 0; /* lines from here on are out of sight, until the next difference */
	for (size_t i = 0; i < all->n; i++) {
		bool shown = i < near;
		for (size_t k = i; k <= i + DIFF_AROUND && k < all->n && !shown; k++)
			shown = all->at[k].kind[0] != 's';
		if (all->at[i].kind[0] != 's')
			near = i + 1 + DIFF_AROUND;
		if (shown)
			out.at[out.n++] = all->at[i];
		else if (out.n == 0 || !streq(out.at[out.n - 1].kind, "gap"))
			out.at[out.n++] = (struct diff_line){ .kind = "gap", .text = "" };
	}
	*ret = out;
}

void
diff_make(struct arena *a, const char *before, const char *after, diff_lines *ret)
{
	struct sides s = { .a = a, .before = split(a, before), .after = split(a, after) };
	diff_lines all = { .at = ARENA_ARRAY(a, s.before.n + s.after.n, struct diff_line) };
	size_t i = 0, k = 0;
	s.gone = ARENA_ARRAY(a, s.before.n, bool);
	s.come = ARENA_ARRAY(a, s.after.n, bool);
	trim(&s);
	if (s.head == s.before.n && s.head == s.after.n) {
		*ret = (diff_lines){ 0 };
		return;
	}
	if (!shortest(&s)) {
		for (size_t x = s.head; x < s.before.n - s.tail; x++)
			s.gone[x] = true;
		for (size_t x = s.head; x < s.after.n - s.tail; x++)
			s.come[x] = true;
	}
	while (i < s.before.n || k < s.after.n) {
		if (i < s.before.n && s.gone[i])
			put(&s, &all, "gone", i++, k);
		else if (k < s.after.n && s.come[k])
			put(&s, &all, "come", i, k++);
		else
			put(&s, &all, "same", i++, k++);
	}
	narrow(a, &all, ret);
}
