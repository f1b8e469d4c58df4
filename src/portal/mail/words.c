/* What pages may promise of mail. */
#include "portal/mail/mail.h"

const char *
mail_link_words(struct arena *a, const struct config *c, const char *to)
{
	if (config_mails(c))
		return arena_printf(a, "A sign-in link is on its way to %s.", to);
	return arena_printf(a,
		"Mail is not set up on this server, so no link is sent to %s: the server's "
		"operator makes one with \"wardroom person link %s\" and hands it over.",
		to, to);
}

const char *
mail_news_words(struct arena *a, const struct config *c, const char *who)
{
	if (config_mails(c))
		return arena_printf(a, "%s told by e-mail.", who);
	return arena_printf(a, "%s not told by e-mail: mail is not set up on this server.", who);
}
