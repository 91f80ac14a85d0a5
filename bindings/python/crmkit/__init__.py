"""crmkit: an embeddable CRM engine: one library, one file, no server.

    import crmkit

    with crmkit.open("acme.db") as crm:
        me = crm.as_user(crm.ensure_user("Ada Lovelace", "ada@example.com"))
        acme = me.accounts.create(name="Acme Steel", industry="manufacturing")

The classes of entities, their tables and the operations are made from the library's declarations
when this package is imported; its stubs, which the same declarations make, say what there is.
"""

from crmkit import _crmkit, errors, values
from crmkit import operations as operations

_crmkit.Structure.fields = values.FieldsOfClass()


def _publish() -> list[str]:
    """Offers here what the compiled part and the modules of exceptions and values have."""
    public = {
        name: value
        for module in (_crmkit, errors, values)
        for name, value in vars(module).items()
        if name in ("open", "open_memory")
        or (isinstance(value, type) and value.__module__.startswith("crmkit"))
    }
    for name, value in public.items():
        if getattr(value, "__module__", "") == "crmkit._crmkit" and isinstance(value, type):
            value.__module__ = __name__
        globals()[name] = value
    return sorted(public)


__version__ = _crmkit.version
__all__ = ["__version__", *_publish()]
