/*
 * Which of the identifiers of the Safe Harbor rule (45 CFR 164.514(b)(2)(i), A to R) a column or a
 * value looks like. Rules of thumb: they suggest, people decide.
 *
 * Pure and thread-safe.
 */
#ifndef CURATOR_IDENTIFY_H
#define CURATOR_IDENTIFY_H

#include "base/str.h"

enum ident {
	IDENT_NONE,
	IDENT_NAME,      /* A */
	IDENT_PLACE,     /* B: smaller than a state */
	IDENT_DATE,      /* C */
	IDENT_PHONE,     /* D */
	IDENT_FAX,       /* E */
	IDENT_EMAIL,     /* F */
	IDENT_SOCIAL,    /* G: social security and other national numbers */
	IDENT_RECORD,    /* H: medical record numbers */
	IDENT_PLAN,      /* I: health plan beneficiary numbers */
	IDENT_ACCOUNT,   /* J */
	IDENT_LICENCE,   /* K: certificates and licences */
	IDENT_VEHICLE,   /* L */
	IDENT_DEVICE,    /* M */
	IDENT_URL,       /* N */
	IDENT_IP,        /* O */
	IDENT_BIOMETRIC, /* P */
	IDENT_PHOTO,     /* Q */
	IDENT_OTHER,     /* R: any other unique number or code */
	IDENTS,
};

/* "a name", "a telephone number", ... */
const char *ident_words(enum ident);
/* By the name of a column, in English, German or Norwegian words. */
enum ident ident_of_name(const char *column);
/* Sounds like what neighbours and newspapers know of somebody: sex, age, origin, region. With
 * others of its kind it can tell who somebody is. */
bool ident_known_to_others(const char *column);
/* By what a value looks like as a whole. */
enum ident ident_of_value(struct str);

#endif
