"""The rule. `policies/ACTIONS.md` (or `fieldgate policy actions`) lists what can be asked."""

from fieldgate import attributes, equals, forbidden, not_applicable, permit, when
from wit_world.imports import types as wit

MANIFEST = wit.Manifest(
    name="{{name}}",
    version="0.1.0",
    description="Only active mobile workers are changed, except by admins",
    # A JSON Schema; leave it empty for a module without settings.
    settings_schema="",
    actions=["mobile_worker.update"],
    # `scope` below looks at neither the time nor the decision's id, so its answers may be kept.
    timeless=True,
)


def changeable(principal):
    """The rows that the principal may change, for this module's part."""
    return when(principal.is_admin) | equals("status", "active")


def decide(request):
    if request.action != "mobile_worker.update":
        return not_applicable()
    if changeable(request.principal).matches(attributes(request.resource.attributes)):
        return permit()  # for its part: `standard`, in the same stack, still denies whom it denies
    return forbidden("not_active", "this mobile worker is not active")


def scope(principal, action):
    """The same rule for a list: one question, and the database chooses the rows."""
    if action != "mobile_worker.update":
        return wit.Scope_NotApplicable()
    return changeable(principal).scope()
