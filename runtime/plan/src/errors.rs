//! What an answer that is an error means.

use crate::{Expression, StatusSet};

/// A rule that turns an answer into an error. The first rule that matches decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorRule<'a> {
    kind: ErrorKind,
    status: Option<StatusSet<'a>>,
    condition: Option<Expression<'a>>,
    code: Option<Expression<'a>>,
    message: Option<Expression<'a>>,
}

impl<'a> ErrorRule<'a> {
    /// A rule that matches every answer whose status is 400 or more.
    #[must_use]
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, status: None, condition: None, code: None, message: None }
    }

    /// Matches only these statuses, which may be below 400: a 200 can be an error.
    #[must_use]
    pub const fn with_status(mut self, status: StatusSet<'a>) -> Self {
        self.status = Some(status);
        self
    }

    /// Matches only where this is true. A value that is absent makes it false.
    #[must_use]
    pub const fn with_condition(mut self, condition: Expression<'a>) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The provider's own code. A value that is absent means that there is none.
    #[must_use]
    pub const fn with_code(mut self, code: Expression<'a>) -> Self {
        self.code = Some(code);
        self
    }

    /// The provider's message. A value that is absent means that there is none.
    #[must_use]
    pub const fn with_message(mut self, message: Expression<'a>) -> Self {
        self.message = Some(message);
        self
    }

    /// What the error means.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The statuses that it matches; without any, 400 and above, or every status where there is a condition.
    #[must_use]
    pub const fn status(&self) -> Option<StatusSet<'a>> {
        self.status
    }

    /// What must be true of the answer.
    #[must_use]
    pub const fn condition(&self) -> Option<Expression<'a>> {
        self.condition
    }

    /// The provider's own code.
    #[must_use]
    pub const fn code(&self) -> Option<Expression<'a>> {
        self.code
    }

    /// The provider's message.
    #[must_use]
    pub const fn message(&self) -> Option<Expression<'a>> {
        self.message
    }
}

/// What a provider's error means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request says something that the provider does not accept.
    Invalid,
    /// The credentials are missing, wrong or expired.
    Unauthorized,
    /// The credentials do not allow this.
    Forbidden,
    /// What the request names is not there.
    NotFound,
    /// The request collides with the present state.
    Conflict,
    /// What the request names was there once.
    Gone,
    /// The request is too large.
    TooLarge,
    /// Too many requests in a short time.
    RateLimited,
    /// What the account may use is used up.
    QuotaExceeded,
    /// The place in a listing is no longer known.
    CursorExpired,
    /// The provider cannot answer now.
    Unavailable,
    /// An error of the provider that none of the others describes.
    Provider,
}
