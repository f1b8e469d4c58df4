#include "gate/apps.h"

#include "wire/desk.h"

const struct app_facts apps[APPS] = {
	[APP_NOTEBOOK] = { "notebook", "notebook.sock", "Your notebook", "/tree",
		STR("GET /api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
		"HTTP/1." },
	[APP_TERMINAL] = { "terminal", "terminal.sock", "Your terminal", "/terminal/",
		STR(TERMINAL_HELLO), "" },
	[APP_DESKTOP] = { "desktop", "desktop.sock", "Your desktop", "/desktop/", STR(""), "RFB " },
};

bool
app_find(struct str name, enum app *ret)
{
	for (int i = 0; i < APPS; i++)
		if (str_is(name, apps[i].name)) {
			*ret = (enum app)i;
			return true;
		}
	return false;
}
