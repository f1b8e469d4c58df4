#include "portal/catalogue/catalogue.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "portal/web/small.h"

int64_t
catalogue_count(int64_t n)
{
	int64_t step = SMALL_LEAST;
	if (n < SMALL_LEAST)
		return 0;
	while (n / step >= 1000)
		step *= 10;
	int64_t rounded = (n + step / 2) / step * step;
	return rounded ? rounded : step;
}

const char *
catalogue_citation(struct arena *a, const struct catalogue_view *v)
{
	struct buf b = buf_new(a);
	if (v->citation && v->citation[0])
		return v->citation;
	buf_puts(&b, v->owner);
	if (v->issued) {
		char day[32];
		clock_iso(v->issued, day, sizeof day);
		buf_printf(&b, " (%.4s)", day);
	}
	buf_printf(&b, ". %s. %s", v->title, v->event_name);
	if (v->recipe_hash[0])
		buf_printf(&b, ", recipe %.16s", v->recipe_hash);
	buf_printf(&b, ". %s", v->address);
	return b.p;
}

static bool
is_web(const char *s)
{
	return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
}

static bool
is_mail(const char *s)
{
	const char *at = strchr(s, '@');
	return at && at != s && strchr(at, '.') && !strpbrk(s, " <>\"'%?&") && !strchr(at + 1, '@');
}

enum status
catalogue_form_ok(const struct catalogue_form *f, struct err *e)
{
	if (!is_web(f->contact) && !is_mail(f->contact))
		return err_set(e, E_INPUT, "contact",
			"Give an e-mail address of an office, or a page that begins with https://");
	if (f->licence_url[0] && !is_web(f->licence_url))
		return err_set(e, E_INPUT, "licence_url", "An address begins with https://");
	return OK;
}

const char *
catalogue_contact_link(struct arena *a, const char *contact)
{
	return is_web(contact) ? contact : arena_printf(a, "mailto:%s", contact);
}

/* ---- JSON-LD -----------------------------------------------------------------------------------
 */

static void
pair(struct jsonw *j, const char *key, const char *text)
{
	jsonw_key(j, key);
	jsonw_text(j, text);
}

static void
open_as(struct jsonw *j, const char *key, const char *type)
{
	if (key)
		jsonw_key(j, key);
	jsonw_open(j, '{');
	pair(j, "@type", type);
}

/* {"@id": address} */
static void
link_to(struct jsonw *j, const char *key, const char *address)
{
	if (key)
		jsonw_key(j, key);
	jsonw_open(j, '{');
	pair(j, "@id", address);
	jsonw_close(j, '}');
}

static void
typed(struct jsonw *j, const char *key, const char *type, const char *value)
{
	open_as(j, key, type);
	pair(j, "@value", value);
	jsonw_close(j, '}');
}

static void
moment(struct jsonw *j, const char *key, int64_t t)
{
	char iso[32];
	if (!t)
		return;
	clock_iso(t, iso, sizeof iso);
	typed(j, key, "xsd:dateTime", iso);
}

static void
context(struct jsonw *j)
{
	static const char *const names[][2] = {
		{ "dcat", "http://www.w3.org/ns/dcat#" },
		{ "dct", "http://purl.org/dc/terms/" },
		{ "foaf", "http://xmlns.com/foaf/0.1/" },
		{ "vcard", "http://www.w3.org/2006/vcard/ns#" },
		{ "spdx", "http://spdx.org/rdf/terms#" },
		{ "xsd", "http://www.w3.org/2001/XMLSchema#" },
	};
	jsonw_key(j, "@context");
	jsonw_open(j, '{');
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		pair(j, names[i][0], names[i][1]);
	jsonw_close(j, '}');
}

static void
keywords(struct jsonw *j, const char *list)
{
	struct str s = str_of(list);
	jsonw_key(j, "dcat:keyword");
	jsonw_open(j, '[');
	while (s.n) {
		struct str word = str_trim(str_cut(&s, ','));
		if (word.n)
			jsonw_str(j, word);
	}
	jsonw_close(j, ']');
}

static void
statement(struct jsonw *j, const char *key, const char *type, const char *text)
{
	open_as(j, key, type);
	pair(j, "dct:description", text);
	jsonw_close(j, '}');
}

static void
distribution(struct jsonw *j, struct arena *a, const struct catalogue_file *f)
{
	open_as(j, NULL, "dcat:Distribution");
	pair(j, "dct:title", f->title);
	pair(j, "dct:format", "erofs image of Parquet tables");
	typed(j, "dcat:byteSize", "xsd:nonNegativeInteger",
		arena_printf(a, "%lld", (long long)f->bytes));
	open_as(j, "spdx:checksum", "spdx:Checksum");
	link_to(j, "spdx:algorithm", "spdx:checksumAlgorithm_blake2b256");
	typed(j, "spdx:checksumValue", "xsd:hexBinary", f->hash);
	jsonw_close(j, '}');
	jsonw_close(j, '}');
}

static void
people(struct jsonw *j, const struct catalogue_view *v)
{
	open_as(j, "dct:publisher", "foaf:Organization");
	pair(j, "foaf:name", v->owner);
	jsonw_close(j, '}');
	open_as(j, "dcat:contactPoint", "vcard:Organization");
	pair(j, "vcard:fn", v->owner);
	link_to(j, is_web(v->contact) ? "vcard:hasURL" : "vcard:hasEmail", v->contact_link);
	jsonw_close(j, '}');
}

/* Restricted, always: what the catalogue tells of is mounted in sealed workspaces and nowhere else.
 */
static void
rights(struct jsonw *j, struct arena *a, const struct catalogue_view *v)
{
	link_to(j, "dct:accessRights",
		"http://publications.europa.eu/resource/authority/access-right/RESTRICTED");
	if (v->licence_url[0])
		link_to(j, "dct:license", v->licence_url);
	else
		statement(j, "dct:license", "dct:LicenseDocument", v->licence);
	if (v->terms_text[0])
		statement(j, "dct:rights", "dct:RightsStatement", v->terms_text);
	struct buf b = buf_new(a);
	buf_puts(&b, v->origin);
	if (v->recipe_hash[0])
		buf_printf(&b, "\nDe-identified by recipe BLAKE2b-256 %s.", v->recipe_hash);
	if (v->ethics_number[0])
		buf_printf(&b, "\nEthics approval %s, %s, %s.", v->ethics_number,
			v->ethics_committee, v->ethics);
	statement(j, "dct:provenance", "dct:ProvenanceStatement", b.p);
}

struct str
catalogue_ld(struct arena *a, const struct catalogue_view *v)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	jsonw_open(&j, '{');
	context(&j);
	pair(&j, "@id", v->address);
	pair(&j, "@type", "dcat:Dataset");
	pair(&j, "dct:title", v->title);
	pair(&j, "dct:description", v->summary);
	if (v->recipe_hash[0])
		pair(&j, "dcat:version", v->recipe_hash);
	people(&j, v);
	keywords(&j, v->keywords);
	rights(&j, a, v);
	pair(&j, "dct:bibliographicCitation", v->citation);
	moment(&j, "dct:issued", v->issued);
	moment(&j, "dct:modified", v->changed > v->issued ? v->changed : v->issued);
	link_to(&j, "dcat:landingPage", v->address);
	jsonw_key(&j, "dcat:distribution");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < v->files.n; i++)
		distribution(&j, a, &v->files.at[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	buf_putc(&b, '\n');
	return buf_str(&b);
}

struct str
catalogue_list_ld(struct arena *a, const struct catalogue_list *v)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	jsonw_open(&j, '{');
	context(&j);
	pair(&j, "@id", v->address);
	pair(&j, "@type", "dcat:Catalog");
	pair(&j, "dct:title", v->event_name);
	jsonw_key(&j, "dcat:dataset");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < v->entries.n; i++)
		link_to(&j, NULL, v->entries.at[i].address);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	buf_putc(&b, '\n');
	return buf_str(&b);
}
