"""Holds a JSON output against its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import msgspec

from medcab import schemas

ROOT = Path(__file__).resolve().parents[1]
NAMES = {get_args(get_type_hints(kind)["schema"])[0]: kind for kind in schemas.PUBLISHED}


def published(name: str) -> dict[str, Any]:
    path = ROOT / "docs" / "schema" / (name.replace("/", "-") + ".json")
    return json.loads(path.read_text("utf-8"))


def unnamed(value: Any, schema: dict[str, Any], definitions: dict[str, Any], where="") -> list[str]:
    """Keys of ``value`` that no schema at their place names."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    for option in schema.get("anyOf", ()):
        named = definitions[option["$ref"].rsplit("/", 1)[-1]] if "$ref" in option else option
        if {"object": dict, "array": list}.get(named.get("type")) is type(value):
            return unnamed(value, named, definitions, where)
    found = []
    if isinstance(value, dict) and "properties" in schema:
        for key, inner in value.items():
            if key not in schema["properties"]:
                found.append(f"{where}/{key}")
            else:
                found += unnamed(inner, schema["properties"][key], definitions, f"{where}/{key}")
    elif isinstance(value, list):
        for inner in value:
            found += unnamed(inner, schema.get("items", {}), definitions, f"{where}[]")
    return found


def follows(data: dict[str, Any]) -> Any:
    """Assert that ``data`` keeps its promise; return it decoded into the published type."""
    name = data["schema"]
    schema = published(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, jsonschema.Draft202012Validator)
    assert unnamed(data, schema, schema["$defs"]) == []
    return msgspec.convert(data, NAMES[name])
