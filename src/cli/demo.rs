//! The demo: a project space with enough people in it to try everything. Its passwords are known to everybody.

use super::{CommandError, demo_personal_id, operator};
use crate::domain::{
    GroupId, GroupInput, LocationId, LocationInput, LocationTypeInput, MobileWorkerId, MobileWorkerInput,
    PasswordRule, Patch, Principal, ProjectSpaceInput, RoleInput, Settings, Strength, UserFieldInput,
    UserFieldsInput, UserProfileInput,
};
use crate::service::mobile_worker::NewPassword;
use crate::service::web_user::NewWebUser;
use crate::service::{
    Failure, Refused, Services, group, location, mobile_worker, project_space, role, user_fields, web_user,
};
use serde_json::json;

const SPACE: &str = "demo";
const PASSWORD: &str = "seven-mango-kettles";
const WORKER_PASSWORD: &str = "demo-demo";
const WORKERS: usize = 200;
/// How many of them have something to do with PersonalID.
const LINKED: usize = 6;
const STATES: [(&str, [&str; 2]); 2] =
    [("Massachusetts", ["Middlesex", "Suffolk"]), ("Vermont", ["Addison", "Windham"])];
const CLINICS: [&str; 3] = ["North Clinic", "South Clinic", "Central Clinic"];
const GROUPS: [&str; 4] = ["Vaccination", "Maternal health", "Drivers", "Trainers"];
const FIRST_NAMES: [&str; 10] =
    ["Amina", "Bilal", "Chipo", "Diego", "Esther", "Farid", "Grace", "Hana", "Ibrahim", "Juana"];
const LAST_NAMES: [&str; 8] = ["Abebe", "Banda", "Castillo", "Diallo", "Eze", "Fernando", "Gupta", "Hassan"];

/// Makes the demo's project space, unless it is there.
pub async fn fill(services: &Services) -> Result<(), CommandError> {
    let operator = operator();
    match project_space::read(services, &operator, SPACE).await {
        Ok(_) => return Ok(()),
        Err(Failure::NotFound) => {}
        Err(failure) => return Err(Refused::from(failure).into()),
    }
    tracing::info!("filling the project space `{SPACE}`: this takes a few seconds, once");
    let space = ProjectSpaceInput {
        name: SPACE.to_owned(),
        display_name: Some("Demo".to_owned()),
        admin_email: "admin@demo.example".to_owned(),
        admin_password: Some(PASSWORD.to_owned().into()),
        settings: Settings { connect_enabled: true, ..Settings::default() },
    };
    let space = project_space::create(services, &operator, space).await?;
    let (districts, clinics) = locations(services, &operator).await?;
    let groups = groups(services, &operator).await?;
    fields(services, &operator).await?;

    let supervisor = RoleInput {
        name: "District Supervisor".to_owned(),
        permissions: ["edit_commcare_users", "view_locations", "access_api"]
            .map(|name| (name.to_owned(), None))
            .into(),
        ..RoleInput::default()
    };
    let supervisor = role::create(services, &operator, SPACE, &supervisor).await?.id;
    let roles = role::list(services, &operator, space.id, false).await.map_err(Refused::from)?;
    let read_only = roles.iter().find(|role| role.name == "Read Only").map(|role| role.id);
    for (email, first_name, role, locations) in [
        (
            "supervisor@demo.example",
            "Selam",
            Some(supervisor),
            districts.first().copied().into_iter().collect(),
        ),
        ("reader@demo.example", "Rosa", read_only, Vec::new()),
    ] {
        let user = NewWebUser {
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: "Demo".to_owned(),
            password: Some(PASSWORD.to_owned().into()),
            role,
            locations,
        };
        web_user::add(services, &operator, SPACE, &user).await?;
    }
    let first = workers(services, &operator, &clinics, &groups).await?;
    demo_personal_id::fill(services, &operator, SPACE, &first).await
}

/// Two states with two districts each, and three clinics in each of those.
async fn locations(
    services: &Services,
    operator: &Principal,
) -> Result<(Vec<LocationId>, Vec<LocationId>), CommandError> {
    let mut levels = Vec::new();
    for name in ["State", "District", "Clinic"] {
        let level = LocationTypeInput {
            name: name.to_owned(),
            parent: levels.last().map(ToString::to_string),
            ..LocationTypeInput::default()
        };
        levels.push(location::create_type(services, operator, SPACE, &level).await?.id);
    }
    let place = async |name: &str, level: usize, parent: Option<LocationId>| {
        let place = LocationInput {
            name: name.to_owned(),
            location_type: levels.get(level).map(ToString::to_string).unwrap_or_default(),
            parent: parent.map(|id| id.to_string()),
            ..LocationInput::default()
        };
        location::create(services, operator, SPACE, &place).await.map(|made| made.id)
    };
    let (mut districts, mut clinics) = (Vec::new(), Vec::new());
    for (state, districts_of_it) in STATES {
        let state = place(state, 0, None).await?;
        for district in districts_of_it {
            let district = place(district, 1, Some(state)).await?;
            districts.push(district);
            for clinic in CLINICS {
                clinics.push(place(clinic, 2, Some(district)).await?);
            }
        }
    }
    Ok((districts, clinics))
}

/// Two fields, and a profile that fixes one of them. Nothing is required, so that a newcomer's first worker needs no data.
async fn fields(services: &Services, operator: &Principal) -> Result<(), CommandError> {
    let field = |slug: &str, label: &str, choices: &[&str]| UserFieldInput {
        slug: slug.to_owned(),
        label: Some(label.to_owned()),
        choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
        ..UserFieldInput::default()
    };
    let profile = UserProfileInput {
        name: "Community health worker".to_owned(),
        fixed_data: json!({ "cadre": "chw" }),
        ..UserProfileInput::default()
    };
    let input = UserFieldsInput {
        fields: Some(vec![
            field("chw_id", "CHW id", &[]),
            field("cadre", "Cadre", &["chw", "nurse", "driver"]),
        ]),
        profiles: Some(vec![profile]),
        ..UserFieldsInput::default()
    };
    user_fields::update(services, operator, SPACE, None, &input).await?;
    Ok(())
}

async fn groups(services: &Services, operator: &Principal) -> Result<Vec<GroupId>, CommandError> {
    let mut made = Vec::new();
    for name in GROUPS {
        let input = GroupInput { name: name.to_owned(), reporting: true, ..GroupInput::default() };
        made.push(group::create(services, operator, SPACE, &input).await?.id);
    }
    Ok(made)
}

/// Makes them, and gives those who are to have PersonalID links, with the names of their accounts.
async fn workers(
    services: &Services,
    operator: &Principal,
    clinics: &[LocationId],
    groups: &[GroupId],
) -> Result<Vec<(MobileWorkerId, String)>, CommandError> {
    // One hash for all: they share the password, and two hundred hashes would keep a newcomer waiting.
    let rule = PasswordRule::of_worker(Strength::OfItsLength, Vec::new());
    let password =
        rule.check(WORKER_PASSWORD).map_err(|weak| CommandError::Usage(format!("the password {weak}")))?;
    let hash = services.authenticator.passwords.hash(password).await;
    let hash = hash.map_err(Refused::from)?;
    let turn =
        |list: &[&'static str], number: usize| list.get(number % list.len()).copied().unwrap_or_default();
    let mut first = Vec::new();
    for number in 0..WORKERS {
        let first_name = turn(&FIRST_NAMES, number);
        let last_name = turn(&LAST_NAMES, number / FIRST_NAMES.len());
        let input = MobileWorkerInput {
            first_name: Patch::Set(first_name.to_owned()),
            last_name: Patch::Set(last_name.to_owned()),
            phone_numbers: Patch::Set(vec![format!("+2557{:08}", 10_000 + number)]),
            language: Patch::Set("en".to_owned()),
            locations: clinics.get(number % clinics.len()).map(|id| vec![id.to_string()]).into(),
            groups: groups.get(number % groups.len()).map(|id| vec![id.to_string()]).into(),
            user_data: Patch::Set(json!({ "chw_id": format!("{number:04}") })),
            ..MobileWorkerInput::default()
        };
        let username = format!("{}.{}.{number}", first_name.to_lowercase(), last_name.to_lowercase());
        let password = NewPassword::Hashed(hash.clone());
        let made = mobile_worker::create(services, operator, SPACE, &username, &input, password).await?;
        // The very first one keeps to their password.
        if (1..=LINKED).contains(&number) {
            let account = format!("{}.{}", first_name.to_lowercase(), last_name.to_lowercase());
            first.push((made.id, account));
        }
    }
    Ok(first)
}

/// The sign-ins, and three commands to paste.
pub fn print(url: &str) {
    println!(
        r#"
Fieldgate is serving a demo.

  GraphiQL        {url}/graphql  (open it in a browser)
  project space   demo: 18 locations, 6 roles, 4 groups, 200 mobile workers

  sign in as                        password              who may
  admin@demo.example                {PASSWORD}   do everything (Admin)
  supervisor@demo.example           {PASSWORD}   manage the workers of the district Middlesex
  reader@demo.example               {PASSWORD}   see reports, and no workers (Read Only)
  amina.abebe.0@demo.fieldgate.local    {WORKER_PASSWORD}         a mobile worker

  PersonalID      six workers from bilal.abebe.1 on are linked, unlinked or invited; `fieldgate dev personal-id` plays PersonalID

Paste these into another terminal:

# 1. Sign in as the supervisor.
TOKEN=$(curl -s {url}/graphql -H 'content-type: application/json' -d '{{"query":"mutation{{login(input:{{username:\"supervisor@demo.example\",password:\"{PASSWORD}\"}}){{accessToken userErrors{{message}}}}}}"}}' | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')

# 2. The first three workers within the supervisor's reach.
curl -s {url}/graphql -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{{"query":"{{projectSpace(name:\"demo\"){{mobileWorkers(first:3){{totalCount nodes{{username firstName locations{{name}} groups{{name}}}}}}}}}}"}}'; echo

# 3. The same over the REST API, as the admin.
curl -s -u 'admin@demo.example:{PASSWORD}' '{url}/a/demo/api/user/v1/?limit=3'; echo

Stop with Ctrl-C. The demo is kept in the data folder; delete the folder to start anew."#
    );
}
