//! Fields: what a person or a program supplies with a connection.

/// A config value, an app value or a credential.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field<'a> {
    name: &'a str,
    title: &'a str,
    format: Format<'a>,
    secret: bool,
    optional: bool,
    default: Option<&'a str>,
    choices: &'a [&'a str],
    pattern: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// A required field of any text.
    #[must_use]
    pub const fn new(name: &'a str) -> Self {
        Self {
            name,
            title: name,
            format: Format::Text,
            secret: false,
            optional: false,
            default: None,
            choices: &[],
            pattern: None,
        }
    }

    /// What a person reads when asked for it.
    #[must_use]
    pub const fn with_title(mut self, title: &'a str) -> Self {
        self.title = title;
        self
    }

    /// What the value must look like.
    #[must_use]
    pub const fn with_format(mut self, format: Format<'a>) -> Self {
        self.format = format;
        self
    }

    /// The value is never shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The value may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The value where none is given, as JSON.
    #[must_use]
    pub const fn with_default(mut self, json: &'a str) -> Self {
        self.default = Some(json);
        self
    }

    /// The only values that are taken.
    #[must_use]
    pub const fn with_choices(mut self, values: &'a [&'a str]) -> Self {
        self.choices = values;
        self
    }

    /// A regular expression that the value must match.
    #[must_use]
    pub const fn with_pattern(mut self, pattern: &'a str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Its name in the manifest.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// What a person reads when asked for it.
    #[must_use]
    pub const fn title(&self) -> &'a str {
        self.title
    }

    /// What the value must look like.
    #[must_use]
    pub const fn format(&self) -> Format<'a> {
        self.format
    }

    /// Whether the value is never shown.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether the value may be absent.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// The value where none is given, as JSON.
    #[must_use]
    pub const fn default(&self) -> Option<&'a str> {
        self.default
    }

    /// The only values that are taken; empty where any is.
    #[must_use]
    pub const fn choices(&self) -> &'a [&'a str] {
        self.choices
    }

    /// A regular expression that the value must match.
    #[must_use]
    pub const fn pattern(&self) -> Option<&'a str> {
        self.pattern
    }
}

/// What a field's value must look like.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Format<'a> {
    /// Any text without control characters.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One label of a host name: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?` (RFC 1123).
    HostLabel,
    /// The name of an HTTP header (RFC 9110, 5.1) that neither HTTP nor another auth method reserves.
    HeaderName,
    /// An origin (RFC 6454): scheme, host and port, whose host matches one of these patterns (`*.example.com`
    /// stands for one label or more). An empty list takes any host, which whoever connects has confirmed.
    Origin(&'a [&'a str]),
    /// A URL without query and fragment whose host is confined likewise.
    Url(&'a [&'a str]),
}
