/* The desk's request line: what is accepted keeps to its limits. */
#include "gate/desk_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct desk_line l;
	struct err e;
	char text[DESK_MAX_LINE];
	if (size > sizeof text)
		return 0;
	memcpy(text, data, size);
	desk_text_tame(text, size);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t')
			BUG("a control character went to a terminal");
	if (desk_line_parse((struct str){ (const char *)data, size }, &l, &e) != OK)
		return 0;
	if (l.bytes < 0 || l.bytes > DESK_MAX_FILE || !WIRE_TEXT_OK(l.name) ||
		(strchr(l.name, '/') && !desk_takes_words(l.verb)) ||
		(l.bytes > 0) != desk_takes_file(l.verb))
		BUG("a line beyond its limits was accepted");
	return 0;
}
