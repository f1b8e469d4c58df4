/* The filter between a desktop and a browser, without either. */
#include "base/tap.h"

#include "gate/frames.h"
#include "gate/rfb.h"

/* A conversation: what each side has sent on. */
struct talk {
	struct arena *arena;
	struct rfb rfb;
	struct buf to_server, to_client;
	struct err err;
};

static enum status
client(struct talk *t, const void *p, size_t n)
{
	return rfb_from_client(&t->rfb, (struct str){ p, n }, &t->to_server, &t->err);
}

/* In pieces of one byte: a filter must not care how bytes arrive. */
static enum status
server(struct talk *t, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum status s = rfb_from_server(
			&t->rfb, (struct str){ (const char *)p + i, 1 }, &t->to_client, &t->err);
		if (s != OK)
			return s;
	}
	return OK;
}

#define CLIENT(t, s) client((t), "" s, sizeof(s) - 1)
#define SERVER(t, s) server((t), "" s, sizeof(s) - 1)

static void
clear(struct talk *t)
{
	t->to_server.n = t->to_client.n = 0;
}

static bool
says(const struct buf *b, const void *p, size_t n)
{
	return b->n == n && memcmp(b->p, p, n) == 0;
}
#define SAYS(b, s) says((b), "" s, sizeof(s) - 1)

static struct talk
begin(bool paste)
{
	struct talk t = { .arena = arena_new() };
	t.to_server = buf_new(t.arena);
	t.to_client = buf_new(t.arena);
	rfb_init(&t.rfb, paste);
	return t;
}

#define INIT "\5\0\3\40\40\30\0\1\0\377\0\377\0\377\20\10\0\0\0\0"
#define FORMAT "\0\0\0\0\40\30\0\1\0\377\0\377\0\377\20\10\0\0\0\0"
#define ASK "\3\1\0\0\0\0\5\0\3\40"
#define RECT(w, h, enc) "\0\0\0\0\0" w "\0" h enc

/* Up to where pictures may come, in version 3.8. */
static struct talk
met(bool paste)
{
	struct talk t = begin(paste);
	CHECK_INT(SERVER(&t, "RFB 003.008\n"), OK);
	CHECK_INT(CLIENT(&t, "RFB 003.008\n"), OK);
	CHECK_INT(SERVER(&t, "\3\2\1\20"), OK);
	CHECK_INT(CLIENT(&t, "\1"), OK);
	CHECK_INT(SERVER(&t, "\0\0\0\0"), OK);
	CHECK_INT(CLIENT(&t, "\1"), OK);
	CHECK_INT(SERVER(&t, INIT "\0\0\0\6secret"), OK);
	CHECK_INT(CLIENT(&t, FORMAT ASK), OK);
	return t;
}

TEST(the_handshake_passes_without_a_password_and_without_a_name)
{
	struct talk t = met(false);
	CHECK(SAYS(&t.to_client, "RFB 003.008\n\1\1\0\0\0\0" INIT "\0\0\0\7desktop"));
	CHECK(SAYS(&t.to_server, "RFB 003.008\n\1\1" FORMAT ASK));
	arena_free(t.arena);
}

TEST(older_versions_pass)
{
	struct talk t = begin(false);
	CHECK_INT(SERVER(&t, "RFB 003.007\n"), OK);
	CHECK_INT(CLIENT(&t, "RFB 003.007\n"), OK);
	CHECK_INT(SERVER(&t, "\1\1"), OK);
	CHECK_INT(CLIENT(&t, "\1\0"), OK);
	CHECK_INT(SERVER(&t, INIT "\0\0\0\0"), OK);
	CHECK_INT(CLIENT(&t, FORMAT ASK), OK);
	arena_free(t.arena);
	t = begin(false);
	CHECK_INT(SERVER(&t, "RFB 003.008\n"), OK);
	CHECK_INT(CLIENT(&t, "RFB 003.003\n"), OK);
	CHECK_INT(SERVER(&t, "\0\0\0\1"), OK);
	CHECK_INT(CLIENT(&t, "\1"), OK);
	CHECK_INT(SERVER(&t, INIT "\0\0\0\0"), OK);
	arena_free(t.arena);
}

static void
refused_at_start(
	const char *hello, const char *answer, const char *list, size_t n, const char *word)
{
	struct talk t = begin(false);
	enum status s = server(&t, hello, strlen(hello));
	if (s == OK && answer)
		s = client(&t, answer, strlen(answer));
	if (s == OK && list)
		s = server(&t, list, n);
	CHECK_INT(s, E_INPUT);
	CHECK(strstr(t.err.text, word));
	arena_free(t.arena);
}

TEST(strange_beginnings_are_refused)
{
	refused_at_start("RFB 003.009\n", NULL, NULL, 0, "unknown version");
	refused_at_start("HTTP/1.1 200", NULL, NULL, 0, "unknown version");
	refused_at_start("RFB 003.007\n", "RFB 003.008\n", NULL, 0, "unknown version");
	refused_at_start("RFB 003.008\n", "RFB 003.008\n", "\1\2", 2, "password");
	refused_at_start("RFB 003.008\n", "RFB 003.008\n", "\0", 1, "nobody");
	refused_at_start("RFB 003.008\n", "RFB 003.003\n", "\0\0\0\2", 4, "password");
	refused_at_start("RFB 003.008\nX", NULL, NULL, 0, "out of turn");
}

TEST(only_pictures_that_can_be_measured_are_asked_for)
{
	struct talk t = met(false);
	clear(&t);
	/* raw, the extended clipboard, tight, the name, fences, QEMU's keys, quality 7, last */
	CHECK_INT(CLIENT(&t, "\2\0\0\10\0\0\0\0\300\241\345\316\0\0\0\7\377\377\376\315"
			     "\377\377\376\310\377\377\376\376\377\377\377\347\377\377\377\40"),
		OK);
	CHECK(SAYS(&t.to_server, "\2\0\0\4\0\0\0\0\0\0\0\7\377\377\377\347\377\377\377\40"));
	CHECK_INT(CLIENT(&t, "\2\0\2\0"), E_INPUT);
	CHECK(strstr(t.err.text, "512 encodings"));
	arena_free(t.arena);
}

TEST(text_does_not_come_out)
{
	struct talk t = met(true);
	clear(&t);
	CHECK_INT(SERVER(&t, "\3\0\0\0\0\0\0\6secret"), OK);
	CHECK_INT(SERVER(&t, "\3\0\0\0\377\377\377\372\1\0\0\1zz"), OK); /* the extended one */
	CHECK_INT(SERVER(&t, "\2"), OK);
	CHECK(SAYS(&t.to_client, "\2"));
	CHECK_INT(t.rfb.cut_out, 2);
	CHECK_INT(SERVER(&t, "\3\0\0\0\200\0\0\0"), E_INPUT);
	arena_free(t.arena);
}

TEST(text_goes_in_only_when_it_may)
{
	struct talk t = met(false);
	clear(&t);
	CHECK_INT(CLIENT(&t, "\6\0\0\0\0\0\0\3abc\4\1\0\0\0\0\0\101"), OK);
	CHECK(SAYS(&t.to_server, "\4\1\0\0\0\0\0\101"));
	arena_free(t.arena);
	t = met(true);
	clear(&t);
	CHECK_INT(CLIENT(&t, "\6\0\0\0\0\0\0\3abc\6\0\0\0\377\377\377\374\1\0\0\0"), OK);
	CHECK(SAYS(&t.to_server, "\6\0\0\0\0\0\0\3abc"));
	arena_free(t.arena);
}

TEST(other_messages_end_it)
{
	static const char *const from_client[] = { "\1", "\7", "\372", "\226", "\370", "\377" };
	static const char *const from_server[] = { "\1", "\4", "\226", "\370", "\374", "\377" };
	for (size_t i = 0; i < sizeof from_client / sizeof from_client[0]; i++) {
		struct talk t = met(false);
		CHECK_INT(client(&t, from_client[i], 1), E_INPUT);
		CHECK(strstr(t.err.text, "closed"));
		arena_free(t.arena);
		t = met(false);
		CHECK_INT(server(&t, from_server[i], 1), E_INPUT);
		arena_free(t.arena);
	}
}

TEST(the_format_of_pixels_stays)
{
	struct talk t = met(false);
	CHECK_INT(CLIENT(&t, FORMAT), E_INPUT);
	CHECK(strstr(t.err.text, "on the way"));
	arena_free(t.arena);
}

/* An update of one rectangle of 5 by 3 pixels, then a bell that shows that we are in step. */
static void
passes(const char *rect, size_t n)
{
	static const char head[] = "\0\0\0\1\0\0\0\0\0\5\0\3";
	struct talk t = met(false);
	struct buf all = buf_new(t.arena);
	buf_put(&all, head, sizeof head - 1);
	buf_put(&all, rect, n);
	buf_put(&all, "\2", 1);
	clear(&t);
	CHECK_INT(server(&t, all.p, all.n), OK);
	CHECK(says(&t.to_client, all.p, all.n));
	CHECK_INT(t.rfb.server.n, 0);
	CHECK_INT(t.rfb.server.want, 1);
	CHECK_INT(t.rfb.server.run, 0);
	/* And it was no part of the picture: what is closed is noticed at once. */
	CHECK_INT(SERVER(&t, "\377"), E_INPUT);
	arena_free(t.arena);
}
#define PASSES(s) passes("" s, sizeof(s) - 1)

#define PIX15 "123412341234123412341234123412341234123412341234123412341234"

TEST(every_kind_of_rectangle_is_measured)
{
	PASSES("\0\0\0\0" PIX15);
	PASSES("\0\0\0\1\0\1\0\2");
	PASSES("\0\0\0\5\1" PIX15);              /* hextile: raw */
	PASSES("\0\0\0\5\0");                    /* as the tile before */
	PASSES("\0\0\0\5\6bgbgfgfg");            /* both colours */
	PASSES("\0\0\0\5\16bgbgfgfg\2xywh");     /* and two rectangles */
	PASSES("\0\0\0\5\32bgbg\2colrxycolrxy"); /* coloured ones */
	PASSES("\0\0\0\7\200rgb");               /* tight: one colour */
	PASSES("\0\0\0\7\220\5jpegs");
	PASSES("\0\0\0\7\0\4zlib");                /* plain copy, compressed */
	PASSES("\0\0\0\7\100\0\4zlib");            /* the same, said aloud */
	PASSES("\0\0\0\7\100\1\1rgbrgb123");       /* two colours: three bytes, plain */
	PASSES("\0\0\0\7\100\1\2rgbrgbrgb\4zlib"); /* three colours: fifteen bytes */
	PASSES("\0\0\0\20\0\0\0\4zrle");
	PASSES("\377\377\377\41");             /* the desktop's size */
	PASSES("\377\377\377\40");             /* the last rectangle */
	PASSES("\377\377\377\21" PIX15 "mmm"); /* the pointer's shape and mask */
	PASSES("\377\377\376\314\1\0\0\0screenscreenscre");
}

TEST(long_compact_lengths_are_read)
{
	struct talk t = met(false);
	struct buf b = buf_new(t.arena);
	buf_put(&b, "\0\0\0\1\0\0\0\0\0\5\0\3\0\0\0\7\220\220\116\1", 20);
	/* 0x10 and 0x4e << 7: the second byte has no high bit, so the third is data */
	size_t n = 0x10 | 0x4e << 7;
	for (size_t i = 1; i < n; i++)
		buf_putc(&b, 'j');
	buf_put(&b, "\2", 1);
	clear(&t);
	CHECK_INT(server(&t, b.p, b.n), OK);
	CHECK(says(&t.to_client, b.p, b.n));
	CHECK_INT(t.rfb.server.run, 0);
	arena_free(t.arena);
}

static void
stops(const char *rect, size_t n, const char *word)
{
	struct talk t = met(false);
	CHECK_INT(SERVER(&t, "\0\0\0\1\0\0\0\0\0\5\0\3"), OK);
	CHECK_INT(server(&t, rect, n), E_INPUT);
	CHECK(strstr(t.err.text, word));
	arena_free(t.arena);
}
#define STOPS(s, word) stops("" s, sizeof(s) - 1, word)

TEST(what_cannot_be_measured_stops_it)
{
	STOPS("\0\0\0\2", "encoding 2");
	STOPS("\377\377\376\315", "encoding -307"); /* a name */
	STOPS("\377\377\376\314\21\0\0\0", "17 screens");
	STOPS("\0\0\0\7\240", "way 10");
	STOPS("\0\0\0\7\100\2", "filter 2");
	STOPS("\0\0\0\5\40", "kind 32");
}

TEST(pictures_wait_until_somebody_asks)
{
	struct talk t = begin(false);
	CHECK_INT(SERVER(&t, "RFB 003.008\n"), OK);
	CHECK_INT(CLIENT(&t, "RFB 003.003\n"), OK);
	CHECK_INT(SERVER(&t, "\0\0\0\1"), OK);
	CHECK_INT(CLIENT(&t, "\1"), OK);
	CHECK_INT(SERVER(&t, INIT "\0\0\0\0"), OK);
	CHECK_INT(SERVER(&t, "\0\0\0\0"), E_INPUT);
	CHECK_INT(CLIENT(&t, ASK), E_INPUT);
	arena_free(t.arena);
}

/* ---- frames ---- */

static enum status
read_frames(struct frames *f, struct str in, struct buf *data, struct buf *reply, struct err *e)
{
	for (size_t i = 0; i < in.n; i++) {
		enum status s = frames_read(f, (struct str){ in.p + i, 1 }, data, reply, e);
		if (s != OK)
			return s;
	}
	return OK;
}

TEST(frames_carry_bytes)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf data = buf_new(a), reply = buf_new(a);
	struct frames f = { 0 };
	struct err e = { 0 };
	/* "Hello" masked as in RFC 6455, binary; a ping; a message in two frames; goodbye */
	CHECK_INT(read_frames(
			  &f, STR("\202\205\67\372\41\75\177\237\115\121\130"), &data, &reply, &e),
		OK);
	CHECK(SAYS(&data, "Hello"));
	CHECK_INT(read_frames(&f, STR("\211\202\0\0\0\0hi"), &data, &reply, &e), OK);
	CHECK(SAYS(&reply, "\212\2hi"));
	CHECK_INT(read_frames(&f, STR("\2\201\0\0\0\0a\200\201\0\0\0\0b"), &data, &reply, &e), OK);
	CHECK(SAYS(&data, "Helloab"));
	CHECK_INT(read_frames(&f, STR("\210\202\0\0\0\0\3\350zzz"), &data, &reply, &e), OK);
	CHECK(f.closed);
	CHECK(SAYS(&reply, "\212\2hi\210\2\3\350"));
}

TEST(odd_frames_are_refused)
{
	static const struct str all[] = {
		STR("\202\5hello"),                       /* not masked */
		STR("\201\201\0\0\0\0a"),                 /* text */
		STR("\302\201\0\0\0\0a"),                 /* a flag */
		STR("\203\200\0\0\0\0"),                  /* an unknown kind */
		STR("\200\200\0\0\0\0"),                  /* goes on with nothing */
		STR("\2\200\0\0\0\0\202\200\0\0\0\0"),    /* begins anew in between */
		STR("\11\200\0\0\0\0"),                   /* a ping cut up */
		STR("\211\376\0\176\0\0\0\0"),            /* a long ping */
		STR("\202\377\0\0\0\0\0\40\0\0\0\0\0\0"), /* 2 MiB */
		STR("\202\377\377\0\0\0\0\0\0\0\0\0\0\0"),
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		cleanup_arena struct arena *a = arena_new();
		struct buf data = buf_new(a), reply = buf_new(a);
		struct frames f = { 0 };
		struct err e = { 0 };
		CHECK_INT(read_frames(&f, all[i], &data, &reply, &e), E_INPUT);
		CHECK(e.text[0]);
	}
}

TEST(lengths_of_frames_are_written)
{
	cleanup_arena struct arena *a = arena_new();
	static const char zeros[70000];
	struct buf out = buf_new(a);
	frames_put(&out, FRAMES_BINARY, (struct str){ zeros, 125 });
	CHECK(memcmp(out.p, "\202\175", 2) == 0 && out.n == 127);
	out.n = 0;
	frames_put(&out, FRAMES_BINARY, (struct str){ zeros, 300 });
	CHECK(memcmp(out.p, "\202\176\1\54", 4) == 0 && out.n == 304);
	out.n = 0;
	frames_put(&out, FRAMES_BINARY, (struct str){ zeros, sizeof zeros });
	CHECK(memcmp(out.p, "\202\177\0\0\0\0\0\1\21\160", 10) == 0 && out.n == 70010);
	out.n = 0;
	frames_put_close(&out, 4003, "why");
	CHECK(SAYS(&out, "\210\5\17\243why"));
}
