"""`replication`: S3 copies each file: Decrypt at the source, Encrypt at the destination."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.inventory.sections import Replication
from estimator.months import FloatArray
from estimator.volume.model import Written
from estimator.volume.pace import Pace, every_five_minutes, every_hour
from estimator.volume.readers.reading import Reading
from estimator.volume.rows import Block
from estimator.volume.streams import Streams


class ReplicationReading(Reading):
    """One Decrypt and one Encrypt for each log and digest file put while both keys are active."""

    section = Replication
    cause = "replication"
    each_put = True
    destination = "destination_key"
    reader: Replication

    def written(self, streams: Streams) -> tuple[Written, ...]:
        """Whatever is put under the key is copied."""
        return self.model.logs(streams), self.model.digests(streams)

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        target = self.model.inventory.active.key[self.reader.destination_key]
        return self.model.put(written, self.period & target)

    def requests(self, written: Written, gets: FloatArray) -> Iterator[Block]:
        """Decrypt as every reader, and Encrypt."""
        yield from super().requests(written, gets)
        # nothing is known of the bucket that copies go to: no Bucket Key saves there
        code = self.model.vocabulary.code["key"][self.reader.destination_key]
        yield self.model.block(
            written.streams,
            gets,
            self.reader.name,
            self.cause,
            "Encrypt",
            self.pace(written),
            self.account,
            code,
        )

    def pace(self, written: Written) -> Pace:
        """It follows the files of five minutes, and the digests of an hour."""
        is_digest = written.growth is self.model.growths["digests"]
        return (every_hour if is_digest else every_five_minutes)(self.reader.burst_seconds)
