"""What a policy is written with. A rule is a plain function, so `python -m unittest` tests it without WebAssembly."""

from wit_world.imports import types as wit

# Answers.


def permit(*obligations):
    return wit.Decision_Permit(list(obligations))


def forbidden(reason, message, missing=()):
    """No, and the principal may know that the resource exists. `reason` is a short constant for programs."""
    return wit.Decision_Deny(wit.Denial(reason, message, list(missing), True))


def not_visible():
    """No, and the gateway answers as if the resource did not exist."""
    return wit.Decision_Deny(wit.Denial("not_visible", "not found", [], False))


def not_applicable():
    """Not this module's business: the others of the stack say."""
    return wit.Decision_NotApplicable()


# What is asked.


def attributes(listed):
    """A list of named values as a dictionary: `{"status": "active", "group_ids": ["…"]}`."""
    return {it.name: getattr(it.value, "value", None) for it in listed}


def each(table):
    """The resources of a table: what they have is in columns, by a dictionary."""

    def values(columns, row):
        return [wit.Attribute(it.name, it.dictionary[it.entries[row]]) for it in columns]

    for row, id in enumerate(table.ids):
        yield wit.Resource(table.kind, id, values(table.attributes, row), values(table.proposed, row))


def holds(principal, permission):
    """Whether somebody holds a permission for all items. Admins hold every permission."""
    return principal.is_admin or permission in principal.permissions.split(" ")


# Rules about rows. One rule, read twice: `matches` looks at one row, `scope` is sent to the database.


class Rule:
    """A rule about rows: `EVERYTHING`, `equals(…)`, `one_of(…)`, and those joined with `&`, `|` and `~`."""

    def __init__(self, kind, *operands):
        self.kind, self.operands = kind, operands

    def __and__(self, other):
        return Rule("all", self, other)

    def __or__(self, other):
        return Rule("any", self, other)

    def __invert__(self):
        return Rule("not", self)

    def matches(self, row):
        """Whether it holds for a row with these attributes (a dictionary)."""
        if self.kind == "all":
            return all(part.matches(row) for part in self.operands)
        if self.kind == "any":
            return any(part.matches(row) for part in self.operands)
        if self.kind == "not":
            return not self.operands[0].matches(row)
        found, wanted = row.get(self.operands[0]), self.operands[-1]
        if self.kind == "equals":
            return type(found) is type(wanted) and found == wanted
        if self.kind == "one_of":
            return isinstance(found, str) and found in wanted
        if self.kind == "any_in_common":
            return isinstance(found, list) and any(item in wanted for item in found)
        return found is None or found == []

    def scope(self):
        """As the contract's flat list of nodes: an operator names its operands by their index."""
        nodes = []
        root = self._flatten(nodes)
        return wit.Scope_Only(wit.Condition(nodes, root))

    def _flatten(self, nodes):
        if self.kind in ("all", "any"):
            operands = [part._flatten(nodes) for part in self.operands]
            node = (wit.Node_AllOf if self.kind == "all" else wit.Node_AnyOf)(operands)
        elif self.kind == "not":
            node = wit.Node_Negate(self.operands[0]._flatten(nodes))
        elif self.kind == "equals":
            node = wit.Node_Equals(wit.Attribute(self.operands[0], _value(self.operands[1])))
        elif self.kind == "one_of":
            node = wit.Node_OneOf(wit.Attribute(self.operands[0], wit.Value_Texts(list(self.operands[1]))))
        elif self.kind == "any_in_common":
            node = wit.Node_AnyInCommon(wit.Attribute(self.operands[0], wit.Value_Texts(list(self.operands[1]))))
        else:
            node = wit.Node_IsNothing(self.operands[0])
        nodes.append(node)
        return len(nodes) - 1


def _value(plain):
    if isinstance(plain, bool):
        return wit.Value_Boolean(plain)
    if isinstance(plain, int):
        return wit.Value_Integer(plain)
    return wit.Value_Text(plain)


EVERYTHING = Rule("all")
NOTHING = Rule("any")


def when(truth):
    return EVERYTHING if truth else NOTHING


def equals(name, value):
    return Rule("equals", name, value)


def one_of(name, texts):
    return Rule("one_of", name, texts)


def any_in_common(name, texts):
    """The row's attribute, a list, shares an item with these texts."""
    return Rule("any_in_common", name, texts)


def is_nothing(name):
    """The row's attribute has no value or is an empty list."""
    return Rule("is_nothing", name)
