"""What the gateway calls: see wit/policy.wit."""

import fieldgate
import rule
import wit_world
from componentize_py_types import Err
from wit_world.imports import types as wit


class WitWorld(wit_world.WitWorld):
    def describe(self):
        return rule.MANIFEST

    def configure(self, settings):
        """Called before any decision when the project space has settings, with their JSON. Raise `Err` to refuse them."""
        raise Err([wit.SettingFault("", "this module takes no settings")])

    def decide(self, request):
        return rule.decide(request)

    def decide_many(self, principal, action, resources, context):
        """The answers of `decide` about each resource of a table, in their order."""
        return [
            rule.decide(wit.Request(principal, action, resource, context)) for resource in fieldgate.each(resources)
        ]

    def scope(self, principal, action, resource_kind, context):
        return rule.scope(principal, action)
