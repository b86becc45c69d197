//! What the types of generated crates can do, through the macros that generated crates use.

use std::collections::BTreeMap;

use couplet_runtime::{Bytes, Date, Decimal, Error, Json, Maybe, Timestamp, Uuid, generated::v1};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
struct Item {
    id: i64,
    name: Option<String>,
    note: Option<String>,
    state: Maybe<State>,
    owner: Owner,
    tags: Vec<String>,
    parent: Option<Box<Item>>,
}
v1::record!(Item {
    id = "id", name = "name" optional, note = "note" nullable, state = "state" optional, owner = "owner",
    tags = "tags", parent = "parent" optional,
});

#[derive(Debug, Clone, PartialEq)]
struct Owner {
    name: String,
    age: Option<i32>,
    more: BTreeMap<String, Json>,
}
v1::record!(Owner { name = "full name", age = "age" optional; rest more });

#[derive(Debug, Clone, PartialEq)]
enum State {
    Open,
    Closed,
    Unknown(String),
}
v1::open_enum!(State { Open = "open", Closed = "closed" });

#[derive(Debug, Clone, PartialEq)]
struct Circle {
    radius: f64,
}
v1::record!(Circle { radius = "radius" });

#[derive(Debug, Clone, PartialEq)]
struct Square {
    side: u64,
}
v1::record!(Square { side = "side" });

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Circle(Circle),
    Square(Square),
    Text(String),
    Unknown(Json),
}
v1::union!(Shape { Circle(Circle) if "kind" = "circle", Square(Square), Text(String) });

/// Two types that hold a union of themselves, and differ only at the end.
#[derive(Debug, Clone, PartialEq)]
struct Left {
    next: Box<Node>,
    left: i64,
}
v1::record!(Left { next = "next", left = "left" });

#[derive(Debug, Clone, PartialEq)]
struct Right {
    next: Box<Node>,
    right: i64,
}
v1::record!(Right { next = "next", right = "right" });

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Left(Left),
    Right(Right),
    Unknown(Json),
}
v1::union!(Node { Left(Left), Right(Right) });

#[derive(Debug, Clone, PartialEq)]
struct Values {
    at: Timestamp,
    on: Date,
    price: Decimal,
    id: Uuid,
    data: Bytes,
    any: Json,
    big: u64,
    small: i32,
    ratio: f64,
    flag: bool,
    map: BTreeMap<String, Vec<Option<i64>>>,
}
v1::record!(Values {
    at = "at", on = "on", price = "price", id = "id", data = "data", any = "any", big = "big", small = "small",
    ratio = "ratio", flag = "flag", map = "map",
});

const LEAST: &str = r#"{"id":1,"note":null,"owner":{"full name":"Ada"},"tags":[]}"#;

fn why(result: Result<impl std::fmt::Debug, Error>) -> String {
    result.expect_err("not of the type").to_string()
}

#[test]
fn what_may_be_absent_or_null_is_told_apart() {
    let item = Item::from_json(LEAST).expect("an item");
    assert_eq!((&item.name, &item.note, &item.state), (&None, &None, &Maybe::Absent));
    assert_eq!(item.to_json(), LEAST, "what is optional is left out, and what is nullable is null");
    let nulls =
        r#"{"id":1,"name":null,"note":"x","state":null,"owner":{"full name":"Ada"},"tags":[],"parent":null}"#;
    let item = Item::from_json(nulls).expect("an item");
    assert_eq!((&item.name, item.note.as_deref(), &item.state), (&None, Some("x"), &Maybe::Null));
    let written = r#"{"id":1,"note":"x","state":null,"owner":{"full name":"Ada"},"tags":[]}"#;
    assert_eq!(item.to_json(), written, "null is kept where it means something");
}

#[test]
fn errors_say_where() {
    for (json, place, reason) in [
        (r#"{"note":null,"owner":{"full name":"A"},"tags":[]}"#, "$:", "the member `id` is missing"),
        (r#"{"id":1,"note":null,"owner":{},"tags":[]}"#, "$.owner:", "the member `full name` is missing"),
        (r#"{"id":null}"#, "$.id:", "a number was expected, and null stands there"),
        (r#"{"tags":["a",1]}"#, "$.tags[1]:", "a text was expected, and a number stands there"),
        (r#"{"owner":{"full name":1}}"#, "$.owner[\"full name\"]:", "a text was expected"),
        (r#"{"parent":{"parent":{"id":"x"}}}"#, "$.parent.parent.id:", "a number was expected"),
        (r#"{"id":1"#, "$:", "not JSON"),
        (r"[]", "$:", "an object was expected, and a list stands there"),
        (&format!("{LEAST} 1"), "$:", "not JSON"),
    ] {
        let said = why(Item::from_json(json));
        assert!(said.contains(place) && said.contains(reason), "{json}: {said}");
    }
}

#[test]
fn of_equal_members_the_last_one_counts() {
    let json = r#"{"id":1,"id":2,"note":null,"note":"n","owner":{"full name":"A","age":7,"x":1},"owner":{"full name":"B"},
        "tags":["a"],"tags":["b"],"parent":null}"#;
    let item = Item::from_json(json).expect("an item");
    assert_eq!((item.id, item.note.as_deref(), &*item.tags), (2, Some("n"), &["b".to_owned()][..]));
    assert_eq!(item.owner, Owner { name: "B".to_owned(), age: None, more: BTreeMap::new() });
}

#[test]
fn further_members_are_dropped_or_kept() {
    let json = r#"{"more":{"id":[1,{"x":null}]},"id":1,"note":null,"owner":{"full name":"A","z":{"a": 1.10},"b":"c"},"tags":[]}"#;
    let item = Item::from_json(json).expect("an item");
    assert_eq!(item.owner.more["z"].as_str(), r#"{"a": 1.10}"#);
    let owner = r#"{"full name":"A","b":"c","z":{"a": 1.10}}"#;
    assert_eq!(item.owner.to_json(), owner);
    assert!(!item.to_json().contains("\"more\""));
}

#[test]
fn whole_numbers_are_exact_or_refused() {
    let read = |json: &str| v1::from_json::<i64>(json).ok();
    for (json, number) in [
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("1.0", Some(1)),
        ("-1.50e1", Some(-15)),
        ("1e3", Some(1_000)),
        ("100e-2", Some(1)),
        ("9223372036854775807.000", Some(i64::MAX)),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("9007199254740991.4", None),
        ("1.00000000000000000001", None),
        ("1e-1", None),
        ("1e400", None),
        ("1e2147483648", None),
        ("0.0e999999999", Some(0)),
        ("-0", Some(0)),
        ("\"1\"", None),
        ("true", None),
    ] {
        assert_eq!(read(json), number, "{json}");
    }
    assert_eq!(v1::from_json::<u64>("18446744073709551615").ok(), Some(u64::MAX));
    assert_eq!(v1::from_json::<u64>("18446744073709551615.0").ok(), Some(u64::MAX));
    assert!(v1::from_json::<u64>("-1").is_err());
    assert!(v1::from_json::<i32>("2147483648").is_err());
    assert!(v1::from_json::<f64>("1e999").is_err());
    assert!(v1::from_json::<f64>("NaN").is_err());
}

#[test]
fn unions_take_what_fits_and_keep_the_rest() {
    let read = |json: &str| Shape::from_json(json).expect("a shape");
    assert_eq!(read(r#"{"kind":"circle","radius":2}"#), Shape::Circle(Circle { radius: 2.0 }));
    assert_eq!(read(r#"{"radius":2,"side":3}"#), Shape::Square(Square { side: 3 }));
    assert_eq!(read("\"plain\""), Shape::Text("plain".to_owned()));
    for kept in [r#"{"kind":"circle", "radius":"wide"}"#, r#"{"kind": "blob"}"#, "[1.10]", "null"] {
        assert!(matches!(read(kept), Shape::Unknown(_)), "{kept}");
        assert_eq!(read(kept).to_json(), kept);
    }
    assert!(Shape::from_json("{").is_err());
    assert!(v1::from_json::<Vec<Shape>>(r#"[{"side":1},"x",{"radius":1}]"#).is_ok());
}

/// Each level can be tried in two ways, and each way tries the next level: reading must end all the same.
#[test]
fn unions_that_fit_in_many_ways_end() {
    let nested = |levels: usize, end: &str| format!("{}0{}", "{\"next\":".repeat(levels), end.repeat(levels));
    let fine = Node::from_json(&nested(5, ",\"right\":1}")).expect("a node");
    assert!(matches!(&fine, Node::Right(right) if matches!(&*right.next, Node::Right(_))));
    let said = why(Node::from_json(&nested(60, ",\"right\":1}")));
    assert!(said.contains("too many types"), "{said}");
    let _ = Node::from_json(&nested(60, ",\"neither\":1}"));
}

#[test]
fn nesting_has_an_end() {
    let nested = |levels: usize| {
        let start = r#"{"id":1,"note":null,"owner":{"full name":"A"},"tags":[],"parent":"#;
        format!("{}{LEAST}{}", start.repeat(levels), "}".repeat(levels))
    };
    assert!(Item::from_json(&nested(120)).is_ok());
    assert!(why(Item::from_json(&nested(130))).contains("128"));
    for open in ["[", "{\"a\":", "{\"parent\":", "{\"next\":"] {
        let deep = open.repeat(100_000);
        assert!(Item::from_json(&deep).is_err() && Node::from_json(&deep).is_err());
        assert!(v1::from_json::<Json>(&deep).is_err());
    }
}

#[test]
fn values_keep_their_text() {
    let json = r#"{"at":"2024-01-01 10:00:00","on":"2024-02-29","price":19.90,"id":"6BA7b810-9dad-11d1-80b4-00c04fd430c8","data":"AAEC","any":[1.0,  {}],"big":18446744073709551615,"small":-5,"ratio":0.1,"flag":true,"map":{"a":[1,null]}}"#;
    let values = Values::from_json(json).expect("values");
    assert_eq!(values.to_json(), json);
    assert_eq!(&*values.data, &[0, 1, 2]);
    let quoted = json.replace("19.90", "\"19.90\"");
    let same = Values::from_json(&quoted).expect("values");
    assert_eq!(same.to_json(), quoted);
    assert_eq!(same.price, values.price, "the digits are what counts");
    for wrong in ["\"soon\"", "\"2024-01-01T10:00:00+aéb\"", "1704103200"] {
        let said = why(Values::from_json(&json.replace("\"2024-01-01 10:00:00\"", wrong)));
        assert!(said.contains("$.at"), "{said}");
    }
    assert!(Values::from_json(&json.replace("AAEC", "A*")).is_err());
}

#[test]
fn texts_are_unicode() {
    assert_eq!(v1::from_json::<String>(r#""\ud83d\ude00\u00e9""#).ok().as_deref(), Some("😀é"));
    for lone in [r#""\ud800""#, r#""\udc00x""#, r#""\ud800\ud800""#] {
        assert!(v1::from_json::<String>(lone).is_err(), "{lone}");
        assert!(v1::from_json::<Json>(lone).is_err(), "{lone}");
    }
}

#[test]
fn serde_stores_and_reads_values() {
    let item = Item::from_json(LEAST).expect("an item");
    let tree = serde_json::to_value(&item).expect("a tree");
    assert_eq!(tree["owner"]["full name"], "Ada");
    assert_eq!(serde_json::from_value::<Item>(tree).expect("an item"), item);
    let said = serde_json::from_str::<Item>(r#"{"id":"x"}"#).expect_err("no item").to_string();
    assert!(said.contains("$.id"), "{said}");
    assert_eq!(State::from("lost").to_string(), "lost");
    assert_eq!(serde_json::to_string(&State::Open).expect("JSON"), "\"open\"");
}

/// A record of so many members; names are looked up by their place, and where they are not expected by name.
#[test]
fn wide_records_are_read_in_any_order() {
    let members: Vec<v1::Member> =
        (0..200).map(|place| v1::required(Box::leak(format!("m{place}").into_boxed_str()))).collect();
    let shape = v1::Shape::new(Vec::leak(members));
    let mut values = vec![0_i64; 200];
    let json = |order: &mut dyn Iterator<Item = usize>| {
        let members: Vec<_> = order.map(|place| format!("\"m{place}\":{place},\"x{place}\":[]")).collect();
        format!("{{{}}}", members.join(","))
    };
    for json in
        [json(&mut (0..200)), json(&mut (0..200).rev()), json(&mut (0..200).map(|place| place * 7 % 200))]
    {
        values.fill(-1);
        let mut slots: Vec<&mut dyn v1::Slot> =
            values.iter_mut().map(|value| value as &mut dyn v1::Slot).collect();
        v1::read_record(&mut slots, &shape, None, &mut v1::Decoder::new(json.as_bytes())).expect("a record");
        assert!(values.iter().enumerate().all(|(place, value)| usize::try_from(*value) == Ok(place)));
    }
    let lacking = json(&mut (0..200).filter(|place| *place != 150));
    let mut slots: Vec<&mut dyn v1::Slot> =
        values.iter_mut().map(|value| value as &mut dyn v1::Slot).collect();
    let read = v1::read_record(&mut slots, &shape, None, &mut v1::Decoder::new(lacking.as_bytes()));
    assert!(read.expect_err("it lacks a member").to_string().contains("`m150` is missing"));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,8}", "\\PC{0,12}", "[\\u{0}-\\u{20}\"\\\\/]{0,6}"]
}

fn owner() -> impl Strategy<Value = Owner> {
    let more = proptest::collection::btree_map("x[a-z]{0,3}", any::<i32>(), 0..3);
    (text(), any::<Option<i32>>(), more).prop_map(|(name, age, more)| Owner {
        name,
        age,
        more: more
            .into_iter()
            .map(|(name, value)| (name, value.to_string().parse().expect("JSON")))
            .collect(),
    })
}

fn state() -> impl Strategy<Value = Maybe<State>> {
    prop_oneof![
        Just(Maybe::Absent),
        Just(Maybe::Null),
        text().prop_map(|text| Maybe::Value(State::from(text.as_str()))),
        Just(Maybe::Value(State::Closed)),
    ]
}

fn item() -> impl Strategy<Value = Item> {
    let tags = || proptest::collection::vec(text(), 0..3);
    let leaf =
        (any::<i64>(), proptest::option::of(text()), proptest::option::of(text()), state(), owner(), tags())
            .prop_map(|(id, name, note, state, owner, tags)| Item {
                id,
                name,
                note,
                state,
                owner,
                tags,
                parent: None,
            });
    leaf.prop_recursive(4, 8, 1, |inner| {
        (inner.clone(), inner).prop_map(|(mut item, parent)| {
            item.parent = Some(Box::new(parent));
            item
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(item in item()) {
        let json = item.to_json();
        prop_assert_eq!(Item::from_json(&json).expect("an item"), item.clone());
        let tree: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        prop_assert_eq!(Item::from_json(&tree.to_string()).expect("an item"), item);
    }

    #[test]
    fn numbers_read_back(float in any::<f64>(), whole in any::<i64>(), natural in any::<u64>()) {
        if float.is_finite() {
            prop_assert_eq!(v1::from_json::<f64>(&v1::to_json(&float)).expect("a number"), float);
        }
        prop_assert_eq!(v1::from_json::<i64>(&v1::to_json(&whole)).expect("a number"), whole);
        prop_assert_eq!(v1::from_json::<i64>(&format!("{whole}.0")).expect("a number"), whole);
        prop_assert_eq!(v1::from_json::<u64>(&v1::to_json(&natural)).expect("a number"), natural);
    }

    #[test]
    fn no_text_is_too_strange(json in "[\\[\\]{}\",:0-9a-z\\\\ .eE+-]{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        for text in [json.as_str(), &String::from_utf8_lossy(&bytes)] {
            let agrees = serde_json::from_str::<serde_json::Value>(text).is_ok();
            prop_assert_eq!(v1::from_json::<Json>(text).is_ok(), agrees, "{}", text);
            let _ = (Item::from_json(text), Shape::from_json(text), Node::from_json(text), Values::from_json(text));
            let quoted = serde_json::Value::from(text).to_string();
            let _ = (v1::from_json::<Timestamp>(&quoted), v1::from_json::<Date>(&quoted), v1::from_json::<Uuid>(&quoted));
            let _ = (v1::from_json::<Decimal>(&quoted), v1::from_json::<Bytes>(&quoted), text.parse::<Timestamp>());
        }
        let _ = v1::read_record(&mut [], &v1::Shape::new(&[]), None, &mut v1::Decoder::new(&bytes));
    }

    #[test]
    fn instants_of_any_form_do_not_panic(day in "2024-0[1-9]-1[0-9]", time in "[T ][0-9:]{3,8}", rest in "[.+-]?\\PC{0,6}") {
        let text = format!("{day}{time}{rest}");
        if let Ok(instant) = text.parse::<Timestamp>() {
            prop_assert_eq!(instant.as_str(), text);
            let _ = (instant.unix_seconds(), instant.subsecond_nanos());
        }
    }
}
