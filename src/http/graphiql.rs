//! GraphiQL, served from the binary: the page, and the files that it loads from `/graphiql/`.
//! Which requests are answered with them is the router's matter; their origin is in `graphiql/README.md`.

use std::sync::LazyLock;

use poem::{Response, http::header};
use sha2::{Digest, Sha256};

/// Nothing but our own files, and requests to nobody but us: a token in the Headers tab has nowhere else to
/// go. `data:` is for the fonts and images inside GraphiQL's style sheet. The hash is that of the one style
/// element which GraphiQL adds while a menu or a dialog is open, so that the page behind it does not scroll.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='; img-src data:; font-src data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE_SHEET: &str = "text/css; charset=utf-8";

const PAGE: &str = include_str!("graphiql/index.html");

static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    [
        Asset::new("graphiql.min.css", STYLE_SHEET, include_bytes!("graphiql/graphiql.min.css")),
        Asset::new("graphiql-page.css", STYLE_SHEET, include_bytes!("graphiql/graphiql-page.css")),
        Asset::new("react.production.min.js", JAVASCRIPT, include_bytes!("graphiql/react.production.min.js")),
        Asset::new(
            "react-dom.production.min.js",
            JAVASCRIPT,
            include_bytes!("graphiql/react-dom.production.min.js"),
        ),
        Asset::new("graphiql.min.js", JAVASCRIPT, include_bytes!("graphiql/graphiql.min.js")),
        Asset::new("graphiql-start.js", JAVASCRIPT, include_bytes!("graphiql/graphiql-start.js")),
    ]
});

/// A file that the page loads.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    etag: String,
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, content: &'static [u8]) -> Self {
        let etag = format!("\"{}\"", hex::encode(Sha256::digest(content)));
        Self { name, content_type, content, etag }
    }
}

/// The page itself. It sends what is typed into it to `/graphql`.
pub fn page() -> Response {
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::CACHE_CONTROL, "no-cache")
        .body(PAGE)
}

/// The file that the page knows as `/graphiql/<name>`, or `None` where there is no such file.
pub fn asset(name: &str) -> Option<Response> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    Some(
        Response::builder()
            .content_type(asset.content_type)
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(header::CACHE_CONTROL, "public, max-age=86400")
            .header(header::ETAG, asset.etag.as_str())
            .body(asset.content),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!("graphiql/README.md");

    /// The addresses that the page names, in its order, without its empty icon.
    fn addresses() -> Vec<&'static str> {
        let values = PAGE.split(" src=\"").flat_map(|part| part.split(" href=\"")).skip(1);
        values.filter_map(|rest| rest.split('"').next()).filter(|address| *address != "data:,").collect()
    }

    #[test]
    fn the_page_loads_every_asset_and_nothing_else() {
        let assets: Vec<_> = ASSETS.iter().map(|asset| format!("/graphiql/{}", asset.name)).collect();
        assert_eq!(addresses(), assets);
    }

    #[test]
    fn the_page_names_no_other_host() {
        assert!(!PAGE.contains("http://") && !PAGE.contains("https://"));
        assert!(addresses().iter().all(|address| !address.starts_with("//")));
    }

    #[test]
    fn the_page_has_nothing_inline_that_its_policy_would_block() {
        assert_eq!(PAGE.matches("<script").count(), PAGE.matches("<script defer src=").count());
        assert!(!PAGE.contains("<style") && !PAGE.contains(" style=") && !PAGE.contains(" on"));
    }

    #[tokio::test]
    async fn the_page_arrives_with_its_policy() {
        let page = page();
        assert_eq!(page.content_type(), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("content-security-policy"), Some(CONTENT_SECURITY_POLICY));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert_eq!(page.into_body().into_string().await.unwrap(), PAGE);
    }

    #[tokio::test]
    async fn an_asset_arrives_whole_with_its_type_and_the_hash_of_its_content() {
        let asset = asset("graphiql-page.css").unwrap();
        assert_eq!(asset.content_type(), Some(STYLE_SHEET));
        assert_eq!(asset.header("cache-control"), Some("public, max-age=86400"));
        let etag = asset.header("etag").unwrap().to_owned();
        let content = asset.into_body().into_bytes().await.unwrap();
        assert_eq!(content, include_bytes!("graphiql/graphiql-page.css").as_slice());
        assert_eq!(etag, format!("\"{}\"", hex::encode(Sha256::digest(&content))));
    }

    #[test]
    fn an_unknown_asset_is_none() {
        for name in ["", "index.html", "README.md", "../graphiql.rs", "graphiql.min.js/", "GRAPHIQL.MIN.JS"] {
            assert!(asset(name).is_none(), "`{name}`");
        }
    }

    #[test]
    fn the_vendored_files_are_those_of_the_readme() {
        for asset in ASSETS.iter().filter(|asset| asset.name.contains(".min.")) {
            let named = README.lines().find(|line| line.starts_with(&format!("| `{}` |", asset.name)));
            let hash = asset.etag.trim_matches('"');
            assert!(named.is_some_and(|line| line.contains(hash)), "`{}` has the hash {hash}", asset.name);
        }
    }
}
