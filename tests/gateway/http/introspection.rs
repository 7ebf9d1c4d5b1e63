//! The introspection query that tools send, word for word as graphql-js 16.15 makes it, fits within the limits.

use super::{GRAPHQL_RESPONSE, post_document};
use crate::support::TestApp;
use poem::http::StatusCode;

/// `getIntrospectionQuery()` with every option on.
const FULL: &str = r#"
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types {
      ...FullType
    }
    directives {
      name
      description
      isRepeatable
      locations
      args(includeDeprecated: true) {
        ...InputValue
      }
    }
  }
}
fragment FullType on __Type {
  kind
  name
  description
  specifiedByURL
  isOneOf
  fields(includeDeprecated: true) {
    name
    description
    args(includeDeprecated: true) {
      ...InputValue
    }
    type {
      ...TypeRef
    }
    isDeprecated
    deprecationReason
  }
  inputFields(includeDeprecated: true) {
    ...InputValue
  }
  interfaces {
    ...TypeRef
  }
  enumValues(includeDeprecated: true) {
    name
    description
    isDeprecated
    deprecationReason
  }
  possibleTypes {
    ...TypeRef
  }
}
fragment InputValue on __InputValue {
  name
  description
  type { ...TypeRef }
  defaultValue
  isDeprecated
  deprecationReason
}
fragment TypeRef on __Type {
  kind
  name
  ofType {
    name
    kind
    ofType {
      name
      kind
      ofType {
        name
        kind
        ofType {
          name
          kind
          ofType {
            name
            kind
            ofType {
              name
              kind
              ofType {
                name
                kind
                ofType {
                  name
                  kind
                  ofType {
                    name
                    kind
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
"#;

/// `getIntrospectionQuery()` as it is when nothing is asked for.
const USUAL: &str = r#"
query IntrospectionQuery {
  __schema {
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types {
      ...FullType
    }
    directives {
      name
      description
      locations
      args {
        ...InputValue
      }
    }
  }
}
fragment FullType on __Type {
  kind
  name
  description
  fields(includeDeprecated: true) {
    name
    description
    args {
      ...InputValue
    }
    type {
      ...TypeRef
    }
    isDeprecated
    deprecationReason
  }
  inputFields {
    ...InputValue
  }
  interfaces {
    ...TypeRef
  }
  enumValues(includeDeprecated: true) {
    name
    description
    isDeprecated
    deprecationReason
  }
  possibleTypes {
    ...TypeRef
  }
}
fragment InputValue on __InputValue {
  name
  description
  type { ...TypeRef }
  defaultValue
}
fragment TypeRef on __Type {
  kind
  name
  ofType {
    name
    kind
    ofType {
      name
      kind
      ofType {
        name
        kind
        ofType {
          name
          kind
          ofType {
            name
            kind
            ofType {
              name
              kind
              ofType {
                name
                kind
                ofType {
                  name
                  kind
                  ofType {
                    name
                    kind
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
"#;

#[tokio::test]
async fn tools_can_read_the_whole_schema() {
    let app = TestApp::empty().await;
    for query in [FULL, USUAL] {
        let answer = post_document(&app.stranger(), GRAPHQL_RESPONSE, query).await;
        let json = answer.json();
        assert_eq!((answer.status, json.get("errors")), (StatusCode::OK, None));
        let schema = &json["data"]["__schema"];
        assert_eq!(
            (&schema["queryType"]["name"], &schema["mutationType"]["name"]),
            (&"Query".into(), &"Mutation".into())
        );
        let types = schema["types"].as_array().unwrap();
        let worker = types.iter().find(|found| found["name"] == "MobileWorker").unwrap();
        assert!(
            worker["fields"].as_array().unwrap().iter().any(|field| field["name"] == "loginName"),
            "{worker}"
        );
    }
}
