//! Connects to the npm package `oidc-provider`: an OAuth 2.0 and OpenID provider that others wrote, and certified.

mod code;
