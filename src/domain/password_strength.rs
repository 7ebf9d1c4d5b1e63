//! How easily a password is guessed, by zxcvbn with the words that others know of its owner.

use super::invisible::is_invisible;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;
use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::MatchPattern;

/// Lowest zxcvbn score of a strong password, of 0 to 4: more than a hundred million guesses. CommCare asks for 2, security
/// A3 for this.
const SCORE_MIN: Score = Score::Three;
/// Words that an attacker of this product tries first (reference §4.2).
const PRODUCT_WORDS: &[&str] = &["fieldgate", "commcarehq", "commcare", "dimagi", "personalid", "hq"];
/// Number of characters that zxcvbn sees: its time grows with their square. 64 characters took 45 ms at worst in a release
/// build.
const MEASURED_MAX: usize = 64;
/// Shortest known word that is taken out of a password before the rest is measured. Shorter ones stand in other words by
/// chance.
const REMOVED_WORD_MIN: usize = 3;
/// Most known words that one password is compared with.
const WORDS_MAX: usize = 200;
/// The characters that zxcvbn reads as each of its twelve letters.
const SUBSTITUTES: &[&str] = &["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];
/// Most combinations of substitutes that zxcvbn may try: it compares the whole password with its dictionaries for each of
/// them. A text of 100 characters that has all substitutes took 1.4 s in a release build.
const COMBINATIONS_MAX: usize = 8;

const KNOWN_WORDS: &str = "it is made of words that others know, such as your name, your address, the project space or this product";

/// Checks that a password is hard to guess, as a whole and without the known words in it: `Fieldgate2026Fieldgate` is worth
/// no more than `2026`. `words` are what others know of the owner.
///
/// # Errors
/// What makes it easy to guess, for the owner, as a part of a sentence.
pub(super) fn check(text: &str, words: &[String]) -> Result<(), String> {
    let known = known_words(words);
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    let text = measured(text);
    let whole = zxcvbn::zxcvbn(&text, &words);
    if whole.score() < SCORE_MIN {
        if whole.sequence().iter().any(|found| is_known(found, &known)) {
            return Err(KNOWN_WORDS.to_owned());
        }
        let warning = whole.feedback().and_then(|feedback| feedback.warning());
        return Err(warning.map_or("it follows a common pattern".to_owned(), |warning| clause(&warning)));
    }
    let lower = text.to_lowercase();
    let rest = without(&lower, &known);
    if rest != lower && zxcvbn::zxcvbn(&rest, &words).score() < SCORE_MIN {
        return Err(KNOWN_WORDS.to_owned());
    }
    Ok(())
}

/// The words that count as guessed, in lower case, the longest first: each as a whole, without its separators, and its
/// parts.
fn known_words(own: &[String]) -> Vec<String> {
    let is_separator = |c: char| !c.is_alphanumeric();
    let mut known: Vec<String> = PRODUCT_WORDS.iter().map(|word| (*word).to_owned()).collect();
    for word in own.iter().map(|word| word.to_lowercase()) {
        known.extend(word.split(is_separator).map(ToOwned::to_owned));
        known.extend(word.split('@').map(|part| part.replace(is_separator, "")));
        known.push(word.replace(is_separator, ""));
        known.push(word);
    }
    known.retain(|word| word.chars().count() > 1);
    known.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    known.dedup();
    known.truncate(WORDS_MAX);
    known
}

/// The text as zxcvbn sees it: look-alikes of letters are letters, invisible characters are gone, and its time is bounded.
fn measured(text: &str) -> String {
    let text: String = text.nfkc().filter(|c| !is_invisible(*c)).take(MEASURED_MAX).collect();
    let present = |family: &&str| family.chars().filter(|c| text.contains(*c)).count().max(1);
    let combinations: usize = SUBSTITUTES.iter().map(present).product();
    if combinations <= COMBINATIONS_MAX {
        return text;
    }
    // One substitute for each letter: the text is guessed no later by that.
    let folded = |c| match c {
        '@' => '4',
        '{' | '[' | '<' => '(',
        '9' => '6',
        '!' | '|' => '1',
        '$' => '5',
        '+' => '7',
        other => other,
    };
    text.chars().map(folded).collect()
}

/// The letters and digits of a text without the known words in it, or the text itself where it has none. Separators go as
/// well: zxcvbn counts each of them as ten thousand guesses.
fn without(text: &str, known: &[String]) -> String {
    let long = known.iter().filter(|word| word.chars().count() >= REMOVED_WORD_MIN);
    let rest = long.fold(text.to_owned(), |rest, word| rest.replace(word.as_str(), " "));
    if rest == text { rest } else { rest.chars().filter(|c| c.is_alphanumeric()).collect() }
}

/// Whether a part of the password was guessed from the known words, also where it is repeated.
fn is_known(found: &Match, known: &[String]) -> bool {
    match &found.pattern {
        MatchPattern::Dictionary(word) => known.contains(&word.matched_word),
        MatchPattern::Repeat(repeat) => repeat.base_matches.iter().any(|found| is_known(found, known)),
        _ => false,
    }
}

/// A sentence of zxcvbn as a part of another one.
fn clause(warning: &impl ToString) -> String {
    let warning = warning.to_string();
    let mut letters = warning.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Measured as a ratio, so that a busy or unoptimised machine does not decide: without the bounds, the first text takes a
    /// thousand times as long as the second.
    #[test]
    fn no_password_takes_long_to_measure() {
        let words = ["ana.abreu@example.org".to_owned(), "Acme Health".to_owned()];
        let time = |text: &str| {
            let _ = check(text, &words);
            (0..3)
                .map(|_| {
                    let started = Instant::now();
                    let _ = check(text, &words);
                    started.elapsed()
                })
                .min()
                .unwrap_or(Duration::ZERO)
        };
        let worst = time(&"4@8({[<369!1|0$5+7%2".repeat(12));
        let plain = time(&"a b c d e ".repeat(25));
        assert!(worst < plain * 40, "{worst:?} against {plain:?}");
    }

    proptest! {
        #[test]
        fn measuring_never_panics(text in "\\PC{8,80}", word: String) {
            let _ = check(&text, &[word]);
        }
    }
}
