//! The codes: one for each distinct cause with its distinct mend.

use super::Severity;
use super::Severity::{Error, Warning};

/// The code of a diagnostic: words that name the cause, as `unknown-key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(usize);

impl Code {
    /// The words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ROWS[self.0].words
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        ROWS[self.0].severity
    }

    /// Its page: the reason, a manifest that triggers it, one that does not, and the mend. Markdown.
    #[must_use]
    pub fn page(self) -> &'static str {
        ROWS[self.0].page
    }
}

/// All codes, in alphabetical order.
pub fn codes() -> impl Iterator<Item = Code> {
    (0..ROWS.len()).map(Code)
}

/// The page of the code of these words.
///
/// # Errors
///
/// The nearest code, where there is none of these words and one is near.
pub fn explain(words: &str) -> Result<Code, Option<Code>> {
    codes().find(|code| code.as_str() == words).ok_or_else(|| {
        let near = super::nearest(words, codes().map(Code::as_str));
        codes().find(|code| Some(code.as_str()) == near)
    })
}

struct Row {
    words: &'static str,
    severity: Severity,
    page: &'static str,
}

macro_rules! rows {
    ($($name:ident $severity:ident $words:literal;)*) => {
        const ROWS: &[Row] = &[$(Row {
            words: $words,
            severity: $severity,
            page: include_str!(concat!("../../diagnostics/", $words, ".md")),
        }),*];

        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "counts the rows below")]
        enum Place { $($name),* }

        impl Code {
            $(pub(crate) const $name: Self = Self(Place::$name as usize);)*
        }
    };
}

rows! {
    AMBIGUOUS_SCALAR Warning "ambiguous-scalar";
    BAD_DATE_FORMAT Error "bad-date-format";
    BAD_DURATION Error "bad-duration";
    BAD_EXPRESSION Error "bad-expression";
    BAD_HEADER_NAME Error "bad-header-name";
    BAD_HEADER_VALUE Error "bad-header-value";
    BAD_HOST_PATTERN Error "bad-host-pattern";
    BAD_INCLUDE Error "bad-include";
    BAD_LICENSE Error "bad-license";
    BAD_MEDIA_TYPE Error "bad-media-type";
    BAD_NAME Error "bad-name";
    BAD_PATH Error "bad-path";
    BAD_PATTERN Error "bad-pattern";
    BAD_STATUS Error "bad-status";
    BAD_URL Error "bad-url";
    BAD_VERSION Error "bad-version";
    BAD_XML Error "bad-xml";
    BODY_NOT_ALLOWED Error "body-not-allowed";
    CHOICES_MISMATCH Error "choices-mismatch";
    CONFLICTING_KEYS Error "conflicting-keys";
    CONSTANT_CONDITION Warning "constant-condition";
    CONTRADICTORY_LIMITS Error "contradictory-limits";
    CONTROL_CHARACTER Error "control-character";
    DUPLICATE_ANSWER Error "duplicate-answer";
    DUPLICATE_ENUM_VALUE Error "duplicate-enum-value";
    DUPLICATE_KEY Error "duplicate-key";
    DUPLICATE_PARAMETER Error "duplicate-parameter";
    EMPTY_MANIFEST Error "empty-manifest";
    EXPOSED_SECRET Error "exposed-secret";
    HIDDEN_CHARACTER Error "hidden-character";
    HOST_FROM_DATA Error "host-from-data";
    INCOMPLETE_TABLE Error "incomplete-table";
    LITERAL_SECRET Warning "literal-secret";
    MAY_BE_ABSENT Error "may-be-absent";
    MISSING_KEY Error "missing-key";
    MISSING_REASON Error "missing-reason";
    MISSING_SCHEME Warning "missing-scheme";
    NAME_COLLISION Error "name-collision";
    NOT_A_STRING_KEY Error "not-a-string-key";
    NUMBER_OUT_OF_RANGE Error "number-out-of-range";
    OPTIONAL_PATH_INPUT Error "optional-path-input";
    PLAIN_HTTP Error "plain-http";
    RESERVED_HEADER Error "reserved-header";
    RESERVED_PARAMETER Error "reserved-parameter";
    SCHEMA_DISAGREES Error "schema-disagrees";
    SEVERAL_DOCUMENTS Error "several-documents";
    TEST_NEEDS_INPUT Error "test-needs-input";
    TEST_NOT_READ Error "test-not-read";
    TOO_DEEP Error "too-deep";
    TOO_LARGE Error "too-large";
    TOO_MANY_ALIASES Error "too-many-aliases";
    TYPE_HOLDS_ITSELF Error "type-holds-itself";
    UNKNOWN_ACTION Error "unknown-action";
    UNKNOWN_ALIAS Error "unknown-alias";
    UNKNOWN_AUTH_METHOD Error "unknown-auth-method";
    UNKNOWN_FILTER Error "unknown-filter";
    UNKNOWN_INPUT Error "unknown-input";
    UNKNOWN_KEY Error "unknown-key";
    UNKNOWN_NAME Error "unknown-name";
    UNKNOWN_PARAMETER Error "unknown-parameter";
    UNKNOWN_SERVER Error "unknown-server";
    UNKNOWN_TYPE Error "unknown-type";
    UNKNOWN_VALUE Error "unknown-value";
    UNMATCHED_EXAMPLE Error "unmatched-example";
    UNNAMEABLE Error "unnameable";
    UNREACHABLE_RULE Warning "unreachable-rule";
    UNSUPPORTED_JINJA Error "unsupported-jinja";
    UNSUPPORTED_KEYWORD Error "unsupported-keyword";
    UNSUPPORTED_LANGUAGE Error "unsupported-language";
    UNSUPPORTED_UNION Error "unsupported-union";
    UNUSED_FIELD Warning "unused-field";
    UNUSED_INPUT Warning "unused-input";
    UNUSED_TYPE Warning "unused-type";
    WEAK_CHOICE Warning "weak-choice";
    WRONG_ARGUMENTS Error "wrong-arguments";
    WRONG_DEFAULT Error "wrong-default";
    WRONG_TYPE Error "wrong-type";
    WRONG_TYPE_IN_EXPRESSION Error "wrong-type-in-expression";
    YAML_DIRECTIVE Error "yaml-directive";
    YAML_SYNTAX Error "yaml-syntax";
    YAML_TAG Error "yaml-tag";
}
