//! What many types cost to compile.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

const STRUCTS: usize = 500;
const ENUMS: usize = 50;
const MEMBERS: [&str; 30] = [
    "id",
    "name",
    "email",
    "phone",
    "created_at",
    "updated_at",
    "status",
    "amount",
    "currency",
    "description",
    "customer",
    "owner_id",
    "parent",
    "url",
    "state",
    "count",
    "total",
    "active",
    "deleted",
    "archived",
    "tags",
    "notes",
    "address",
    "city",
    "country",
    "zip",
    "company",
    "title",
    "kind",
    "source",
];
const VALUES: [&str; 10] =
    ["active", "pending", "closed", "open", "draft", "paid", "failed", "void", "new", "old"];

/// The crate that is measured, and the program that uses it.
const WAYS: [&str; 2] = ["derive", "generated"];

/// Writes the crates, compiles them and prints what that takes.
pub fn run() {
    let folder = target().join("types");
    write_all(&folder).expect("the crates are written");
    println!(
        "\n{STRUCTS} structs of 12 members and {ENUMS} enums; CPU-s, and bytes of a program that uses three"
    );
    let figures: Vec<[f64; 4]> = WAYS.iter().map(|way| measure(&folder, way)).collect();
    for (way, [check, build, program, size]) in WAYS.iter().zip(&figures) {
        println!("{way:10} check {check:6.2}  release {build:6.2}  program {program:6.2}  {size:9.0} B");
    }
    let ratio = |place: usize| figures[0][place] / figures[1][place].max(0.01);
    println!(
        "derive / generated: check {:.1} ×, program {:.1} ×, size {:.1} ×",
        ratio(0),
        ratio(2),
        ratio(3)
    );
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from)
}

fn measure(folder: &Path, way: &str) -> [f64; 4] {
    let program = format!("use_{way}");
    let check = cpu_of(folder, &["check", "-q", "-p", way], way);
    let build = cpu_of(folder, &["build", "-q", "--release", "-p", way], way);
    let linked = cpu_of(folder, &["build", "-q", "--release", "-p", &program], &program);
    let size = fs::metadata(folder.join("target/release").join(&program)).map_or(0, |file| file.len());
    [check, build, linked, size as f64]
}

/// CPU time of a command's second run, once its dependencies are there and the crate itself has changed.
fn cpu_of(folder: &Path, arguments: &[&str], package: &str) -> f64 {
    let run = || {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(folder).env("CARGO_INCREMENTAL", "0");
        let status = command.env("CARGO_TARGET_DIR", "target").status().expect("cargo runs");
        assert!(status.success(), "{arguments:?}");
    };
    run();
    let source = folder.join(package).join("src");
    let file = if package.starts_with("use_") { source.join("main.rs") } else { source.join("lib.rs") };
    let text = fs::read_to_string(&file).expect("the crate's source");
    fs::write(&file, format!("{text}\n")).expect("the crate's source");
    let before = cpu_of_children();
    run();
    cpu_of_children() - before
}

/// Seconds that all finished child processes have taken: fields 16 and 17 of proc_pid_stat(5), in hundredths.
fn cpu_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    fields[13..15].iter().map(|field| field.parse::<f64>().unwrap_or(0.0) / 100.0).sum()
}

/// A struct: its name, and its members with name, type, and whether they are required.
type Struct = (String, Vec<(&'static str, String, bool)>);

fn write_all(folder: &Path) -> io::Result<()> {
    let mut random = Random(7);
    let enums: Vec<(String, Vec<&str>)> =
        (0..ENUMS).map(|place| (format!("Kind{place}"), random.some(&VALUES, 5))).collect();
    let structs: Vec<Struct> = (0..STRUCTS).map(|place| random.structure(place)).collect();
    let members = WAYS.iter().flat_map(|way| [format!("\"{way}\""), format!("\"use_{way}\"")]);
    let members = members.collect::<Vec<_>>().join(", ");
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"))?;
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../runtime/client");
    let ours = format!(
        "couplet-runtime = {{ path = {:?}, default-features = false }}\nserde = {{ version = \"1\", default-features = false }}\n",
        runtime.canonicalize()?
    );
    let theirs = "serde = { version = \"1\", features = [\"derive\"] }\n";
    package(folder, "derive", "lib.rs", theirs, &derive(&enums, &structs))?;
    package(folder, "generated", "lib.rs", &ours, &generated(&enums, &structs))?;
    for way in WAYS {
        let mut body = String::from(
            "fn main() {\n    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();\n",
        );
        for (name, _) in structs.iter().rev().take(3) {
            let read = if way == "derive" {
                format!("serde_json::from_str::<{way}::{name}>(&text)")
            } else {
                format!("{way}::{name}::from_json(&text)")
            };
            let _ = writeln!(body, "    println!(\"{{}}\", {read}.is_ok());");
        }
        body.push_str("}\n");
        let path = format!("{way} = {{ path = \"../{way}\" }}\nserde_json = \"1\"\n");
        package(folder, &format!("use_{way}"), "main.rs", &path, &body)?;
    }
    Ok(())
}

fn package(folder: &Path, name: &str, file: &str, dependencies: &str, body: &str) -> io::Result<()> {
    let source = folder.join(name).join("src");
    fs::create_dir_all(&source)?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}"
    );
    fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
    fs::write(source.join(file), body)
}

fn derive(enums: &[(String, Vec<&str>)], structs: &[Struct]) -> String {
    let mut out = String::new();
    let head = "#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]\n";
    for (name, values) in enums {
        let _ = writeln!(out, "{head}pub enum {name} {{");
        for value in values {
            let _ = writeln!(out, "    #[serde(rename = \"{value}\")]\n    {},", variant(value));
        }
        let _ = writeln!(out, "    #[serde(untagged)]\n    Unknown(String),\n}}");
    }
    for (name, members) in structs {
        let _ = writeln!(out, "{head}pub struct {name} {{");
        for (member, ty, required) in members {
            if *required {
                let _ = writeln!(out, "    pub {member}: {ty},");
            } else {
                let _ = writeln!(
                    out,
                    "    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    pub {member}: Option<{ty}>,"
                );
            }
        }
        out.push_str("}\n");
    }
    out
}

fn generated(enums: &[(String, Vec<&str>)], structs: &[Struct]) -> String {
    let mut out = String::from("use couplet_runtime::generated::v1;\n");
    let head = "#[derive(Debug, Clone, PartialEq)]\n";
    for (name, values) in enums {
        let names: Vec<String> = values.iter().map(|value| variant(value)).collect();
        let pairs: Vec<String> =
            values.iter().map(|value| format!("{} = \"{value}\"", variant(value))).collect();
        let _ = writeln!(out, "{head}pub enum {name} {{ {}, Unknown(String) }}", names.join(", "));
        let _ = writeln!(out, "v1::open_enum!({name} {{ {} }});", pairs.join(", "));
    }
    for (name, members) in structs {
        let _ = writeln!(out, "{head}pub struct {name} {{");
        let mut list = Vec::new();
        for (member, ty, required) in members {
            let ty = if *required { ty.clone() } else { format!("Option<{ty}>") };
            let _ = writeln!(out, "    pub {member}: {ty},");
            list.push(format!("{member} = \"{member}\"{}", if *required { "" } else { " optional" }));
        }
        let _ = writeln!(out, "}}\nv1::record!({name} {{ {} }});", list.join(", "));
    }
    out
}

fn variant(value: &str) -> String {
    let (first, rest) = value.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// Numbers that look random and are always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn some<'v>(&mut self, values: &[&'v str], count: usize) -> Vec<&'v str> {
        let mut left = values.to_vec();
        (0..count).map(|_| left.remove(self.below(left.len()))).collect()
    }

    fn structure(&mut self, place: usize) -> Struct {
        let members = self.some(&MEMBERS, 12);
        let member = |random: &mut Self, name| {
            let ty = match random.below(100) {
                0..35 => "String".to_owned(),
                35..50 => "i64".to_owned(),
                50..58 => "bool".to_owned(),
                58..64 => "f64".to_owned(),
                64..72 => "Vec<String>".to_owned(),
                72..80 if place > 0 => format!("T{}", random.below(place)),
                80..88 if place > 0 => format!("Vec<T{}>", random.below(place)),
                _ => format!("Kind{}", random.below(ENUMS)),
            };
            (name, ty, random.below(100) >= 55)
        };
        (format!("T{place}"), members.into_iter().map(|name| member(self, name)).collect())
    }
}
