/*
 * The curator's jobs: what the portal writes into a spec and reads from a result. JSON on both
 * sides, because people run the same jobs by hand.
 *
 * The curator is started as `wardroom-curator job KIND` with descriptor 3 = spec (read-only),
 * descriptor 4 = the job's folder (state/jobs/<job>, owned by user_data, readable by the portal's
 * group). It writes there, each atomically:
 *	progress      one line: "<done> <total> <sentence>\n", at most every 200 ms
 *	result.json   last; {"ok":true, ...} or {"ok":false,"error":"sentence","field":""}
 * Both hold aggregates only, never a row.
 *
 * Folders, all below config.state:
 *	data/<project>/          0700 user_data: source/, hidden/, keys; nobody else enters
 *	releases/<release>.erofs 0400 root or user_data; the warden mounts it
 *	releases/<release>.simulated.erofs  the same of simulated data: the only kind that may be
 *		mounted where a workspace is not sealed
 *	spool/<n>                0640 user_gate:user_data, a submitted file
 *	views/<file>             0640 user_data:user_gate, a page for those who vote on a file
 *	views/table-<n>          the same, a table on its way into a workspace
 *	airlock/<file>           0640 user_data:user_portal, what was let out
 *	inbox/<event>/<folder>/  the hospital's tables for the event of that short name, readable by
 *	                         user_data
 *
 * JOB_INBOX    spec {"inbox":text}: the event's short name; its part of the inbox alone
 *	result {"folders":[{"name","tables":[{"name","bytes"}]}]}
 * JOB_IMPORT   spec {"project":int,"inbox":text,"folder":text,"go_on":bool,"century":int}
 *	go_on (false): bad records and files are set aside and the rest is taken, instead of
 *	stopping at the first. century (this year): the last year that a two-digit year can mean;
 *	"94" is 1994 with 2026. It is told again as century_end of each column it concerns.
 *	result {"source":text,"layout":{"name":"OMOP CDM|MIMIC|FHIR|SDTM|","version"},
 *		"empty":[table without rows],"problems":[{"file","why"}],
 *		"tables":[{"name","file","encoding","rows","bytes","rejected":int,
 *			"columns":[COLUMN], "tests":[TEST]}],
 *		"patient":{"table","column"}|null, "patients":int, "patient_unique":bool,
 *		"visit":{"table","column"}|null,
 *		"reach":[{"table","how":"none|patients|direct|through","column","through","rows_without"}],
 *		"links":[{"table","column","to_table","to_column","share"}]}
 *	patient is the column that names patients in their own table; reach says for each table by
 *	which column (through which table) its rows reach a patient, and how many do not. A link's
 *	share is that of its different values that the other table knows, 0.5 to 1. All are found
 *	from names and proved on the data; the steward confirms them in the recipe.
 *   COLUMN {"name","type","written","form","missing","distinct","exact":bool,"empty","longest",
 *		"identifier":bool,"meaning","example",
 *		"low","quartiles":[3],"high","bins":[{"from","to","rows"}],
 *		"values":[{"value","rows"}],"other_rows","plausible"?,
 *		"century_end"?,"if_day_first"?,"if_month_first"?}
 *	Nothing here singles anybody out: a bar, an end of the range or a value is told only when ten
 *	patients have it (rows, in tables without patients), else rows is the text "few", as is every
 *	count from 1 to 9 and one more bar when it could be computed from the others. The outermost
 *	bars hold all that lies beyond. Numbers are rounded, dates are months ("2019-03"), identifiers
 *	show no values, example is invented. distinct is an estimate unless exact. empty counts values
 *	written "". plausible {"what","unit","low","high","by":"definition|survival|instrument|
 *	population","below","above"} is there when the name is that of a quantity we know, with the
 *	rows outside. if_day_first and if_month_first are there when dates could be read in either
 *	order; they say what each order would make them.
 *   TEST {"name","in","rows","outside","what","unit","low","high","by"}: in a table with a test,
 *	its value and its unit in each row, the tests that ten patients have and whose range we know.
 * JOB_RELEASE  spec {"event":int,"project":int,"recipe":text,"sample":int,"full":int,"hidden":int,
 *		"simulated":int}
 *	the last four are ids for the images; without "simulated" none is made. And, when people
 *	have said something of variables, "dictionary":{"version":int,"entries":[{"variable",
 *	"meaning","unit"}]}, the newest of each: it goes into the images before the recipe's words
 *	result {"recipe_hash","patients","sample_patients","hidden_patients","rows",
 *		"tables":[{"name","rows","columns":[{"name","type","meaning" (the recipe's),
 *			"missing","distinct","low","high","values"}]}],
 *		"images":[{"id","stage":"sample|full|hidden|simulated","bytes","hash","files"}],
 *		"dictionary"?:{"version","entries":int,"hash"}, what people said that is in the images
 *		"parquet_alone":[table], those that the recipe leaves without a CSV
 *		"review_words":int, words that look like names taken out of free text,
 *		"simulated":{"rows","blurred","alike"},
 *		"leak_scan":{"identifiers","columns","bytes"}, how many were searched for in how many
 *			columns of tables and in how much of files (of Parquet the footers); none found
 *		"risk":{"quasi":[text],"k","l","before":{as `wardroom-curator risk --json`},
 *			"after":{"rows","classes","k","average","highest","uniques","sizes"},
 *			"score","suppressed","levels":[{"column","level","of","kind","into"?,
 *			"loss"}]}}
 *	into: what the level makes of a value, "ranges of 10"; none when it stays as it is.
 *	"risk" only when the recipe names quasi-identifiers, "after" and what follows only when it
 *	asks for k; rows are patients, "suppressed" patients whose quasi-identifiers were all taken
 *	out. alike: simulated rows that equal a real one in four fine fields or more; blurred: rows that
 *	did and lost one of them
 * JOB_WITHDRAW	spec as JOB_RELEASE, and {"patient":text,"old":[int]}: the hospital's number or the
 *	pseudonym, and the images that are destroyed when the new ones stand. The patient stands in
 *	the spec's descriptor only, never in the portal's database
 *	result as JOB_RELEASE, and {"withdrawn":{"rows","tables","patients","images_destroyed",
 *		"unreached":[table]}}; patients: withdrawn from this project so far; unreached: kept
 *	whole, because nothing leads from their rows to a patient
 * JOB_SUGGEST  spec {"project":int,"title":text}
 *	result {"recipe":text}, a first recipe of that title from what the columns are called and
 *	what stands in them
 * JOB_PREVIEW  spec {"project":int,"recipe":text}
 *	does the recipe fit the tables, and what does it make of invented rows? Opens no data.
 *	result {"recipe_hash","left_out":[table that the recipe does not list],
 *		"tables":[{"name","columns":[{"name","out","treatment",
 *			"quasi":{"may":bool,"suggested":bool,"why":text},
 *			"pairs":[{"before","after"?,"when"?}]}]}]}
 *	out: its name in the release, "" when it is not released; then pairs have no "after". when:
 *	what a release finds out and invented rows cannot tell. quasi: could others know it? A
 *	mistake is {"ok":false,"field":"recipe"} with "Recipe line 12, character 5: ...".
 * JOB_MEASURE  spec {"event":int,"project":int,"recipe":text}
 *	the risk of a release with this recipe, without making one
 *	result {"recipe_hash","patients","risk"? as of JOB_RELEASE,
 *		"candidates":[{"column","treatment","distinct","suggested":bool,"why"}]}
 *	candidates could be quasi-identifiers: released, and with one value for each patient.
 *	Suggested are those that others are likely to know.
 * JOB_KEYS	spec {"event":int,"export":int,"remove":bool}: writes the event's key as two shares
 *	into a folder of its own that only the curator can enter, or removes that folder
 *	result {"folder":text}
 * JOB_SCORE    spec {"project":int,"submission":int,"spool":int,"labels":int,
 *		"task":"binary|regression"}
 *	labels: the image of hidden labels that counts; 0 when none is signed
 *	result {"n","metric":"AUROC|MAE","value","low","high"} or
 *	{"ok":false,"error":text,"problems":[{"what":text,"count":int,"examples":[text]}]}
 * JOB_FORGET   spec {"project":int}: removes source, hidden labels, keys and images of a project
 *	result {"files":int,"bytes":int}
 * JOB_CHECK    spec {"project":int,"team":int,"request":int,"models":bool,
 *		"earlier":[int],
 *		"files":[{"id":int,"spool":int,"name":text,"role":"output|supporting|code"}]}
 *	looks at files in the spool that want to leave, and writes a page of each to views/<id>
 *	result {"files":[{"id","outcome":"pass|review|fail|stopped|held","bytes","blake2b","type",
 *		"clean":{"bytes","blake2b"} or null,"findings":[{"check","severity","sentence",
 *			"count","where":[{"row","column"}]}],
 *			"evidence"?:{"fewest","shown","small","close","other",
 *			"of_file":bool,"of_rows":bool}}]}
 *	(earlier: ids in airlock/, for subtracting, the newest last. fail: not without the
 *	author's reason. stopped: never. held: it could not be looked at. clean: what would leave)
 * JOB_LEAVE    spec {"request":int,"models":bool,
 *		"files":[{"id":int,"spool":int,"name":text,"bytes":int,"blake2b":text}]}
 *	makes clean bytes again and, when all have these digests, puts them into airlock/<id>
 *	result {"files":[{"id","bytes","blake2b"}]}
 * JOB_TIDY     spec {"views":[int]}
 *	removes these pages from views/
 *	result {"strays":[int]}: what lies in the spool for more than a day
 * JOB_TABLE    spec {"event":int,"project":int,"team":int,"spool":int,"release":int,
 *		"stage":"sample|full|simulated"}
 *	counts what the request in the spool asks of a table of the release, or of the CSV behind
 *	the request, hides what is small or close to what was signed before in the event, and signs
 *	what stands behind the rest; all of that, and
 *	what is wrong with a request, is in views/table-<spool> for the gate (wire/desk.h)
 *	result {"code":0,"bytes","blake2b","shown","small","close","other","compared":bool},
 *	or {"code":2}: a mistake of the member's, or {"code":3,"shown",...}: no number may be shown, so
 *	there is no table. Not a word of the request is in it. compared: what it shows is remembered,
 *	in data/tables/event-<event>
 */
#ifndef WIRE_JOBS_H
#define WIRE_JOBS_H

enum { JOB_SPEC_FD = 3, JOB_DIR_FD = 4, JOB_SPEC_MAX = 32 << 20, JOB_RESULT_MAX = 16 << 20 };

#endif
