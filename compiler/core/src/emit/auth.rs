//! Auth methods, printed from the Plan.

use couplet_plan::{
    Assertion, AuthKind, AuthMethod, Authorization, AwsSigV4, Capture, Choice, Expression, Field, Flow,
    Format, NamedTemplate, OAuth1, StatusSet, Step, StepUrl, Token, TokenResponse,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::plan::{
    body, expression, field, list, origin, path_part, rule, server, setter, statuses, template, variant,
};

/// An auth method.
pub(super) fn method(method: &AuthMethod<'_>) -> TokenStream {
    let name = method.name();
    let fields = list(method.fields().iter().map(field));
    let made = match method.kind() {
        AuthKind::None => quote!(v1::AuthMethod::none(#name)),
        AuthKind::Basic(user, password) => {
            let (user, password) = (expression(&user), expression(&password));
            quote!(v1::AuthMethod::basic(#name, #fields, #user, #password))
        }
        AuthKind::Bearer(scheme, token) => {
            let token = expression(&token);
            quote!(v1::AuthMethod::bearer(#name, #fields, #scheme, #token))
        }
        AuthKind::ApiKey(location, key, value) => {
            let location = variant("KeyLocation", &location);
            let (key, value) = (expression(&key), expression(&value));
            quote!(v1::AuthMethod::api_key(#name, #fields, #location, #key, #value))
        }
        kind => {
            let kind = self::kind(&kind);
            quote!(v1::AuthMethod::new(#name, #fields, #kind))
        }
    };
    let app = setter("with_app", method.app().iter().map(|app: &Field<'_>| field(app)).collect());
    let headers = templates("with_headers", method.headers());
    let query = templates("with_query", method.query());
    let body = part("with_body", method.body());
    let connect = steps("with_connect", method.connect());
    let disconnect = steps("with_disconnect", method.disconnect());
    let certificate = method.certificate().map(|(certificate, key)| {
        let (certificate, key) = (expression(&certificate), expression(&key));
        quote!(.with_certificate(#certificate, #key))
    });
    quote!(#made #app #headers #query #body #connect #disconnect #certificate)
}

fn kind(kind: &AuthKind<'_>) -> TokenStream {
    match kind {
        AuthKind::Token(token) => {
            let token = self::token(token);
            quote!(v1::AuthKind::Token(&#token))
        }
        AuthKind::Signature => quote!(v1::AuthKind::Signature),
        AuthKind::Certificate => quote!(v1::AuthKind::Certificate),
        AuthKind::AwsSigV4(aws) => {
            let aws = self::aws(aws);
            quote!(v1::AuthKind::AwsSigV4(&#aws))
        }
        AuthKind::OAuth1(oauth) => {
            let oauth = oauth1(oauth);
            quote!(v1::AuthKind::OAuth1(&#oauth))
        }
        AuthKind::Digest(user, password) => {
            let (user, password) = (expression(user), expression(password));
            quote!(v1::AuthKind::Digest(#user, #password))
        }
        _ => quote!(compile_error!("this auth method is unknown to the printer")),
    }
}

fn templates(name: &str, templates: &[NamedTemplate<'_>]) -> Option<TokenStream> {
    setter(name, templates.iter().map(template).collect())
}

fn steps(name: &str, steps: &[Step<'_>]) -> Option<TokenStream> {
    setter(name, steps.iter().map(step).collect())
}

/// A setter with an expression, where there is one.
fn part(name: &str, value: Option<Expression<'_>>) -> Option<TokenStream> {
    value.map(|value| {
        let (name, value) = (format_ident!("{name}"), expression(&value));
        quote!(.#name(#value))
    })
}

fn token(token: &Token<'_>) -> TokenStream {
    let flow = match token.flow() {
        Flow::Direct => quote!(v1::Flow::Direct),
        Flow::AuthorizationCode(authorization) => {
            let authorization = self::authorization(&authorization);
            quote!(v1::Flow::AuthorizationCode(#authorization))
        }
        Flow::DeviceCode(begin) => {
            let begin = step(&begin);
            quote!(v1::Flow::DeviceCode(#begin))
        }
        _ => quote!(compile_error!("this flow is unknown to the printer")),
    };
    let obtain = list(token.obtain().iter().map(step));
    let response = response(&token.response());
    let discovery = part("with_discovery", token.discovery());
    let prepare = steps("with_prepare", token.prepare());
    let refresh = token.refresh().map(|refresh| {
        let refresh = list(refresh.iter().map(step));
        quote!(.with_refresh(#refresh))
    });
    let revoke = steps("with_revoke", token.revoke());
    let callback = setter("with_callback", token.callback().iter().map(capture).collect());
    let captures = setter("with_captures", token.captures().iter().map(capture).collect());
    let assertion = token.assertion().map(|assertion| {
        let assertion = self::assertion(&assertion);
        quote!(.with_assertion(#assertion))
    });
    let scopes = (!token.scopes().is_empty() || token.scope_separator() != " ").then(|| {
        let (scopes, separator) = (token.scopes().iter(), token.scope_separator());
        quote!(.with_scopes(&[#(#scopes),*], #separator))
    });
    let lifetime = token.lifetime().map(|seconds| {
        let seconds = Literal::u32_unsuffixed(seconds);
        quote!(.with_lifetime(#seconds))
    });
    let unsaid = Token::new(Flow::Direct, &[], TokenResponse::NONE).refresh_before();
    let margin = (token.refresh_before() != unsaid).then(|| {
        let seconds = Literal::u32_unsuffixed(token.refresh_before());
        quote!(.with_refresh_before(#seconds))
    });
    let expired = setter("with_expired", token.expired().iter().map(rule).collect());
    quote! {
        v1::Token::new(#flow, #obtain, #response)#discovery #prepare #refresh #revoke #callback #captures #assertion #scopes
            #lifetime #margin #expired
    }
}

fn authorization(authorization: &Authorization<'_>) -> TokenStream {
    let url = server(&authorization.url());
    let query = list(authorization.query().iter().map(template));
    let fragment = authorization.fragment().map(|fragment| quote!(.with_fragment(#fragment)));
    let code = (authorization.code() != "code").then(|| {
        let code = authorization.code();
        quote!(.with_code(#code))
    });
    let pkce = (!authorization.pkce()).then(|| quote!(.without_pkce()));
    let issuer = part("with_issuer", authorization.issuer());
    quote!(v1::Authorization::new(#url, #query)#fragment #code #pkce #issuer)
}

fn response(response: &TokenResponse<'_>) -> TokenStream {
    let made = match response.access_token() {
        Some(token) => {
            let token = expression(&token);
            quote!(v1::TokenResponse::new(#token))
        }
        None => quote!(v1::TokenResponse::NONE),
    };
    let kind = part("with_token_type", response.token_type());
    let refresh = part("with_refresh_token", response.refresh_token());
    let scope = part("with_scope", response.scope());
    let expires_in = response.expires_in().map(|value| {
        let (value, unit) = (expression(&value), Literal::u32_unsuffixed(response.expires_unit()));
        quote!(.with_expires_in(#value, #unit))
    });
    let expires_at = part("with_expires_at", response.expires_at());
    quote!(#made #kind #refresh #scope #expires_in #expires_at)
}

fn assertion(assertion: &Assertion<'_>) -> TokenStream {
    let algorithm = variant("Algorithm", &assertion.algorithm());
    let (key, claims) = (expression(&assertion.key()), expression(&assertion.claims()));
    let lifetime = Literal::u32_unsuffixed(assertion.lifetime());
    let header = part("with_header", assertion.header());
    quote!(v1::Assertion::new(#algorithm, #key, #claims, #lifetime)#header)
}

fn step(step: &Step<'_>) -> TokenStream {
    let method = variant("Method", &step.method());
    let url = match step.url() {
        StepUrl::Path(place, parts) => {
            let (place, parts) = (Literal::u16_unsuffixed(place), list(parts.iter().map(path_part)));
            quote!(v1::StepUrl::Path(#place, #parts))
        }
        StepUrl::Url(url) => {
            let url = server(&url);
            quote!(v1::StepUrl::Url(#url))
        }
        _ => quote!(compile_error!("this URL is unknown to the printer")),
    };
    let query = templates("with_query", step.query());
    let headers = templates("with_headers", step.headers());
    let body = step.body().map(|carried| {
        let carried = body(&carried);
        quote!(.with_body(#carried))
    });
    let status = (step.status() != StatusSet::SUCCESS).then(|| {
        let status = statuses(step.status());
        quote!(.with_status(#status))
    });
    let condition = part("with_condition", step.condition());
    let captures = setter("with_captures", step.captures().iter().map(capture).collect());
    let choice = step.choice().map(|choice| {
        let choice = self::choice(&choice);
        quote!(.with_choice(#choice))
    });
    let bare = step.is_bare().then(|| quote!(.bare()));
    quote!(v1::Step::new(#method, #url)#query #headers #body #status #condition #captures #choice #bare)
}

/// The setter of a format, where it is one.
fn confined(format: &Format<'_>) -> Option<TokenStream> {
    (*format != Format::Text).then(|| {
        let format =
            if *format == Format::HostLabel { quote!(v1::Format::HostLabel) } else { origin(format) };
        quote!(.with_format(#format))
    })
}

fn capture(capture: &Capture<'_>) -> TokenStream {
    let (name, value) = (capture.name(), expression(&capture.value()));
    let format = confined(&capture.format());
    let secret = capture.is_secret().then(|| quote!(.secret()));
    let optional = capture.is_optional().then(|| quote!(.optional()));
    quote!(v1::Capture::new(#name, #value)#format #secret #optional)
}

fn choice(choice: &Choice<'_>) -> TokenStream {
    let (name, from, value, label) =
        (choice.name(), expression(&choice.from()), choice.value(), choice.label());
    let format = confined(&choice.format());
    quote!(v1::Choice::new(#name, #from, #value, #label)#format)
}

fn aws(aws: &AwsSigV4<'_>) -> TokenStream {
    let (id, secret) = (expression(&aws.access_key_id()), expression(&aws.secret_access_key()));
    let (region, service) = (expression(&aws.region()), expression(&aws.service()));
    let token = part("with_session_token", aws.session_token());
    let hash = aws.payload_hash().then(|| quote!(.with_payload_hash()));
    quote!(v1::AwsSigV4::new(#id, #secret, #region, #service)#token #hash)
}

fn oauth1(oauth: &OAuth1<'_>) -> TokenStream {
    let method = variant("SignatureMethod", &oauth.method());
    let (key, secret) = (expression(&oauth.consumer_key()), expression(&oauth.consumer_secret()));
    let token = oauth.token().zip(oauth.token_secret()).map(|(token, secret)| {
        let (token, secret) = (expression(&token), expression(&secret));
        quote!(.with_token(#token, #secret))
    });
    let realm = part("with_realm", oauth.realm());
    let dance = oauth.dance().map(|dance| {
        let urls = [dance.request_token_url(), dance.authorization_url(), dance.token_url()];
        let urls = urls.iter().map(server);
        let (query, callback) = (list(dance.query().iter().map(template)), expression(&dance.callback()));
        quote!(.with_dance(v1::OAuth1Dance::new(#(#urls),*, #query, #callback)))
    });
    quote!(v1::OAuth1::new(#method, #key, #secret)#token #realm #dance)
}
