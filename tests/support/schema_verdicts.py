#!/usr/bin/python3
"""schema_verdicts.py SCHEMA FILE...: one line per file, what a JSON Schema validator (python3-jsonschema) says of it.

A line is the path, a tab, and "ok" or why not. Exit code 1 if the schema itself is wrong. In a file that extends another,
null takes a field away; the schema does not know that, so such fields are left out first (editors mark them).
"""

import json
import sys

import jsonschema


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(field) for name, field in value.items() if field is not None}
    return value


def verdict(validator, path):
    with open(path, encoding="utf-8") as file:
        try:
            document = json.load(file)
        except ValueError as error:
            return f"no JSON: {error}"
    if isinstance(document, dict) and "extends" in document:
        document = without_nulls(document)
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    return "ok" if error is None else f"{error.json_path}: {error.message}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    try:
        kind.check_schema(schema)
    except jsonschema.exceptions.SchemaError as error:
        sys.exit(f"{sys.argv[1]}: {error.json_path}: {error.message}")
    validator = kind(schema)
    for path in sys.argv[2:]:
        print(path, verdict(validator, path).replace("\n", " "), sep="\t")


if __name__ == "__main__":
    main()
