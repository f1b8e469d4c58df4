#include "rehearse/script.h"

const char script_place[] = "Carmel Institute of Technology and Carmel Medical Center";

const char script_about[] =
	"Two days of work on questions that clinicians of our hospital carry with them, and on the "
	"third "
	"day a conference at which the best answers are shown.\n"
	"\n"
	"Fifty people from engineering, medicine and the life sciences form eight teams. Two teams "
	"work "
	"on each question, beside the physician who asked it and a senior data scientist. They "
	"work on "
	"patient data that the hospital's epidemiology unit has de-identified and that an ethics "
	"committee has approved for this purpose.\n"
	"\n"
	"**The data stay in the hospital.** Every team gets a workspace in the browser: notebooks, "
	"a "
	"terminal, Python and R. It has no connection to anything else. You bring your laptop, and "
	"nothing is copied to it.\n"
	"\n"
	"### Who should come\n"
	"\n"
	"Students of every level and recent alumni. You need not be an expert in anything; a team "
	"needs "
	"somebody who programs, somebody who knows what a creatinine is, and people who listen to "
	"both.\n"
	"\n"
	"### What it costs\n"
	"\n"
	"Nothing. Meals are provided, and travel within the country is paid for those who ask.";

const char script_rules[] =
	"- Teams are formed by the organisers from your wishes and skills, five to seven people "
	"each.\n"
	"- Predictions are scored on patients whose outcome nobody in the room can see. A team may "
	"have "
	"ten files scored a day; a file with mistakes costs nothing.\n"
	"- Any method is welcome that runs in your workspace. What you did must be explained.\n"
	"- The leaderboard does not decide. Six jurors score creativity, practicality and impact "
	"on "
	"health; three teams go to the final.\n"
	"- Whoever tries to find out who a patient is leaves the event.";

const char script_kinds[] = "prediction of risk\nfollow-up of patients\nuse of hospital resources";

const char script_agreement_title[] = "Agreement on the use of patient data";

const char script_agreement[] =
	"You will work with records of real patients. They did not choose to be here; the hospital "
	"and "
	"its ethics committee decided for them, on the condition that everybody who sees the data "
	"keeps "
	"to the following.\n"
	"\n"
	"1. I use the data for the project of my team, during the event, inside the workspace that "
	"I am "
	"given, and for nothing else.\n"
	"2. I do not copy data out of the workspace: not by a file, not by a photograph of the "
	"screen, "
	"not by writing values down.\n"
	"3. I do not try to find out who a patient is, alone or by joining these data with others. "
	"If I "
	"recognise somebody by chance I tell nobody but the data steward.\n"
	"4. I do not share my access. What is done in my name is recorded.\n"
	"5. Models and figures leave the workspace only after the data steward has looked at "
	"them.\n"
	"6. If I see that something went wrong I tell the data steward at once, also when it was "
	"my own "
	"mistake.\n"
	"7. When the event ends the workspaces are destroyed. These duties remain.\n"
	"\n"
	"Questions are answered by the data steward, Eyal Harari, in person during the event.";

const struct script_person script_organiser = { "Noa Peretz", "noa.peretz@carmel.example",
	"Head of the Center for Data in Medicine" };
const struct script_person script_steward = { "Eyal Harari", "eyal.harari@hospital.example",
	"Epidemiology unit" };
const struct script_person script_reviewer = { "Sivan Tzur", "sivan.tzur@carmel.example",
	"Coordinator of graduate studies" };

const struct script_person script_leads[PROJECTS] = {
	{ "Dr. Rivka Stern", "rivka.stern@hospital.example", "Obstetrics, high-risk pregnancy" },
	{ "Dr. Yousef Hamdan", "yousef.hamdan@hospital.example", "Paediatric immunology" },
	{ "Dr. Ilan Brodsky", "ilan.brodsky@hospital.example",
		"Heart failure and transplantation" },
	{ "Dr. Mira Saleh", "mira.saleh@hospital.example", "Internal medicine, COVID-19 ward" },
};

const struct script_person script_mentors[MENTORS] = {
	{ "Dr. Keren Alon", "keren.alon@hospital.example", "Obstetrics" },
	{ "Dr. Hila Navot", "hila.navot@hospital.example", "Neonatology" },
	{ "Dr. Basel Odeh", "basel.odeh@hospital.example", "Infectious diseases" },
	{ "Dr. Galit Reshef", "galit.reshef@hospital.example", "Paediatrics" },
	{ "Dr. Victor Lerner", "victor.lerner@hospital.example", "Cardiology" },
	{ "Dr. Orna Tal", "orna.tal@hospital.example", "Cardiac surgery" },
	{ "Dr. Nabil Sakran", "nabil.sakran@hospital.example", "Intensive care" },
	{ "Dr. Efrat Yaron", "efrat.yaron@hospital.example", "Emergency medicine" },
	{ "Amos Keidar", "amos.keidar@carmel.example",
		"Machine learning for physiological signals" },
	{ "Tatiana Orlova", "tatiana.orlova@carmel.example", "Biostatistics" },
	{ "Guy Shamir", "guy.shamir@carmel.example", "Causal inference" },
	{ "Layla Nasser", "layla.nasser@carmel.example", "Records and natural language" },
	{ "Peter Lindqvist", "peter.lindqvist@guest.example", "Survival analysis" },
	{ "Inbal Sofer", "inbal.sofer@carmel.example", "Data engineering" },
	{ "Ravid Cohen-Or", "ravid.cohen-or@industry.example", "Models in production" },
	{ "Maria Conti", "maria.conti@guest.example", "Calibration and fairness" },
	{ "Shai Rozen", "shai.rozen@industry.example", "Gradient boosting" },
	{ "Dalia Mor", "dalia.mor@carmel.example", "Visualisation" },
	{ "Adam Whitfield", "adam.whitfield@guest.example", "Intensive-care databases" },
	{ "Hagar Ziv", "hagar.ziv@carmel.example", "Time series" },
};

const struct script_person script_jurors[JURORS] = {
	{ "Prof. Miriam Adler", "miriam.adler@hospital.example",
		"Deputy director of the hospital" },
	{ "Prof. Salim Daher", "salim.daher@carmel.example", "Computer science" },
	{ "Dr. Judith Klein", "judith.klein@ministry.example",
		"Digital health, public administration" },
	{ "Oded Bar", "oded.bar@industry.example", "Medical software" },
	{ "Dr. Anneke de Wit", "anneke.dewit@guest.example", "Clinical epidemiology" },
	{ "Ronit Golan", "ronit.golan@patients.example", "Patients' association" },
};

const struct script_project script_projects[PROJECTS] = {
	{ .title = "Birth weight from maternal history",
		.slug = "birth-weight-from-maternal-history",
		.folder = "birth-weight",
		.source = "MASS::birthwt, births at Baystate Medical Center, 1986",
		.task = "regression",
		.unit = "g",
		.question =
			"A child that is born too light needs help which takes hours to arrange. "
			"How "
			"much of its weight can be told from what a midwife knows after the first "
			"visits: age, weight, smoking, blood pressure, and how earlier pregnancies "
			"went?\n\nA good answer would let a clinic see the women at risk more "
			"often, "
			"months ahead, without a single new test.",
		.variables =
			"One table, `births`: a row is one birth. The published records of a "
			"hospital in Massachusetts, to which we added invented names and numbers "
			"so "
			"that there is something to remove.\n\n- `bwt` is to be predicted, in "
			"grams.\n- `lwt` is the mother's weight in pounds before pregnancy.\n- "
			"`ptl` and `ftv` count earlier premature labours and visits to a "
			"physician.",
		.ethics_number = "CMC-0412-26",
		.ethics_committee = "Ethics committee of Carmel Medical Center",
		.talk = { "Weights before birth", "Nine months of notice" },
		.problem =
			"Small children are found too late. A clinic that knew at the twelfth week "
			"which pregnancies to watch could plan visits instead of reacting.",
		.methods =
			"We described every mother by her first visits, compared a linear model "
			"with "
			"an ensemble of trees under repeated cross-validation, and looked at where "
			"both are wrong: mothers with few visits are predicted worst.",
		.impact = "A line in the record that says \"watch this one\" costs nothing. We "
			  "would test "
			  "it silently beside the midwives' own judgement for half a year." },
	{ .title = "Infection in granulomatous disease",
		.slug = "infection-in-granulomatous-disease",
		.folder = "infection",
		.source = "survival::cgd, trial of gamma interferon, 1991",
		.task = "binary",
		.question =
			"People with chronic granulomatous disease lack one weapon against "
			"bacteria "
			"and fungi. Some have a serious infection every year, some hardly ever. "
			"Who "
			"will be next?\n\nWe would bring those in early, and spare the others the "
			"journeys and the antibiotics.",
		.variables =
			"Two tables from a published trial of gamma interferon. `patients`: "
			"treatment, age, inheritance, kind of hospital. `visits`: height, weight "
			"and medication at two visits.\n\n- `infection` is to be predicted: a "
			"serious one before the study ended.\n- Weight for age says more than "
			"either alone; ask us why.",
		.ethics_number = "CMC-0388-26",
		.ethics_committee = "Ethics committee of Carmel Medical Center",
		.talk = { "The next infection", "Who to call first" },
		.problem =
			"A rare disease, few patients, and a decision each week: who must come in? "
			"Today it is made by memory.",
		.methods =
			"With so few patients we preferred few variables: treatment, growth for "
			"age "
			"and earlier steroids, in a penalised model. Larger ones looked better in "
			"training and worse elsewhere.",
		.impact = "A ranking of a hundred names is enough to decide whom to telephone "
			  "first on "
			  "Monday. We would hand it over as a list, not as a number." },
	{ .title = "Survival after heart transplant listing",
		.slug = "survival-after-heart-transplant-listing",
		.folder = "heart",
		.source = "survival::jasa, Stanford heart transplant programme, 1977",
		.task = "binary",
		.question = "When a patient is accepted for a transplant, the family asks what to "
			    "expect. "
			    "We answer from experience, which means from the patients we "
			    "remember.\n\nCan "
			    "the records of a whole programme answer better, and can they tell how "
			    "sure "
			    "the answer is?",
		.variables =
			"One table, `patients`, of an early transplant programme: dates of "
			"acceptance and transplant, age, earlier surgery, and how well donor and "
			"recipient matched.\n\n- `fustat` is to be predicted: whether the patient "
			"died before the study ended.\n- A patient without a transplant has no "
			"mismatch. That is not a missing value.",
		.ethics_number = "CMC-0405-26",
		.ethics_committee = "Ethics committee of Carmel Medical Center",
		.talk = { "What shall we tell the family", "Waiting is not nothing" },
		.problem = "Families ask for a number and get a tone of voice. We wanted to know "
			   "which "
			   "part of the answer the record can give.",
		.methods =
			"We treated \"no transplant\" as a state of its own, not as a gap, and "
			"checked "
			"every variable for what was known on the day of listing. What came later "
			"we left out, although it scored better.",
		.impact = "Not a forecast but a page for the conversation: what happened to the "
			  "twenty "
			  "patients most like this one." },
	{ .title = "Severity of COVID-19 in hospital",
		.slug = "severity-of-covid-19-in-hospital",
		.folder = "severity",
		.source = "simulated hospital",
		.task = "binary",
		.question =
			"In a full ward the question at each admission is whether this person will "
			"need intensive care. The laboratory answers within the hour; can we read "
			"the "
			"answer?\n\nBeds could be kept for those who will need them, and a "
			"transfer "
			"be made in daylight.",
		.variables =
			"A simulated hospital, as large as yours: `patients`, `admissions`, `labs` "
			"with hundreds of thousands of results, and notes whose text is withheld.\n"
			"\n- `severe` is to be predicted for each admission: it needed intensive "
			"care.\n- Results come in several units. `flag` is the laboratory's own "
			"opinion.",
		.ethics_number = "CMC-0377-26",
		.ethics_committee = "Ethics committee of Carmel Medical Center",
		.talk = { "The first hour", "A bed before it is needed" },
		.problem = "Intensive-care beds are assigned when a patient is already worse. "
			   "Everything "
			   "needed to see it coming is in the first laboratory round.",
		.methods =
			"For each admission we took the first, the last and the extremes of eight "
			"laboratory values, corrected units, and let boosted trees find the rest. "
			"Lactate and CRP carry most of it; age less than we thought.",
		.impact = "An alarm is only useful if it is rare. At ten alarms a day ours would "
			  "have "
			  "named two thirds of those who were moved later." },
};

#define H(hour, minute) ((hour)*60 + (minute))
const struct script_session script_sessions[SESSIONS] = {
	{ 0, H(6, 30), H(7, 0), "Doors open, coffee", "", "Foyer" },
	{ 0, H(7, 0), H(7, 30), "Welcome: why the data stay here", "Noa Peretz", "Main hall" },
	{ 0, H(7, 30), H(8, 30), "Four questions from the wards",
		"Rivka Stern, Yousef Hamdan, Ilan Brodsky, Mira Saleh", "Main hall" },
	{ 0, H(8, 30), H(17, 0), "Teams at work", "", "Rooms 1 to 8" },
	{ 0, H(11, 0), H(11, 40), "Talk: what a baseline is worth", "Tatiana Orlova", "Main hall" },
	{ 0, H(17, 0), H(18, 30), "Dinner and open questions to the clinicians", "", "Terrace" },
	{ 1, H(6, 30), H(14, 0), "Teams at work", "", "Rooms 1 to 8" },
	{ 1, H(9, 0), H(9, 40), "Talk: from a score to a ward", "Ravid Cohen-Or", "Main hall" },
	{ 1, H(14, 30), H(17, 30), "Eight presentations", "all teams", "Main hall" },
	{ 1, H(18, 0), H(18, 20), "The shortlist", "Miriam Adler for the jury", "Main hall" },
	{ 2, H(7, 0), H(12, 0), "Conference: data in medicine", "invited speakers",
		"Auditorium of the hospital" },
	{ 2, H(13, 0), H(15, 0), "The final and the prizes", "three teams",
		"Auditorium of the hospital" },
};

const char *const script_teams[TEAMS] = { "Almond", "Carob", "Cedar", "Cyclamen", "Laurel", "Olive",
	"Pine", "Sage" };

const char *const script_comments[JURORS] = {
	"Ask them who would act on it at three in the morning.",
	"Sound method, and they know its limits.",
	"Whose consent would this need outside a study?",
	"I could see a product in this; the data feed would be the work.",
	"Good that they showed the interval and not only the best number.",
	"A patient would understand the picture on the last page.",
};
