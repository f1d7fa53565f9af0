"""The rules of the ledger that the database keeps: balanced, sealed, append-only."""

from django.db import migrations

from claimwright.office.core import guards

_TABLES = ("ledger_journalentry", "ledger_posting", "ledger_seal")


def set_guards(apps, editor):
    for table in _TABLES:
        guards.append_only(editor.connection, table)
    guards.before_insert(
        editor.connection,
        "ledger_seal",
        "ledger_seal_balanced",
        refuse_if=(
            "(SELECT COALESCE(SUM(cents), 1) FROM ledger_posting WHERE entry_id = NEW.entry_id) <> 0"
            " OR (SELECT COUNT(*) FROM ledger_posting WHERE entry_id = NEW.entry_id) < 2"
        ),
        message="a journal entry must balance",
    )
    guards.before_insert(
        editor.connection,
        "ledger_posting",
        "ledger_posting_unsealed",
        refuse_if="EXISTS (SELECT 1 FROM ledger_seal WHERE entry_id = NEW.entry_id)",
        message="a sealed journal entry cannot change: reverse it",
    )


def lift_guards(apps, editor):
    for table in _TABLES:
        guards.drop_guards(editor.connection, table, ["ledger_seal_balanced", "ledger_posting_unsealed"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(set_guards, lift_guards)]
