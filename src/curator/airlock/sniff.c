#include "curator/airlock/sniff.h"

#include <ctype.h>

struct signature {
	const char *bytes;
	uint16_t n, at;
	const char *why;
};

#define ARCHIVE "This is an archive: what is inside cannot be checked here. Hand in single files."
#define COMPRESSED "This is a compressed file. Hand in what it holds."
#define TABLES "This is a store of data rather than a result. Hand in a CSV file of results."
#define MODEL                                                                                      \
	"This is a model or saved objects: they may hold the rows that they were made from, so "   \
	"they do not leave."
#define OFFICE                                                                                     \
	"This is an office document: it may hold hidden sheets and data. Hand in CSV or text."
#define DOCUMENT "This is a document or a drawing that can carry data unseen. Hand in PNG or text."
#define PROGRAM "This is a program. Programs do not leave."

#define S(text, at, why)                                                                           \
	{                                                                                          \
		text, sizeof(text) - 1, at, why                                                    \
	}

static const struct signature signatures[] = {
	S("PK\x03\x04", 0, ARCHIVE),
	S("PK\x05\x06", 0, ARCHIVE),
	S("PK\x07\x08", 0, ARCHIVE),
	S("Rar!\x1a\x07", 0, ARCHIVE),
	S("7z\xbc\xaf\x27\x1c", 0, ARCHIVE),
	S("ustar", 257, ARCHIVE),
	S("!<arch>", 0, ARCHIVE),
	S("MSCF", 0, ARCHIVE),
	S("070707", 0, ARCHIVE),
	S("070701", 0, ARCHIVE),
	S("\x1f\x8b", 0, COMPRESSED),
	S("BZh", 0, COMPRESSED),
	S("\xfd"
	  "7zXZ",
		0, COMPRESSED),
	S("\x28\xb5\x2f\xfd", 0, COMPRESSED),
	S("\x04\x22\x4d\x18", 0, COMPRESSED),
	S("\x1f\x9d", 0, COMPRESSED),
	S("LZIP", 0, COMPRESSED),
	S("PAR1", 0, TABLES),
	S("ARROW1", 0, TABLES),
	S("FEA1", 0, TABLES),
	S("SQLite format 3", 0, TABLES),
	S("\x89HDF\r\n\x1a\n", 0, TABLES),
	S("DUCK", 8, TABLES),
	S("Obj\x01", 0, TABLES),
	S("ORC", 0, TABLES),
	S("CDF\x01", 0, TABLES),
	S("CDF\x02", 0, TABLES),
	S("\x93NUMPY", 0, TABLES),
	S("$FL2", 0, TABLES),
	S("$FL3", 0, TABLES),
	S("<stata_dta>", 0, TABLES),
	S("SIMPLE  =", 0, TABLES),
	S("DICM", 128, "This is a medical image. Pictures of patients do not leave."),
	S("MATLAB 5.0 MAT-file", 0, TABLES),
	S("RDX2\n", 0, MODEL),
	S("RDX3\n", 0, MODEL),
	S("RDA2\n", 0, MODEL),
	S("RDA3\n", 0, MODEL),
	S("X\n\0\0\0", 0, MODEL),
	S("A\n2\n", 0, MODEL),
	S("A\n3\n", 0, MODEL),
	S("\x80\x02", 0, MODEL),
	S("\x80\x03", 0, MODEL),
	S("\x80\x04", 0, MODEL),
	S("\x80\x05", 0, MODEL),
	S("(dp", 0, MODEL),
	S("(lp", 0, MODEL),
	S("ccopy_reg\n", 0, MODEL),
	S("c__builtin__\n", 0, MODEL),
	S("tree\nversion=", 0, MODEL),
	S("GGUF", 0, MODEL),
	S("TFL3", 4, MODEL),
	S("binf", 0, MODEL),
	S("\x08\x03\x12", 0, MODEL),
	S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, OFFICE),
	S("{\\rtf", 0, OFFICE),
	S("%PDF", 0, DOCUMENT),
	S("%!PS", 0, DOCUMENT),
	S("GIF8", 0, "This is a GIF. Hand in PNG or JPEG."),
	S("BM", 0, "This is a bitmap. Hand in PNG or JPEG."),
	S("II*\0", 0, "This is a TIFF. Hand in PNG or JPEG."),
	S("MM\0*", 0, "This is a TIFF. Hand in PNG or JPEG."),
	S("RIFF", 0, "This is a WebP picture, sound or film. Hand in PNG or JPEG."),
	S("ftyp", 4,
		"This is a film or a picture of a kind that is not taken. Hand in PNG or JPEG."),
	S("\x7f"
	  "ELF",
		0, PROGRAM),
	S("MZ", 0, PROGRAM),
	S("\xca\xfe\xba\xbe", 0, PROGRAM),
	S("\0asm", 0, PROGRAM),
	S("-----BEGIN ", 0, "This is a key or a sealed message. It does not leave."),
	S("begin 6", 0, "This is an encoded file. Hand in what it holds."),
	S("structure(", 0, MODEL),
};

/* safetensors: the length of a JSON header in 8 bytes, then the header. */
static bool
safetensors(struct str s)
{
	uint64_t n;
	if (s.n < 10 || s.p[8] != '{')
		return false;
	memcpy(&n, s.p, 8);
	return n < (100u << 20) && n > 1;
}

/* onnx and other protocol buffers begin with small field tags and a producer's name. */
static bool
onnx(struct str s)
{
	size_t n = s.n < 256 ? s.n : 256;
	return s.p && s.n > 16 && s.p[0] == 0x08 && s.p[1] > 0 && s.p[1] < 32 &&
	       (memmem(s.p, n, "onnx", 4) || memmem(s.p, n, "pytorch", 7) ||
		       memmem(s.p, n, "skl2", 4) || s.p[2] == 0x12 || s.p[2] == 0x3a);
}

struct str
sniff_ending(const char *name)
{
	const char *dot = strrchr(name, '.');
	return str_of(dot && dot != name ? dot + 1 : "");
}

/* Letters and digits may begin a text as well: in one they prove nothing. */
static bool
plain_word(const struct signature *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (!isalnum((unsigned char)g->bytes[i]))
			return false;
	return true;
}

static const char *
foreign(struct str s, bool text)
{
	for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
		const struct signature *g = &signatures[i];
		if (text && plain_word(g))
			continue;
		if (s.n >= (size_t)g->at + g->n && memcmp(s.p + g->at, g->bytes, g->n) == 0)
			return g->why;
	}
	return !text && (safetensors(s) || onnx(s)) ? MODEL : NULL;
}

static bool
markup_begins(struct str s)
{
	s = str_trim(s);
	return s.n > 1 && s.p[0] == '<' &&
	       ((s.p[1] >= 'a' && s.p[1] <= 'z') || (s.p[1] >= 'A' && s.p[1] <= 'Z') ||
		       s.p[1] == '!' || s.p[1] == '?');
}

static const char *
not_text(struct str s)
{
	if (s.n >= 2 && (memcmp(s.p, "\xff\xfe", 2) == 0 || memcmp(s.p, "\xfe\xff", 2) == 0))
		return "The text is UTF-16. Save it as UTF-8.";
	if (!str_utf8(s))
		return "This is neither text in UTF-8 nor a PNG or JPEG picture, so it cannot be "
		       "checked.";
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || c == 127)
			return "The text holds control characters, so what a person sees is not "
			       "what it is.";
	}
	return NULL;
}

enum airlock_type
sniff_bytes(struct str s, const char **ret_why)
{
	if (s.n >= 8 && memcmp(s.p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return AIR_PNG;
	if (s.n >= 3 && memcmp(s.p, "\xff\xd8\xff", 3) == 0)
		return AIR_JPEG;
	const char *odd = not_text(s);
	const char *why = s.n == 0 ? "The file is empty." : foreign(s, !odd);
	if (str_starts(s, "\xef\xbb\xbf"))
		s.p += 3, s.n -= 3;
	if (!why && !odd && markup_begins(s))
		why = "This is HTML, SVG or XML: it can carry programs and data unseen. Hand in "
		      "PNG "
		      "or text.";
	if (!why)
		why = odd;
	if (!why)
		return AIR_TXT;
	*ret_why = why;
	return AIR_UNKNOWN;
}
