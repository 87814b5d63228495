"""The format as the schema and docs/inventory.md have it: no key without words and an example."""

import pytest

from tests.inventory_page import SECTIONS, model_of, schemas

KEYS = [
    pytest.param(name, key, id=f"{name}.{key}")
    for name, section in schemas().items()
    for key in section["properties"]
]


def test_every_section_is_on_the_page():
    """A section that is new has a heading."""
    assert set(schemas()) == set(SECTIONS)


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_every_key_has_a_description_and_an_example(name, key):
    """An editor shows them while somebody types: words, and a value that is taken."""
    field = schemas()[name]["properties"][key]
    assert len(field["description"]) > 5
    assert field["examples"]


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_every_example_is_taken(name, key):
    """A section of the examples of all needed keys, and of this one, is read."""
    section = schemas()[name]
    document = (
        {
            each: section["properties"][each]["examples"][0]
            for each in dict.fromkeys([*section["required"], key])
        }
        if "required" in section
        else {key: section["properties"][key]["examples"][0]}
    )
    assert model_of(name).model_validate(document)
