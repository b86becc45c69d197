//! A person allows it on another device (RFC 8628).

use std::{fmt, sync::Arc, time::Duration};

use couplet_plan::{AuthKind, Flow, Key, Token};

use super::{Completed, finish::finish};
use crate::{
    Error, ErrorKind, Secret,
    auth::{connection::Connection, issue},
    builder::Builder,
    client::Core,
    expression::{FieldValue, Fields, Value, part},
    response::Received,
    state::{State, kept},
};

/// How long is waited between two questions unless the provider says (RFC 8628, 3.2), and how much longer where it
/// finds that too often (3.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// How long a code lasts where the provider does not say.
const LIFETIME: i64 = 15 * 60 * 1000;

/// A code for a person to enter on another device, and the wait until they have.
pub struct Device<'p> {
    builder: Builder<'p>,
    core: Arc<Core<'p>>,
    token: &'p Token<'p>,
    connection: Connection,
    oauth: Fields<'static>,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_at: i64,
    interval: Duration,
}

impl<'p> Builder<'p> {
    /// Begins to connect an account that a person allows on another device.
    ///
    /// # Errors
    ///
    /// The method is of another kind, a value is missing, or the provider gives no code.
    pub async fn device(self) -> Result<Device<'p>, Error> {
        let core = Arc::new(self.core()?);
        let AuthKind::Token(token) = core.method.kind() else { return Err(no_device(&core)) };
        let Flow::DeviceCode(step) = token.flow() else { return Err(no_device(&core)) };
        let mut connection = core.connection();
        let mut course = issue::course(&core, token, State::clone(&core.supplied));
        issue::prepare(token, &mut course, &connection).await?;
        let asked_at = core.clock.now();
        let received = course.step(&step).await?;
        connection.captured = kept(&course.state.captured);
        let text = |names: &[&str]| member(&received, names).and_then(|value| value.into_text().ok());
        let needed = |names: &[&str]| {
            let missing = || {
                Error::decode(format!("the answer has no `{}`", names.first().copied().unwrap_or_default()))
            };
            text(names).filter(|text| !text.is_empty()).map(|text| text.into_owned()).ok_or_else(missing)
        };
        let device_code = Secret::new(needed(&["device_code"])?);
        core.learned.learn(std::iter::once(&device_code));
        let mut oauth = course.oauth.clone();
        oauth.push(("device_code", FieldValue::Secret(device_code)));
        let seconds = |names: &[&str]| text(names).and_then(|text| text.parse::<u32>().ok());
        let lifetime = seconds(&["expires_in"]).map_or(LIFETIME, |seconds| i64::from(seconds) * 1000);
        let interval = seconds(&["interval"]).filter(|seconds| *seconds > 0);
        Ok(Device {
            user_code: shown(needed(&["user_code"])?),
            verification_uri: page(needed(&["verification_uri", "verification_url"])?)?,
            verification_uri_complete: text(&["verification_uri_complete", "verification_url_complete"])
                .map(|url| page(url.into_owned()))
                .transpose()?,
            expires_at: asked_at.saturating_add(lifetime),
            interval: interval.map_or(INTERVAL, |seconds| Duration::from_secs(u64::from(seconds))),
            builder: self,
            token,
            connection,
            oauth,
            core,
        })
    }
}

impl<'p> Device<'p> {
    /// The code that the person enters.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The page on which they do.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// The page with the code in it, where the provider has one.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// How long the code lasts from now on.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        let left = self.expires_at.saturating_sub(self.core.clock.now());
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// How long to wait before the provider is asked again.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Asks the provider once; `None` where the person has not decided yet.
    ///
    /// # Errors
    ///
    /// The person has refused, the code has expired, or what follows fails.
    pub async fn poll(&mut self) -> Result<Option<Completed<'p>>, Error> {
        let mut course = issue::course(&self.core, self.token, State::of(&self.core, &self.connection));
        course.oauth.clone_from(&self.oauth);
        let asked_at = self.core.clock.now();
        let issued = match issue::obtained(self.token, &mut course, self.token.obtain()).await {
            Ok(issued) => issued,
            Err(error) => {
                return match error.code() {
                    Some("authorization_pending") => Ok(None),
                    Some("slow_down") => {
                        self.interval = self.interval.saturating_add(INTERVAL);
                        Ok(None)
                    }
                    _ => Err(error),
                };
            }
        };
        let mut connection = self.connection.clone();
        connection.renew(issued, asked_at);
        finish(self.builder.clone(), connection, 0).await.map(Some)
    }

    /// Asks the provider, as often as it allows, until the person has decided or the code has expired.
    ///
    /// # Errors
    ///
    /// As [`Device::poll`].
    pub async fn wait(mut self) -> Result<Completed<'p>, Error> {
        loop {
            self.core.clock.sleep(self.interval).await;
            if self.expires_in().is_zero() {
                let detail = "nobody entered the code in time; begin anew";
                return Err(
                    Error::new(ErrorKind::Unauthorized, detail).with_code(Some("expired_token".to_owned()))
                );
            }
            match self.poll().await {
                Ok(Some(completed)) => return Ok(completed),
                Ok(None) => {}
                // A connection that failed is asked for again later, and less often (RFC 8628, 3.5).
                Err(error) if error.is_retryable() => {
                    self.interval = self.interval.saturating_mul(2).min(Duration::from_secs(60));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl fmt::Debug for Device<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("verification_uri", &self.verification_uri).finish_non_exhaustive()
    }
}

fn no_device(core: &Core<'_>) -> Error {
    Error::config(format!("nobody allows the auth method `{}` on another device", core.method.name()))
}

fn member<'v>(received: &'v Received, names: &[&str]) -> Option<Value<'v>> {
    let text = received.text().ok()?;
    names.iter().find_map(|name| match part(text, &[Key::Name(name)]).ok()? {
        Value::Absent | Value::Null => None,
        value => Some(value),
    })
}

/// A page that a person is sent to: nothing but the web.
fn page(url: String) -> Result<String, Error> {
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    if plain
        && (url.starts_with("https://")
            || url.starts_with("http://127.0.0.1")
            || url.starts_with("http://localhost"))
    {
        return Ok(url);
    }
    Err(Error::decode("the page on which a code is entered is not an https URL"))
}

fn shown(text: String) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
