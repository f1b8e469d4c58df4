#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "curator/airlock/image.h"

enum { QUALITY = 88, SCANS_MAX = 100 };

/* Markers that stand alone, without a length. */
static bool
alone(uint8_t m)
{
	return m == 0x01 || (m >= 0xd0 && m <= 0xd8);
}

static bool
frame(uint8_t m)
{
	return m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc;
}

static void
judge_segment(struct airlock_file *f, uint8_t m, const uint8_t *body, size_t n)
{
	bool jfif = m == 0xe0 && n >= 5 && memcmp(body, "JFIF", 5) == 0;
	/* JFIF's own thumbnail is a second picture. */
	if (jfif && n >= 14 && (body[12] || body[13]))
		airlock_tell(f, AIR_FAIL, 0, 0, "The picture holds a second one (a thumbnail).");
	bool profile = m == 0xe2 && n >= 12 && memcmp(body, "ICC_PROFILE", 12) == 0;
	bool adobe = m == 0xee && n >= 5 && memcmp(body, "Adobe", 5) == 0;
	if (profile)
		airlock_tell(f, AIR_NOTE, 0, 0, "Parts beside the pixels are taken away.");
	if (m == 0xfe)
		airlock_tell(f, AIR_FAIL, 0, 0, "Text is hidden in the picture's file.");
	else if (m >= 0xe0 && m <= 0xef && !jfif && !profile && !adobe)
		airlock_tell(f, AIR_FAIL, 0, 0,
			"The picture's file tells more than the picture: Exif, XMP or the like.");
}

/* Behind a start of scan: to the next marker that is neither a stuffed byte nor a restart. */
static size_t
skip_scan(const uint8_t *p, size_t i, size_t n)
{
	while (i + 1 < n && !(p[i] == 0xff && p[i + 1] != 0 && p[i + 1] != 0xff &&
				    !(p[i + 1] >= 0xd0 && p[i + 1] <= 0xd7)))
		i++;
	return i;
}

bool
image_walk_jpeg(struct airlock_file *f, uint32_t *ret_width, uint32_t *ret_height)
{
	const uint8_t *p = (const uint8_t *)f->bytes.p;
	size_t n = f->bytes.n, i = 2, frames = 0;
	while (i + 4 <= n || (i + 2 <= n && p[i] == 0xff && p[i + 1] == 0xd9)) {
		uint8_t m = p[i + 1];
		if (p[i] != 0xff)
			return false;
		if (m == 0xff || alone(m)) {
			i += m == 0xff ? 1 : 2;
			continue;
		}
		if (m == 0xd9) {
			if (i + 2 < n)
				airlock_tell(f, AIR_FAIL, 0, 0,
					"Something follows the end of the picture in its file.");
			return frames == 1;
		}
		size_t length = (size_t)p[i + 2] << 8 | p[i + 3];
		if (length < 2 || length > n - i - 2)
			return false;
		judge_segment(f, m, p + i + 4, length - 2);
		if (frame(m) && length >= 8) {
			*ret_height = (uint32_t)p[i + 5] << 8 | p[i + 6];
			*ret_width = (uint32_t)p[i + 7] << 8 | p[i + 8];
			frames++;
		}
		i += 2 + length;
		if (m == 0xda)
			i = skip_scan(p, i, n);
	}
	return false;
}

/* The library leaves by a jump on any error, and says nothing on standard error. */
struct escape {
	struct jpeg_error_mgr base; /* first: the library knows only this */
	jmp_buf out;
	struct jpeg_progress_mgr progress;
};

struct output {
	unsigned char *bytes;
	unsigned long n;
};

static void
fail(j_common_ptr c)
{
	longjmp(((struct escape *)c->err)->out, 1);
}

static void
quiet(j_common_ptr c, int level)
{
	/* A warning: the data are damaged, and what is shown is a guess. */
	if (level < 0)
		fail(c);
}

/* A few bytes can ask for thousands of passes over the whole picture. */
static void
count_scans(j_common_ptr c)
{
	if (c->is_decompressor && ((j_decompress_ptr)c)->input_scan_number > SCANS_MAX)
		fail(c);
}

static void
set_up(struct escape *x)
{
	jpeg_std_error(&x->base);
	x->base.error_exit = fail;
	x->base.emit_message = quiet;
	x->progress.progress_monitor = count_scans;
}

enum status
image_read_jpeg(struct arena *a, struct str bytes, uint32_t width, uint32_t height,
	struct pixels *ret, struct err *e)
{
	struct jpeg_decompress_struct c;
	struct escape x;
	/* Before the jump is set: nothing that it needs may change behind it. */
	uint8_t *const rgb = arena_array(a, (size_t)width * height, 3);
	memset(&c, 0, sizeof c);
	set_up(&x);
	c.err = &x.base;
	if (setjmp(x.out)) {
		jpeg_destroy_decompress(&c);
		return err_set(e, E_INPUT, "", "The picture is damaged.");
	}
	jpeg_create_decompress(&c);
	c.progress = &x.progress;
	c.mem->max_memory_to_use = 512L << 20;
	jpeg_mem_src(&c, (const unsigned char *)bytes.p, bytes.n);
	jpeg_read_header(&c, TRUE);
	if (c.image_width != width || c.image_height != height || c.num_components > 3)
		fail((j_common_ptr)&c);
	c.out_color_space = JCS_RGB;
	jpeg_start_decompress(&c);
	while (c.output_scanline < c.output_height) {
		JSAMPROW row = rgb + (size_t)c.output_scanline * width * 3;
		jpeg_read_scanlines(&c, &row, 1);
	}
	jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
	*ret = (struct pixels){ width, height, rgb };
	return OK;
}

enum status
image_write_jpeg(struct arena *a, const struct pixels *p, struct str *ret, struct err *e)
{
	struct jpeg_compress_struct c;
	struct escape x;
	/* In the arena, so that the jump finds it as it is. */
	struct output *const out = ARENA_NEW(a, struct output);
	memset(&c, 0, sizeof c);
	set_up(&x);
	c.err = &x.base;
	if (setjmp(x.out)) {
		jpeg_destroy_compress(&c);
		free(out->bytes);
		return err_set(e, E_BUG, "", "The picture could not be written anew.");
	}
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out->bytes, &out->n);
	c.image_width = p->width;
	c.image_height = p->height;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, QUALITY, TRUE);
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		JSAMPROW row = p->rgb + (size_t)c.next_scanline * p->width * 3;
		jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	*ret = (struct str){ arena_strndup(a, (char *)out->bytes, out->n), out->n };
	free(out->bytes);
	return OK;
}
