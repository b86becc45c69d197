//! Expressions, parsed and type-checked by the compiler: a tree that only needs to be evaluated.

/// An expression of the manifest language, checked. Evaluating it can fail only for reasons that lie in the
/// data: a value that is absent, or not of the type that the manifest declares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expression<'a>(Node<'a>);

/// One node of an expression, as [`Expression::node`] shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node<'a> {
    /// `none`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A text, taken literally.
    Text(&'a str),
    /// A value of a scope: `config.region`, `response.body.items[0].id`.
    Reference(Scope, &'a [Key<'a>]),
    /// A member of a computed value.
    Member(&'a Expression<'a>, Key<'a>),
    /// A member whose name or index is itself computed: `response.body[config.key]`.
    Index(&'a Expression<'a>, &'a Expression<'a>),
    /// Texts one after the other: a template, or `a ~ b`.
    Concat(&'a [Expression<'a>]),
    /// A list.
    List(&'a [Expression<'a>]),
    /// A mapping, in the order in which it is sent.
    Map(&'a [Entry<'a>]),
    /// `not x`, `-x`.
    Unary(UnaryOperator, &'a Expression<'a>),
    /// `a + b`, `a == b`, `a and b`, ….
    Binary(BinaryOperator, &'a Expression<'a>, &'a Expression<'a>),
    /// `then if condition else otherwise`: condition, then, otherwise.
    If(&'a Expression<'a>, &'a Expression<'a>, &'a Expression<'a>),
    /// `value | filter(arguments)`.
    Filter(Filter, &'a Expression<'a>, &'a [Expression<'a>]),
}

impl<'a> Expression<'a> {
    /// The null value.
    pub const NULL: Self = Self(Node::Null);

    /// A boolean.
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        Self(Node::Bool(value))
    }

    /// A whole number.
    #[must_use]
    pub const fn int(value: i64) -> Self {
        Self(Node::Int(value))
    }

    /// A number that is not whole.
    #[must_use]
    pub const fn float(value: f64) -> Self {
        Self(Node::Float(value))
    }

    /// A literal text.
    #[must_use]
    pub const fn text(value: &'a str) -> Self {
        Self(Node::Text(value))
    }

    /// A value of a scope.
    #[must_use]
    pub const fn reference(scope: Scope, path: &'a [Key<'a>]) -> Self {
        Self(Node::Reference(scope, path))
    }

    /// A member of a computed value.
    #[must_use]
    pub const fn member(of: &'a Expression<'a>, key: Key<'a>) -> Self {
        Self(Node::Member(of, key))
    }

    /// A member whose key is computed.
    #[must_use]
    pub const fn index(of: &'a Expression<'a>, key: &'a Expression<'a>) -> Self {
        Self(Node::Index(of, key))
    }

    /// Texts one after the other.
    #[must_use]
    pub const fn concat(parts: &'a [Expression<'a>]) -> Self {
        Self(Node::Concat(parts))
    }

    /// A list of values.
    #[must_use]
    pub const fn list(items: &'a [Expression<'a>]) -> Self {
        Self(Node::List(items))
    }

    /// A mapping.
    #[must_use]
    pub const fn map(entries: &'a [Entry<'a>]) -> Self {
        Self(Node::Map(entries))
    }

    /// An operator on one value.
    #[must_use]
    pub const fn unary(operator: UnaryOperator, operand: &'a Expression<'a>) -> Self {
        Self(Node::Unary(operator, operand))
    }

    /// An operator between two values.
    #[must_use]
    pub const fn binary(
        operator: BinaryOperator,
        left: &'a Expression<'a>,
        right: &'a Expression<'a>,
    ) -> Self {
        Self(Node::Binary(operator, left, right))
    }

    /// `then if condition else otherwise`.
    #[must_use]
    pub const fn conditional(
        condition: &'a Expression<'a>,
        then: &'a Expression<'a>,
        otherwise: &'a Expression<'a>,
    ) -> Self {
        Self(Node::If(condition, then, otherwise))
    }

    /// A value passed through a filter.
    #[must_use]
    pub const fn filter(filter: Filter, value: &'a Expression<'a>, arguments: &'a [Expression<'a>]) -> Self {
        Self(Node::Filter(filter, value, arguments))
    }

    /// The tree's root.
    #[must_use]
    pub const fn node(&self) -> Node<'a> {
        self.0
    }
}

/// Where a [`Node::Reference`] looks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The connection's config fields.
    Config,
    /// What the integrator registered with the provider.
    App,
    /// The fields of the chosen auth method.
    Credentials,
    /// The action's inputs, by the manifest's names.
    Input,
    /// `status`, `headers` (names in lower case), `body` (JSON), `xml`, `text`, `cookies` and `cookie` of the answer.
    Response,
    /// What steps kept of their answers.
    Captured,
    /// The request that is being signed: `method`, `url`, `scheme`, `host`, `path`, `query` (its text), `params`,
    /// `headers` and `body` (bytes).
    Request,
    /// The query with which the provider sends a person back.
    Callback,
    /// What a step of OAuth carries: `code`, `redirect_uri`, `code_verifier`, `code_challenge`, `state`, `scope` and
    /// `device_code`.
    OAuth,
    /// The instant of the request: a value by itself, without a path.
    Now,
    /// A random UUID, one for each request: a value by itself, without a path.
    Uuid,
    /// A random text of 32 hexadecimal digits, one for each request: a value by itself, without a path.
    Nonce,
}

/// One step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Key<'a> {
    /// A member of an object.
    Name(&'a str),
    /// An element of a list; a negative index counts from the end.
    Index(i64),
}

/// One member of a [`Node::Map`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    name: &'a str,
    value: Expression<'a>,
    optional: bool,
}

impl<'a> Entry<'a> {
    /// A member that is always sent.
    #[must_use]
    pub const fn new(name: &'a str, value: Expression<'a>) -> Self {
        Self { name, value, optional: false }
    }

    /// Leaves the member out where its value is absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The member's name.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The member's value.
    #[must_use]
    pub const fn value(&self) -> Expression<'a> {
        self.value
    }

    /// Whether an absent value leaves the member out.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        self.optional
    }
}

/// An operator on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnaryOperator {
    /// `not x`.
    Not,
    /// `-x`.
    Negate,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryOperator {
    /// `+` on numbers, on durations, and on an instant and a duration.
    Add,
    /// `-` on numbers, on durations and on instants.
    Subtract,
    /// `*` on numbers, and on a duration and a whole number.
    Multiply,
    /// `/` on numbers; the result is a float.
    Divide,
    /// `//` on numbers: division rounded down.
    FloorDivide,
    /// `%` on numbers: the remainder of `//`.
    Remainder,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `and`: the right side is evaluated only where the left is true.
    And,
    /// `or`: the right side is evaluated only where the left is false.
    Or,
    /// `in`: an element of a list, a part of a text, a member of an object.
    In,
}

/// A filter: a pure function of a value and some arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter {
    /// Text in lower case.
    Lower,
    /// Text in upper case.
    Upper,
    /// Text without white space at its ends.
    Trim,
    /// `replace(from, to)`.
    Replace,
    /// `split(separator)`.
    Split,
    /// `join(separator)`.
    Join,
    /// The first element or character.
    First,
    /// The last element or character.
    Last,
    /// The number of elements, members or characters.
    Length,
    /// `matches(pattern)`: whether a regular expression is found in a text.
    Matches,
    /// To a whole number.
    Int,
    /// To a number.
    Float,
    /// To a text.
    String,
    /// To JSON text.
    Json,
    /// `default(value)`: stands in for an absent or null value.
    Default,
    /// Bytes or text as base64 (RFC 4648, section 4).
    Base64,
    /// Bytes or text as base64url without padding (RFC 4648, section 5).
    Base64Url,
    /// Text in base64 as bytes.
    Base64Decode,
    /// Bytes or text as lower-case hexadecimal.
    Hex,
    /// Text in hexadecimal as bytes.
    HexDecode,
    /// A list as it is, one value as a list of one, and what is absent or null as an empty list: XML does not tell them
    /// apart.
    List,
    /// Text percent-encoded, all but RFC 3986's unreserved characters.
    UrlEncode,
    /// Bytes or text as a form encodes them: a space becomes `+`.
    FormEncode,
    /// The SHA-1 digest of bytes or text, as bytes.
    Sha1,
    /// The SHA-256 digest of bytes or text, as bytes.
    Sha256,
    /// The SHA-512 digest of bytes or text, as bytes.
    Sha512,
    /// The MD5 digest of bytes or text, as bytes.
    Md5,
    /// `hmac_sha1(key)`: the authentication code of bytes or text (RFC 2104), as bytes.
    HmacSha1,
    /// `hmac_sha256(key)`: the authentication code of bytes or text, as bytes.
    HmacSha256,
    /// `hmac_sha512(key)`: the authentication code of bytes or text, as bytes.
    HmacSha512,
    /// `ed25519(key)`: the signature of bytes or text with a private key in PEM, as bytes.
    Ed25519,
    /// The fingerprint of a key in PEM: `SHA256:` and the digest of its public key in base64.
    Fingerprint,
    /// The claims of a JSON Web Token, as an object. Its signature is not looked at.
    Claims,
    /// An instant as RFC 3339 writes it, in UTC.
    Rfc3339,
    /// The whole seconds from 1970 to an instant.
    Unix,
    /// The milliseconds from 1970 to an instant.
    UnixMs,
    /// `date(format)`: an instant by the directives of `strftime`, in UTC and English.
    Date,
    /// `parse_date(format)`: the instant that a text says; without a format, as RFC 3339 writes it.
    ParseDate,
    /// The duration that a text says: `90s`, `15m`, `1h`, `30d`, `500ms`, or as ISO 8601 writes it.
    Duration,
}
