//! What follows once there is a token: the steps upon connecting, a person's choice among them, and the record.

use std::sync::Arc;

use couplet_plan::{Flow, Step};

use super::{Choice, Choose, Choosing, Completed, pending::Pending};
use crate::{
    Error, ErrorKind, Secret,
    auth::{connection::Connection, issue::Issue, session},
    builder::Builder,
    capture,
    expression::{Value, present},
    response::Received,
    state::{State, add, put},
    step::Course,
};

const PURPOSE: &str = "choice";
const TEXTS: &[&str] = &["step", "options"];

impl<'p> Builder<'p> {
    /// Connects an account that needs no person: obtains its first token, where the method has one, does what follows
    /// upon connecting, and stores the connection.
    ///
    /// # Errors
    ///
    /// A person must allow the method, a value is missing or refused, or a request fails.
    pub async fn connect(self) -> Result<Completed<'p>, Error> {
        let core = Arc::new(self.core()?);
        let mut connection = core.connection();
        if let Some(token) = session::token_of(&core) {
            if !matches!(token.flow(), Flow::Direct) {
                let name = core.method.name();
                return Err(Error::config(format!("a person must allow the auth method `{name}`")));
            }
            let asked_at = core.clock.now();
            let issued = Issue::new(Arc::clone(&core), token).obtain(&connection).await?;
            connection.renew(issued, asked_at);
        }
        finish(self, connection, 0).await
    }

    /// Goes on after a choice: `pending` is what [`Choose::pending`] gave out, and `value` one of its options.
    ///
    /// # Errors
    ///
    /// There is no such option, or what follows fails.
    pub async fn choose(self, pending: &Secret, value: &str) -> Result<Completed<'p>, Error> {
        let pending = Pending::read(pending, PURPOSE, TEXTS, &self.about()?)?;
        let core = self.clone().with_connection(&pending.connection).core()?;
        let place = pending.get("step").and_then(|place| place.parse::<usize>().ok()).unwrap_or_default();
        let wrong = || Error::input("the pending value is not of a choice of this connector");
        let choice = core.method.connect().get(place).and_then(Step::choice).ok_or_else(wrong)?;
        let options = pending.get("options").unwrap_or_default();
        if !options.split('\n').any(|option| option == value) {
            return Err(Error::input(format!("`{}` has no such option", choice.name())));
        }
        let mut connection = pending.connection.clone();
        let chosen = capture::kept(Value::Text(value.into()), choice.format(), false, core.allow_private)
            .map_err(|why| Error::input(format!("`captured.{}` cannot be used: {why}", choice.name())))?;
        let mut captured = State::of(&core, &connection).captured;
        put(&mut captured, choice.name(), chosen);
        add(&mut connection.captured, &captured);
        finish(self, connection, place + 1).await
    }
}

/// Runs the steps upon connecting from one of them on, and stores the connection.
pub(super) async fn finish<'p>(
    builder: Builder<'p>,
    mut connection: Connection,
    from: usize,
) -> Result<Completed<'p>, Error> {
    let builder = builder.with_connection(&connection);
    let core = Arc::new(builder.core()?);
    let mut course = Course::new(&core, State::of(&core, &connection));
    course.signed = true;
    for (place, step) in core.method.connect().iter().enumerate().skip(from) {
        let received = course.step(step).await?;
        let Some(choice) = step.choice() else { continue };
        let mut options = options(&course, &choice, &received)?;
        if options.len() > 1 {
            add(&mut connection.captured, &course.state.captured);
            let values: Vec<_> = options.iter().map(|option| option.value.as_str()).collect();
            let pending = Pending::new(PURPOSE, core.clock.now(), connection)
                .with("step", place.to_string())
                .with("options", values.join("\n"))
                .to_secret();
            let name = choice.name().to_owned();
            return Ok(Completed::Choose(Choose(Box::new(Choosing { builder, name, options, pending }))));
        }
        let Some(only) = options.pop() else {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the account has nothing to choose from for `{}`", choice.name()),
            ));
        };
        let value = capture::kept(Value::Text(only.value.into()), choice.format(), false, core.allow_private);
        let value = value.map_err(|why| Error::decode(format!("`captured.{}`: {why}", choice.name())))?;
        put(&mut course.state.captured, choice.name(), value);
    }
    add(&mut connection.captured, &course.state.captured);
    builder.keep(connection).await.map(Completed::Connected)
}

/// What there is to choose from in an answer.
fn options(
    course: &Course<'_, '_>,
    choice: &couplet_plan::Choice<'_>,
    received: &Received,
) -> Result<Vec<Choice>, Error> {
    let wrong = |why: &str| {
        Error::decode(format!("there is no telling what to choose for `{}`: {why}", choice.name()))
    };
    let cx = course.scopes(&[], Some(received));
    let Value::List(elements) =
        present(&choice.from(), &cx).map_err(|failure| wrong(&failure.to_string()))?
    else {
        return Err(wrong("the answer has no list there"));
    };
    let mut options = Vec::with_capacity(elements.len());
    for element in elements {
        let text = |name: &str| match element.clone().member(name) {
            Value::Absent | Value::Null => None,
            value => value.into_text().ok().map(std::borrow::Cow::into_owned),
        };
        let value =
            text(choice.value()).filter(|value| !value.is_empty() && !value.contains(char::is_control));
        let value = value.ok_or_else(|| wrong(&format!("an element has no `{}`", choice.value())))?;
        let label = text(choice.label()).unwrap_or_else(|| value.clone());
        let label = label.chars().map(|c| if c.is_control() { ' ' } else { c }).take(256).collect();
        options.push(Choice { value, label });
    }
    Ok(options)
}
