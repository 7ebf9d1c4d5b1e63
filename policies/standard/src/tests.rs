//! The rules, told as examples. `tests/gateway/policy` compares the built component with an independent table.

use crate::Standard;
use fieldgate_policy::{Attribute, Context, Decision, Policy, Principal, PrincipalKind, Request, Scope};

fn decide(request: &Request) -> Decision {
    Standard.decide(request)
}

fn reason(decision: Decision) -> (String, bool) {
    match decision {
        Decision::Deny(denial) => (denial.reason, denial.visible),
        other => panic!("not a denial: {other:?}"),
    }
}

fn visible(reason: &str) -> (String, bool) {
    (reason.to_owned(), true)
}

fn hidden() -> (String, bool) {
    ("not_visible".to_owned(), false)
}

fn supervisor() -> Principal {
    Principal::web_user("sup").holding(&["edit_commcare_users", "edit_locations"]).at(&["district"])
}

fn admin() -> Principal {
    Principal { is_admin: true, ..Principal::web_user("admin") }
}

fn worker(action: &str, principal: Principal, lineage: [&str; 2]) -> Request {
    Request::new(principal, action, "mobile_worker")
        .with(Attribute::new("id", "amina"))
        .with(Attribute::new("location_lineage", lineage))
}

#[test]
fn a_supervisor_changes_the_workers_below_their_location_and_does_not_see_the_others() {
    let near = worker("mobile_worker.update", supervisor(), ["village", "district"]);
    let far = worker("mobile_worker.update", supervisor(), ["village", "elsewhere"]);
    assert_eq!(decide(&near), Decision::permit());
    assert_eq!(reason(decide(&far)), hidden());
}

#[test]
fn who_may_only_look_hears_what_is_missing() {
    let viewer = supervisor().holding(&["view_commcare_users"]);
    let Decision::Deny(denial) = decide(&worker("mobile_worker.delete", viewer, ["village", "district"]))
    else {
        panic!("a denial")
    };
    assert_eq!((denial.reason.as_str(), denial.visible), ("missing_permission", true));
    assert_eq!(denial.missing, ["edit_commcare_users"]);
    assert_eq!(denial.message, "this needs the permission `edit_commcare_users`");
}

#[test]
fn everybody_sees_themselves_and_nobody_changes_themselves_by_that() {
    let amina = Principal::mobile_worker("amina");
    let elsewhere = ["village", "elsewhere"];
    assert_eq!(decide(&worker("mobile_worker.read", amina.clone(), elsewhere)), Decision::permit());
    assert_eq!(
        reason(decide(&worker("mobile_worker.update", amina.clone(), elsewhere))),
        visible("missing_permission")
    );
    let editor = amina.holding(&["edit_commcare_users"]).at(&["district"]);
    assert_eq!(reason(decide(&worker("mobile_worker.update", editor, elsewhere))), visible("out_of_reach"));
}

#[test]
fn somebody_limited_to_locations_adds_workers_and_locations_below_them() {
    let worker = Request::new(supervisor(), "mobile_worker.create", "project_space");
    assert_eq!(reason(decide(&worker)), visible("location_required"));
    let placed = worker.proposing(Attribute::new("location_ids", ["district"]));
    assert_eq!(decide(&placed), Decision::permit());

    let location = Request::new(supervisor(), "location.create", "project_space");
    assert_eq!(reason(decide(&location)), visible("location_required"));
    let below = location.proposing(Attribute::new("parent_id", "district"));
    assert_eq!(decide(&below), Decision::permit());
}

#[test]
fn somebody_limited_to_locations_leaves_workers_at_one_of_them() {
    let cleared = |principal| {
        let update = worker("mobile_worker.update", principal, ["village", "district"]);
        decide(&update.proposing(Attribute::new("location_ids", [])))
    };
    assert_eq!(reason(cleared(supervisor())), visible("location_required"));
    let everywhere = supervisor().holding(&["edit_commcare_users", "access_all_locations"]);
    assert_eq!(cleared(everywhere), Decision::permit());
    let moved = worker("mobile_worker.update", supervisor(), ["village", "district"]);
    assert_eq!(decide(&moved.proposing(Attribute::new("location_ids", ["village"]))), Decision::permit());
}

#[test]
fn roles_are_made_by_admins_and_given_by_those_they_name() {
    let make = |principal| decide(&Request::new(principal, "role.create", "project_space"));
    assert_eq!(make(admin()), Decision::permit());
    assert_eq!(reason(make(supervisor())), visible("admin_only"));

    let give = |principal, archived: bool| {
        decide(
            &Request::new(principal, "role.assign", "role")
                .with(Attribute::new("id", "nurse"))
                .with(Attribute::new("assignable_by", ["lead"]))
                .with(Attribute::new("editable_by_non_admins", false))
                .with(Attribute::new("is_archived", archived)),
        )
    };
    let lead = Principal { role_id: Some("lead".to_owned()), ..supervisor() };
    assert_eq!(give(lead.clone(), false), Decision::permit());
    assert_eq!(reason(give(lead, true)), visible("archived"));
    assert_eq!(reason(give(supervisor(), false)), visible("role_not_assignable"));
    assert_eq!(reason(give(Principal::web_user("nobody"), false)), hidden());
    assert_eq!(give(admin(), false), Decision::permit());
    assert_eq!(reason(give(admin(), true)), visible("archived"));
}

#[test]
fn roles_and_permissions_are_changed_by_admins_alone() {
    let manager = || Principal::web_user("manager").holding(&["edit_web_users", "access_all_locations"]);
    for action in ["role.update", "role.archive", "role.unarchive", "role.delete"] {
        let ask =
            |principal| decide(&Request::new(principal, action, "role").with(Attribute::new("id", "nurse")));
        assert_eq!(ask(admin()), Decision::permit(), "{action}");
        assert_eq!(reason(ask(manager())), visible("admin_only"), "{action}");
        assert_eq!(reason(ask(Principal::web_user("nobody"))), hidden(), "{action}");
    }
    for (action, kind) in
        [("custom_permission.create", "project_space"), ("custom_permission.delete", "custom_permission")]
    {
        assert_eq!(decide(&Request::new(admin(), action, kind)), Decision::permit(), "{action}");
        assert_eq!(reason(decide(&Request::new(manager(), action, kind))), visible("admin_only"), "{action}");
    }
    let read = Request::new(Principal::mobile_worker("amina"), "custom_permission.read", "custom_permission");
    assert_eq!(decide(&read), Decision::permit());
}

const MEMBER_ACTIONS: [&str; 5] =
    ["web_user.update", "web_user.activate", "web_user.deactivate", "web_user.remove", "web_user.restore"];

fn web_user(action: &str, principal: Principal, is_admin: bool) -> Request {
    Request::new(principal, action, "web_user")
        .with(Attribute::new("id", "ana"))
        .with(Attribute::new("is_admin", is_admin))
        .with(Attribute::new("location_lineage", ["village", "district"]))
}

#[test]
fn web_users_are_changed_by_who_may_edit_them_and_admins_by_admins() {
    let editor = || Principal::web_user("ed").holding(&["edit_web_users", "access_all_locations"]);
    let viewer = || Principal::web_user("vi").holding(&["view_web_users", "access_all_locations"]);
    for action in MEMBER_ACTIONS {
        assert_eq!(decide(&web_user(action, editor(), false)), Decision::permit(), "{action}");
        assert_eq!(reason(decide(&web_user(action, editor(), true))), visible("admin_only"), "{action}");
        assert_eq!(decide(&web_user(action, admin(), true)), Decision::permit(), "{action}");
        assert_eq!(
            reason(decide(&web_user(action, viewer(), false))),
            visible("missing_permission"),
            "{action}"
        );
        assert_eq!(reason(decide(&web_user(action, Principal::web_user("x"), false))), hidden(), "{action}");
    }
    let promoted = |principal| {
        let request = web_user("web_user.update", principal, false);
        decide(&request.proposing(Attribute::new("is_admin", true)))
    };
    assert_eq!(reason(promoted(editor())), visible("admin_only"));
    assert_eq!(promoted(admin()), Decision::permit());
}

#[test]
fn everybody_sees_their_own_membership_and_changes_nothing_by_that() {
    let ana = || Principal::web_user("ana");
    assert_eq!(decide(&web_user("web_user.read", ana(), false)), Decision::permit());
    assert_eq!(reason(decide(&web_user("web_user.read", Principal::web_user("bo"), false))), hidden());
    for action in MEMBER_ACTIONS {
        assert_eq!(
            reason(decide(&web_user(action, ana(), false))),
            visible("missing_permission"),
            "{action}"
        );
    }
}

// No saved role is like this; a project space's own policy in front of this one might make it so.
#[test]
fn who_is_limited_to_locations_reaches_the_web_users_there_and_leaves_them_there() {
    let local = |place: &str| Principal::web_user("lo").holding(&["edit_web_users"]).at(&[place]);
    for action in MEMBER_ACTIONS {
        assert_eq!(decide(&web_user(action, local("district"), false)), Decision::permit(), "{action}");
        assert_eq!(reason(decide(&web_user(action, local("elsewhere"), false))), hidden(), "{action}");
    }
    let cleared = web_user("web_user.update", local("district"), false);
    let cleared = cleared.proposing(Attribute::new("location_ids", []));
    assert_eq!(reason(decide(&cleared)), visible("location_required"));
    let own = Principal::web_user("ana").holding(&["edit_web_users"]).at(&["elsewhere"]);
    assert_eq!(reason(decide(&web_user("web_user.update", own, false))), visible("out_of_reach"));
}

fn invite(principal: Principal) -> Request {
    Request::new(principal, "invitation.create", "project_space")
        .proposing(Attribute::new("is_admin", false))
        .proposing(Attribute::new("location_ids", []))
}

fn invitation(action: &str, principal: Principal, is_admin: bool) -> Request {
    Request::new(principal, action, "invitation")
        .with(Attribute::new("id", "ana"))
        .with(Attribute::new("is_admin", is_admin))
        .with(Attribute::new("location_lineage", ["village", "district"]))
}

#[test]
fn who_may_edit_web_users_invites_them_and_only_admins_invite_admins() {
    let editor = || Principal::web_user("ed").holding(&["edit_web_users", "access_all_locations"]);
    let viewer = || Principal::web_user("vi").holding(&["view_web_users", "access_all_locations"]);
    assert_eq!(decide(&invite(editor())), Decision::permit());
    assert_eq!(reason(decide(&invite(viewer()))), visible("missing_permission"));
    let admin_too = |principal| {
        let request = Request::new(principal, "invitation.create", "project_space");
        decide(&request.proposing(Attribute::new("is_admin", true)))
    };
    assert_eq!(reason(admin_too(editor())), visible("admin_only"));
    assert_eq!(admin_too(admin()), Decision::permit());

    for action in ["invitation.update", "invitation.resend", "invitation.delete"] {
        assert_eq!(decide(&invitation(action, editor(), false)), Decision::permit(), "{action}");
        assert_eq!(decide(&invitation(action, admin(), true)), Decision::permit(), "{action}");
        let denied = reason(decide(&invitation(action, viewer(), false)));
        assert_eq!(denied, visible("missing_permission"), "{action}");
        assert_eq!(
            reason(decide(&invitation(action, Principal::web_user("x"), false))),
            hidden(),
            "{action}"
        );
    }
    // The product lets who may edit web users resend and delete any invitation; what one gives, they do not change.
    assert_eq!(decide(&invitation("invitation.resend", editor(), true)), Decision::permit());
    assert_eq!(decide(&invitation("invitation.delete", editor(), true)), Decision::permit());
    assert_eq!(reason(decide(&invitation("invitation.update", editor(), true))), visible("admin_only"));
    let promoted =
        invitation("invitation.update", editor(), false).proposing(Attribute::new("is_admin", true));
    assert_eq!(reason(decide(&promoted)), visible("admin_only"));
    assert_eq!(decide(&invitation("invitation.read", viewer(), true)), Decision::permit());
}

// No saved role is like this; a project space's own policy in front of this one might make it so.
#[test]
fn who_is_limited_to_locations_invites_to_them_and_reaches_the_invitations_there() {
    let local = |place: &str| Principal::web_user("lo").holding(&["edit_web_users"]).at(&[place]);
    assert_eq!(reason(decide(&invite(local("district")))), visible("location_required"));
    let placed = Request::new(local("district"), "invitation.create", "project_space")
        .proposing(Attribute::new("location_ids", ["village"]));
    assert_eq!(decide(&placed), Decision::permit());
    for action in ["invitation.read", "invitation.update", "invitation.resend", "invitation.delete"] {
        assert_eq!(decide(&invitation(action, local("district"), false)), Decision::permit(), "{action}");
        assert_eq!(reason(decide(&invitation(action, local("elsewhere"), false))), hidden(), "{action}");
    }
    let cleared = invitation("invitation.update", local("district"), false);
    let cleared = cleared.proposing(Attribute::new("location_ids", []));
    assert_eq!(reason(decide(&cleared)), visible("location_required"));
}

#[test]
fn requests_to_be_let_in_are_for_who_may_invite_to_any_place() {
    for action in ["access_request.read", "access_request.reject"] {
        let ask = |principal| decide(&Request::new(principal, action, "access_request"));
        let everywhere = Principal::web_user("ed").holding(&["edit_web_users", "access_all_locations"]);
        assert_eq!(ask(everywhere), Decision::permit(), "{action}");
        assert_eq!(ask(admin()), Decision::permit(), "{action}");
        let local = Principal::web_user("lo").holding(&["edit_web_users"]).at(&["district"]);
        assert_eq!(reason(ask(local)), hidden(), "{action}");
    }
}

#[test]
fn only_admins_change_the_project_space() {
    let ask = |principal| decide(&Request::new(principal, "project_space.update", "project_space"));
    assert_eq!(ask(admin()), Decision::permit());
    let powerful = Principal::web_user("a").holding(&["edit_web_users", "access_all_locations"]);
    assert_eq!(reason(ask(powerful)), visible("admin_only"));
}

#[test]
fn only_admins_read_decisions() {
    let scope =
        |principal: &Principal| Standard.scope(principal, "decision.read", "decision", &Context::example());
    assert_eq!(scope(&admin()), Scope::Everything);
    let powerful = Principal::web_user("a").holding(&["edit_web_users", "access_all_locations"]);
    assert_eq!(scope(&powerful), Scope::Nothing);
}

#[test]
fn only_admins_read_the_audit() {
    let scope =
        |principal: &Principal| Standard.scope(principal, "audit.read", "audit_entry", &Context::example());
    assert_eq!(scope(&admin()), Scope::Everything);
    let powerful =
        Principal::web_user("a").holding(&["edit_web_users", "view_roles", "access_all_locations"]);
    assert_eq!(scope(&powerful), Scope::Nothing);
}

#[test]
fn whoever_gives_groups_gives_them_to_the_workers_they_see() {
    let viewer = ["view_commcare_users", "edit_users_in_groups"];
    let regroup = |permissions: &[&str], lineage| {
        let principal = Principal::web_user("sup").holding(permissions).at(&["district"]);
        decide(&worker("mobile_worker.regroup", principal, lineage))
    };
    assert_eq!(regroup(&viewer, ["village", "district"]), Decision::permit());
    assert_eq!(reason(regroup(&viewer, ["village", "elsewhere"])), hidden());
    assert_eq!(reason(regroup(&viewer[1..], ["village", "district"])), hidden());
    assert_eq!(reason(regroup(&viewer[..1], ["village", "district"])), visible("missing_permission"));

    let amina = Principal::mobile_worker("amina").holding(&["edit_groups"]);
    let herself = worker("mobile_worker.regroup", amina, ["village", "district"]);
    assert_eq!(reason(decide(&herself)), visible("missing_permission"));
}

#[test]
fn groups_are_changed_by_those_who_edit_groups() {
    for verb in ["update", "delete", "restore"] {
        let change = |permissions: &[&str]| {
            let principal = Principal::web_user("a").holding(permissions);
            decide(
                &Request::new(principal, &format!("group.{verb}"), "group")
                    .with(Attribute::new("id", "nurses")),
            )
        };
        assert_eq!(change(&["edit_groups"]), Decision::permit());
        assert_eq!(reason(change(&["edit_commcare_users"])), visible("missing_permission"));
        assert_eq!(reason(change(&["access_api"])), hidden());
    }
}

#[test]
fn api_keys_are_for_web_users() {
    let make = |principal| decide(&Request::new(principal, "api_key.create", "project_space"));
    assert_eq!(make(Principal::web_user("a").holding(&["access_api"])), Decision::permit());
    assert_eq!(reason(make(Principal::web_user("a"))), visible("missing_permission"));
    assert_eq!(
        reason(make(Principal::mobile_worker("a").holding(&["access_api"]))),
        visible("web_users_only")
    );
}

#[test]
fn the_gateway_itself_may_do_everything_and_others_nothing_unheard_of() {
    let system = Principal { kind: PrincipalKind::System, is_admin: true, ..Principal::web_user("system") };
    assert_eq!(decide(&Request::new(system.clone(), "planet.paint", "planet")), Decision::permit());
    assert_eq!(Standard.scope(&system, "planet.paint", "planet", &Context::example()), Scope::Everything);
    assert_eq!(decide(&Request::new(admin(), "planet.paint", "planet")), Decision::NotApplicable);
    assert_eq!(decide(&Request::new(admin(), "role.read", "group")), Decision::NotApplicable);
    assert_eq!(Standard.scope(&admin(), "planet.paint", "planet", &Context::example()), Scope::NotApplicable);
}

#[test]
fn a_scope_is_a_constant_where_no_row_matters() {
    let scope = |principal: &Principal| {
        Standard.scope(principal, "mobile_worker.update", "mobile_worker", &Context::example())
    };
    assert_eq!(scope(&admin()), Scope::Everything);
    assert_eq!(scope(&Principal::web_user("nobody")), Scope::Nothing);
    assert!(matches!(scope(&supervisor()), Scope::Only(_)));
}
