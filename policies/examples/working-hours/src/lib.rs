//! *Working hours and region.* Mobile workers are changed while their region works: a region is a location with all below
//! it, and has its own hours and its own clock. Admins are not held up.
//!
//! ```json
//! { "days": [1, 2, 3, 4, 5], "from": 8, "to": 18, "utc_offset_minutes": 180,
//!   "regions": [{ "location": "<id>", "from": 6, "to": 14, "utc_offset_minutes": 0 }] }
//! ```
//!
//! The hours outside of `regions` are for everywhere else. A region of a region overrules it only by being open.

use fieldgate_policy::{
    Condition, Context, Decision, Manifest, Policy, Principal, Request, Scope, SettingFault,
};
use serde_json::Value;

const ACTIONS: [&str; 5] = [
    "mobile_worker.update",
    "mobile_worker.activate",
    "mobile_worker.deactivate",
    "mobile_worker.delete",
    "mobile_worker.set_password",
];

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "days": { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 7 },
      "description": "The days of work; Monday is 1" },
    "from": { "type": "integer", "minimum": 0, "maximum": 24 },
    "to": { "type": "integer", "minimum": 0, "maximum": 24 },
    "utc_offset_minutes": { "type": "integer", "minimum": -720, "maximum": 840 },
    "regions": { "type": "array", "items": { "type": "object", "properties": {
      "location": { "type": "string" },
      "from": { "type": "integer", "minimum": 0, "maximum": 24 },
      "to": { "type": "integer", "minimum": 0, "maximum": 24 },
      "utc_offset_minutes": { "type": "integer", "minimum": -720, "maximum": 840 } },
      "required": ["location", "from", "to"] } }
  },
  "required": ["days", "from", "to"]
}"#;

/// When there is work somewhere, by the clock there.
#[derive(Debug, Clone, Copy)]
struct Hours {
    from: i64,
    to: i64,
    offset: i64,
}

impl Hours {
    fn is_open(self, days: &[i64], now: u64) -> bool {
        let local = i64::try_from(now).unwrap_or(i64::MAX).saturating_add(self.offset * 60);
        // 1970 began on a Thursday, and Monday is 1.
        let day = local.div_euclid(86_400).saturating_add(3).rem_euclid(7) + 1;
        let hour = local.rem_euclid(86_400) / 3_600;
        days.contains(&day) && (self.from..self.to).contains(&hour)
    }
}

/// The settings; without any, eight to six from Monday to Friday, by UTC.
#[derive(Debug)]
pub struct WorkingHours {
    days: Vec<i64>,
    elsewhere: Hours,
    regions: Vec<(String, Hours)>,
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self {
            days: vec![1, 2, 3, 4, 5],
            elsewhere: Hours { from: 8, to: 18, offset: 0 },
            regions: Vec::new(),
        }
    }
}

impl WorkingHours {
    /// The workers that may be changed at this time.
    fn open<'a>(&self, principal: &Principal, now: u64) -> Condition<'a> {
        if principal.is_admin {
            return Condition::Everything;
        }
        let all: Vec<String> = self.regions.iter().map(|(location, _)| location.clone()).collect();
        let open = self.regions.iter().filter(|(_, hours)| hours.is_open(&self.days, now));
        let open: Vec<String> = open.map(|(location, _)| location.clone()).collect();
        let elsewhere = Condition::any_in_common("location_lineage", all).not();
        Condition::any_in_common("location_lineage", open)
            .or(Condition::when(self.elsewhere.is_open(&self.days, now)).and(elsewhere))
    }
}

fn hours(of: &Value, path: &str, faults: &mut Vec<SettingFault>) -> Hours {
    let mut number = |name: &str, otherwise: Option<i64>, range: std::ops::RangeInclusive<i64>| {
        let found = of.get(name).map_or(otherwise, Value::as_i64).filter(|number| range.contains(number));
        found.unwrap_or_else(|| {
            let message = format!("must be a whole number from {} to {}", range.start(), range.end());
            faults.push(SettingFault { path: format!("{path}/{name}"), message });
            0
        })
    };
    Hours {
        from: number("from", None, 0..=24),
        to: number("to", None, 0..=24),
        offset: number("utc_offset_minutes", Some(0), -720..=840),
    }
}

impl Policy for WorkingHours {
    fn manifest() -> Manifest {
        let manifest = Manifest::new(
            "working-hours",
            "1.0.0",
            "Mobile workers are changed in the working hours of their region",
        );
        ACTIONS.iter().fold(manifest, |manifest, action| manifest.action(action)).settings(SCHEMA)
    }

    fn configured(settings: &str) -> Result<Self, Vec<SettingFault>> {
        let mut faults = Vec::new();
        let parsed: Value = serde_json::from_str(settings)
            .map_err(|error| vec![SettingFault { path: String::new(), message: error.to_string() }])?;
        let days: Option<Vec<i64>> = parsed.get("days").and_then(Value::as_array).and_then(|days| {
            days.iter().map(|day| day.as_i64().filter(|day| (1..=7).contains(day))).collect()
        });
        if days.is_none() {
            faults.push(SettingFault {
                path: "/days".to_owned(),
                message: "must be days from 1 to 7".to_owned(),
            });
        }
        let elsewhere = hours(&parsed, "", &mut faults);
        let mut regions = Vec::new();
        for (at, region) in parsed.get("regions").and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            let path = format!("/regions/{at}");
            match region.get("location").and_then(Value::as_str) {
                Some(location) => regions.push((location.to_owned(), hours(region, &path, &mut faults))),
                None => faults.push(SettingFault {
                    path: format!("{path}/location"),
                    message: "must be the id of a location".to_owned(),
                }),
            }
        }
        match days {
            Some(days) if faults.is_empty() => Ok(Self { days, elsewhere, regions }),
            _ => Err(faults),
        }
    }

    fn decide(&self, request: &Request) -> Decision {
        if self.open(&request.principal, request.context.now).holds(request.attributes()) {
            Decision::permit() // for its part: `standard`, in the same stack, says who may
        } else {
            Decision::forbidden("outside_working_hours", "this worker's region does not work at this time")
        }
    }

    fn scope(&self, principal: &Principal, _action: &str, _kind: &str, context: &Context) -> Scope {
        self.open(principal, context.now).into()
    }
}

fieldgate_policy::export!(WorkingHours);

#[cfg(test)]
mod tests {
    use super::*;
    use fieldgate_policy::Attribute;

    /// Tuesday, 2026-11-24, at this hour by UTC.
    fn at(hour: u64) -> u64 {
        1_795_478_400 + hour * 3_600
    }

    const SETTINGS: &str = r#"{ "days": [1, 2, 3, 4, 5], "from": 8, "to": 18, "utc_offset_minutes": 180,
        "regions": [{ "location": "coast", "from": 6, "to": 14 }] }"#;

    fn update(policy: &WorkingHours, now: u64, lineage: &[&str], is_admin: bool) -> bool {
        let lineage: Vec<String> = lineage.iter().map(|&place| place.to_owned()).collect();
        let principal = Principal { is_admin, ..Principal::web_user("a") };
        let mut request = Request::new(principal, "mobile_worker.update", "mobile_worker")
            .with(Attribute::new("location_lineage", lineage));
        request.context.now = now;
        policy.decide(&request) == Decision::permit()
    }

    #[test]
    fn there_is_work_by_the_clock_of_the_place() {
        let policy = WorkingHours::configured(SETTINGS).unwrap();
        assert!(update(&policy, at(5), &["inland"], false), "eight o'clock there");
        assert!(!update(&policy, at(4), &["inland"], false) && !update(&policy, at(15), &["inland"], false));
        assert!(update(&policy, at(6), &["village", "coast"], false));
        assert!(!update(&policy, at(5), &["village", "coast"], false), "the region's own hours");
    }

    #[test]
    fn there_is_none_on_other_days_except_for_admins() {
        let policy = WorkingHours::configured(SETTINGS).unwrap();
        let sunday = at(10) + 5 * 86_400;
        assert!(!update(&policy, sunday, &["inland"], false));
        assert!(update(&policy, sunday, &["inland"], true));
    }

    #[test]
    fn faulty_settings_are_told_all_at_once() {
        let faults = WorkingHours::configured(r#"{ "days": [8], "from": 25, "regions": [{}] }"#).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["/days", "/from", "/to", "/regions/0/location"]);
    }
}
