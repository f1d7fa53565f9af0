"""Tables of practices, users, files, numbers, jobs and the audit trail; and `ScopedModel`, which every record is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from django.contrib.auth.models import AbstractUser
from django.db import models

from claimwright.office.core.scope import required_client_id, scoped_client_id


class User(AbstractUser):
    """A person who signs in. What the person may do is said per client, in `Membership`."""


class Client(models.Model):
    """A practice whose billing is done here."""

    name = models.CharField(max_length=80)
    code = models.SlugField(max_length=20, unique=True)
    settings = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a user is in a practice."""

    class Role(models.TextChoices):
        FRONT_DESK = "front_desk", "Front desk"
        BILLER = "biller", "Biller"
        POSTER = "poster", "Payment poster"
        DENIALS = "denials", "Denial specialist"
        MANAGER = "manager", "Manager"
        AUDITOR = "auditor", "Auditor"
        ADMINISTRATOR = "administrator", "Administrator"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="membership_once")]


Record = TypeVar("Record", bound="ScopedModel")


class ScopedQuerySet(models.QuerySet[Record], Generic[Record]):
    """A query set that gives new records the client of the scope."""

    def bulk_create(self, objs: Iterable[Record], *args: Any, **options: Any) -> list[Record]:
        rows = list(objs)
        client_id = required_client_id()
        for row in rows:
            row.take_client(client_id)
        return super().bulk_create(rows, *args, **options)


class ScopedManager(models.Manager[Record], Generic[Record]):
    """The manager that refuses to work outside of a client scope."""

    def get_queryset(self) -> ScopedQuerySet[Record]:
        queryset: ScopedQuerySet[Record] = ScopedQuerySet(self.model, using=self._db)
        client_id = scoped_client_id()
        return queryset if client_id is None else queryset.filter(client_id=client_id)


class ScopedModel(models.Model):
    """A record of one client. Made inside a scope it belongs to that client; it is never moved to another."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True

    def take_client(self, client_id: int) -> None:
        """Belong to the client of the scope. Raises `ValueError` when it belongs to another already."""
        if self.client_id is None:
            self.client_id = client_id
        elif self.client_id != client_id:
            raise ValueError(f"{type(self).__name__} {self.pk} belongs to another client")

    def save(self, *args: Any, **options: Any) -> None:
        self.take_client(required_client_id())
        super().save(*args, **options)


class StoredFile(ScopedModel):
    """A file as it came or went, whole and unchanged, named by its SHA-256; the same bytes are stored once per
    client."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    content = models.BinaryField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "sha256"], name="stored_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> bytes:
        """The bytes."""
        return bytes(cast("bytes", self.content))


class Sequence(models.Model):
    """The last number given out of a series. `client` is None for the series of the whole installation."""

    client = models.ForeignKey(Client, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="sequence_once"),
            models.UniqueConstraint(fields=["name"], condition=models.Q(client=None), name="shared_sequence_once"),
        ]


class Job(models.Model):
    """Work that talks to the outside, or that can wait: done by whoever holds the lease, again when the lease runs out.

    waiting ──lease──▶ leased ──▶ done | waiting (again, later) | failed (a person is told)
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        LEASED = "leased", "Being done"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "kind", "key"], name="job_once")]
        indexes = [models.Index(fields=["state", "due_at"])]


class AuditEntry(models.Model):
    """One link of a client's audit chain. `body` is what is hashed, byte for byte; the columns are its index.

    `hash` = SHA-256(previous hash + body). Ids only, never a name or a number of a patient.
    """

    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, blank=True)
    patient_id = models.BigIntegerField(null=True)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="audit_number_once"),
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(client=None), name="shared_audit_number_once"
            ),
        ]
        indexes = [models.Index(fields=["client", "patient_id"]), models.Index(fields=["client", "at"])]
