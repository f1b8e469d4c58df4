/* How a message is written, and what an answer to it means. */
#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "base/mailbox.h"
#include "portal/mail/mail.h"

enum { LINE = 76, WORD_BYTES = 42, REASON_BYTES = 240, PAUSE_MAX = 6 * 3600 };

/* Encoded words (RFC 2047), each of whole characters and short enough for its line. */
static void
put_words(struct buf *b, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		char out[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
		unsigned char plain[WORD_BYTES];
		size_t n = s.n - at < WORD_BYTES ? s.n - at : WORD_BYTES;
		while (n > 1 && at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
			n--;
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)s.p[at + i];
			plain[i] = c < ' ' || c == 127 ? ' ' : c;
		}
		sodium_bin2base64(out, sizeof out, plain, n, sodium_base64_VARIANT_ORIGINAL);
		buf_printf(b, "%s=?UTF-8?B?%s?=", at ? "\r\n " : "", out);
		at += n;
	}
}

static void
put_header_text(struct buf *b, struct str s)
{
	bool plain = s.n <= 60;
	for (size_t i = 0; i < s.n; i++)
		plain = plain && s.p[i] >= ' ' && s.p[i] <= '~' &&
			!(s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?');
	if (plain)
		buf_put(b, s.p, s.n);
	else
		put_words(b, s);
}

/* Quoted-printable (RFC 2045, 6.7): any server carries it, and it comes out byte for byte. */
static void
put_body(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	int column = 0;
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '\n') {
			buf_put(b, "\r\n", 2);
			column = 0;
			continue;
		}
		bool blank = c == ' ' || c == '\t';
		bool last = s[1] == '\0' || s[1] == '\n';
		bool plain = (c > ' ' && c <= '~' && c != '=') || (blank && !last);
		int width = plain ? 1 : 3;
		if (column + width > LINE - 1) {
			buf_put(b, "=\r\n", 3);
			column = 0;
		}
		if (plain)
			buf_put(b, &c, 1);
		else
			buf_put(b, (const char[]){ '=', hex[c >> 4], hex[c & 15] }, 3);
		column += width;
	}
	if (column)
		buf_put(b, "\r\n", 2);
}

static void
put_date(struct buf *b, int64_t now)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm t;
	time_t at = (time_t)now;
	gmtime_r(&at, &t);
	buf_printf(b, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday,
		months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

struct str
mail_text(struct arena *a, const char *from, const struct mail_message *m, int64_t now)
{
	struct buf b = buf_new(a);
	struct str name, address;
	/* The configuration was refused otherwise; the recipient was never claimed. */
	if (!mailbox_split(str_of(from), &name, &address) || !mailbox_ok(str_of(m->to)))
		BUG("mail from or to what is no address");
	put_date(&b, now);
	buf_printf(&b, "From: ");
	if (name.n) {
		put_words(&b, name);
		buf_printf(&b, "\r\n ");
	}
	buf_printf(&b, "<%.*s>\r\nTo: <%s>\r\nSubject: ", (int)address.n, address.p, m->to);
	put_header_text(&b, str_of(m->subject));
	struct str domain = address;
	str_cut(&domain, '@');
	buf_printf(&b, "\r\nMessage-ID: <wardroom.%lld.%lld@%.*s>\r\n", (long long)m->id,
		(long long)m->created, (int)domain.n, domain.p);
	buf_printf(&b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		       "Content-Type: text/plain; charset=UTF-8\r\n"
		       "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	put_body(&b, m->body);
	return buf_str(&b);
}

bool
mail_find_link(struct str text, struct str *ret_url, struct str *ret_token)
{
	enum { TOKEN = 64 };
	static const char path[] = "/in/";
	const char *end = text.p + text.n;
	for (const char *p = text.p; (p = memmem(p, (size_t)(end - p), path, strlen(path)));) {
		const char *url = p, *token = p += strlen(path);
		size_t n = 0;
		while (p + n < end && strchr("0123456789abcdef", p[n]) && p[n])
			n++;
		while (url > text.p && (unsigned char)url[-1] > ' ')
			url--;
		if (n != TOKEN ||
			(!str_starts((struct str){ url, (size_t)(end - url) }, "http://") &&
				!str_starts((struct str){ url, (size_t)(end - url) }, "https://")))
			continue;
		*ret_url = (struct str){ url, (size_t)(token + n - url) };
		*ret_token = (struct str){ token, n };
		return true;
	}
	return false;
}

int64_t
mail_pause(int64_t n)
{
	int64_t pause = n < 1 ? 60 : n > 9 ? PAUSE_MAX : (int64_t)60 << (n - 1);
	return pause < PAUSE_MAX ? pause : PAUSE_MAX;
}

enum mail_outcome
mail_judge(enum mail_stage stage, int code)
{
	/* 421: the server shuts the door, whatever was being said (RFC 5321, 3.8). */
	if (stage == MAIL_BEFORE || code < 400 || code > 599 || code == 421)
		return MAIL_OUTAGE;
	return code >= 500 ? MAIL_NEVER : MAIL_LATER;
}

const char *
mail_reason(struct arena *a, const char *text)
{
	struct str s = str_trim(str_of(text));
	if (s.n > REASON_BYTES)
		s.n = REASON_BYTES;
	char *out = str_dup(a, s);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
	str_mend(out);
	return out;
}
