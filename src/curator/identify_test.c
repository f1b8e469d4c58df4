#include "curator/identify.h"

#include "base/tap.h"

TEST(columns_by_name)
{
	static const struct {
		const char *column;
		enum ident want;
	} cases[] = {
		{ "Patient Name", IDENT_NAME },
		{ "firstName", IDENT_NAME },
		{ "next_of_kin", IDENT_NAME },
		{ "etternavn", IDENT_NAME },
		{ "drug_name", IDENT_NONE },
		{ "test name", IDENT_NONE },
		{ "home_street", IDENT_PLACE },
		{ "ZIP", IDENT_PLACE },
		{ "PLZ", IDENT_PLACE },
		{ "DOB", IDENT_DATE },
		{ "date_of_birth", IDENT_DATE },
		{ "mobilePhone", IDENT_PHONE },
		{ "tel", IDENT_PHONE },
		{ "hotel", IDENT_NONE },
		{ "fax_no", IDENT_FAX },
		{ "e_mail", IDENT_EMAIL },
		{ "SSN", IDENT_SOCIAL },
		{ "fnr", IDENT_SOCIAL },
		{ "MRN", IDENT_RECORD },
		{ "chart-no", IDENT_RECORD },
		{ "insurance_no", IDENT_PLAN },
		{ "account", IDENT_ACCOUNT },
		{ "IBAN", IDENT_ACCOUNT },
		{ "driver_licence", IDENT_LICENCE },
		{ "licensePlate", IDENT_VEHICLE },
		{ "VIN", IDENT_VEHICLE },
		{ "implant_serial", IDENT_DEVICE },
		{ "homepage", IDENT_URL },
		{ "ip_address", IDENT_IP },
		{ "fingerprint_hash", IDENT_BIOMETRIC },
		{ "photo_file", IDENT_PHOTO },
		{ "specimen_uuid", IDENT_OTHER },
		{ "weight", IDENT_NONE },
		{ "ship", IDENT_NONE },
		{ "relation", IDENT_NONE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum ident got = ident_of_name(cases[i].column);
		/* A plate names a vehicle before a licence is looked for. */
		CHECK_STR(ident_words(got), ident_words(cases[i].want));
	}
}

TEST(what_others_know)
{
	CHECK(ident_known_to_others("Sex") && ident_known_to_others("age_at_admission"));
	CHECK(ident_known_to_others("maritalStatus") && ident_known_to_others("ZIP"));
	CHECK(!ident_known_to_others("stage") && !ident_known_to_others("potassium"));
	CHECK(!ident_known_to_others("") && !ident_known_to_others("message"));
}

TEST(values)
{
	static const struct {
		const char *value;
		enum ident want;
	} cases[] = {
		{ "Kari Nordmann", IDENT_NAME },
		{ "O'Brien, Mary J.", IDENT_NAME },
		{ "Pneumonia", IDENT_NONE },
		{ "left lower lobe", IDENT_NONE },
		{ "1931-07-29", IDENT_DATE },
		{ "29.7.1931", IDENT_DATE },
		{ "03-MAR-22", IDENT_DATE },
		{ "2022-03-14 05:54:00", IDENT_DATE },
		{ "+47 22 85 50 50", IDENT_PHONE },
		{ "(555) 123-4567", IDENT_PHONE },
		{ "a.b@c.no", IDENT_EMAIL },
		{ "123-45-6789", IDENT_SOCIAL },
		{ "010190 12345", IDENT_SOCIAL },
		{ "756.1234.5678.97", IDENT_SOCIAL },
		{ "NO93 8601 1117 947", IDENT_ACCOUNT },
		{ "4539 5787 6362 1486", IDENT_ACCOUNT },
		{ "WVWZZZ1JZXW000001", IDENT_VEHICLE },
		{ "00:1B:44:11:3A:B7", IDENT_DEVICE },
		{ "https://x.org/1", IDENT_URL },
		{ "192.168.0.17", IDENT_IP },
		{ "2001:db8::ff00:42", IDENT_IP },
		{ "300.1.1.1", IDENT_NONE },
		{ "scan_0017.DCM", IDENT_PHOTO },
		{ "550e8400-e29b-41d4-a716-446655440000", IDENT_OTHER },
		{ "12.5", IDENT_NONE },
		{ "120/80", IDENT_NONE },
		{ "", IDENT_NONE },
		{ "A", IDENT_NONE },
		{ "I50.9", IDENT_NONE },
		{ "12:30:00", IDENT_NONE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_STR(ident_words(ident_of_value(str_of(cases[i].value))),
			ident_words(cases[i].want));
}
