#include "gate/rfb_internal.h"

unsigned
rfb_get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

uint32_t
rfb_get32(const uint8_t *p)
{
	return (uint32_t)rfb_get16(p) << 16 | rfb_get16(p + 2);
}

void
rfb_expect(struct rfb_side *s, size_t want, rfb_step step)
{
	s->n = 0;
	s->want = want;
	s->step = step;
}

void
rfb_expect_more(struct rfb_side *s, size_t want, rfb_step step)
{
	s->want = want;
	s->step = step;
}

void
rfb_pass(struct rfb_side *s)
{
	buf_put(s->out, s->held, s->n);
}

void
rfb_run(struct rfb_side *s, uint64_t bytes, bool drop)
{
	s->run = bytes;
	s->drop = drop;
}

/* A negative length announces the extended clipboard, which can carry files. */
enum status
rfb_cut_length(const uint8_t *p, uint64_t *ret_n, bool *ret_plain, struct err *e)
{
	int64_t n = (int32_t)rfb_get32(p);
	*ret_plain = n >= 0;
	*ret_n = (uint64_t)(n < 0 ? -n : n);
	if (*ret_n > RFB_CUT_MAX)
		return err_set(e, E_INPUT, "", "A clipboard of %llu bytes was announced.",
			(unsigned long long)*ret_n);
	return OK;
}

static enum status
feed(struct rfb *r, struct rfb_side *s, struct str in, struct buf *out, struct err *e)
{
	s->out = out;
	while (in.n) {
		if (s->run) {
			size_t n = s->run < in.n ? (size_t)s->run : in.n;
			if (!s->drop)
				buf_put(out, in.p, n);
			s->run -= n;
			in.p += n, in.n -= n;
			continue;
		}
		if (!s->step)
			return err_set(e, E_INPUT, "", "The %s spoke out of turn.",
				s == &r->client ? "browser" : "desktop");
		size_t n = s->want - s->n < in.n ? s->want - s->n : in.n;
		memcpy(s->held + s->n, in.p, n);
		s->n += n;
		in.p += n, in.n -= n;
		if (s->n == s->want)
			TRY(s->step(r, e));
	}
	return OK;
}

enum status
rfb_from_client(struct rfb *r, struct str in, struct buf *out, struct err *e)
{
	return feed(r, &r->client, in, out, e);
}

enum status
rfb_from_server(struct rfb *r, struct str in, struct buf *out, struct err *e)
{
	return feed(r, &r->server, in, out, e);
}

/* ---- the beginning: version, security, size ---- */

static int
version(const uint8_t *p)
{
	static const struct {
		const char *text;
		int minor;
	} known[] = { { "RFB 003.003\n", 3 }, { "RFB 003.007\n", 7 }, { "RFB 003.008\n", 8 } };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (memcmp(p, known[i].text, 12) == 0)
			return known[i].minor;
	return 0;
}

static enum status
server_init(struct rfb *r, struct err *e)
{
	static const char name[] = "desktop";
	struct rfb_side *s = &r->server;
	uint32_t n = rfb_get32(s->held + 20);
	unsigned width = rfb_get16(s->held), height = rfb_get16(s->held + 2);
	if (!width || !height || width > RFB_SIDE_MAX || height > RFB_SIDE_MAX)
		return err_set(e, E_INPUT, "", "The desktop says that it is %u by %u pixels.",
			width, height);
	if (n > RFB_PASTE_MAX)
		return err_set(e, E_INPUT, "", "The desktop's name has %u bytes.", n);
	/* Its name is text of theirs; it gets ours. */
	buf_put(s->out, s->held, 20);
	buf_put(s->out, (const char[]){ 0, 0, 0, sizeof name - 1 }, 4);
	buf_put(s->out, name, sizeof name - 1);
	rfb_run(s, n, true);
	rfb_expect(s, 1, rfb_server_message);
	rfb_expect(&r->client, 1, rfb_client_message);
	return OK;
}

/* Whether the desktop may be shared with another tab of the same member. */
static enum status
client_init(struct rfb *r, struct err *e)
{
	rfb_pass(&r->client);
	r->client.step = NULL;
	rfb_expect(&r->server, 24, server_init);
	return OK;
}

static enum status
refused(struct err *e)
{
	return err_set(e, E_INPUT, "", "The desktop let nobody in.");
}

static enum status
security_result(struct rfb *r, struct err *e)
{
	if (rfb_get32(r->server.held) != 0)
		return refused(e);
	rfb_pass(&r->server);
	r->server.step = NULL;
	rfb_expect(&r->client, 1, client_init);
	return OK;
}

static enum status
security_choice(struct rfb *r, struct err *e)
{
	if (r->client.held[0] != 1)
		return err_set(e, E_INPUT, "",
			"The browser chose a security type that was not "
			"offered.");
	rfb_pass(&r->client);
	if (r->minor == 7) {
		rfb_expect(&r->client, 1, client_init);
	} else {
		r->client.step = NULL;
		rfb_expect(&r->server, 4, security_result);
	}
	return OK;
}

/* Who comes here has been let in by the gate: a password would be one more secret to lose. */
static enum status
security_list(struct rfb *r, struct err *e)
{
	struct rfb_side *s = &r->server;
	if (!memchr(s->held, 1, s->n))
		return err_set(e, E_INPUT, "", "The desktop asks for a password.");
	buf_put(s->out, (const char[]){ 1, 1 }, 2);
	s->step = NULL;
	rfb_expect(&r->client, 1, security_choice);
	return OK;
}

static enum status
security_count(struct rfb *r, struct err *e)
{
	if (r->server.held[0] == 0)
		return refused(e);
	rfb_expect(&r->server, r->server.held[0], security_list);
	return OK;
}

static enum status
security_given(struct rfb *r, struct err *e)
{
	uint32_t type = rfb_get32(r->server.held);
	if (type != 1)
		return type ? err_set(e, E_INPUT, "", "The desktop asks for a password.")
			    : refused(e);
	rfb_pass(&r->server);
	r->server.step = NULL;
	rfb_expect(&r->client, 1, client_init);
	return OK;
}

static enum status
client_version(struct rfb *r, struct err *e)
{
	r->minor = version(r->client.held);
	if (!r->minor || r->minor > r->offered)
		return err_set(e, E_INPUT, "", "The browser speaks an unknown version.");
	rfb_pass(&r->client);
	r->client.step = NULL;
	if (r->minor == 3)
		rfb_expect(&r->server, 4, security_given);
	else
		rfb_expect(&r->server, 1, security_count);
	return OK;
}

static enum status
server_version(struct rfb *r, struct err *e)
{
	r->offered = version(r->server.held);
	if (!r->offered)
		return err_set(e, E_INPUT, "", "The desktop speaks an unknown version.");
	rfb_pass(&r->server);
	r->server.step = NULL;
	rfb_expect(&r->client, 12, client_version);
	return OK;
}

void
rfb_init(struct rfb *r, bool paste)
{
	*r = (struct rfb){ .paste = paste };
	rfb_expect(&r->server, 12, server_version);
}
