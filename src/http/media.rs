//! Media types: what a body is, and what the caller wants back.

/// The media type of GraphQL answers.
pub const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
/// The media type that clients wrote before there was one of GraphQL's own.
pub const JSON: &str = "application/json";

/// Whether a content type is JSON in UTF-8.
pub fn is_json(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return false };
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(JSON)
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// Which of the two media types to answer with; nothing when the caller takes neither.
pub fn graphql_answer(accept: Option<&str>) -> Option<&'static str> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(JSON) };
    let quality =
        |wanted: &str| accept.split(',').filter_map(|range| quality(range, wanted)).fold(0.0, f32::max);
    let (modern, plain) = (quality(GRAPHQL_RESPONSE), quality(JSON));
    // Of equals, the one that is named wins over the one that a wildcard brought.
    let named = accept.to_ascii_lowercase().contains(GRAPHQL_RESPONSE);
    match (modern > 0.0, plain > 0.0) {
        (true, _) if named && modern >= plain => Some(GRAPHQL_RESPONSE),
        (_, true) => Some(JSON),
        (true, false) => Some(GRAPHQL_RESPONSE),
        (false, false) => None,
    }
}

/// Whether the caller is a person with a browser.
pub fn wants_page(accept: Option<&str>) -> bool {
    accept.is_some_and(|accept| accept.split(',').any(|range| range.trim().starts_with("text/html")))
}

fn quality(range: &str, wanted: &str) -> Option<f32> {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next()?.to_ascii_lowercase();
    if essence != wanted && essence != "application/*" && essence != "*/*" {
        return None;
    }
    let weight =
        parts.find_map(|parameter| parameter.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
    weight.filter(|weight| (0.0..=1.0).contains(weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf_8_is_json() {
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\""]
        {
            assert!(is_json(Some(good)), "{good}");
        }
        for wrong in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=utf-16",
            "application/graphql",
            "",
        ] {
            assert!(!is_json(Some(wrong)), "{wrong}");
        }
        assert!(!is_json(None));
    }

    #[test]
    fn the_caller_chooses_the_answers_media_type() {
        assert_eq!(graphql_answer(None), Some(JSON));
        assert_eq!(graphql_answer(Some("*/*")), Some(JSON));
        assert_eq!(graphql_answer(Some("application/graphql-response+json")), Some(GRAPHQL_RESPONSE));
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(graphql_answer(Some(both)), Some(GRAPHQL_RESPONSE));
        assert_eq!(
            graphql_answer(Some("application/json, application/graphql-response+json;q=0.5")),
            Some(JSON)
        );
        assert_eq!(graphql_answer(Some("text/csv")), None);
        assert_eq!(graphql_answer(Some("application/json;q=0")), None);
    }
}
