//! The module `plan`: the Plan as statics, printed from the Plan itself.

use couplet_plan::{
    Action, Answer, Body, BodyKind, Connector as Shared, ErrorRule, Expression, Field, Format, Input, Key,
    NamedTemplate, Nesting, Node, PathPart, Server, ServerKind, StatusSet, Style,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::auth;
use super::print::{self, Module};
use super::tokens::ident;
use crate::connector::Connector;

/// One static for what all actions share, one for each action, and one for tools.
pub(super) fn module(connector: &Connector<'_>) -> Module {
    let shared = shared(&connector.plan.connector());
    let mut items =
        vec![print::items(quote!(pub(super) static CONNECTOR: v1::Connector<'static> = #shared;))];
    for (plan, rust) in connector.plan.actions().iter().zip(&connector.actions) {
        let (name, action) = (ident(&rust.constant), action(plan));
        items.push(print::items(quote!(pub(super) static #name: v1::Action<'static> = #action;)));
    }
    let names = connector.actions.iter().map(|action| ident(&action.constant));
    let schemas = connector.plan.schemas();
    let test = connector.plan.test().map(|test| {
        let place = connector.plan.actions().iter().position(|action| *action == test);
        match place.and_then(|place| connector.actions.get(place)) {
            Some(action) => {
                let name = ident(&action.constant);
                quote!(.with_test(#name))
            }
            None => {
                let test = action(&test);
                quote!(.with_test(#test))
            }
        }
    });
    items.push(print::items(quote! {
        /// The whole connector as data, for mocks and tools.
        pub static PLAN: v1::Plan<'static> = v1::Plan::new(CONNECTOR, &[#(#names),*])#test.with_schemas(#schemas);
    }));
    Module {
        name: "plan",
        path: "src/plan.rs",
        visibility: "",
        summary: "What the runtime executes.",
        imports: vec!["use couplet_runtime::generated::v1;".to_owned()],
        items,
    }
}

pub(super) fn list(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!(&[#(#items),*])
}

/// A setter with a list, where the list holds anything.
pub(super) fn setter(name: &str, items: Vec<TokenStream>) -> Option<TokenStream> {
    let name = format_ident!("{name}");
    (!items.is_empty()).then(|| quote!(.#name(&[#(#items),*])))
}

fn shared(connector: &Shared<'_>) -> TokenStream {
    let (name, version) = (connector.name(), connector.version());
    let servers = list(connector.servers().iter().map(server));
    let auth = list(connector.auth().iter().map(auth::method));
    let config = setter("with_config", connector.config().iter().map(field).collect());
    let app = setter("with_app", connector.app().iter().map(field).collect());
    let query = setter("with_query", connector.query().iter().map(template).collect());
    let headers = setter("with_headers", connector.headers().iter().map(template).collect());
    let errors = setter("with_errors", connector.errors().iter().map(rule).collect());
    quote!(v1::Connector::new(#name, #version, #servers, #auth)#config #app #query #headers #errors)
}

pub(super) fn server(server: &Server<'_>) -> TokenStream {
    let name = server.name();
    match server.kind() {
        ServerKind::Table(by, rows) => {
            let rows = list(rows.iter().map(template));
            quote!(v1::Server::table(#name, #by, #rows))
        }
        ServerKind::Url(url) => {
            let url = expression(&url);
            quote!(v1::Server::new(#name, #url))
        }
        _ => quote!(compile_error!("this server is unknown to the printer")),
    }
}

pub(super) fn field(field: &Field<'_>) -> TokenStream {
    let name = field.name();
    let title = (field.title() != name).then(|| {
        let title = field.title();
        quote!(.with_title(#title))
    });
    let format = match field.format() {
        Format::Text => None,
        Format::Integer => Some(quote!(v1::Format::Integer)),
        Format::Number => Some(quote!(v1::Format::Number)),
        Format::Boolean => Some(quote!(v1::Format::Boolean)),
        Format::HostLabel => Some(quote!(v1::Format::HostLabel)),
        Format::HeaderName => Some(quote!(v1::Format::HeaderName)),
        format => Some(origin(&format)),
    };
    let format = format.map(|format| quote!(.with_format(#format)));
    let secret = field.is_secret().then(|| quote!(.secret()));
    let optional = field.is_optional().then(|| quote!(.optional()));
    let default = field.default().map(|json| quote!(.with_default(#json)));
    let choices = setter("with_choices", field.choices().iter().map(|choice| quote!(#choice)).collect());
    let pattern = field.pattern().map(|pattern| quote!(.with_pattern(#pattern)));
    quote!(v1::Field::new(#name)#title #format #secret #optional #default #choices #pattern)
}

/// A format that confines hosts.
pub(super) fn origin(format: &Format<'_>) -> TokenStream {
    match format {
        Format::Origin(hosts) => {
            let hosts = hosts.iter();
            quote!(v1::Format::Origin(&[#(#hosts),*]))
        }
        Format::Url(hosts) => {
            let hosts = hosts.iter();
            quote!(v1::Format::Url(&[#(#hosts),*]))
        }
        _ => quote!(compile_error!("this format is unknown to the printer")),
    }
}

/// A variant without fields: its name is what `Debug` says.
pub(super) fn variant(ty: &str, value: &dyn std::fmt::Debug) -> TokenStream {
    let (ty, variant) = (format_ident!("{ty}"), format_ident!("{}", format!("{value:?}")));
    quote!(v1::#ty::#variant)
}

pub(super) fn rule(rule: &ErrorRule<'_>) -> TokenStream {
    let kind = variant("ErrorKind", &rule.kind());
    let status = rule.status().map(|status| {
        let status = statuses(status);
        quote!(.with_status(#status))
    });
    let part = |name: &str, value: Option<Expression<'_>>| {
        value.map(|value| {
            let (name, value) = (format_ident!("{name}"), expression(&value));
            quote!(.#name(#value))
        })
    };
    let condition = part("with_condition", rule.condition());
    let code = part("with_code", rule.code());
    let message = part("with_message", rule.message());
    quote!(v1::ErrorRule::new(#kind)#status #condition #code #message)
}

pub(super) fn statuses(set: StatusSet<'_>) -> TokenStream {
    if set == StatusSet::SUCCESS {
        return quote!(v1::StatusSet::SUCCESS);
    }
    let ranges = set.ranges().iter().map(|(first, last)| {
        let (first, last) = (Literal::u16_unsuffixed(*first), Literal::u16_unsuffixed(*last));
        quote!((#first, #last))
    });
    quote!(v1::StatusSet::new(&[#(#ranges),*]))
}

pub(super) fn template(template: &NamedTemplate<'_>) -> TokenStream {
    let (name, value) = (template.name(), expression(&template.value()));
    let optional = template.is_optional().then(|| quote!(.optional()));
    quote!(v1::NamedTemplate::new(#name, #value)#optional)
}

fn action(action: &Action<'_>) -> TokenStream {
    let name = action.name();
    let (method, effect) = (variant("Method", &action.method()), variant("Effect", &action.effect()));
    let path = list(action.path().iter().map(path_part));
    let server = (action.server() != 0).then(|| {
        let place = Literal::u16_unsuffixed(action.server());
        quote!(.with_server(#place))
    });
    let auth = action.auth().map(|places| {
        let places = places.iter().map(|place| Literal::u16_unsuffixed(*place));
        quote!(.with_auth(&[#(#places),*]))
    });
    let inputs = setter("with_inputs", action.inputs().iter().map(input).collect());
    let query = setter("with_query", action.query().iter().map(template).collect());
    let headers = setter("with_headers", action.headers().iter().map(template).collect());
    let body = action.body().map(|body| {
        let body = self::body(&body);
        quote!(.with_body(#body))
    });
    let answers = setter("with_answers", action.answers().iter().map(answer).collect());
    quote!(v1::Action::new(#name, #method, #path, #effect)#server #auth #inputs #query #headers #body #answers)
}

pub(super) fn path_part(part: &PathPart<'_>) -> TokenStream {
    match part {
        PathPart::Literal(text) => quote!(v1::PathPart::Literal(#text)),
        PathPart::Input(place) => {
            let place = Literal::u16_unsuffixed(*place);
            quote!(v1::PathPart::Input(#place))
        }
        PathPart::Template(value) => {
            let value = expression(value);
            quote!(v1::PathPart::Template(#value))
        }
        _ => quote!(compile_error!("this part of a path is unknown to the printer")),
    }
}

fn input(input: &Input<'_>) -> TokenStream {
    let (name, location) = (input.name(), variant("Location", &input.location()));
    let wire = (input.wire() != name).then(|| {
        let wire = input.wire();
        quote!(.with_wire(#wire))
    });
    let style = (input.style() != Style::FormExploded).then(|| {
        let style = variant("Style", &input.style());
        quote!(.with_style(#style))
    });
    let optional = input.is_optional().then(|| quote!(.optional()));
    let nullable = input.is_nullable().then(|| quote!(.nullable()));
    let secret = input.is_secret().then(|| quote!(.secret()));
    let bytes = input.is_bytes().then(|| quote!(.bytes()));
    let default = input.default().map(|json| quote!(.with_default(#json)));
    quote!(v1::Input::new(#name, #location)#wire #style #optional #nullable #secret #bytes #default)
}

pub(super) fn body(body: &Body<'_>) -> TokenStream {
    let kind = variant("BodyKind", &body.kind());
    let value = body.value().map(|value| {
        let value = expression(&value);
        quote!(.with_value(#value))
    });
    let nesting = (body.kind() == BodyKind::Form && body.nesting() != Nesting::Brackets).then(|| {
        let nesting = variant("Nesting", &body.nesting());
        quote!(.with_nesting(#nesting))
    });
    let content_type = body.content_type().map(|media| quote!(.with_content_type(#media)));
    quote!(v1::Body::new(#kind)#value #nesting #content_type)
}

fn answer(answer: &Answer<'_>) -> TokenStream {
    let (status, media) = (statuses(answer.status()), variant("Media", &answer.media()));
    let from = answer.from().map(|from| {
        let from = expression(&from);
        quote!(.with_from(#from))
    });
    let headers = setter("with_headers", answer.headers().iter().map(|name| quote!(#name)).collect());
    quote!(v1::Answer::new(#status, #media)#from #headers)
}

fn key(key: &Key<'_>) -> TokenStream {
    match key {
        Key::Name(name) => quote!(v1::Key::Name(#name)),
        Key::Index(index) => {
            let index = Literal::i64_unsuffixed(*index);
            quote!(v1::Key::Index(#index))
        }
        _ => quote!(compile_error!("this key is unknown to the printer")),
    }
}

pub(super) fn expression(value: &Expression<'_>) -> TokenStream {
    let of = |value: &Expression<'_>| {
        let value = expression(value);
        quote!(&#value)
    };
    match value.node() {
        Node::Null => quote!(v1::Expression::NULL),
        Node::Bool(value) => quote!(v1::Expression::bool(#value)),
        Node::Int(value) => {
            let value = Literal::i64_unsuffixed(value);
            quote!(v1::Expression::int(#value))
        }
        Node::Float(value) => {
            let value = Literal::f64_unsuffixed(value);
            quote!(v1::Expression::float(#value))
        }
        Node::Text(text) => quote!(v1::Expression::text(#text)),
        Node::Reference(scope, path) => {
            let (scope, path) = (variant("Scope", &scope), list(path.iter().map(key)));
            quote!(v1::Expression::reference(#scope, #path))
        }
        Node::Member(value, name) => {
            let (value, name) = (of(value), key(&name));
            quote!(v1::Expression::member(#value, #name))
        }
        Node::Index(value, index) => {
            let (value, index) = (of(value), of(index));
            quote!(v1::Expression::index(#value, #index))
        }
        Node::Concat(parts) => {
            let parts = list(parts.iter().map(expression));
            quote!(v1::Expression::concat(#parts))
        }
        Node::List(items) => {
            let items = list(items.iter().map(expression));
            quote!(v1::Expression::list(#items))
        }
        Node::Map(entries) => {
            let entries = list(entries.iter().map(|entry| {
                let (name, value) = (entry.name(), expression(&entry.value()));
                let optional = entry.is_optional().then(|| quote!(.optional()));
                quote!(v1::Entry::new(#name, #value)#optional)
            }));
            quote!(v1::Expression::map(#entries))
        }
        Node::Unary(operator, value) => {
            let (operator, value) = (variant("UnaryOperator", &operator), of(value));
            quote!(v1::Expression::unary(#operator, #value))
        }
        Node::Binary(operator, left, right) => {
            let (operator, left, right) = (variant("BinaryOperator", &operator), of(left), of(right));
            quote!(v1::Expression::binary(#operator, #left, #right))
        }
        Node::If(condition, then, otherwise) => {
            let (condition, then, otherwise) = (of(condition), of(then), of(otherwise));
            quote!(v1::Expression::conditional(#condition, #then, #otherwise))
        }
        Node::Filter(filter, value, arguments) => {
            let (filter, value) = (variant("Filter", &filter), of(value));
            let arguments = list(arguments.iter().map(expression));
            quote!(v1::Expression::filter(#filter, #value, #arguments))
        }
        _ => quote!(compile_error!("this expression is unknown to the printer")),
    }
}
