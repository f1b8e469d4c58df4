#include "curator/airlock/check.h"
#include "curator/airlock/image.h"

enum { NOISE_BYTES = 65536 };

/* Keeps the highest bits of each colour and spreads them over the whole range again. */
static void
coarsen(struct pixels *p, int bits)
{
	uint8_t to[256];
	int steps = (1 << bits) - 1;
	for (int i = 0; i < 256; i++)
		to[i] = (uint8_t)((((i * steps + 127) / 255) * 255 + steps / 2) / steps);
	size_t n = (size_t)p->width * p->height * 3;
	for (size_t i = 0; i < n; i++)
		p->rgb[i] = to[p->rgb[i]];
}

static bool
size_allowed(struct airlock_file *f, uint32_t width, uint32_t height)
{
	const struct airlock_policy *p = f->policy;
	if (width && height && width <= p->image_side && height <= p->image_side &&
		(int64_t)width * height <= p->image_pixels)
		return true;
	airlock_tell(f, AIR_FAIL, 0, 0,
		airlock_say(f,
			"The picture is empty, wider or higher than %lld pixels, or has more than "
			"%lld "
			"of them.",
			(long long)p->image_side, (long long)p->image_pixels));
	return false;
}

enum status
check_picture(struct airlock_file *f, struct err *e)
{
	uint32_t width = 0, height = 0;
	bool png = f->type == AIR_PNG;
	bool whole = png ? image_walk_png(f, &width, &height) : image_walk_jpeg(f, &width, &height);
	if (!whole) {
		airlock_tell(f, AIR_FAIL, 0, 0, "The picture is damaged or cut off.");
		return OK;
	}
	if (!size_allowed(f, width, height))
		return OK;
	struct pixels p;
	TRY(png ? image_read_png(f->a, f->bytes, &p, e)
		: image_read_jpeg(f->a, f->bytes, width, height, &p, e));
	if (p.width != width || p.height != height)
		return err_set(e, E_INPUT, "", "The picture has another size than it says.");
	if (f->policy->image_bits < 8)
		coarsen(&p, (int)f->policy->image_bits);
	TRY(png ? image_write_png(f->a, &p, &f->clean, e)
		: image_write_jpeg(f->a, &p, &f->clean, e));
	airlock_tell(f, AIR_REVIEW, 0, 0,
		"No check can tell what a picture shows. Look for single points, small groups and "
		"names.");
	if (f->clean.n > NOISE_BYTES && f->clean.n > (size_t)width * height)
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"The picture is mostly noise or a photograph: it may carry data in its "
			"pixels.");
	return OK;
}
