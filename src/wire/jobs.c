#include "wire/portal_warden.h"

const char *const job_kind_names[JOB_KINDS] = {
	[JOB_INBOX] = "inbox",
	[JOB_IMPORT] = "import",
	[JOB_RELEASE] = "release",
	[JOB_SCORE] = "score",
	[JOB_FORGET] = "forget",
	[JOB_CHECK] = "check",
	[JOB_LEAVE] = "leave",
	[JOB_TABLE] = "table",
	[JOB_TIDY] = "tidy",
	[JOB_SUGGEST] = "suggest",
	[JOB_PREVIEW] = "preview",
	[JOB_MEASURE] = "measure",
	[JOB_WITHDRAW] = "withdraw",
	[JOB_KEYS] = "keys",
};
