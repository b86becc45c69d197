//! The meaning of expressions is minijinja's: random trees are printed as Jinja and evaluated by both.
//!
//! Left out, because we are stricter on purpose: booleans, null, lists and objects as parts of a text, and whole
//! numbers beyond 64 bits.

use couplet_runtime::generated::v1::{
    BinaryOperator as Op, Expression as Ex, Filter, Key, Scope, UnaryOperator, evaluate_json,
};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde_json::{Value, json};

const TREES: u64 = 20_000;

/// A tree and the same as Jinja.
#[derive(Clone)]
struct Pair(Ex<'static>, String);

/// Splitmix64: the same trees on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % bound
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        let at = usize::try_from(self.below(items.len() as u64)).unwrap();
        items[at].clone()
    }
}

fn scope() -> Value {
    json!({
        "n": 7, "big": 9_007_199_254_740_993_i64, "neg": -3, "f": 2.5, "s": " Grüße, World ", "e": "", "d": "42",
        "list": ["b", "a", "é"], "ints": [3, 1, 2], "none": null, "map": {"k": "v", "n": 1},
    })
}

fn config(name: &'static str) -> Pair {
    Pair(Ex::reference(Scope::Config, leak(vec![Key::Name(name)])), format!("config.{name}"))
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

fn hold(pair: &Pair) -> &'static Ex<'static> {
    Box::leak(Box::new(pair.0))
}

fn binary(op: Op, sign: &str, a: &Pair, b: &Pair) -> Pair {
    Pair(Ex::binary(op, hold(a), hold(b)), format!("({} {sign} {})", a.1, b.1))
}

fn filter(filter: Filter, name: &str, of: &Pair, arguments: &[Pair]) -> Pair {
    let printed: Vec<_> = arguments.iter().map(|argument| argument.1.as_str()).collect();
    let list = if printed.is_empty() { String::new() } else { format!("({})", printed.join(", ")) };
    let arguments = leak(arguments.iter().map(|argument| argument.0).collect());
    Pair(Ex::filter(filter, hold(of), arguments), format!("({} | {name}{list})", of.1))
}

fn text_literal(text: &'static str) -> Pair {
    Pair(Ex::text(text), format!("{text:?}"))
}

fn number(random: &mut Random, depth: u32) -> Pair {
    if depth == 0 {
        return match random.below(5) {
            0 => Pair(Ex::int(3), "3".to_owned()),
            1 => Pair(Ex::float(0.5), "0.5".to_owned()),
            2 => Pair(Ex::int(0), "0".to_owned()),
            _ => config(random.pick(&["n", "big", "neg", "f"])),
        };
    }
    let depth = depth - 1;
    match random.below(7) {
        0 => filter(Filter::Length, "length", &list(random, depth), &[]),
        1 => filter(Filter::Length, "length", &text(random, depth), &[]),
        2 => filter(Filter::Int, "int", &text(random, depth), &[]),
        3 => filter(Filter::Float, "float", &number(random, depth), &[]),
        4 => {
            let of = number(random, depth);
            Pair(Ex::unary(UnaryOperator::Negate, hold(&of)), format!("(-{})", of.1))
        }
        5 => choose(random, depth, number),
        _ => {
            let (op, sign) = random.pick(&[
                (Op::Add, "+"),
                (Op::Subtract, "-"),
                (Op::Multiply, "*"),
                (Op::Divide, "/"),
                (Op::FloorDivide, "//"),
                (Op::Remainder, "%"),
            ]);
            binary(op, sign, &number(random, depth), &number(random, depth))
        }
    }
}

fn text(random: &mut Random, depth: u32) -> Pair {
    if depth == 0 {
        return match random.below(3) {
            0 => text_literal(random.pick(&["a", ",", "", "World", "42", "1.5"])),
            _ => config(random.pick(&["s", "e", "d"])),
        };
    }
    let depth = depth - 1;
    match random.below(9) {
        0 => filter(Filter::Upper, "upper", &text(random, depth), &[]),
        1 => filter(Filter::Lower, "lower", &text(random, depth), &[]),
        2 => filter(Filter::Trim, "trim", &text(random, depth), &[]),
        3 => {
            let arguments = [text(random, 0), text(random, 0)];
            filter(Filter::Replace, "replace", &text(random, depth), &arguments)
        }
        4 => filter(Filter::Join, "join", &list(random, depth), &[text(random, 0)]),
        5 => filter(Filter::String, "string", &number(random, depth), &[]),
        6 => choose(random, depth, text),
        7 => {
            let missing = Pair(
                Ex::reference(Scope::Config, leak(vec![Key::Name("missing")])),
                "config.missing".to_owned(),
            );
            filter(Filter::Default, "default", &missing, &[text(random, depth)])
        }
        _ => {
            let (a, b) = (text(random, depth), number(random, depth));
            Pair(Ex::concat(leak(vec![a.0, b.0])), format!("({} ~ {})", a.1, b.1))
        }
    }
}

fn list(random: &mut Random, depth: u32) -> Pair {
    match random.below(3) {
        0 => config("list"),
        1 => config("ints"),
        _ => {
            let separator = text_literal(random.pick(&[",", "o", " "]));
            filter(Filter::Split, "split", &text(random, depth.saturating_sub(1)), &[separator])
        }
    }
}

fn boolean(random: &mut Random, depth: u32) -> Pair {
    if depth == 0 {
        return Pair(Ex::bool(true), "true".to_owned());
    }
    let depth = depth - 1;
    let (op, sign) = random.pick(&[
        (Op::Equal, "=="),
        (Op::NotEqual, "!="),
        (Op::Less, "<"),
        (Op::LessOrEqual, "<="),
        (Op::Greater, ">"),
        (Op::GreaterOrEqual, ">="),
    ]);
    match random.below(6) {
        0 => binary(op, sign, &number(random, depth), &number(random, depth)),
        1 => binary(op, sign, &text(random, depth), &text(random, depth)),
        2 => binary(Op::In, "in", &text(random, depth), &text(random, depth)),
        3 => binary(Op::In, "in", &text(random, depth), &list(random, depth)),
        4 => {
            let of = boolean(random, depth);
            Pair(Ex::unary(UnaryOperator::Not, hold(&of)), format!("(not {})", of.1))
        }
        _ => {
            let (op, sign) = random.pick(&[(Op::And, "and"), (Op::Or, "or")]);
            binary(op, sign, &boolean(random, depth), &boolean(random, depth))
        }
    }
}

fn choose(random: &mut Random, depth: u32, of: fn(&mut Random, u32) -> Pair) -> Pair {
    let (condition, then, otherwise) = (boolean(random, depth), of(random, depth), of(random, depth));
    Pair(
        Ex::conditional(hold(&condition), hold(&then), hold(&otherwise)),
        format!("({} if {} else {})", then.1, condition.1, otherwise.1),
    )
}

fn any(random: &mut Random) -> Pair {
    let depth = 1 + u32::try_from(random.below(4)).unwrap();
    match random.below(6) {
        0 | 1 => number(random, depth),
        2 | 3 => text(random, depth),
        4 => boolean(random, depth),
        _ => {
            let of = list(random, depth);
            match random.below(4) {
                0 => filter(Filter::First, "first", &of, &[]),
                1 => filter(Filter::Last, "last", &of, &[]),
                2 => Pair(Ex::member(hold(&of), Key::Index(-1)), format!("{}[-1]", of.1)),
                _ => Pair(Ex::index(hold(&of), hold(&config("n"))), format!("{}[config.n]", of.1)),
            }
        }
    }
}

#[test]
fn random_trees_mean_what_minijinja_says() {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let scope = scope();
    let text = scope.to_string();
    let context = minijinja::Value::from(Serde(json!({ "config": scope })));
    let mut random = Random(3);
    let (mut values, mut errors) = (0, 0);
    for _ in 0..TREES {
        let Pair(tree, jinja) = any(&mut random);
        let theirs = environment.compile_expression(&jinja).unwrap().eval(context.clone());
        let ours = evaluate_json(&tree, &[(Scope::Config, &text)]);
        match (ours, theirs) {
            (Ok(Some(ours)), Ok(theirs)) => {
                let theirs = serde_json::to_value(&theirs).unwrap();
                // serde_json reads floats with an error in the last place, so they are read here.
                if theirs.is_f64() {
                    assert_eq!(ours.parse().ok(), theirs.as_f64(), "{jinja}");
                } else {
                    assert_eq!(serde_json::from_str::<Value>(&ours).unwrap(), theirs, "{jinja}");
                }
                values += 1;
            }
            (Ok(None), Ok(theirs)) => assert!(theirs.is_undefined(), "{jinja} is {theirs}"),
            (Err(error), _) if error.to_string().contains("too large") => {}
            (Err(_), Err(_)) => errors += 1,
            (ours, theirs) => panic!("{jinja}: {ours:?}, minijinja {theirs:?}"),
        }
    }
    assert!(values > TREES / 2 && errors > 0, "{values} values and {errors} errors");
}
