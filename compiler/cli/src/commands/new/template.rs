//! The texts that `couplet new` writes.

use super::Auth;

/// A manifest with comments.
pub(super) fn manifest(name: &str, auth: Auth, base_url: &str) -> String {
    let title = title(name);
    let base_url = quoted(base_url);
    let (setup, auth_block) = auth_texts(auth);
    format!(
        r"# A connector: what the provider {title} does. Couplet compiles it to a typed Rust crate, and runs it at once.
# Editors with a YAML language server complete and explain every word, once they know the schema:
# `couplet schema --out connector.schema.json`, and as the first line of this file
# `# yaml-language-server: $schema=` with the path of that file.

couplet: 1                          # the version of this language
name: {name}
version: 0.1.0                      # of this connector; SemVer
title: {title}
description: What one can reach with this connector, in a sentence or two.
links:
  docs: https://example.com/docs    # the documentation that this file is written from
categories: [other]

# How a person gets credentials, in the order in which they need it.
setup:
  trial: {{offered: false}}
  sandbox: {{required: false}}
  partnership: {{required: false}}
{setup}
# How requests prove who sends them. Several methods may stand here, each with its name.
auth:
{auth_block}
api:
  base_url: {base_url}
  # What answers mean that are errors. Without rules, the status decides.
  errors:
    - when: {{status: 401}}
      kind: unauthorized

# The connection test: an action that reads, and needs no input. `couplet test` sends it.
test: get_me

types:
  User:
    fields:                         # every member is required, unless it is `optional`
      id: string
      name: {{type: string, optional: true}}

actions:
  get_me:
    summary: The account that the connection belongs to
    get: /me
    output: User

  get_user:
    summary: One user
    get: /users/{{id}}                # a name in braces is an input
    input:
      id: {{type: string, description: The user's id}}
    output: User

  list_users:
    summary: Users of the account
    get: /users
    input:                          # inputs of a GET are query parameters
      limit: {{type: integer, minimum: 1, maximum: 100, optional: true}}
    output: [User]                  # a list of users

  create_user:
    summary: Add a user
    post: /users
    input:                          # inputs of a POST are the members of its JSON body
      name: string
    output: {{status: 201, type: User}}
"
    )
}

/// Exchanges that agree with the manifest.
pub(super) fn exchanges(name: &str, auth: Auth, base_url: &str) -> String {
    let (method, credentials, header) = match auth {
        // `basic` of test-user:test-password-not-real.
        Auth::Basic => (
            "api_key",
            "{username: test-user, password: test-password-not-real}",
            "authorization: 'Basic dGVzdC11c2VyOnRlc3QtcGFzc3dvcmQtbm90LXJlYWw=', ",
        ),
        Auth::Bearer => {
            ("token", "{token: test-token-not-real}", "authorization: 'Bearer test-token-not-real', ")
        }
        Auth::ApiKey => ("api_key", "{key: test-key-not-real}", "x-api-key: test-key-not-real, "),
        Auth::None => ("public", "{}", ""),
    };
    let base_url = base_url.replace('\'', "''");
    format!(
        r"# What goes over the wire, one exchange for each action, written by hand from the documentation of {name}.
# Tests compare it with the request that Couplet builds, byte for byte. Never derive it from the manifest: it is the
# second opinion.
exchanges:
  - action: get_me
    source: https://example.com/docs    # the page that says so
    auth: {method}
    config: {{}}
    credentials: {credentials}
    input: {{}}
    request:
      method: GET
      url: '{base_url}/me'
      headers: {{{header}accept: application/json}}
    response:
      status: 200
      headers: {{content-type: application/json}}
      body: {{id: u1, name: Ada}}
"
    )
}

fn auth_texts(auth: Auth) -> (&'static str, &'static str) {
    match auth {
        Auth::Basic => (
            "  steps:
    api_key:
      - Log in, and open the page with the API keys.
      - Copy the user name and the key.
",
            "  api_key:
    type: basic
    username: {title: User name}
    password: {title: API key, secret: true}
",
        ),
        Auth::Bearer => (
            "  steps:
    token:
      - Log in, and open the page with the API tokens.
      - Create a token, and copy it.
",
            "  token:
    type: bearer                    # the header `Authorization: Bearer …`
    token: {title: API token, secret: true}
",
        ),
        Auth::ApiKey => (
            "  steps:
    api_key:
      - Log in, and open the page with the API keys.
      - Create a key, and copy it.
",
            "  api_key:
    type: api_key
    in: header
    name: X-Api-Key
    key: {title: API key, secret: true}
",
        ),
        Auth::None => (
            "",
            "  public:
    type: none                      # anyone may call it
",
        ),
    }
}

fn title(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A text as YAML takes it, whatever it holds.
fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte));
    if plain && !text.ends_with(':') { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}
