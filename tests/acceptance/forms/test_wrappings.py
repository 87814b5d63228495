"""Wrappings in wrappings, drawn at random: the known counts, or a refusal that names the file."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.carriers import notified, queued, received, streamed
from tests.acceptance.forms.form import coded, text
from tests.acceptance.forms.packings import tarred, zipped
from tests.sampling import seeds

# Each takes texts of JSON and gives texts of JSON that hold them.
LAYERS: dict[str, Callable[[list[str]], list[str]]] = {
    "document": lambda texts: [text({"Records": [json.loads(each) for each in texts]})],
    "bridge": lambda texts: [
        text({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.kms",
              "time": "2026-10-01T10:00:00Z", "detail": json.loads(each)}) for each in texts
    ],
    "topic": lambda texts: [text(each) for each in notified(texts)],
    "queue": lambda texts: [text(queued(texts))],
    "received": lambda texts: [text(received(texts))],
    "stream": lambda texts: [text(streamed(map(coded, texts)))],
    "packed stream": lambda texts: [
        text(streamed([coded(gzip.compress(each.encode())) for each in texts]))
    ],
    "log group": lambda texts: [
        text({"messageType": "DATA_MESSAGE", "owner": known_log.ACCOUNT, "logGroup": "x",
              "logStream": "y", "subscriptionFilters": ["all"],
              "logEvents": [{"id": str(n), "timestamp": 1, "message": each}
                            for n, each in enumerate(texts)]})
    ],
    "collector": lambda texts: [
        text({"sourcetype": "aws:cloudtrail", "event": json.loads(each)}) for each in texts
    ],
    "hit": lambda texts: [text({"_index": "x", "_source": json.loads(each)}) for each in texts],
    "found": lambda texts: [
        text({"hits": {"hits": [{"_id": "x", "_source": json.loads(each)} for each in texts]}})
    ],
    "raw": lambda texts: [text({"preview": False, "result": {"_raw": each}}) for each in texts],
    "text of text": lambda texts: [text(each) for each in texts],
    "looked up": lambda texts: [text({"Events": [{"CloudTrailEvent": each} for each in texts]})],
}  # fmt: skip

BROKEN: dict[str, Callable[[str], str]] = {
    "half": lambda inside: inside[: len(inside) // 2],
    "words": lambda _: "hello world",
    "nothing": lambda _: "",
    "null": lambda _: "null",
    "another object": lambda _: '{"a": {"b": 1}}',
}

FILES: dict[str, Callable[[list[str]], bytes]] = {
    "lines": lambda texts: "\n".join(texts).encode(),
    "a row": lambda texts: "".join(texts).encode(),
    "a list": lambda texts: ("[" + ",\n".join(texts) + "]").encode(),
    "pretty": lambda texts: "\n".join(json.dumps(json.loads(t), indent=2) for t in texts).encode(),
}

PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "gzip": gzip.compress,
    "zip": lambda content: zipped({"inside.json": content}),
    "tar": lambda content: tarred({"inside.json": content}),
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "BOM": lambda content: b"\xef\xbb\xbf" + content,
}


# These parse what they hold: nothing broken can be put in.
PARSING = {"document", "bridge", "collector", "hit", "found"}


def wrapped(seed: int, broken: str | None = None) -> tuple[str, bytes]:
    """Return the known log in one to three wrappings, and their names; one text may be broken."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    layers = [name for name in LAYERS if broken is None or name not in PARSING]
    names = [chance.choice(layers) for _ in range(chance.choice([1, 1, 2, 3]))]
    texts = known_log.texts()
    level = chance.randrange(len(names))
    for depth, name in enumerate(names):
        if broken is not None and depth == level:
            number = chance.randrange(len(texts))
            texts[number] = BROKEN[broken](texts[number])
        cut = chance.randrange(1, len(texts)) if len(texts) > 1 else 1
        texts = [each for part in (texts[:cut], texts[cut:]) if part for each in LAYERS[name](part)]
    file, pack = chance.choice(list(FILES)), chance.choice(list(PACKS))
    return " < ".join([*names, file, pack]), PACKS[pack](FILES[file](texts))


@pytest.mark.parametrize("seed", seeds(24))
def test_wrapping(seed: int, tmp_path: Path) -> None:
    """Whatever is wrapped in whatever: every event once, or none and the file is named."""
    path = tmp_path / "wrapped.json"
    names, content = wrapped(seed)
    path.write_bytes(content)
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert outcome.skipped == [], names
        law.assert_counts(outcome)
        assert law.hours(outcome) == known_log.HOURS, names


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("seed", seeds(100, 104))
def test_wrapping_of_something_broken(broken: str, seed: int, tmp_path: Path) -> None:
    """One text somewhere inside is broken: the loss is named, or the file is refused."""
    path = tmp_path / "wrapped.json"
    names, content = wrapped(seed, broken)
    path.write_bytes(content)
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert any("wrapped.json" in entry["path"] for entry in outcome.skipped), names
