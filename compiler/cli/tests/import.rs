//! `couplet import`: what it writes, what it tells, and how it ends.

mod support;

use serde_json::Value;
use support::Folder;

const PROVIDERS: &str = "\
acme:
  display_name: Acme
  categories: [crm]
  auth_mode: API_KEY
  docs: https://acme.example/docs
  proxy:
    base_url: https://api.acme.example
    headers: {authorization: 'Bearer ${apiKey}'}
    paginate: {type: cursor, offset_name_in_request: next}
    verification: {method: GET, endpoints: [/v1/me]}
2nd:
  display_name: Second
  categories: [crm]
  auth_mode: TELEPATHY
  docs: https://second.example/docs
  proxy: {base_url: 'https://second.example'}
";

#[test]
fn a_single_provider_goes_to_stdout_and_what_is_said_of_it_to_stderr() {
    let folder = Folder::new();
    folder.write("providers.yaml", PROVIDERS);
    let run = folder.run(&["import", "nango", "providers.yaml", "acme"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("name: acme\n"), "{run:?}");
    assert!(run.stderr.contains("providers.yaml:9: acme: defect: pages of type `cursor`"), "{run:?}");
}

#[test]
fn what_is_written_passes_check() {
    let folder = Folder::new();
    folder.write("providers.yaml", PROVIDERS);
    let run = folder.run(&["import", "nango", "providers.yaml", "--out", "connectors"]);
    assert_eq!(run.code, 1, "one has no manifest: {run:?}");
    assert!(
        run.stdout.contains("2nd (line 12): no manifest\n  `auth_mode: TELEPATHY` is not known here"),
        "{run:?}"
    );
    assert!(run.stdout.ends_with("2 providers: 1 manifest, 1 without one\n"), "{run:?}");
    let run = folder.run(&["check", "connectors/acme"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_manifest_that_was_changed_is_not_written_over() {
    let folder = Folder::new();
    folder.write("providers.yaml", PROVIDERS);
    folder.write("connectors/acme/manifest.yaml", "couplet: 1\n");
    let arguments = ["import", "nango", "providers.yaml", "acme", "--out", "connectors"];
    let run = folder.run(&arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("is there already"), "{run:?}");
    let run = folder.run(&[&arguments[..], &["--force"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn tools_get_one_document() {
    let folder = Folder::new();
    folder.write("providers.yaml", PROVIDERS);
    let run = folder.run(&["import", "nango", "providers.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["providers"][0]["name"], "acme");
    assert_eq!(report["providers"][0]["findings"][0]["kind"], "defect");
    assert_eq!(report["providers"][0]["moved"][0]["to"], "credentials.token");
    assert_eq!(report["providers"][1]["reasons"][0], "`auth_mode: TELEPATHY` is not known here");
}

#[test]
fn mistakes_are_told() {
    let folder = Folder::new();
    folder.write("providers.yaml", PROVIDERS);
    folder.write("wrong.yaml", "a: [\n");
    for (arguments, why) in [
        (&["import", "nango", "providers.yaml", "acmee"][..], "did you mean `acme`?"),
        (&["import", "nango", "none.yaml"], "there is no such file"),
        (&["import", "nango", "wrong.yaml"], "this is not YAML"),
    ] {
        let run = folder.run(arguments);
        assert_ne!(run.code, 0, "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
    }
}
