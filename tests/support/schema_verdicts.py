#!/usr/bin/python3
"""schema_verdicts.py SCHEMA FILE...: one line per file, what a JSON Schema validator (python3-jsonschema) says of it.

A line is the path, a tab, and "ok" or why not. Exit code 1 if the schema itself is wrong.
"""

import json
import sys

import jsonschema


def verdict(validator, path):
    with open(path, encoding="utf-8") as file:
        try:
            document = json.load(file)
        except ValueError as error:
            return f"no JSON: {error}"
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
