"""Checks replies of the portal against its own description (OpenAPI 3.1), strictly.

    replies = Replies(openapi)
    problems = replies.check("GET", "/e/heart/teams", 200, "application/json", body)

Every problem is a sentence; an empty list means that the reply is as described. Only the words of
JSON Schema that the description uses are understood: another one is an error of the description.
"""
import datetime
import json
import re

WORDS = {"$ref", "type", "properties", "required", "additionalProperties", "items", "enum", "const",
         "format", "description", "title", "examples", "contentMediaType", "pattern", "minLength",
         "maxLength", "minimum", "maximum", "minItems"}


def type_of(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return {float: "number", str: "string", list: "array", dict: "object"}[type(value)]


def unique_keys(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


class Replies:
    def __init__(self, document):
        self.document = document
        self.paths = []
        for template, methods in document["paths"].items():
            pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
            # What is spelt out goes before what is a parameter, as in the router's tables.
            self.paths.append((template.count("{"), re.compile(pattern + r"\Z"), template, methods))
        self.paths.sort(key=lambda p: p[0])
        self.seen = set()

    def find(self, method, target):
        """(template, operation); (None, None) when the address is not described."""
        path = target.split("?")[0]
        for _, pattern, template, methods in self.paths:
            if pattern.match(path) and method.lower() in methods:
                return template, methods[method.lower()]
        return None, None

    def check(self, method, target, status, content_type, body):
        template, operation = self.find(method, target)
        if operation is None:
            return ["%s %s is not described" % (method, target)]
        self.seen.add((method, template))
        response = operation["responses"].get(str(status))
        if response is None:
            if 200 <= status < 400:
                return ["%s %s: status %d is not described" % (method, template, status)]
            response = operation["responses"]["default"]
        content = response.get("content")
        if not content:
            return []
        kind = (content_type or "").split(";")[0]
        if kind not in content:
            return ["%s %s: %d is %s, not one of %s" % (method, template, status, kind,
                                                        ", ".join(content))]
        schema = content[kind].get("schema")
        if schema is None:
            return []
        try:
            value = json.loads(body, object_pairs_hook=unique_keys)
        except ValueError as why:
            return ["%s %s: no JSON: %s" % (method, template, why)]
        return ["%s %s: %s" % (method, template, p) for p in self.problems(schema, value, "$")]

    def problems(self, schema, value, at):
        unknown = set(schema) - WORDS
        if unknown:
            return ["%s: the description uses %s" % (at, ", ".join(sorted(unknown)))]
        if "$ref" in schema:
            target = self.document
            for key in schema["$ref"][2:].split("/"):
                target = target[key]
            return self.problems(target, value, at)
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        kind = type_of(value)
        if types and kind not in types and not (kind == "integer" and "number" in types):
            return ["%s is %s, not %s" % (at, kind, " or ".join(types))]
        if "enum" in schema and value not in schema["enum"]:
            return ["%s is none of its values: %r" % (at, value)]
        if "const" in schema and value != schema["const"]:
            return ["%s is %r" % (at, value)]
        if kind == "string":
            return self.text(schema, value, at)
        if kind == "array":
            return [p for i, item in enumerate(value)
                    for p in self.problems(schema.get("items", {}), item, "%s[%d]" % (at, i))]
        if kind == "object":
            return self.object(schema, value, at)
        return []

    @staticmethod
    def text(schema, value, at):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return ["%s does not match: %r" % (at, value)]
        if schema.get("format") == "date-time":
            try:
                datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
            except ValueError:
                return ["%s is no time: %r" % (at, value)]
        return []

    def object(self, schema, value, at):
        properties, found = schema.get("properties", {}), []
        for key in schema.get("required", []):
            if key not in value:
                found.append("%s.%s is missing" % (at, key))
        for key, item in value.items():
            if key in properties:
                found += self.problems(properties[key], item, at + "." + key)
            elif schema.get("additionalProperties", True) is False:
                found.append("%s.%s is not described" % (at, key))
        return found
