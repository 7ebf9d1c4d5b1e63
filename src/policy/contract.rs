//! The versions of the contract, side by side: a component is asked in the words of the one that it was built for.

use super::error::PolicyError;
use std::fmt;

/// A version of `policies/wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// `fieldgate:policy@1`: `decide-many` is given a list of resources.
    V1,
    /// `fieldgate:policy@2`: `decide-many` is given a table, and a manifest says whether scopes are timeless.
    V2,
}

impl Contract {
    /// The one that new modules are built for.
    pub const NEWEST: Self = Self::V2;

    /// The one whose types a component names: `fieldgate:policy/types@2.0.0`. One that names none has to fit the newest.
    pub(super) fn of<'a>(imports: impl IntoIterator<Item = &'a str>) -> Result<Self, PolicyError> {
        for name in imports {
            let Some(version) = name.strip_prefix("fieldgate:policy/types@") else { continue };
            return match version.split('.').next() {
                Some("1") => Ok(Self::V1),
                Some("2") => Ok(Self::V2),
                _ => Err(PolicyError::AnotherContract(version.to_owned())),
            };
        }
        Ok(Self::NEWEST)
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "fieldgate:policy@1",
            Self::V2 => "fieldgate:policy@2",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_says_which_version_it_was_built_for() {
        let of = |name| Contract::of([name]);
        assert_eq!(of("fieldgate:policy/types@1.0.0").unwrap(), Contract::V1);
        assert_eq!(of("fieldgate:policy/types@2.0.0").unwrap(), Contract::V2);
        assert_eq!(of("fieldgate:policy/types@2.1.0").unwrap(), Contract::V2);
        assert_eq!(of("other:package/types@1.0.0").unwrap(), Contract::NEWEST);
        assert_eq!(Contract::of([]).unwrap(), Contract::NEWEST);
        for unknown in
            ["fieldgate:policy/types@3.0.0", "fieldgate:policy/types@", "fieldgate:policy/types@20.0.0"]
        {
            assert!(matches!(of(unknown), Err(PolicyError::AnotherContract(_))), "{unknown}");
        }
    }
}
