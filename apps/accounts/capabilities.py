"""The closed list of what a person may do. Each is asked for by an action.

Which role may do what is data: rows that the migration ``first_roles`` makes and that a desk may change.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Capability(models.TextChoices):
    """One thing that a role may allow. The label completes "… may"."""

    READ_DESK = "read_desk", _("read the desk, its sources and its trail")
    OPEN_CLAIMS = "open_claims", _("open and edit stories and claims")
    CITE = "cite", _("cite sources, correct their facts and ask for copies of pages")
    COMMENT = "comment", _("comment on claims")
    ASSIGN = "assign", _("assign claims and move them through the desk's work")
    DECIDE = "decide", _("mark claims corroborated or disputed, and reopen them")
    EDIT_POLICY = "edit_policy", _("change the rule that says what evidence a verdict needs")
    OVERRIDE = "override", _("decide against the rule")
    DOWNLOAD_EVIDENCE = "download_evidence", _("download archived records")
    EXPORT_BUNDLES = "export_bundles", _("export claims as bundles, with everybody's names and reasons")
    READ_ADMIN = "read_admin", _("look at everything in the admin panel")
    MANAGE_AGENCIES = "manage_agencies", _("extend the list of news agencies and their names")
    NAME_ON_CONFIDENTIAL = "name_on_confidential", _("change who is named on confidential sources that name them")
    READ_PRIVATE_TRAIL = (
        "read_private_trail",
        _("read who looked at confidential sources, which the trail does not name"),
    )
    EXPORT_TRAIL = "export_trail", _("export the audit trail and verify it")
    ERASE = "erase", _("erase words from the audit trail, where the law asks for it")
    MANAGE_PEOPLE = "manage_people", _("add people and change their roles")


class RoleName(models.TextChoices):
    """The roles that a new desk is made with."""

    REPORTER = "reporter", _("Reporter")
    EDITOR = "editor", _("Editor")
    STANDARDS_EDITOR = "standards_editor", _("Standards editor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
