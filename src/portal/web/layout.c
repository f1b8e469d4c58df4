#include "portal/web/layout.html.h"

void
html_page(struct html *h, const struct page *page, page_fn body, const void *view)
{
	part_layout_head(h, page, page);
	body(h, page, view);
	part_layout_foot(h, page, page);
}
