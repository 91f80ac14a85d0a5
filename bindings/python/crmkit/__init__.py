"""crmkit: an embeddable CRM engine: one library, one file, no server.

import crmkit

with crmkit.open("acme.db") as crm:
    me = crm.as_user(crm.ensure_user("Ada Lovelace", "ada@example.com"))
    acme = me.accounts.create(name="Acme Steel", industry="manufacturing")
"""

from crmkit import _crmkit, errors, values
from crmkit.values import FieldsOfClass

_crmkit.Structure.fields = FieldsOfClass()  # type: ignore[misc]


def _public_names() -> dict[str, object]:
    """What `import crmkit` offers: the classes of all entities and tables among it."""
    compiled = {
        name: value
        for name, value in vars(_crmkit).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("crmkit")
    }
    return compiled


globals().update(_public_names())
