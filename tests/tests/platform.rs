//! The README's platform that hosts the redirect itself: it compiles, and does what is said of it.

use std::sync::Arc;

use couplet_quickbooks::Client;
use couplet_runtime::connect::Status;
use couplet_runtime::store::{MemoryStore, Store};
use couplet_runtime::{Error, ErrorKind, Secret};

struct App {
    client_id: String,
    client_secret: Secret,
    store: Arc<dyn Store>,
}

// README
/// GET /connect: where the person's browser is sent. `pending` is kept with the person's session.
async fn connect(app: &App, user: &str) -> Result<(String, Secret), Error> {
    let authorization = app.builder(user).authorization().await?;
    Ok((authorization.url().to_owned(), authorization.pending().clone()))
}

/// GET /callback: `pending` is taken out of the session, `callback` is the URL of the request.
async fn callback(app: &App, user: &str, pending: &Secret, callback: &str) -> Result<Status, Error> {
    let client = app.builder(user).complete(pending, callback).await?;
    client.connection().status().await
}

impl App {
    fn builder(&self, user: &str) -> couplet_quickbooks::Builder {
        Client::oauth()
            .app_client_id(&self.client_id)
            .app_client_secret(self.client_secret.clone())
            .app_redirect_uri("https://app.example.com/callback")
            .with_store(self.store.clone(), user)
    }
}
// README

#[test]
fn the_readme_shows_this_very_code() {
    let code = include_str!("platform.rs").split("// README\n").nth(1).expect("the code between the marks");
    let readme = couplet_tests::repository("README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    assert!(readme.contains(code), "the README's platform is not the one of tests/tests/platform.rs");
}

#[test]
fn a_redirect_of_another_session_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = Arc::new(MemoryStore::new());
    let app = App { client_id: "id".to_owned(), client_secret: "secret".into(), store: store.clone() };
    runtime.block_on(async {
        let (url, pending) = connect(&app, "ada").await.expect("it begins");
        assert!(url.contains("redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback"), "{url}");
        let wrong = "https://app.example.com/callback?code=x&state=of-someone-else&realmId=1";
        let error = callback(&app, "ada", &pending, wrong).await.expect_err("another session");
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert!(store.load("ada").await.expect("a store").is_none(), "nothing is stored");
    });
}
