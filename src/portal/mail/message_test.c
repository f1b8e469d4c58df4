#include "base/tap.h"
#include "portal/mail/mail.h"

static const char *
text_of(struct arena *a, const char *subject, const char *body)
{
	const struct mail_message m = { 7, 1000, "noa@x.org", subject, body };
	return mail_text(a, "Bl\xc3\xa5 dager <event@x.org>", &m, 1795324993).p;
}

static bool
holds(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

#define HEX16 "0123456789abcdef"
#define TOKEN HEX16 HEX16 HEX16 HEX16

TEST(a_link_is_found_in_a_text)
{
	struct str url, token;
	CHECK(mail_find_link(STR("Come:\nhttps://x.org:8443/in/" TOKEN "\nSoon."), &url, &token));
	CHECK(str_is(url, "https://x.org:8443/in/" TOKEN) && str_is(token, TOKEN));
	CHECK(mail_find_link(STR("/in/ http://x/in/" TOKEN), &url, &token));
	CHECK(str_is(url, "http://x/in/" TOKEN));
	static const char *const none[] = { "", "/in/", "/in/" TOKEN, "http://x/in/" HEX16,
		"http://x/in/" TOKEN "0", "http://x/in/ " TOKEN, "ftp://x/in/" TOKEN,
		"http://x/on/" TOKEN };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(!mail_find_link(str_of(none[i]), &url, &token));
}

TEST(a_message_has_its_headers)
{
	cleanup_arena struct arena *a = arena_new();
	const char *t = text_of(a, "You are invited", "Hello\n");
	CHECK_STR(t, "Date: Sun, 22 Nov 2026 05:23:13 +0000\r\n"
		     "From: =?UTF-8?B?QmzDpSBkYWdlcg==?=\r\n <event@x.org>\r\n"
		     "To: <noa@x.org>\r\n"
		     "Subject: You are invited\r\n"
		     "Message-ID: <wardroom.7.1000@x.org>\r\n"
		     "Auto-Submitted: auto-generated\r\n"
		     "MIME-Version: 1.0\r\n"
		     "Content-Type: text/plain; charset=UTF-8\r\n"
		     "Content-Transfer-Encoding: quoted-printable\r\n"
		     "\r\n"
		     "Hello\r\n");
}

TEST(a_subject_cannot_begin_a_header)
{
	cleanup_arena struct arena *a = arena_new();
	const char *t = text_of(a, "Hi\r\nBcc: eve@x.org\r\n\r\nbody", "Hello\n");
	CHECK(!holds(t, "Bcc") && holds(t, "Subject: =?UTF-8?B?SGkgIEJjYzogZXZlQHgub3Jn"));
	t = text_of(a, "=?UTF-8?Q?x=0D=0ABcc:_eve@x.org?=", "Hello\n");
	CHECK(!holds(t, "=?UTF-8?Q?"));
}

TEST(a_long_subject_is_cut_between_characters)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	for (int i = 0; i < 200; i++)
		buf_printf(&b, "%s", i % 3 ? "\xd7\xa9" : "a");
	const char *t = text_of(a, b.p, "");
	for (struct str rest = str_of(t), line; rest.n;) {
		line = str_cut(&rest, '\n');
		CHECK(line.n <= 79 && line.p[line.n - 1] == '\r');
	}
}

TEST(a_text_is_quoted)
{
	cleanup_arena struct arena *a = arena_new();
	const char *t = strstr(text_of(a, "", "a=b\ttrail \n.\nP\xc3\xa5l\rx"), "\r\n\r\n") + 4;
	CHECK_STR(t, "a=3Db\ttrail=20\r\n.\r\nP=C3=A5l=0Dx\r\n");
	char *lng = arena_alloc(a, 401);
	memset(lng, 'x', 400);
	lng[400] = '\0';
	t = strstr(text_of(a, "", lng), "\r\n\r\n") + 4;
	for (struct str rest = str_of(t), line; rest.n;) {
		line = str_cut(&rest, '\n');
		CHECK(line.n <= 77);
	}
}

TEST(pauses_grow_up_to_six_hours)
{
	CHECK_INT(mail_pause(1), 60);
	CHECK_INT(mail_pause(2), 120);
	CHECK_INT(mail_pause(9), 15360);
	CHECK_INT(mail_pause(10), 21600);
	CHECK_INT(mail_pause(INT64_MAX), 21600);
	for (int n = 1; n < 40; n++)
		CHECK(mail_pause(n) <= mail_pause(n + 1));
}

TEST(only_a_word_about_the_recipient_ends_one_mail)
{
	CHECK_INT(mail_judge(MAIL_RECIPIENT, 550), MAIL_NEVER);
	CHECK_INT(mail_judge(MAIL_CONTENT, 554), MAIL_NEVER);
	CHECK_INT(mail_judge(MAIL_RECIPIENT, 450), MAIL_LATER);
	CHECK_INT(mail_judge(MAIL_RECIPIENT, 421), MAIL_OUTAGE);
	CHECK_INT(mail_judge(MAIL_BEFORE, 550), MAIL_OUTAGE);
	CHECK_INT(mail_judge(MAIL_BEFORE, 535), MAIL_OUTAGE);
	CHECK_INT(mail_judge(MAIL_CONTENT, 0), MAIL_OUTAGE);
	CHECK_INT(mail_judge(MAIL_CONTENT, 250), MAIL_OUTAGE);
}

TEST(a_servers_sentence_is_made_fit_to_show)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(
		mail_reason(a, " 550 no\r\nsuch\x1b[31m user \xff\r\n"), "550 no  such [31m user ");
	char big[2000];
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	CHECK(strlen(mail_reason(a, big)) <= 240);
}

TEST(pages_promise_only_what_is_set_up)
{
	cleanup_arena struct arena *a = arena_new();
	struct config c = { .mail_server = "none" };
	CHECK(!holds(mail_link_words(a, &c, "noa@x.org"), "on its way"));
	CHECK(holds(mail_link_words(a, &c, "noa@x.org"), "wardroom person link noa@x.org"));
	CHECK(holds(mail_news_words(a, &c, "They are"), "not told"));
	c.mail_server = "smtp://localhost:25";
	CHECK(holds(mail_link_words(a, &c, "noa@x.org"), "on its way to noa@x.org"));
	CHECK_STR(mail_news_words(a, &c, "They are"), "They are told by e-mail.");
}
