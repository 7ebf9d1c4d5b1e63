//! The rules of the tree, which no policy can switch off (reference §6.1).

use crate::authz::Visible;
use crate::domain::location::DEPTH_MAX;
use crate::domain::{FaultCode, Faults, Location, LocationId, LocationType, LocationTypeId};

/// Where a location would stand: the place that was asked for, if it could be found.
pub(super) struct Stand<'a> {
    pub asked: Option<LocationId>,
    pub found: Option<&'a Location>,
}

/// Notes a fault when a location of this level cannot stand there.
pub(super) fn check_level(level: Option<&Visible<LocationType>>, stand: &Stand<'_>, faults: &mut Faults) {
    match (level, stand.found) {
        (None, _) => faults.add(FaultCode::InvalidValue, &["type_id"], "there is no such location type"),
        // A district stands below a state, and a state below nothing.
        (Some(level), _) if stand.asked.is_none() && level.parent.is_some() => {
            let message = format!("a `{}` stands below another place", level.name);
            faults.add(FaultCode::Required, &["parent_id"], message);
        }
        (Some(level), Some(above)) if level.parent != Some(above.location_type) => {
            let message = format!("a `{}` cannot stand below `{}`", level.name, above.name);
            faults.add(FaultCode::InvalidValue, &["parent_id"], message);
        }
        _ => {}
    }
    let Some(above) = stand.found else { return };
    if above.is_archived {
        let message = format!("`{}` is archived", above.name);
        faults.add(FaultCode::LocationTakesNobody, &["parent_id"], message);
    }
    if above.lineage.len() >= DEPTH_MAX {
        let message = format!("a tree is at most {DEPTH_MAX} levels deep");
        faults.add(FaultCode::InvalidValue, &["parent_id"], message);
    }
}

/// Notes a fault when a level cannot stand below another: it is not there, stands below the first itself, or is deep down.
pub(super) fn check_parent(
    levels: &[LocationType],
    level: Option<LocationTypeId>,
    parent: Option<LocationTypeId>,
    faults: &mut Faults,
) {
    let named = |id| levels.iter().find(|other| other.id == id);
    let (mut above, mut depth) = (parent, 1);
    if let Some(id) = parent
        && named(id).is_none()
    {
        faults.add(FaultCode::InvalidValue, &["parent_id"], format!("there is no location type `{id}`"));
        return;
    }
    while let Some(id) = above {
        if Some(id) == level {
            faults.add(FaultCode::InvalidValue, &["parent_id"], "a level cannot stand below itself");
            return;
        }
        depth += 1;
        if depth > DEPTH_MAX {
            let message = format!("a tree is at most {DEPTH_MAX} levels deep");
            faults.add(FaultCode::InvalidValue, &["parent_id"], message);
            return;
        }
        above = named(id).and_then(|level| level.parent);
    }
}
