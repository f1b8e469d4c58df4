#include "base/tap.h"
#include "base/handshake.h"
#include "rehearse/test_server.h"
#include "rehearse/websocket.h"

static struct err e;

TEST(answers_the_key_of_the_standard)
{
	char out[29];
	/* The example of RFC 6455, section 1.3. */
	handshake_accept("dGhlIHNhbXBsZSBub25jZQ==", out);
	CHECK_STR(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(masks_what_it_sends)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	/* The example of RFC 6455, section 5.7. */
	websocket_put_frame(&b, WS_TEXT, STR("Hello"), (const uint8_t[]){ 0x37, 0xfa, 0x21, 0x3d });
	CHECK(str_eq(buf_str(&b), STR("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")));
}

TEST(reads_frames_of_every_length)
{
	struct websocket_frame f;
	size_t used;
	CHECK_INT(websocket_read_frame(STR("\x81\x05Hello+"), &f, &used, &e), OK);
	CHECK_INT(used, 7);
	CHECK(f.last && str_is(f.payload, "Hello"));
	CHECK_INT(websocket_read_frame(STR("\x81\x05Hell"), &f, &used, &e), OK);
	CHECK_INT(used, 0);
	CHECK_INT(websocket_read_frame(STR("\x01\x7e\x00\x01x"), &f, &used, &e), OK);
	CHECK(used == 5 && !f.last && f.payload.n == 1);
	CHECK_INT(websocket_read_frame(
			  STR("\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x01x"), &f, &used, &e),
		OK);
	CHECK_INT(used, 11);
}

TEST(refuses_what_the_standard_forbids)
{
	static const struct str bad[] = { STR("\x81\x85....Hello"), STR("\xc1\x00"),
		STR("\x83\x00"), STR("\x09\x00"), STR("\x89\x7e\x00\x80"),
		STR("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff") };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct websocket_frame f;
		size_t used;
		CHECK_INT(websocket_read_frame(bad[i], &f, &used, &e), E_INPUT);
	}
}

/* A server that greets, sends a ping inside a message of two parts, and echoes one frame. */
static void
serve_socket(struct test_request *r, void *arg)
{
	if (streq(r->path, "/no")) {
		test_answer(r, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
		return;
	}
	if (streq(r->path, "/lie")) {
		test_answer(r, "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			       "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
		return;
	}
	test_upgrade(r);
	test_bytes(r, STR("\x01\x02He\x89\x01p\x80\x03llo"));
	uint8_t in[2 + 4 + 1];
	CHECK(test_read(r, in, sizeof in) && in[0] == 0x8a && (in[6] ^ in[2]) == 'p');
	uint8_t text[2 + 4 + 2];
	CHECK(test_read(r, text, sizeof text) && text[0] == 0x81);
	char echo[4] = { (char)0x81, 2, (char)(text[6] ^ text[2]), (char)(text[7] ^ text[3]) };
	test_bytes(r, (struct str){ echo, 4 });
	test_bytes(r, STR("\x88\x00"));
}

TEST(speaks_with_a_server)
{
	cleanup_arena struct arena *a = arena_new();
	struct test_server s;
	struct websocket *w;
	struct str m;
	test_server_start(&s, serve_socket, NULL);
	const char *url = arena_printf(a, "http://w1.localhost:%d/socket", s.port);
	CHECK_INT(websocket_open(a, url, "a=1", "http://w1.localhost", 2000, &w, &e), OK);
	CHECK_INT(websocket_recv(w, a, 2000, &m, &e), OK);
	CHECK(str_is(m, "Hello"));
	CHECK_INT(websocket_send(w, STR("ab"), &e), OK);
	CHECK_INT(websocket_recv(w, a, 2000, &m, &e), OK);
	CHECK(str_is(m, "ab"));
	CHECK_INT(websocket_recv(w, a, 2000, &m, &e), E_ABSENT);
	websocket_close(w);
	url = arena_printf(a, "http://localhost:%d/no", s.port);
	CHECK_INT(websocket_open(a, url, "", "", 2000, &w, &e), E_DENIED);
	url = arena_printf(a, "http://localhost:%d/lie", s.port);
	CHECK_INT(websocket_open(a, url, "", "", 2000, &w, &e), E_INPUT);
	test_server_stop(&s);
}
