#include "curator/identify.h"

#include <ctype.h>
#include <string.h>

const char *
ident_words(enum ident i)
{
	static const char *const words[IDENTS] = { "nothing", "a name", "a place", "a date",
		"a telephone number", "a fax number", "an e-mail address", "a national number",
		"a record number", "a number of a health plan", "a number of an account",
		"a number of a licence", "a vehicle", "a device", "an address of the web",
		"an address of the internet", "a biometric measure", "a picture", "a unique code" };
	return i < IDENTS ? words[i] : words[0];
}

/* Words of a column's name stand in a fixed order: what is more telling comes first. */
static const struct {
	enum ident ident;
	const char *words; /* blanks around each; + before a word: somewhere inside */
} by_name[] = {
	{ IDENT_FAX, " fax telefax " },
	{ IDENT_EMAIL, " email mail epost +email " },
	{ IDENT_URL, " url website homepage web link portal " },
	{ IDENT_IP, " ip ipv ipaddress +ipaddr " },
	{ IDENT_BIOMETRIC, " +fingerprint +biometric iris retina voiceprint dna faceprint " },
	{ IDENT_PHOTO, " photo photograph picture portrait image foto bilde bild " },
	{ IDENT_DEVICE, " device serial implant imei udi mac pacemaker +geraet " },
	{ IDENT_VEHICLE, " vehicle vin plate plates car kennzeichen regnr " },
	{ IDENT_LICENCE, " license licence certificate driver npi dea fuehrerschein " },
	{ IDENT_ACCOUNT, " account acct iban billing invoice konto card guarantor " },
	{ IDENT_PLAN, " insurance policy beneficiary member medicare medicaid plan "
		      "+versichert payer subscriber " },
	{ IDENT_SOCIAL, " ssn social passport nhs ahv cpr fnr personnr nationalid teudat "
			"+personnummer +fodselsnummer national sin " },
	{ IDENT_RECORD, " mrn record chart journal fallnummer +journalnr case hospitalno "
			"patientno " },
	{ IDENT_PHONE, " phone mobile tel telephone telefon handy mobil cell pager +phone " },
	{ IDENT_PLACE, " address street city town county zip zipcode postcode postal plz adresse "
		       "kommune municipality lat latitude lon longitude geocode village parish "
		       "district ort strasse gate poststed postnr +address +postcode " },
	{ IDENT_DATE, " dob birthdate birthday birth born foedt +birth deathdate dod " },
	{ IDENT_NAME, " name surname firstname lastname fullname forename navn fornavn etternavn "
		      "vorname nachname maiden kin doctor physician nurse contact initials "
		      "spouse relative provider attending " },
	{ IDENT_OTHER, " uuid guid barcode token accession specimen study_uid uid " },
};

/* Names of things are not names of people. */
static bool
names_a_thing(const char *low)
{
	static const char *const things[] = { "drug", "test", "unit", "item", "label", "ward",
		"medication", "med_", "dept", "department", "procedure", "lab", "variable",
		"column", "diagnosis", "specialty", "code_name", "concept", "file", "service",
		"device", "hospital", "plan_name" };
	for (size_t i = 0; i < sizeof things / sizeof things[0]; i++)
		if (strstr(low, things[i]))
			return true;
	return false;
}

/* firstName becomes first name; everything that is no letter divides. */
static void
words_of(const char *column, char *out, size_t room)
{
	size_t n = 0;
	out[n++] = ' ';
	for (size_t i = 0; column[i] && n + 3 < room; i++) {
		unsigned char c = (unsigned char)column[i];
		if (isupper(c) && i && islower((unsigned char)column[i - 1]))
			out[n++] = ' ';
		out[n++] = isalpha(c) ? (char)tolower(c) : ' ';
	}
	out[n++] = ' ';
	out[n] = '\0';
}

static bool
has_word(const char *words, const char *list)
{
	char one[64];
	for (const char *p = list + 1; *p;) {
		size_t n = strcspn(p, " ");
		bool inside = *p == '+';
		if (n + 3 < sizeof one && n > inside) {
			size_t at = 0;
			if (!inside)
				one[at++] = ' ';
			memcpy(one + at, p + inside, n - inside);
			at += n - inside;
			if (!inside)
				one[at++] = ' ';
			one[at] = '\0';
			if (strstr(words, one))
				return true;
		}
		p += n;
		p += *p == ' ';
	}
	return false;
}

enum ident
ident_of_name(const char *column)
{
	char words[200];
	words_of(column, words, sizeof words);
	for (size_t i = 0; i < sizeof by_name / sizeof by_name[0]; i++)
		if (has_word(words, by_name[i].words) &&
			!(by_name[i].ident == IDENT_NAME && names_a_thing(words)))
			return by_name[i].ident;
	return IDENT_NONE;
}

bool
ident_known_to_others(const char *column)
{
	static const char known[] =
		" sex gender age race ethnicity ethnic zip postal postcode plz region county "
		"country "
		"state marital language religion occupation profession education nationality "
		"geschlecht alter kjonn alder height weight bmi +birthplace ";
	char words[200];
	words_of(column, words, sizeof words);
	return has_word(words, known);
}

/* ---- values ---- */

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

struct shape {
	size_t digits, letters, upper, blanks, others;
};

static struct shape
shape_of(struct str s)
{
	struct shape h = { 0 };
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		h.digits += isdigit(c) != 0;
		h.letters += isalpha(c) != 0 || c >= 0x80;
		h.upper += isupper(c) != 0;
		h.blanks += c == ' ';
		h.others += !isalnum(c) && c < 0x80 && c != ' ';
	}
	return h;
}

static bool
is_email(struct str s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	return at && at > s.p && memchr(at, '.', s.n - (size_t)(at - s.p)) &&
	       !memchr(s.p, ' ', s.n);
}

static bool
is_url(struct str s)
{
	return str_starts(s, "http://") || str_starts(s, "https://") || str_starts(s, "www.") ||
	       str_starts(s, "ftp://");
}

/* 9 stands for a digit, A for a letter, X for both; everything else for itself. */
static bool
looks(struct str s, const char *form)
{
	if (strlen(form) != s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool good = form[i] == '9'   ? isdigit(c)
			    : form[i] == 'A' ? isalpha(c)
			    : form[i] == 'X' ? isalnum(c)
			    : form[i] == 'H' ? isxdigit(c)
					     : c == (unsigned char)form[i];
		if (!good)
			return false;
	}
	return true;
}

static bool
is_ip(struct str s)
{
	size_t groups = 0, colons = 0;
	for (size_t i = 0; i < s.n; i++)
		colons += s.p[i] == ':';
	if (colons >= 2 && s.n >= 3 && !looks(s, "HH:HH:HH:HH:HH:HH")) {
		for (size_t i = 0; i < s.n; i++)
			if (!isxdigit((unsigned char)s.p[i]) && s.p[i] != ':')
				return false;
		return colons == 7 || memmem(s.p, s.n, "::", 2);
	}
	while (s.n) {
		int64_t v;
		struct str part = str_cut(&s, '.');
		if (part.n == 0 || part.n > 3 || !str_int(part, &v) || v > 255)
			return false;
		groups++;
	}
	return groups == 4;
}

/* The check of payment cards (Luhn 1954). */
static bool
luhn(const char *digits, size_t n)
{
	int sum = 0;
	for (size_t i = 0; i < n; i++) {
		int d = digits[n - 1 - i] - '0';
		if (i % 2 == 1)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

static bool
is_account(struct str s)
{
	char plain[40];
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '-') {
			if (n == sizeof plain)
				return false;
			plain[n++] = s.p[i];
		}
	struct shape h = shape_of((struct str){ plain, n });
	if (n == h.digits && n >= 14 && n <= 19)
		return luhn(plain, n);
	return n >= 15 && n <= 34 && isupper((unsigned char)plain[0]) &&
	       isupper((unsigned char)plain[1]) && digit(plain[2]) && digit(plain[3]) &&
	       h.digits + h.letters == n && h.digits >= 10;
}

static bool
is_vehicle(struct str s)
{
	struct shape h = shape_of(s);
	if (s.n != 17 || h.digits + h.upper != 17 || h.digits < 4 || h.upper < 3)
		return false;
	return !memchr(s.p, 'I', 17) && !memchr(s.p, 'O', 17) && !memchr(s.p, 'Q', 17);
}

static bool
is_date(struct str s)
{
	static const char *const forms[] = { "9999-99-99", "99.99.9999", "9.9.9999", "9.99.9999",
		"99.9.9999", "99/99/9999", "9/9/9999", "99/9/9999", "9/99/9999", "99/99/99",
		"9/9/99", "9/99/99", "99/9/99", "99 AAA 9999", "99-AAA-9999", "99-AAA-99",
		"AAA 99, 9999" };
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (looks(s, forms[i]))
			return true;
	return s.n > 16 && looks((struct str){ s.p, 10 }, "9999-99-99");
}

static bool
is_social(struct str s)
{
	return looks(s, "999-99-9999") || looks(s, "756.9999.9999.99") ||
	       looks(s, "999999 99999") || looks(s, "999999-9999") || looks(s, "999 999 9999");
}

static bool
is_phone(struct str s)
{
	struct shape h = shape_of(s);
	if (h.letters || h.digits < 7 || h.digits > 15)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]) && !strchr("+()-./ ", s.p[i]))
			return false;
	size_t dots = 0;
	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	return s.p[0] == '+' || s.p[0] == '(' || (h.blanks + h.others >= 2 && dots != 1);
}

static bool
is_picture(struct str s)
{
	static const char *const ends[] = { ".jpg", ".jpeg", ".png", ".dcm", ".tif", ".tiff",
		".bmp", ".heic" };
	if (str_starts(s, "data:image"))
		return true;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i]);
		if (s.n > n && str_ieq((struct str){ s.p + s.n - n, n }, str_of(ends[i])))
			return true;
	}
	return false;
}

/* Two or three capitalised words of letters, perhaps with an initial or a title. */
static bool
is_person(struct str s)
{
	size_t words = 0;
	while (s.n) {
		struct str w = str_cut(&s, ' ');
		if (w.n && w.p[w.n - 1] == ',')
			w.n--;
		if (w.n == 0)
			continue;
		if (!isupper((unsigned char)w.p[0]) && !(w.p[0] & 0x80))
			return false;
		for (size_t i = 1; i < w.n; i++)
			if (!(islower((unsigned char)w.p[i]) || (w.p[i] & 0x80) || w.p[i] == '-' ||
				    w.p[i] == '\'' || w.p[i] == '.' ||
				    isupper((unsigned char)w.p[i])))
				return false;
		words++;
	}
	return words >= 2 && words <= 4;
}

enum ident
ident_of_value(struct str s)
{
	s = str_trim(s);
	struct shape h = shape_of(s);
	if (s.n < 4)
		return IDENT_NONE;
	if (is_email(s))
		return IDENT_EMAIL;
	if (is_picture(s))
		return IDENT_PHOTO;
	if (is_url(s))
		return IDENT_URL;
	if (looks(s, "HH:HH:HH:HH:HH:HH") || looks(s, "HH-HH-HH-HH-HH-HH"))
		return IDENT_DEVICE;
	if (is_ip(s))
		return IDENT_IP;
	if (is_date(s))
		return IDENT_DATE;
	if (is_social(s))
		return IDENT_SOCIAL;
	if (looks(s, "HHHHHHHH-HHHH-HHHH-HHHH-HHHHHHHHHHHH"))
		return IDENT_OTHER;
	if (is_vehicle(s))
		return IDENT_VEHICLE;
	if (is_account(s))
		return IDENT_ACCOUNT;
	if (is_phone(s))
		return IDENT_PHONE;
	if (s.n >= 64 && h.blanks == 0 && h.digits && h.letters)
		return IDENT_BIOMETRIC;
	if (s.n <= 60 && h.digits == 0 && is_person(s))
		return IDENT_NAME;
	return IDENT_NONE;
}
