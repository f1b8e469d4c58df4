/*
 * Eighty applicants, all different, drawn from a seed in the proportions of the event that ours is
 * modelled on: three quarters engineers, half of them in a first degree.
 *
 * Pure; memory is the arena's, texts are static or the arena's. The first applicant is the same for
 * every seed, so that a visitor of the demonstration meets the same person each time.
 * Thread rule: one thread per arena.
 */
#ifndef REHEARSE_CROWD_H
#define REHEARSE_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { CROWD = 80, CROWD_SKILLS = 10, CROWD_PICKS = 4, CROWD_CHOICES = 3 };

struct applicant {
	const char *name, *email, *password;
	const char *level;     /* BSc, MSc, PhD, alumni */
	const char *specialty; /* engineering, biomedical, other */
	const char *faculty, *motivation;
	const char *languages[CROWD_PICKS], *fields[CROWD_PICKS]; /* NULL after the last */
	int skills[CROWD_SKILLS];                                 /* 0 to 3, as skill_names */
	int choices[CROWD_CHOICES];             /* projects, from 0; all different */
	bool counted, photographed, written_to; /* consents */
};

/* What the form calls the skills. */
extern const char *const skill_names[CROWD_SKILLS];

/* CROWD applicants. projects: how many there are to choose from, at least CROWD_CHOICES. */
struct applicant *crowd_make(struct arena *, uint64_t seed, int projects);

#endif
