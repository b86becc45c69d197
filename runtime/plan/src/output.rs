//! What an action answers.

use crate::Expression;

/// One answer of an action: the statuses that announce it and where its value stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer<'a> {
    status: StatusSet<'a>,
    media: Media,
    from: Option<Expression<'a>>,
    headers: &'a [&'a str],
}

impl<'a> Answer<'a> {
    /// An answer whose value is the whole body.
    #[must_use]
    pub const fn new(status: StatusSet<'a>, media: Media) -> Self {
        Self { status, media, from: None, headers: &[] }
    }

    /// The value is a part of the JSON body.
    #[must_use]
    pub const fn with_from(mut self, from: Expression<'a>) -> Self {
        self.from = Some(from);
        self
    }

    /// Response headers that belong to the value. The value is then an object: `body` (where the answer has
    /// one) and a member for each header, named as here, in lower case.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [&'a str]) -> Self {
        self.headers = headers;
        self
    }

    /// The statuses that announce it.
    #[must_use]
    pub const fn status(&self) -> StatusSet<'a> {
        self.status
    }

    /// How the body is read.
    #[must_use]
    pub const fn media(&self) -> Media {
        self.media
    }

    /// The part of the JSON body that is the value.
    #[must_use]
    pub const fn from(&self) -> Option<Expression<'a>> {
        self.from
    }

    /// Response headers that belong to the value.
    #[must_use]
    pub const fn headers(&self) -> &'a [&'a str] {
        self.headers
    }
}

/// How a response body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Media {
    /// The body is ignored.
    None,
    /// JSON (RFC 8259).
    Json,
    /// The body is one text in UTF-8.
    Text,
    /// The body is bytes.
    Binary,
}

/// A set of HTTP statuses: inclusive ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusSet<'a>(&'a [(u16, u16)]);

impl<'a> StatusSet<'a> {
    /// 200 to 299.
    pub const SUCCESS: StatusSet<'static> = StatusSet(&[(200, 299)]);

    /// The statuses within these inclusive ranges.
    #[must_use]
    pub const fn new(ranges: &'a [(u16, u16)]) -> Self {
        Self(ranges)
    }

    /// The inclusive ranges.
    #[must_use]
    pub const fn ranges(&self) -> &'a [(u16, u16)] {
        self.0
    }

    /// Whether a status is in the set.
    #[must_use]
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }
}
