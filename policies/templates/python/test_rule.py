import unittest

import rule
from wit_world.imports import types as wit


def principal(**changes):
    someone = wit.Principal("a", wit.PrincipalKind.WEB_USER, wit.SignIn.PASSWORD, False, None, "", [], [], [])
    for name, value in changes.items():
        setattr(someone, name, value)
    return someone


def update(who, status):
    worker = wit.Resource("mobile_worker", None, [wit.Attribute("status", wit.Value_Text(status))], [])
    return rule.decide(wit.Request(who, "mobile_worker.update", worker, wit.Context("acme", 0, "")))


class RuleTest(unittest.TestCase):
    def test_only_active_workers_are_changed(self):
        self.assertIsInstance(update(principal(), "active"), wit.Decision_Permit)
        self.assertEqual(update(principal(), "deactivated").value.reason, "not_active")

    def test_admins_change_everybody(self):
        self.assertIsInstance(update(principal(is_admin=True), "deactivated"), wit.Decision_Permit)
        self.assertTrue(rule.changeable(principal(is_admin=True)).matches({"status": "deleted"}))


if __name__ == "__main__":
    unittest.main()
