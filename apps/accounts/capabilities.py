"""The closed list of what a person may do. Each is asked for by an action.

Which role may do what is data: rows that the migration ``first_roles`` makes and that a desk may change.
"""

from django.db import models


class Capability(models.TextChoices):
    """One thing that a role may allow. The label completes "… may"."""

    READ_DESK = "read_desk", "read the desk, its sources and its trail"
    OPEN_CLAIMS = "open_claims", "open and edit stories and claims"
    CITE = "cite", "cite sources, correct their facts and ask for copies of pages"
    COMMENT = "comment", "comment on claims"
    ASSIGN = "assign", "assign claims and move them through the desk's work"
    DECIDE = "decide", "mark claims corroborated or disputed, and reopen them"
    EDIT_POLICY = "edit_policy", "change the rule that says what evidence a verdict needs"
    OVERRIDE = "override", "decide against the rule"
    DOWNLOAD_EVIDENCE = "download_evidence", "download archived records"
    EXPORT_BUNDLES = "export_bundles", "export claims as bundles, with everybody's names and reasons"
    READ_ADMIN = "read_admin", "look at everything in the admin panel"
    MANAGE_AGENCIES = "manage_agencies", "extend the list of news agencies and their names"
    NAME_ON_CONFIDENTIAL = "name_on_confidential", "change who is named on confidential sources that name them"
    READ_PRIVATE_TRAIL = "read_private_trail", "read who looked at confidential sources, which the trail does not name"
    EXPORT_TRAIL = "export_trail", "export the audit trail and verify it"
    ERASE = "erase", "erase words from the audit trail, where the law asks for it"
    MANAGE_PEOPLE = "manage_people", "add people and change their roles"


class RoleName(models.TextChoices):
    """The roles that a new desk is made with."""

    REPORTER = "reporter", "Reporter"
    EDITOR = "editor", "Editor"
    STANDARDS_EDITOR = "standards_editor", "Standards editor"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
