//! Characters that are not seen.

/// Returns whether Unicode calls the character a *default ignorable code point* (DerivedCoreProperties of Unicode 16):
/// zero-width blanks and joiners, direction marks, soft hyphens, byte order marks, variation selectors, fillers, tags. Two
/// texts that differ in them alone look the same.
///
/// Names may have them: a zero-width joiner is part of the spelling in Devanagari or Sinhala. Addresses and usernames may
/// not.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// The text without white space and invisible characters at both ends, where copying from a chat or a spreadsheet leaves
/// them.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}
