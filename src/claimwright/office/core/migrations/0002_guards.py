"""The audit trail and the stored files cannot be changed or deleted: the database itself refuses."""

from django.db import migrations

from claimwright.office.core import guards

_TABLES = ("core_auditentry", "core_storedfile")


def set_guards(apps, editor):
    for table in _TABLES:
        guards.append_only(editor.connection, table)


def lift_guards(apps, editor):
    for table in _TABLES:
        guards.drop_guards(editor.connection, table, [])


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(set_guards, lift_guards)]
