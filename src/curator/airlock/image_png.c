#include <png.h>

#include "curator/airlock/image.h"

enum { SIGNATURE = 8, AROUND = 12, SOFTWARE_MAX = 100 };

static uint32_t
big32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool
among(const char *type, const char *list)
{
	for (; *list; list += 4)
		if (memcmp(type, list, 4) == 0)
			return true;
	return false;
}

/* Plotting programs sign their pictures; anything longer is more than a signature. */
static bool
signature(const char *type, const char *body, uint32_t n)
{
	return memcmp(type, "tEXt", 4) == 0 && n <= SOFTWARE_MAX && n > 9 &&
	       memcmp(body, "Software\0", 9) == 0;
}

static void
judge_chunk(struct airlock_file *f, const char *type, const char *body, uint32_t n)
{
	if (signature(type, body, n))
		airlock_tell(f, AIR_NOTE, 0, 0,
			"The name of the program that drew the picture is taken away.");
	else if (among(type, "tEXtzTXtiTXt"))
		airlock_tell(f, AIR_FAIL, 0, 0, "Text is hidden in the picture's file.");
	else if (among(type, "eXIf"))
		airlock_tell(f, AIR_FAIL, 0, 0,
			"The picture's file tells where and with what it was made (Exif).");
	else if (among(type, "acTLfcTLfdAT"))
		airlock_tell(f, AIR_FAIL, 0, 0, "The picture is a film: it has hidden frames.");
	else if (!among(type, "IHDRPLTEIDATIENDtRNScHRMgAMAiCCPsBITsRGBbKGDhISTpHYssPLTtIME"))
		airlock_tell(
			f, AIR_FAIL, 0, 0, "The picture's file holds a part of an unknown kind.");
	else if (among(type, "iCCPhISTsPLTtIME"))
		airlock_tell(f, AIR_NOTE, 0, 0, "Parts beside the pixels are taken away.");
}

bool
image_walk_png(struct airlock_file *f, uint32_t *ret_width, uint32_t *ret_height)
{
	struct str s = { f->bytes.p + SIGNATURE, f->bytes.n - SIGNATURE };
	bool first = true;
	while (s.n >= AROUND) {
		uint32_t n = big32(s.p);
		const char *type = s.p + 4, *body = s.p + 8;
		if (n > s.n - AROUND)
			return false;
		if (first && (memcmp(type, "IHDR", 4) != 0 || n != 13))
			return false;
		if (first) {
			*ret_width = big32(body);
			*ret_height = big32(body + 4);
		}
		first = false;
		judge_chunk(f, type, body, n);
		s.p += n + AROUND, s.n -= n + AROUND;
		if (memcmp(type, "IEND", 4) == 0) {
			if (s.n || n)
				airlock_tell(f, AIR_FAIL, 0, 0,
					"Something follows the end of the picture in its file.");
			return true;
		}
	}
	return false;
}

enum status
image_read_png(struct arena *a, struct str bytes, struct pixels *ret, struct err *e)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	static const png_color white = { 255, 255, 255 };
	if (!png_image_begin_read_from_memory(&image, bytes.p, bytes.n)) {
		png_image_free(&image);
		return err_set(e, E_INPUT, "", "The picture is damaged.");
	}
	image.format = PNG_FORMAT_RGB;
	struct pixels p = { image.width, image.height, arena_alloc(a, PNG_IMAGE_SIZE(image)) };
	if (!png_image_finish_read(&image, &white, p.rgb, 0, NULL)) {
		png_image_free(&image);
		return err_set(e, E_INPUT, "", "The picture is damaged.");
	}
	*ret = p;
	return OK;
}

enum status
image_write_png(struct arena *a, const struct pixels *p, struct str *ret, struct err *e)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = p->width,
		.height = p->height,
		.format = PNG_FORMAT_RGB,
		.flags = PNG_IMAGE_FLAG_FAST };
	png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
	char *out = arena_alloc(a, n);
	if (!png_image_write_to_memory(&image, out, &n, 0, p->rgb, 0, NULL)) {
		png_image_free(&image);
		return err_set(e, E_BUG, "", "The picture could not be written anew.");
	}
	*ret = (struct str){ out, n };
	return OK;
}
