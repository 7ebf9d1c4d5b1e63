use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode};
use poem::{Body, Endpoint, Request, Response};
use serde_json::{Value as Json, json};

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Actor<'a> {
    routes: &'a BoxEndpoint<'static, Response>,
    authorization: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: poem::http::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; null when it is empty.
    pub fn json(&self) -> Json {
        if self.text.is_empty() {
            return Json::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl<'a> Actor<'a> {
    pub(super) fn new(routes: &'a BoxEndpoint<'static, Response>) -> Self {
        Self { routes, authorization: None }
    }

    /// The same, with this `Authorization` header.
    pub fn with_authorization(&self, header: &str) -> Self {
        Self { authorization: Some(header.to_owned()), ..self.clone() }
    }

    /// The access token.
    pub fn token(&self) -> &str {
        self.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer ")).unwrap()
    }

    /// Runs a GraphQL document and gives the whole answer.
    pub async fn run(&self, query: &str, variables: Json) -> Json {
        self.post("/graphql", &json!({ "query": query, "variables": variables })).await.json()
    }

    /// The code of the only error that a GraphQL document answers with.
    pub async fn code(&self, query: &str, variables: Json) -> String {
        let answer = self.run(query, variables).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_else(|| panic!("no error in {answer}")).to_owned()
    }

    /// The codes of the user errors of a mutation's payload.
    pub async fn refusals(&self, mutation: &str, query: &str, variables: Json) -> Vec<String> {
        let answer = self.run(query, variables).await;
        let errors = answer["data"][mutation]["userErrors"].as_array();
        let errors = errors.unwrap_or_else(|| panic!("no userErrors in {answer}"));
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Answer {
        self.send(
            Method::POST,
            path,
            &[("content-type", "application/json")],
            Body::from_string(body.to_string()),
        )
        .await
    }

    pub async fn put(&self, path: &str, body: &Json) -> Answer {
        self.send(
            Method::PUT,
            path,
            &[("content-type", "application/json")],
            Body::from_string(body.to_string()),
        )
        .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Body::empty()).await
    }

    /// Sends anything.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path.parse().unwrap());
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.routes.get_response(request.body(body)).await;
        let text = response.take_body().into_string().await.unwrap();
        Answer { status: response.status(), headers: response.headers().clone(), text }
    }
}
