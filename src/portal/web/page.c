#include "portal/web/page.h"

static const struct page_field *
field(const struct page *page, const char *name)
{
	for (size_t i = 0; i < page->form.n; i++) {
		if (streq(page->form.at[i].name, name))
			return &page->form.at[i];
	}
	return NULL;
}

const char *
page_kept(const struct page *page, const char *name, const char *otherwise)
{
	const struct page_field *f = field(page, name);
	return f && f->value ? f->value : otherwise;
}

bool
page_kept_has(const struct page *page, const char *name, const char *value, bool otherwise)
{
	bool asked = false;
	for (size_t i = 0; i < page->form.n; i++) {
		const struct page_field *f = &page->form.at[i];
		if (!streq(f->name, name))
			continue;
		asked = true;
		if (f->value && streq(f->value, value))
			return true;
	}
	return !asked && otherwise;
}

const char *
page_error(const struct page *page, const char *name)
{
	for (size_t i = 0; i < page->form.n; i++) {
		const struct page_field *f = &page->form.at[i];
		if (f->error && streq(f->name, name))
			return f->error;
	}
	return NULL;
}
