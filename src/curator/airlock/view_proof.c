#include "curator/airlock/proof.h"
#include "curator/airlock/view.h"

static void
put(struct buf *b, const char *s)
{
	view_text(b, str_of(s));
}

/* "median days for each ward and, across, each year": all that was asked, for what is left out says
 * what another table was made to differ by. */
static void
put_question(struct buf *b, const struct airlock_proof *p)
{
	buf_puts(b, "<p>Counted was <b>");
	put(b, p->value);
	buf_puts(b, "</b> for each <b>");
	put(b, p->rows);
	buf_puts(b, "</b>");
	if (p->columns[0]) {
		buf_puts(b, " and, across, each <b>");
		put(b, p->columns);
		buf_puts(b, "</b>");
	}
	buf_puts(b, p->of_file ? ", from the team\xe2\x80\x99s own file " : ", from the table ");
	put(b, p->source);
	if (!p->of_file) {
		buf_printf(b, " of release %lld (", (long long)p->release);
		put(b, streq(p->stage, "full")      ? "all data"
			: streq(p->stage, "sample") ? "the sample"
						    : "simulated patients");
		buf_puts(b, ")");
	}
	if (p->where[0]) {
		buf_puts(b, ", of the rows where <code>");
		put(b, p->where);
		buf_puts(b, "</code>");
	} else {
		buf_puts(b, ", of all rows");
	}
	if (p->round)
		buf_printf(b, ", rounded to %s%lld", p->round == 6 ? "the midpoint of " : "",
			(long long)p->round);
	buf_printf(b, "; groups of fewer than <b>%lld</b> %s are put together or hidden.</p>",
		(long long)p->least, p->of_rows ? "rows" : "patients");
}

/* What singles somebody out stands among all else that a condition says. */
static void
put_few(struct buf *b, const struct airlock_proof *p)
{
	for (size_t i = 0; i < p->few.n; i++) {
		buf_puts(b, i ? "<br><code>" : "<p class=review><code>");
		put(b, p->few.at[i]);
		buf_printf(b, "</code> 1 to 9 %s", p->of_rows ? "rows" : "patients");
	}
	if (p->few.n)
		buf_puts(b, "</p>");
}

static void
put_row(struct buf *b, const char *what, int64_t n)
{
	buf_printf(b, "<tr><th scope=row>%s</th><td>%lld</td></tr>", what, (long long)n);
}

static void
put_trust(struct buf *b, const struct airlock_proof *p)
{
	buf_puts(b, "<p>The signature is this server\xe2\x80\x99s and holds: for these very bytes, "
		    "this team and this project. It was made ");
	put(b, p->made);
	buf_puts(b, ".");
	if (p->of_rows)
		buf_puts(b, " <b class=review>No column names patients, so each row was taken for "
			    "a person.</b>");
	if (p->of_file && p->of_rows)
		buf_puts(b, " <b class=review>Not compared with earlier tables: the file names no "
			    "patients.</b>");
	if (p->of_file)
		buf_puts(b, " <b class=review>How the file came to be, its code must show.</b>");
	buf_puts(b, "</p>");
}

void
view_proof(struct buf *b, const struct airlock_proof *p)
{
	const char *who = p->of_rows ? "Rows" : "Patients";
	buf_puts(b, "<section class=told><h2>Counted and signed by the server</h2>");
	put_question(b, p);
	put_few(b, p);
	buf_puts(b, "<table>");
	put_row(b, "Numbers that show", p->shown);
	buf_printf(b, "<tr><th scope=row>%s behind the smallest of them</th><td>%lld</td></tr>",
		who, (long long)p->fewest);
	put_row(b, "Hidden: too few stand behind it, or one or two make up most of it", p->small);
	put_row(b, "Withheld: fewer than ten make the difference to another signed number",
		p->close);
	put_row(b, "Hidden so that none of those follows from the totals", p->other);
	buf_puts(b, "</table>");
	if (p->compared)
		buf_puts(b, "<p>Compared with every number that was signed in this event before, "
			    "of all projects and teams.</p>");
	put_trust(b, p);
	buf_puts(b, "</section>");
}
