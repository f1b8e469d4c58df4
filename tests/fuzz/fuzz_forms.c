/* The form scanner of the rehearsal's browser, and what filled forms then send. */
#include <stdint.h>

#include "rehearse/html_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *a = arena_new();
	struct html_doc d;
	html_scan(a, (struct str){ (const char *)data, size }, &d);
	for (size_t i = 0; i < d.forms.n; i++) {
		struct form *f = &d.forms.at[i];
		for (size_t k = 0; k < f->fields.n; k++)
			form_set(f, f->fields.at[k].name, f->fields.at[k].value, NULL);
		form_urlencoded(f);
		form_target(f);
	}
	html_link_text(&d, "x");
	return 0;
}
