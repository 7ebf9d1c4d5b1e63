// Starts GraphiQL. A file and not an inline script, so that the page's Content-Security-Policy need allow none.
"use strict";

// Lines of at most 46 characters: what the editor shows on a small laptop.
const WELCOME = `# Welcome to Fieldgate. To sign in:
#
# 1. Put your e-mail address or login name and
#    your password below, between the quotes.
#    A second factor goes in as otp: "123456".
# 2. Press Run and choose SignIn.
# 3. Copy the accessToken, without its quotes.
# 4. In the Headers tab below, write
#    { "Authorization": "Bearer <accessToken>" }
# 5. Press Run and choose WhoAmI.
#
# This browser keeps what you type here, the
# password and the token too. On a machine that
# others use, end with "Clear data" in Settings.

mutation SignIn {
  login(input: {
    username: ""
    password: ""
  }) {
    accessToken
    userErrors {
      code
      message
    }
  }
}

query WhoAmI {
  viewer {
    projectSpaces {
      roleName
      projectSpace {
        name
        displayName
      }
    }
  }
}
`;

const fetcher = GraphiQL.createFetcher({
  url: "/graphql",
  headers: { accept: "application/graphql-response+json, application/json;q=0.9" },
  // Nothing here is answered with @defer or @stream; without this GraphiQL would ask for multipart/mixed.
  enableIncrementalDelivery: false,
});

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: WELCOME,
    defaultEditorToolsVisibility: "headers",
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: true,
  }),
);
