/*
 * The checks, one file each. Each looks at one file, tells what it finds with airlock_tell, and
 * returns OK; any other status holds the file.
 *
 * Thread rule: one thread per file.
 */
#ifndef CURATOR_AIRLOCK_CHECK_H
#define CURATOR_AIRLOCK_CHECK_H

#include "curator/airlock/airlock.h"

enum status check_name(struct airlock_file *, struct err *);
enum status check_evidence(struct airlock_file *, struct err *);
enum status check_small(struct airlock_file *, struct err *);
enum status check_shares(struct airlock_file *, struct err *);
enum status check_class(struct airlock_file *, struct err *);
enum status check_df(struct airlock_file *, struct err *);
enum status check_dominance(struct airlock_file *, struct err *);
enum status check_rounding(struct airlock_file *, struct err *);
enum status check_suppression(struct airlock_file *, struct err *);
enum status check_differencing(struct airlock_file *, struct err *);
enum status check_rows(struct airlock_file *, struct err *);
enum status check_identifiers(struct airlock_file *, struct err *);
enum status check_dates(struct airlock_file *, struct err *);
enum status check_places(struct airlock_file *, struct err *);
enum status check_long_text(struct airlock_file *, struct err *);
enum status check_hidden_text(struct airlock_file *, struct err *);
enum status check_extremes(struct airlock_file *, struct err *);
enum status check_formulas(struct airlock_file *, struct err *);
enum status check_words(struct airlock_file *, struct err *);
enum status check_model(struct airlock_file *, struct err *);
enum status check_picture(struct airlock_file *, struct err *);

#endif
