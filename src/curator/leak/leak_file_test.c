#include "curator/leak/leak_file.h"

#include <unistd.h>

#include "base/tap.h"

static struct leak *set;

static void
begin(void)
{
	leak_free(set);
	set = leak_new();
	leak_forbid(set, STR("00104729"), 5);
	leak_forbid(set, STR("4711000"), 5);
	leak_forbid(set, STR("David Gruenwyler"), 5);
	leak_forbid(set, STR("Gruenwyler, David"), 5);
	leak_forbid(set, STR("1931-07-29"), 5);
	leak_forbid(set, STR("123-45-6789"), 5);
	leak_forbid(set, STR("F015485863"), 5);
	leak_ready(set);
}

TEST(texts)
{
	begin();
	CHECK(leak_in_text(set, STR("a,00104729,b")));
	CHECK(leak_in_text(set, STR("a,\"seen: Gruenwyler, David\"")) == false);
	CHECK(leak_in_text(set, STR("a,\"Gruenwyler, David\",b")));
	CHECK(leak_in_text(set, STR("{\"x\": \"david gruenwyler\"}")));
	CHECK(leak_in_text(set, STR("note of F015485863.")));
	CHECK(leak_in_text(set, STR("123-45-6789")));
	/* Counts and dates equal somebody's by chance. */
	CHECK(!leak_in_text(set, STR("rows,4711000,1931-07-29")));
	CHECK(!leak_in_text(set, STR("{\"bytes\":4711000,\"on\":\"1931-07-29\"}")));
	CHECK(leak_in_text(set, STR("{\"meaning\":\"of 00104729\"}")));
	CHECK(!leak_in_text(set, STR("")));
}

/* In every place of a file, also across the parts in which it is read. */
TEST(a_planted_leak_is_found_wherever_it_stands)
{
	char path[] = "/tmp/leak-file-XXXXXX";
	int fd = mkstemp(path);
	struct err e;
	begin();
	CHECK(fd >= 0);
	for (size_t at = 0; at < 24; at++) {
		static char text[3 << 20];
		int64_t line, bytes;
		memset(text, 'x', sizeof text);
		for (size_t i = 50; i < sizeof text; i += at % 2 ? 100 : 1900000)
			text[i] = '\n';
		for (size_t i = 7; i < sizeof text; i += 10)
			text[i] = text[i] == '\n' ? '\n' : ',';
		size_t place = at * 131072 - at * 3;
		CHECK(ftruncate(fd, 0) == 0);
		CHECK(pwrite(fd, text, sizeof text, 0) == (ssize_t)sizeof text);
		CHECK(leak_in_file(set, path, &line, &bytes, &e) == OK && line == 0);
		CHECK_INT(bytes, sizeof text);
		CHECK(pwrite(fd, ",00104729,", 10, (off_t)place) == 10);
		CHECK(leak_in_file(set, path, &line, &bytes, &e) == OK && line > 0);
	}
	unlink(path);
	close(fd);
}

/* The footer alone, and no more is claimed. */
TEST(of_a_parquet_file_the_footer_is_looked_at)
{
	char path[] = "/tmp/leak-file-XXXXXX", file[1000];
	int fd = mkstemp(path);
	int64_t line, bytes;
	struct err e;
	begin();
	memset(file, ',', sizeof file);
	memcpy(file, "PAR1", 4);
	memcpy(file + sizeof file - 8, "\x64\0\0\0PAR1", 8);
	memcpy(file + 500, "00104729", 8);
	CHECK(pwrite(fd, file, sizeof file, 0) == sizeof file);
	CHECK(leak_in_file(set, path, &line, &bytes, &e) == OK && line == 0);
	CHECK_INT(bytes, 108);
	CHECK(pwrite(fd, "00104729", 8, sizeof file - 60) == 8);
	CHECK(leak_in_file(set, path, &line, &bytes, &e) == OK && line == 1);
	/* One that says to be longer than the file has no footer: all of it is looked at. */
	CHECK(pwrite(fd, "\xfa\xff\xff\xffPAR1", 8, sizeof file - 8) == 8);
	CHECK(leak_in_file(set, path, &line, &bytes, &e) == OK && line == 1);
	CHECK_INT(bytes, sizeof file);
	unlink(path);
	close(fd);
}
