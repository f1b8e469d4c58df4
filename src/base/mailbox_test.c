#include "base/mailbox.h"

#include "base/tap.h"

TEST(an_address_is_one_plain_word)
{
	CHECK(mailbox_ok(STR("noa@carmel.example")) && mailbox_ok(STR("a.b+c@x.y.il")));
	CHECK(!mailbox_ok(STR("")) && !mailbox_ok(STR("noa")) && !mailbox_ok(STR("noa@carmel")));
	CHECK(!mailbox_ok(STR("a@b@carmel.example")) && !mailbox_ok(STR("@carmel.example")));
	CHECK(!mailbox_ok(STR("a@x.org\r\nRCPT TO:<b@x.org>")));
	CHECK(!mailbox_ok(STR("a@x.org\nBcc: b@x.org")) && !mailbox_ok(STR("a@x.org\0b")));
	CHECK(!mailbox_ok(STR("a>@x.org")) && !mailbox_ok(STR("a b@x.org")));
	CHECK(!mailbox_ok(STR("p\xc3\xa5l@x.org")) && !mailbox_ok(STR("a@x.org,b@x.org")));
	char long_one[300];
	memset(long_one, 'a', sizeof long_one);
	memcpy(long_one + 240, "@carmel.exampl", 14);
	CHECK(mailbox_ok((struct str){ long_one, 254 }));
	CHECK(!mailbox_ok((struct str){ long_one, 255 }));
}

TEST(a_sender_may_have_a_name)
{
	struct str name, address;
	CHECK(mailbox_split(STR("datathon@x.org"), &name, &address) && name.n == 0);
	CHECK(mailbox_split(STR("  Bl\xc3\xa5 dager <datathon@x.org>"), &name, &address));
	CHECK(str_is(name, "Bl\xc3\xa5 dager") && str_is(address, "datathon@x.org"));
	CHECK(!mailbox_split(STR("A\r\nBcc: b@x.org <a@x.org>"), &name, &address));
	CHECK(!mailbox_split(STR("A <a@x.org> <b@x.org>"), &name, &address));
	CHECK(!mailbox_split(STR("A <>"), &name, &address) &&
		!mailbox_split(STR(""), &name, &address));
	CHECK(!mailbox_split(STR("\xff <a@x.org>"), &name, &address));
}

TEST(a_server_is_a_scheme_a_host_and_a_port)
{
	bool tls, local;
	CHECK(mailserver_parse(STR("smtp://mail.x.org:587"), &tls, &local) && !tls && !local);
	CHECK(mailserver_parse(STR("smtps://mail.x.org:465"), &tls, &local) && tls && !local);
	CHECK(mailserver_parse(STR("smtp://127.0.0.1:25"), &tls, &local) && local);
	CHECK(mailserver_parse(STR("smtp://localhost:25"), &tls, &local) && local);
	CHECK(mailserver_parse(STR("smtp://[::1]:25"), &tls, &local) && local);
	CHECK(mailserver_parse(STR("smtp://[2001:db8::1]:25"), &tls, &local) && !local);
	CHECK(mailserver_parse(STR("smtp://127.1:25"), &tls, &local) && !local);
	CHECK(mailserver_parse(STR("smtp://localhost.x.org:25"), &tls, &local) && !local);
	static const char *const bad[] = { "", "smtp://", "http://x:25", "smtp://x", "smtp://:25",
		"smtp://x:0", "smtp://x:65536", "smtp://x:25/", "smtp://u:p@x:25", "smtp://x y:25",
		"smtp://[::1:25", "smtp://[x]:25", "smtp://x\r:25", "smtp:", "smtps://465" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!mailserver_parse(str_of(bad[i]), &tls, &local));
}
