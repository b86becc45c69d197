//! Steps: single requests that obtain a token, renew it, give it back, or follow upon connecting.

use super::object::{described, object, words};
use super::{BaseUrl, Body, Line, Members, Snake, Statuses, Template, Token, Value};
use crate::document::{Kind, Node};
use crate::source::Spanned;
use crate::validate::decode::{Cx, Decode};

object! {
    /// One request: where it goes, what it must answer, and what is kept of the answer.
    "a step"
    pub struct Step {
        /// Sends a GET: a path behind the base URL (`/oauth/token`), an absolute URL or a table of them, or a captured one.
        get: "get" optional Spanned<BaseUrl>,
        /// Sends a HEAD: a path behind the base URL, an absolute URL or a table of them, or a captured one.
        head: "head" optional Spanned<BaseUrl>,
        /// Sends a POST: a path behind the base URL (`/oauth/token`), an absolute URL or a table of them, or a captured one.
        post: "post" optional Spanned<BaseUrl>,
        /// Sends a PUT: a path behind the base URL, an absolute URL or a table of them, or a captured one.
        put: "put" optional Spanned<BaseUrl>,
        /// Sends a PATCH: a path behind the base URL, an absolute URL or a table of them, or a captured one.
        patch: "patch" optional Spanned<BaseUrl>,
        /// Sends a DELETE: a path behind the base URL, an absolute URL or a table of them, or a captured one.
        delete: "delete" optional Spanned<BaseUrl>,
        /// Query parameters: templates, which may name secrets.
        query: "query" default Members<Token, Spanned<Template>>,
        /// Headers: templates, which may name secrets. `authorization` and `cookie` may be set here.
        headers: "headers" default Members<Token, Spanned<Template>>,
        /// What the request carries.
        body: "body" optional Body,
        /// What the answer must be. A status from 200 to 299 unless said otherwise.
        expect: "expect" optional StepExpect,
        /// What is kept of the answer; later templates see it as `captured.NAME`.
        capture: "capture" default Members<Snake, Capture>,
        /// What whoever connects chooses from the answer; only in `connect`.
        choose: "choose" optional Choose,
        /// `none`: sent without credentials; only in `connect` and `disconnect`, whose steps have them.
        auth: "auth" optional Spanned<StepAuth>,
    }
}

impl Step {
    /// The methods and URLs that are said; a step has just one.
    pub fn routes(&self) -> impl Iterator<Item = (couplet_plan::Method, &Spanned<BaseUrl>)> {
        use couplet_plan::Method;
        [
            (Method::Get, &self.get),
            (Method::Head, &self.head),
            (Method::Post, &self.post),
            (Method::Put, &self.put),
            (Method::Patch, &self.patch),
            (Method::Delete, &self.delete),
        ]
        .into_iter()
        .filter_map(|(method, url)| url.as_ref().map(|url| (method, url)))
    }
}

/// The keys that make a mapping a step.
pub(crate) const ROUTES: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

words! {
    /// Whether a step is sent with credentials.
    "auth of a step"
    pub enum StepAuth {
        /// Without credentials.
        None = "none",
    }
}

object! {
    /// What an answer must be.
    "`expect`"
    pub struct StepExpect {
        /// The statuses that are a success: `200`, `2xx`, a list. From 200 to 299 unless said.
        status: "status" optional Spanned<Statuses>,
        /// What must be true of the answer, too: `'{{ response.body.ok }}'`. What is absent makes it false.
        condition: "if" optional Spanned<Template>,
    }
}

/// A value that is kept: a template, or a template with what is to be known of it.
#[derive(Debug, Clone)]
pub enum Capture {
    /// The template alone.
    Template(Spanned<Template>),
    /// With more.
    Described(CaptureFields),
}

impl Capture {
    /// Where its value comes from.
    #[must_use]
    pub fn template(&self) -> &Spanned<Template> {
        match self {
            Self::Template(template) => template,
            Self::Described(fields) => &fields.value,
        }
    }
}

object! {
    /// A value that is kept.
    "a capture"
    pub struct CaptureFields {
        /// Where the value comes from: `'{{ response.body.instance_url }}'`.
        value: "value" required Spanned<Template>,
        /// Whether the value is never shown. What token requests and logins answer is secret unless said otherwise.
        secret: "secret" optional bool,
        /// Whether the value may be absent.
        optional: "optional" optional bool,
        /// What the value is: an `origin` (`https://host`) or a `url`, to which requests may go; or a `host-label`, one label of
        /// a host.
        format: "format" optional Spanned<CaptureFormat>,
        /// The hosts that an origin or a URL may have: `['*.my.salesforce.com']`.
        within: "within" optional Spanned<Vec<Spanned<Value>>>,
        /// Whether the origin or the URL may be any, because whoever connects names the provider's own server.
        self_hosted: "self_hosted" optional bool,
    }
}

words! {
    /// What a captured value is.
    "format of a capture"
    pub enum CaptureFormat {
        /// Scheme, host and port: `https://acme.example.com`.
        Origin = "origin",
        /// A URL without query and fragment.
        Url = "url",
        /// One label of a host name.
        HostLabel = "host-label",
    }
}

object! {
    /// What whoever connects chooses, as one of several sites. Where there is just one, it is taken.
    "`choose`"
    pub struct Choose {
        /// The name of the capture: later templates see the chosen value as `captured.NAME`.
        name: "name" required Spanned<Line>,
        /// The list to choose from: `'{{ response.body }}'`.
        from: "from" required Spanned<Template>,
        /// The member of each element that is its value.
        value: "value" required Spanned<Line>,
        /// The member of each element that a person reads. The value unless said otherwise.
        label: "label" optional Spanned<Line>,
        /// What the value is: an `origin` or a `url`, to which requests may go.
        format: "format" optional Spanned<CaptureFormat>,
        /// The hosts that an origin or a URL may have.
        within: "within" optional Spanned<Vec<Spanned<Value>>>,
    }
}

impl Decode for Capture {
    fn decode(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => CaptureFields::decode(node, cx).map(Self::Described),
            _ => Spanned::<Template>::decode(node, cx).map(Self::Template),
        }
    }
}

impl schemars::JsonSchema for Capture {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Capture".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let template = generator.subschema_for::<Template>();
        let fields = generator.subschema_for::<CaptureFields>();
        described(
            schemars::json_schema!({ "anyOf": [template, fields] }),
            &["A value that is kept: a template, or `{value: …}` with what is to be known of it."],
        )
    }
}
