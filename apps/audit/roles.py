"""Two roles in PostgreSQL: one owns the tables and migrates, the other is the desk's and can't touch what is written.

Triggers stop accidents; an owner can turn them off. So the desk connects as somebody who is not the owner.
"""

from __future__ import annotations

import re

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.audit.triggers import ANCHORING, ERASABLE

KEPT = ["audit_entry", "audit_leaf", "audit_node", "audit_checkpoint", "audit_log", "audit_pending"]
# What may still be written, column by column: erasing, anchoring; a row can only be locked by whoever may update it.
WRITABLE = {
    "audit_entry": [*ERASABLE, "before", "after", "salts", "erasures"],
    "audit_checkpoint": ANCHORING,
    "audit_log": ["origin"],
}
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def set_up(role: str) -> list[str]:
    """The statements that the owner of the tables runs to give the desk's role its rights, after every migrate."""
    if not NAME.fullmatch(role):
        raise ValueError(f"{role!r} is no plain name of a role: small letters, digits and underscores.")
    every = "ALL TABLES IN SCHEMA public"
    return [
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"REVOKE CREATE ON SCHEMA public FROM {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {every} TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {', '.join(KEPT)} FROM {role};",
        f"GRANT DELETE ON audit_pending TO {role};",
        *(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role};" for table, columns in WRITABLE.items()),
    ]


def weaknesses(connection: BaseDatabaseWrapper) -> list[str]:
    """What the role that the desk connects as could do to the trail and should not, in sentences."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        role, is_super, makes_roles = cursor.fetchone()
        if is_super:
            found.append(f"{role} is a superuser: nothing in the database can stop it.")
        if makes_roles:
            found.append(f"{role} may make roles, and so become another one.")
        cursor.execute(
            "SELECT c.relname, pg_has_role(current_user, c.relowner, 'MEMBER') FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relname = ANY(%s)",
            [KEPT],
        )
        owned = [name for name, is_owner in cursor.fetchall() if is_owner]
        if owned:
            found.append(f"{role} owns {', '.join(sorted(owned))}: it can turn the triggers off.")
        for table in KEPT:
            rights = ["TRUNCATE", "TRIGGER", "UPDATE", *(["DELETE"] if table != "audit_pending" else [])]
            cursor.execute(
                "SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege(current_user, %s, p)", [rights, table]
            )
            if held := [one for (one,) in cursor.fetchall()]:
                found.append(f"{role} may {', '.join(held)} on {table}.")
    return found
