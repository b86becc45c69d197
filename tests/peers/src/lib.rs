//! What the tests against programs of others share: each of these programs, as the tests start and use it, and
//! processes that share one connection.

mod editor;
pub mod http;
pub mod oidc;
#[path = "../../src/refresh/mod.rs"]
pub mod refresh;

pub use editor::Server;
