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
