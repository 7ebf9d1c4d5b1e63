//! Looking through text eight bytes at a time. Comparing text is most of what a decision does, and WebAssembly has no
//! instruction for it: byte by byte, a decision takes half as long again.

const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// Whether a name is one of these, which are sorted and separated by single spaces.
pub fn listed(mut names: &[u8], name: &[u8]) -> bool {
    loop {
        match names.strip_prefix(name) {
            Some([]) => return !name.is_empty(),
            Some([b' ', ..]) => return true,
            // What follows is sorted behind it.
            _ if names.first() > name.first() => return false,
            _ => {}
        }
        match after_space(names) {
            Some(rest) => names = rest,
            None => return false,
        }
    }
}

/// What follows the first space.
fn after_space(text: &[u8]) -> Option<&[u8]> {
    let (words, _) = text.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        // A space becomes a zero; the lowest zero byte, and only bytes above it, have their high bit set by this.
        let zeroed = u64::from_le_bytes(*word) ^ SPACES;
        let found = zeroed.wrapping_sub(ONES) & !zeroed & HIGHS;
        if found != 0 {
            return text.get(at + found.trailing_zeros() as usize / 8 + 1..);
        }
        at += 8;
    }
    let mut rest = text.get(at..)?.iter();
    rest.any(|&byte| byte == b' ').then_some(rest.as_slice())
}

/// Whether two texts are the same. Ids that were made at about the same time differ at their end, so that is where
/// this begins.
pub fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let ((one_start, one_words), (other_start, other_words)) =
        (one.as_rchunks::<8>(), other.as_rchunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    one_words.iter().rev().zip(other_words.iter().rev()).all(|(one, other)| word(one) == word(other))
        && one_start.iter().zip(other_start).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_list_is_found_and_no_other() {
        let held =
            ["a", "access_api", "access_api_keys", "custom:a", "edit_apps", "exactly8", "view_roles", "zzz"];
        let list = held.join(" ");
        for name in held {
            assert!(listed(list.as_bytes(), name.as_bytes()), "{name}");
        }
        for name in [
            "",
            " ",
            "access",
            "access_ap",
            "access_apis",
            "b",
            "edit",
            "view_role",
            "view_roless",
            "zz",
            "zzzz",
        ] {
            assert!(!listed(list.as_bytes(), name.as_bytes()), "{name}");
        }
        assert!(!listed(b"", b"") && !listed(b"", b"a"));
    }

    #[test]
    fn the_rest_begins_after_the_first_space_wherever_that_is() {
        for length in 0..40 {
            let text = "x".repeat(length) + " y z";
            assert_eq!(after_space(text.as_bytes()), Some(&b"y z"[..]), "{text}");
            assert_eq!(after_space("!".repeat(length).as_bytes()), None);
        }
    }

    #[test]
    fn texts_are_the_same_when_every_byte_is() {
        for length in 0..40 {
            let text = "abcdefgh".repeat(5)[..length].to_owned();
            assert!(same(&text, &text.clone()));
            for changed in 0..length {
                let mut other = text.clone().into_bytes();
                other[changed] = b'X';
                assert!(!same(&text, std::str::from_utf8(&other).unwrap()), "{text} at {changed}");
            }
            assert!(!same(&text, &(text.clone() + "a")));
        }
    }
}
