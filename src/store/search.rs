//! Words that stand anywhere in what people look for. It is kept in lower case, in Unicode's composed form.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, SelectStatement};
use unicode_normalization::UnicodeNormalization;

/// The words of a search, as they are kept: some keyboards send `e` and an accent.
pub(super) fn words(search: Option<&str>) -> Vec<String> {
    let search: String = search.unwrap_or_default().nfc().collect();
    search.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether a word stands in a text. PostgreSQL answers from an index of trigrams.
pub(super) fn contains(text: Expr, word: &str) -> Expr {
    let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    text.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Limits a select to the rows whose text has all the words.
pub(super) fn narrow(query: &mut SelectStatement, text: &Expr, search: Option<&str>) {
    for word in words(search) {
        query.and_where(contains(text.clone(), &word));
    }
}
