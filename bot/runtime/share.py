"""Which part of all groups' work this process does.

Where several processes share a database, a group belongs to the one with its shard. A few jobs are
there once for all groups, and belong to the process that holds the job's lock.
"""

from dataclasses import dataclass

from storage.owners import Job
from storage.process_locks import ProcessLocks
from storage.shards import Shards


@dataclass(frozen=True)
class Share:
    """The shards and jobs of this process."""

    shards: Shards
    locks: ProcessLocks

    def has(self, group_id: int, job: Job | None) -> bool:
        """Tell whether this process does that job, or else what concerns that group, now.

        Asks the database about a job.
        """
        return self.shards.has(group_id) if job is None else self.locks.owns(job)

    def had(self, group_id: int, job: Job | None) -> bool:
        """Tell the same as of the last look, without asking the database."""
        return self.shards.has(group_id) if job is None else self.locks.holds(job)
