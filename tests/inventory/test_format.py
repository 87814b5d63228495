"""The format as the schema and docs/inventory.md have it: no key without words and an example."""

import pytest

from tests.inventory_page import SECTIONS, model_of, schemas

FORMAT = schemas()


def test_every_section_is_on_the_page():
    """A section that is new has a heading."""
    assert set(FORMAT) == set(SECTIONS)


@pytest.mark.parametrize("name", FORMAT)
def test_every_key_has_a_description_and_an_example(name):
    """An editor shows them while somebody types: words, and a value that is taken."""
    for key, field in FORMAT[name]["properties"].items():
        assert len(field["description"]) > 5, key
        assert field["examples"], key


@pytest.mark.parametrize("name", FORMAT)
def test_every_example_is_taken(name):
    """A section of the examples of all needed keys, and of one more, is read."""
    properties = FORMAT[name]["properties"]
    for key in properties:
        needed = [*FORMAT[name].get("required", ()), key]
        document = {each: properties[each]["examples"][0] for each in needed}
        assert model_of(name).model_validate(document), key
