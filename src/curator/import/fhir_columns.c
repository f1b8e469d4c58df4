/* The columns of the resource types that clinical questions are made of. */
#include "curator/import/fhir.h"

#define ID                                                                                         \
	{                                                                                          \
		"id", "id", "The resource's own number", false                                     \
	}
#define PATIENT(path)                                                                              \
	{                                                                                          \
		"patient_id", path, "Whom it concerns: id of a Patient", false                     \
	}
#define ENCOUNTER                                                                                  \
	{                                                                                          \
		"encounter_id", "encounter.reference|context.reference",                           \
			"The visit it belongs to: id of an Encounter", false                       \
	}
#define STATUS                                                                                     \
	{                                                                                          \
		"status", "status", "How far it is: final, preliminary, entered-in-error, ...",    \
			false                                                                      \
	}
/* A coded concept: its code, the code system and the words. */
#define CODED(name, path, what)                                                                    \
	{ name, path ".coding.code", what ": code", false },                                       \
		{ name "_system", path ".coding.system", what ": code system", false },            \
	{                                                                                          \
		name "_text", path ".coding.display|" path ".text", what ": in words", false       \
	}

static const struct fhir_column patient[] = { ID,
	{ "mrn", "identifier.value", "First identifier of the patient at the hospital", false },
	{ "family_name", "name.family", "Family name", false },
	{ "given_name", "name.given", "First given name", false },
	{ "gender", "gender", "Administrative gender", false },
	{ "birth_date", "birthDate", "Date of birth", false },
	{ "death_time", "deceasedDateTime", "When the patient died", false },
	{ "deceased", "deceasedBoolean", "Whether the patient has died", false },
	{ "phone", "telecom.value", "First phone number or address on the net", false },
	{ "address_line", "address.line", "Street and number", false },
	{ "city", "address.city", "City", false },
	{ "postal_code", "address.postalCode", "Postal code", false },
	{ "country", "address.country", "Country", false },
	{ "marital_status", "maritalStatus.coding.code|maritalStatus.text", "Marital status",
		false },
	{ "language", "communication.language.coding.code|communication.language.text", "Language",
		false } };

static const struct fhir_column encounter[] = { ID, PATIENT("subject.reference"), STATUS,
	{ "class", "class.code", "Kind of visit: AMB ambulatory, EMER emergency, IMP inpatient",
		false },
	CODED("type", "type", "Type of visit"),
	{ "start_time", "period.start", "When the visit began", false },
	{ "end_time", "period.end", "When the visit ended", false },
	CODED("reason", "reasonCode", "Why the patient came"),
	{ "admitted_from", "hospitalization.admitSource.coding.code", "Where the patient came from",
		false },
	{ "discharged_to", "hospitalization.dischargeDisposition.coding.code",
		"Where the patient went", false },
	{ "location_id", "location.location.reference", "First place of the visit", false },
	{ "service_provider_id", "serviceProvider.reference", "Organisation", false } };

static const struct fhir_column condition[] = { ID, PATIENT("subject.reference"), ENCOUNTER,
	CODED("code", "code", "Diagnosis or problem"),
	{ "category", "category.coding.code", "Problem list item or encounter diagnosis", false },
	{ "clinical_status", "clinicalStatus.coding.code", "Active, recurrence, resolved, ...",
		false },
	{ "verification", "verificationStatus.coding.code", "Confirmed, provisional, refuted, ...",
		false },
	{ "onset_time", "onsetDateTime|onsetPeriod.start", "When it began", false },
	{ "abatement_time", "abatementDateTime|abatementPeriod.end", "When it ended", false },
	{ "recorded_time", "recordedDate", "When it was written down", false } };

static const struct fhir_column observation[] = { ID, PATIENT("subject.reference"), ENCOUNTER,
	STATUS,
	{ "category", "category.coding.code", "laboratory, vital-signs, survey, ...", false },
	{ "panel_code", "code.coding.code", "What was observed as a whole: code", false },
	{ "code", "code.coding.code", "What was observed, or the part of it: code", true },
	{ "code_system", "code.coding.system", "Its code system, usually LOINC", true },
	{ "code_text", "code.coding.display|code.text", "In words", true },
	{ "time", "effectiveDateTime|effectivePeriod.start|effectiveInstant",
		"The time it holds for", false },
	{ "issued", "issued", "When it was reported", false },
	{ "value", "valueQuantity.value|valueInteger|valueDecimal", "The value, if it is a number",
		true },
	{ "value_unit", "valueQuantity.code|valueQuantity.unit", "Its unit (UCUM)", true },
	{ "value_sign", "valueQuantity.comparator", "< or > when the device's range was left",
		true },
	{ "value_code", "valueCodeableConcept.coding.code", "The value, if it is a code", true },
	{ "value_text", "valueCodeableConcept.coding.display|valueCodeableConcept.text|valueString",
		"The value, if it is words", true },
	{ "value_yes", "valueBoolean", "The value, if it is yes or no", true },
	{ "value_time", "valueDateTime|valueTime|valuePeriod.start", "The value, if it is a time",
		true },
	{ "missing_because", "dataAbsentReason.coding.code", "Why there is no value", true },
	{ "interpretation", "interpretation.coding.code", "H high, L low, N normal, ...", true },
	{ "range_low", "referenceRange.low.value", "Lower end of the reference range", true },
	{ "range_high", "referenceRange.high.value", "Upper end of the reference range", true },
	{ "specimen_id", "specimen.reference", "The specimen", false } };

static const struct fhir_column medication_request[] = { ID, PATIENT("subject.reference"),
	ENCOUNTER, STATUS, { "intent", "intent", "order, plan, proposal, ...", false },
	CODED("drug", "medicationCodeableConcept", "Drug"),
	{ "drug_id", "medicationReference.reference", "Drug, as id of a Medication", false },
	{ "ordered_time", "authoredOn", "When it was ordered", false },
	{ "dose", "dosageInstruction.doseAndRate.doseQuantity.value", "Amount of one dose", false },
	{ "dose_unit",
		"dosageInstruction.doseAndRate.doseQuantity.code|dosageInstruction.doseAndRate."
		"doseQuantity.unit",
		"Its unit", false },
	{ "route", "dosageInstruction.route.coding.code", "How it is given", false },
	{ "times", "dosageInstruction.timing.repeat.frequency", "Doses in a period", false },
	{ "period", "dosageInstruction.timing.repeat.period", "Length of the period", false },
	{ "period_unit", "dosageInstruction.timing.repeat.periodUnit", "Unit of the period",
		false },
	{ "as_needed", "dosageInstruction.asNeededBoolean", "Only when needed", false },
	{ "requester_id", "requester.reference", "Who ordered it", false } };

static const struct fhir_column medication_administration[] = { ID, PATIENT("subject.reference"),
	ENCOUNTER, STATUS, CODED("drug", "medicationCodeableConcept", "Drug"),
	{ "drug_id", "medicationReference.reference", "Drug, as id of a Medication", false },
	{ "start_time", "effectiveDateTime|effectivePeriod.start", "When it was given", false },
	{ "end_time", "effectivePeriod.end", "When giving it ended", false },
	{ "dose", "dosage.dose.value", "Amount", false },
	{ "dose_unit", "dosage.dose.code|dosage.dose.unit", "Its unit", false },
	{ "route", "dosage.route.coding.code", "How it was given", false },
	{ "request_id", "request.reference", "The order", false } };

static const struct fhir_column procedure[] = { ID, PATIENT("subject.reference"), ENCOUNTER, STATUS,
	CODED("code", "code", "What was done"),
	{ "start_time", "performedDateTime|performedPeriod.start", "When it began", false },
	{ "end_time", "performedPeriod.end", "When it ended", false },
	CODED("reason", "reasonCode", "Why it was done"),
	{ "body_site", "bodySite.coding.code", "Where on the body", false },
	{ "outcome", "outcome.coding.code|outcome.text", "How it ended", false } };

static const struct fhir_column diagnostic_report[] = { ID, PATIENT("subject.reference"), ENCOUNTER,
	STATUS,
	{ "category", "category.coding.code", "Department: laboratory, radiology, ...", false },
	CODED("code", "code", "Kind of report"),
	{ "time", "effectiveDateTime|effectivePeriod.start", "The time it holds for", false },
	{ "issued", "issued", "When it was reported", false },
	{ "conclusion", "conclusion", "The conclusion in words: free text", false },
	{ "conclusion_code", "conclusionCode.coding.code", "The conclusion as a code", false } };

static const struct fhir_column allergy[] = { ID, PATIENT("patient.reference"), ENCOUNTER,
	CODED("code", "code", "What the patient reacts to"),
	{ "type", "type", "Allergy or intolerance", false },
	{ "category", "category", "Food, medication, environment, biologic", false },
	{ "criticality", "criticality", "How dangerous a reaction may be", false },
	{ "clinical_status", "clinicalStatus.coding.code", "Active, inactive, resolved", false },
	{ "onset_time", "onsetDateTime", "Since when", false },
	{ "recorded_time", "recordedDate", "When it was written down", false },
	CODED("reaction", "reaction.manifestation", "The first reaction told"),
	{ "reaction_severity", "reaction.severity", "Mild, moderate, severe", false } };

static const struct fhir_column immunization[] = { ID, PATIENT("patient.reference"), ENCOUNTER,
	STATUS, CODED("vaccine", "vaccineCode", "Vaccine"),
	{ "time", "occurrenceDateTime", "When it was given", false },
	{ "dose_number", "protocolApplied.doseNumberPositiveInt|protocolApplied.doseNumberString",
		"Which dose of the series", false } };

#define TYPE(name, columns)                                                                        \
	{                                                                                          \
		name, columns, sizeof columns / sizeof columns[0]                                  \
	}
static const struct {
	const char *type;
	const struct fhir_column *at;
	size_t n;
} types[] = {
	TYPE("Patient", patient),
	TYPE("Encounter", encounter),
	TYPE("Condition", condition),
	TYPE("Observation", observation),
	TYPE("MedicationRequest", medication_request),
	TYPE("MedicationAdministration", medication_administration),
	TYPE("Procedure", procedure),
	TYPE("DiagnosticReport", diagnostic_report),
	TYPE("AllergyIntolerance", allergy),
	TYPE("Immunization", immunization),
};

fhir_columns
fhir_declared(const char *type)
{
	for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++)
		if (streq(types[i].type, type))
			return (fhir_columns){ (struct fhir_column *)types[i].at, types[i].n };
	return (fhir_columns){ NULL, 0 };
}
