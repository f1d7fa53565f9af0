"""The rules of the ledger that the database keeps: balanced, sealed, append-only, nothing new in a closed month."""

from django.db import migrations

from claimwright.office.core import guards

_TABLES = ("ledger_journalentry", "ledger_posting", "ledger_seal")
_CLOSINGS = "ledger_periodclosing"
_GUARDS = (
    "ledger_seal_balanced",
    "ledger_posting_of_entry",
    "ledger_posting_unsealed",
    "ledger_entry_open_month",
)


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
        found_among=(
            "SELECT 1 FROM added LEFT JOIN ledger_posting side ON side.entry_id = added.entry_id"
            " GROUP BY added.entry_id HAVING COALESCE(SUM(side.cents), 1) <> 0 OR COUNT(side.id) < 2"
        ),
        message="a journal entry must balance",
    )
    guards.before_insert(
        editor.connection,
        "ledger_posting",
        "ledger_posting_of_entry",
        refuse_if=(
            "NOT EXISTS (SELECT 1 FROM ledger_journalentry WHERE id = NEW.entry_id AND client_id = NEW.client_id)"
        ),
        found_among=(
            "SELECT 1 FROM added LEFT JOIN ledger_journalentry entry ON entry.id = added.entry_id"
            " AND entry.client_id = added.client_id WHERE entry.id IS NULL"
        ),
        message="a posting needs its journal entry, of the same client",
    )
    guards.before_insert(
        editor.connection,
        "ledger_posting",
        "ledger_posting_unsealed",
        refuse_if="EXISTS (SELECT 1 FROM ledger_seal WHERE entry_id = NEW.entry_id)",
        found_among="SELECT 1 FROM added JOIN ledger_seal seal ON seal.entry_id = added.entry_id",
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
        found_among=(
            "SELECT 1 FROM added JOIN ledger_periodclosing closing ON closing.client_id = added.client_id"
            " AND closing.reopened_at IS NULL AND closing.last_date >= added.entry_date"
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
        guards.drop_guards(editor.connection, table, _GUARDS)
    guards.drop_guards(editor.connection, _CLOSINGS, ["ledger_closing_kept", "ledger_closing_newest_first"])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(set_guards, lift_guards)]
