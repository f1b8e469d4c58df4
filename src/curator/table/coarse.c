#include "curator/table/coarse.h"

#include <math.h>
#include <stddef.h>

enum { NEIGHBOURS = 10 };

/* The next of 1, 2, 5 times a power of ten. */
static double
unit(double least)
{
	static const double times[] = { 1, 2, 5 };
	double power = pow(10, floor(log10(least)));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		/* What is one already is not the next for a last digit's sake. */
		if (power * times[i] >= least * (1 - 1e-9))
			return power * times[i];
	return power * 10;
}

double
coarse_step(double largest, double spacing, int64_t p_percent)
{
	double least = largest * (double)p_percent / 100;
	if (!(largest > 0) || !isfinite(largest))
		return 0;
	return unit(fmax(least, NEIGHBOURS * spacing));
}

double
coarse_round(double v, double step, double draw)
{
	if (!(step > 0) || !isfinite(v))
		return v;
	double times = v / step, whole = round(times);
	/* A last digit more or less is none. */
	if (fabs(times - whole) < 1e-9 * fmax(1, fabs(whole)))
		return whole * step;
	return floor(times + draw) * step;
}

double
coarse_digits(double v, double step)
{
	if (!(step > 0) || !isfinite(v))
		return v;
	double power = pow(10, floor(log10(step) + 1e-9));
	return round(v / power) * power;
}
