/* The reader of hospital tables: every record it gives is whole and UTF-8. */
#include <sys/mman.h>

#include "curator/import/csv.h"
#include "curator/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_fd int fd = memfd_create("csv", MFD_CLOEXEC);
	cleanup_csv struct csv *c = NULL;
	const struct str *f;
	struct err e;
	struct type_guess guess = type_guess_new();
	struct type_value value;
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		return 0;
	if (csv_open_fd(fd, "t.csv", &c, &e) != OK)
		return 0;
	while (csv_next(c, &f, &e) == OK && f)
		for (size_t i = 0; i < csv_columns(c); i++) {
			if (f[i].n && !str_utf8(f[i]))
				BUG("a field that is no text was accepted");
			type_guess_add(&guess, f[i], 1, &value);
		}
	if (!type_code(type_guess_end(&guess)))
		BUG("a type without a name");
	return 0;
}
