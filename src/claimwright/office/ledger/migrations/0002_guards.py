"""The rules of the ledger that the database keeps: balanced, sealed, append-only, nothing new in a closed month."""

from django.db import migrations

from claimwright.office.core import guards

_TABLES = ("ledger_journalentry", "ledger_posting", "ledger_seal")
_CLOSINGS = "ledger_periodclosing"


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
    guards.before_insert(
        editor.connection,
        "ledger_journalentry",
        "ledger_entry_open_month",
        refuse_if=(
            "EXISTS (SELECT 1 FROM ledger_periodclosing WHERE client_id = NEW.client_id"
            " AND reopened_at IS NULL AND last_date >= NEW.entry_date)"
        ),
        message="this day is in a closed month: date the entry on the first open day",
    )
    guards.never_delete(editor.connection, _CLOSINGS)
    guards.before_update(
        editor.connection,
        _CLOSINGS,
        "ledger_closing_kept",
        refuse_if=(
            "OLD.reopened_at IS NOT NULL OR OLD.client_id <> NEW.client_id OR OLD.first_date <> NEW.first_date"
            " OR OLD.last_date <> NEW.last_date OR OLD.closed_at <> NEW.closed_at"
            " OR OLD.last_entry <> NEW.last_entry OR OLD.report <> NEW.report OR OLD.note <> NEW.note"
        ),
        message="a closing can only be opened again",
    )
    guards.before_update(
        editor.connection,
        _CLOSINGS,
        "ledger_closing_newest_first",
        refuse_if=(
            "EXISTS (SELECT 1 FROM ledger_periodclosing later WHERE later.client_id = OLD.client_id"
            " AND later.reopened_at IS NULL AND later.last_date > OLD.last_date)"
        ),
        message="months are opened again from the newest",
    )


def lift_guards(apps, editor):
    for table in _TABLES:
        guards.drop_guards(
            editor.connection, table, ["ledger_seal_balanced", "ledger_posting_unsealed", "ledger_entry_open_month"]
        )
    guards.drop_guards(editor.connection, _CLOSINGS, ["ledger_closing_kept", "ledger_closing_newest_first"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(set_guards, lift_guards)]
