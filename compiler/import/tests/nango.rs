//! Nango's entries → manifests: what becomes of the sample that `tests/peers/nango` compares with Nango's own requests,
//! and what is said of entries that are wrong.

use couplet_compiler::{Diagnostics, SourceFile};
use couplet_import::{Catalogue, Import, Kind, nango};

const SAMPLE: &str = include_str!("../../../tests/peers/nango/sample.yaml");

fn import(text: &str) -> Catalogue {
    let mut diagnostics = Diagnostics::default();
    let source = SourceFile::new("providers.yaml", text);
    nango::import(&source, &mut diagnostics).unwrap_or_else(|_| panic!("{:?}", diagnostics.sorted()))
}

fn one<'c>(catalogue: &'c Catalogue, provider: &str) -> &'c Import {
    catalogue.imports.iter().find(|import| import.provider == provider).expect("the provider is there")
}

/// What is said of the only entry of a file: the line, the kind and the sentence.
fn said(text: &str) -> Vec<String> {
    let source = SourceFile::new("providers.yaml", text);
    let catalogue = import(text);
    let findings = catalogue.imports.iter().flat_map(|import| &import.findings);
    findings
        .map(|finding| {
            format!("{}: {}: {}", nango::line(&source, finding.span), finding.kind.as_str(), finding.message)
        })
        .collect()
}

/// An entry of a key, with further lines.
fn entry(more: &str) -> String {
    format!(
        "a:\n  display_name: A\n  auth_mode: API_KEY\n  docs: https://a.example\n  proxy:\n    base_url: https://a.example\n    headers: {{x-key: '${{apiKey}}'}}\n{more}"
    )
}

#[test]
fn every_entry_of_the_sample_is_a_manifest_or_says_why_not() {
    let catalogue = import(SAMPLE);
    assert!(catalogue.imports.len() >= 40, "{}", catalogue.imports.len());
    let without: Vec<_> = catalogue
        .imports
        .iter()
        .filter_map(|import| {
            import.manifest.as_ref().err().map(|reasons| (import.provider.as_str(), reasons))
        })
        .collect();
    let why = vec![
        "a plugin that is installed at the provider makes the connection; no request from here does"
            .to_owned(),
    ];
    assert_eq!(without, [("plugin", &why)]);
}

#[test]
fn equal_files_give_equal_bytes() {
    let texts = |catalogue: Catalogue| -> Vec<_> {
        catalogue.imports.into_iter().map(|import| (import.name, import.manifest)).collect()
    };
    assert_eq!(texts(import(SAMPLE)), texts(import(SAMPLE)));
}

#[test]
fn a_manifest_reads_as_a_person_would_write_it() {
    let catalogue = import(SAMPLE);
    let expected = "\
# yaml-language-server: $schema=../../schemas/connector.schema.json
couplet: 1
name: composed-basic
version: 0.1.0
title: Composed Basic
description: The API of Composed Basic.
links: {docs: https://docs.example/composed-basic}
categories: [support]

config:
  subdomain:
    title: Subdomain
    description: Yours. In `https://….composed.example`, what stands for `…`.
    format: host-label
    pattern: ^[a-z0-9_-]+$

auth:
  api_key:
    type: basic
    username: '{{ credentials.username }}/token'
    password: '{{ credentials.password }}'
    credentials:
      username: {title: Email, format: email}
      password: {title: Token, secret: true}

api:
  base_url: 'https://{{ config.subdomain }}.composed.example'

test: verify

actions:
  verify:
    summary: Whether the credentials are good
    get: /users.json
";
    assert_eq!(one(&catalogue, "composed-basic").manifest.as_deref(), Ok(expected));
}

#[test]
fn hosts_from_data_are_confined() {
    let catalogue = import(SAMPLE);
    let text = |provider: &str| one(&catalogue, provider).manifest.clone().expect("a manifest");
    assert!(text("region-table").contains("by: config.host"), "{}", text("region-table"));
    assert!(text("region-table").contains("default: api.region.example"), "{}", text("region-table"));
    assert!(text("dotted-label").contains("api.au.cloud: https://openapi.au.cloud.dotted.example"));
    assert!(text("code-flow").contains("base_url: '{{ config.host }}'"), "{}", text("code-flow"));
    assert!(text("code-flow").contains("self_hosted: true"), "{}", text("code-flow"));
    assert!(text("told-host").contains("within: ['*.told.example']"), "{}", text("told-host"));
    assert!(text("own-api").contains("base_url: '{{ config.origin }}'"), "{}", text("own-api"));
}

#[test]
fn values_of_a_connection_are_told_where_they_belong() {
    let catalogue = import(SAMPLE);
    let moved = &one(&catalogue, "code-flow").moved;
    let host = moved.iter().find(|moved| moved.from == "connectionConfig.host").expect("the host");
    assert_eq!((host.to.as_str(), host.before.as_str(), host.lowercase), ("config.host", "https://", true));
    let moved = &one(&catalogue, "two-secrets").moved;
    let secret = moved.iter().find(|moved| moved.from == "connectionConfig.appSecret").expect("the secret");
    assert_eq!(secret.to, "credentials.app_secret");
}

#[test]
fn what_looks_like_a_secret_is_one() {
    let catalogue = import(SAMPLE);
    let import = one(&catalogue, "two-secrets");
    assert!(import.manifest.as_ref().is_ok_and(|text| text.contains("app_secret")), "{import:?}");
    assert!(
        import
            .findings
            .iter()
            .any(|finding| finding.kind == Kind::Defect && finding.message.contains("secret"))
    );
}

#[test]
fn a_pattern_between_slashes_can_never_match() {
    let text =
        entry("    retry: {in_body: {path: error.message, value: '/Retry after (.+)/', strategy: at}}\n");
    assert_eq!(
        said(&text),
        [
            "8: left out: when to try again (in_body): the language has no word for it yet",
            "8: defect: the pattern `/Retry after (.+)/` stands between slashes, which are then part of it: it can never match",
        ]
    );
}

#[test]
fn pages_without_a_cursor_end_at_once() {
    let text = entry("    paginate: {type: cursor, offset_name_in_request: next}\n");
    assert_eq!(
        said(&text),
        [
            "8: defect: pages of type `cursor` have no `cursor_path_in_response`: only the first would ever be read",
            "8: left out: how lists are paged (cursor): the language has no word for it yet",
        ]
    );
}

#[test]
fn a_placeholder_that_nothing_declares_is_told_and_asked_for() {
    let text = entry("    query: {team: '${connectionConfig.teamId}'}\n");
    assert_eq!(
        said(&text),
        ["8: defect: `${connectionConfig.teamId}` is bound to nothing: no field `teamId` is declared"]
    );
    let manifest = import(&text).imports[0].manifest.clone().expect("a manifest");
    assert!(manifest.contains("team_id: {title: Team id}"), "{manifest}");
}

#[test]
fn fields_that_contradict_themselves_are_told() {
    let text = entry(
        "  connection_config:\n    version: {type: string, title: V, description: D, pattern: '^v[0-9]$', example: '1', format: date, enum: [v1, v1]}\n",
    );
    let expected = [
        "a value of `version` stands twice",
        "the example `1` of `version` does not match the pattern `^v[0-9]$`",
        "`version` is of the unknown format `date`",
    ];
    let told = said(&text).join("\n");
    for expected in expected {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}

#[test]
fn aliases_are_manifests_of_their_own() {
    let catalogue = import(SAMPLE);
    let alias = one(&catalogue, "code-alias");
    assert!(alias.manifest.as_ref().is_ok_and(|text| text.contains("https://login.code.example/authorize")));
    for (file, why) in [
        ("a: {alias: b}\n", "it is an alias of `b`, and the file has no such entry"),
        ("a: {alias: b}\nb: {alias: b}\n", "it is an alias of `b`, which is an alias of itself"),
        ("a: text\n", "the entry is not a mapping"),
    ] {
        let reasons = import(file).imports[0].manifest.clone().expect_err("no manifest");
        assert!(reasons.iter().any(|reason| reason.contains(why)), "{reasons:?}");
    }
}

#[test]
fn what_cannot_be_said_is_a_reason_and_no_manifest() {
    for (file, why) in [
        (
            "a: {auth_mode: TELEPATHY, docs: https://a.example, proxy: {base_url: https://a.example}}\n",
            "`auth_mode: TELEPATHY` is not known here",
        ),
        (
            "a: {docs: https://a.example, proxy: {base_url: https://a.example}}\n",
            "does not say how to authenticate",
        ),
        (
            "a: {auth_mode: API_KEY, docs: https://a.example, proxy: {base_url: https://a.example}}\n",
            "does not say where requests carry it",
        ),
        (
            "a: {auth_mode: OAUTH2_CC, docs: https://a.example, proxy: {base_url: https://a.example}}\n",
            "does not say where tokens come from",
        ),
        (
            "a: {auth_mode: NONE, docs: https://a.example, proxy: {base_url: http://a.example}}\n",
            "plain http",
        ),
        (
            "a: {auth_mode: NONE, docs: https://a.example, proxy: {base_url: 'https://${connectionConfig.a}${nowhere}/'}}\n",
            "is bound to nothing that the entry says",
        ),
    ] {
        let reasons = import(file).imports[0].manifest.clone().expect_err(file);
        assert!(reasons.iter().any(|reason| reason.contains(why)), "{reasons:?}");
    }
}

#[test]
fn bad_files_are_reported_and_never_panic() {
    for text in ["", "- a\n", "a: [", "a: {b: *c}", "\u{0}", "a: &a {b: *a}\n"] {
        let mut diagnostics = Diagnostics::default();
        let source = SourceFile::new("providers.yaml", text);
        let imported = nango::import(&source, &mut diagnostics);
        assert!(imported.is_err() || imported.is_ok_and(|catalogue| catalogue.imports.is_empty()), "{text}");
    }
    for text in [
        "a: {auth_mode: 1, proxy: [], credentials: x, connection_config: [1], token_url: {a: {b: c}}}\n",
        "a: {auth_mode: TWO_STEP, token_url: '${', proxy: {base_url: '${${}}'}, additional_steps: [1, {}]}\n",
        "a: {auth_mode: OAUTH2, token_url: 'https://${a}${b}', authorization_url: '||', proxy: {base_url: 'https://'}}\n",
        "a: {auth_mode: JWT, token: {signing_key: [], header: x, payload: []}, proxy: {base_url: 'https://é.example'}}\n",
        "1: {auth_mode: BASIC, proxy: {base_url: 'https://a.example', headers: {authorization: '${base64()}'}}}\n",
        "a: {auth_mode: API_KEY, proxy: {base_url: 'https://a.example', headers: {x: '${hmacSha1Hex(${apiKey})}'}}}\n",
    ] {
        assert_eq!(import(text).imports.len(), 1, "{text}");
    }
}
