//! Words → tree, with Jinja's precedence.

use std::ops::Range;

use couplet_plan::{BinaryOperator, UnaryOperator};

use super::Fault;
use super::lexer::{Token, tokens};
use super::tree::{Kind, Tree};
use crate::diagnostic::Code;
use crate::limits;

/// Reads one expression, which begins at `base` in its template.
pub(super) fn parse(text: &str, base: usize, faults: &mut Vec<Fault>) -> Option<Tree> {
    let tokens = tokens(text, base, faults)?;
    let end = base + text.trim_end().len().max(1);
    let mut parser = Parser { tokens, next: 0, depth: 0, operators: 0, end: end - 1..end };
    if parser.tokens.is_empty() {
        let at = base.saturating_sub(2)..base + text.len() + 2;
        faults.push(
            Fault::new(Code::BAD_EXPRESSION, "the expression is empty", at)
                .help("write a name: `{{ config.region }}`"),
        );
        return None;
    }
    let result = parser.expression().and_then(|tree| match parser.peek() {
        None => Ok(tree),
        Some(_) => Err(parser.unexpected("nothing more, or an operator")),
    });
    result.map_err(|fault| faults.push(*fault)).ok()
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    depth: usize,
    operators: usize,
    end: Range<usize>,
}

type Parsed = Result<Tree, Box<Fault>>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn at(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.end.clone(), |(_, at)| at.clone())
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.next += usize::from(found);
        found
    }

    fn unexpected(&self, wanted: &str) -> Box<Fault> {
        let (found, extra) = match self.peek() {
            None => ("the expression ends".to_owned(), None),
            Some(Token::Word(word)) if word == "is" => {
                return Box::new(
                    Fault::new(Code::UNSUPPORTED_JINJA, "`is` tests are not supported", self.at())
                        .help("compare with `==`, or use a filter: `default`, `matches`"),
                );
            }
            Some(Token::Word(word)) => (format!("`{word}` stands"), None),
            Some(Token::Sign("(")) => {
                return Box::new(
                    Fault::new(Code::UNSUPPORTED_JINJA, "nothing can be called here", self.at())
                        .help("use a filter: `value | lower`"),
                );
            }
            Some(Token::Sign("**")) => {
                return Box::new(Fault::new(Code::UNSUPPORTED_JINJA, "`**` is not supported", self.at()));
            }
            Some(Token::Sign("=")) => ("`=` stands".to_owned(), Some("compare with `==`")),
            Some(Token::Sign("&")) => ("`&` stands".to_owned(), Some("write `and`")),
            Some(Token::Sign("!")) => ("`!` stands".to_owned(), Some("write `not`")),
            Some(Token::Sign("{")) => {
                return Box::new(
                    Fault::new(Code::UNSUPPORTED_JINJA, "an expression has no mappings", self.at())
                        .help("write the mapping in YAML, with templates as its values"),
                );
            }
            Some(Token::Sign(sign)) => (format!("`{sign}` stands"), None),
            Some(Token::Int(_) | Token::Float(_)) => ("a number stands".to_owned(), None),
            Some(Token::Text(_)) => ("a text stands".to_owned(), None),
        };
        let fault =
            Fault::new(Code::BAD_EXPRESSION, format!("{found} where there should be {wanted}"), self.at());
        Box::new(match extra {
            Some(help) => fault.help(help),
            None => fault,
        })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > limits::EXPRESSION_DEPTH {
            let message = format!("the expression nests deeper than {} levels", limits::EXPRESSION_DEPTH);
            return Err(Box::new(Fault::new(Code::BAD_EXPRESSION, message, self.at())));
        }
        let tree = read(self);
        self.depth -= 1;
        tree
    }

    /// Counts an operator or a filter: each makes the tree one level deeper.
    fn operator(&mut self) -> Result<(), Box<Fault>> {
        self.operators += 1;
        if self.operators > limits::EXPRESSION_OPERATORS {
            let message =
                format!("an expression has at most {} operators and filters", limits::EXPRESSION_OPERATORS);
            return Err(Box::new(Fault::new(Code::BAD_EXPRESSION, message, self.at())));
        }
        Ok(())
    }

    fn expression(&mut self) -> Parsed {
        self.nested(|parser| {
            let then = parser.or()?;
            if !parser.word("if") {
                return Ok(then);
            }
            let condition = parser.or()?;
            if !parser.word("else") {
                return Err(parser.unexpected("`else` and what holds otherwise"));
            }
            let otherwise = parser.expression()?;
            let at = then.at.start..otherwise.at.end;
            Ok(Tree { at, kind: Kind::If(Box::new(condition), Box::new(then), Box::new(otherwise)) })
        })
    }

    fn or(&mut self) -> Parsed {
        let mut left = self.and()?;
        while self.word("or") {
            self.operator()?;
            left = binary(BinaryOperator::Or, left, self.and()?);
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed {
        let mut left = self.not()?;
        while self.word("and") {
            self.operator()?;
            left = binary(BinaryOperator::And, left, self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed {
        let start = self.at().start;
        if !self.word("not") {
            return self.compare();
        }
        let inner = self.nested(Self::not)?;
        Ok(Tree { at: start..inner.at.end, kind: Kind::Unary(UnaryOperator::Not, Box::new(inner)) })
    }

    fn compare(&mut self) -> Parsed {
        let left = self.sum()?;
        let Some((operator, negated)) = self.comparison()? else { return Ok(left) };
        let right = self.sum()?;
        let at = self.at();
        if self.comparison()?.is_some() {
            let fault = Fault::new(Code::UNSUPPORTED_JINJA, "comparisons cannot be chained", at);
            return Err(Box::new(fault.help("join two comparisons with `and`")));
        }
        let tree = binary(operator, left, right);
        let at = tree.at.clone();
        Ok(if negated { Tree { at, kind: Kind::Unary(UnaryOperator::Not, Box::new(tree)) } } else { tree })
    }

    fn comparison(&mut self) -> Result<Option<(BinaryOperator, bool)>, Box<Fault>> {
        const OPERATORS: [(&str, BinaryOperator); 6] = [
            ("==", BinaryOperator::Equal),
            ("!=", BinaryOperator::NotEqual),
            ("<=", BinaryOperator::LessOrEqual),
            (">=", BinaryOperator::GreaterOrEqual),
            ("<", BinaryOperator::Less),
            (">", BinaryOperator::Greater),
        ];
        for (sign, operator) in OPERATORS {
            if self.sign(sign) {
                return Ok(Some((operator, false)));
            }
        }
        if self.word("in") {
            return Ok(Some((BinaryOperator::In, false)));
        }
        if self.word("not") {
            return if self.word("in") {
                Ok(Some((BinaryOperator::In, true)))
            } else {
                Err(self.unexpected("`in`"))
            };
        }
        Ok(None)
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.concat()?;
        loop {
            let operator = if self.sign("+") {
                BinaryOperator::Add
            } else if self.sign("-") {
                BinaryOperator::Subtract
            } else {
                return Ok(left);
            };
            self.operator()?;
            left = binary(operator, left, self.concat()?);
        }
    }

    fn concat(&mut self) -> Parsed {
        let mut left = self.product()?;
        while self.sign("~") {
            self.operator()?;
            let right = self.product()?;
            left =
                Tree { at: left.at.start..right.at.end, kind: Kind::Concat(Box::new(left), Box::new(right)) };
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed {
        const OPERATORS: [(&str, BinaryOperator); 4] = [
            ("*", BinaryOperator::Multiply),
            ("//", BinaryOperator::FloorDivide),
            ("/", BinaryOperator::Divide),
            ("%", BinaryOperator::Remainder),
        ];
        let mut left = self.filtered()?;
        loop {
            let Some((_, operator)) = OPERATORS.iter().find(|(sign, _)| self.sign(sign)) else {
                return Ok(left);
            };
            self.operator()?;
            left = binary(*operator, left, self.filtered()?);
        }
    }

    fn filtered(&mut self) -> Parsed {
        let mut value = self.negated()?;
        while self.sign("|") {
            self.operator()?;
            let at = self.at();
            let Some(Token::Word(name)) = self.peek().cloned() else {
                return Err(self.unexpected("a filter's name"));
            };
            self.next += 1;
            let mut arguments = Vec::new();
            let mut end = at.end;
            if self.sign("(") {
                while !self.sign(")") {
                    arguments.push(self.expression()?);
                    if self.peek() != Some(&Token::Sign(")")) && !self.sign(",") {
                        return Err(self.unexpected("`,` or `)`"));
                    }
                }
                end = self.tokens[self.next - 1].1.end;
            }
            value =
                Tree { at: value.at.start..end, kind: Kind::Filter(Box::new(value), name, at, arguments) };
        }
        Ok(value)
    }

    fn negated(&mut self) -> Parsed {
        let start = self.at().start;
        if !self.sign("-") {
            return self.postfix();
        }
        let inner = self.nested(Self::negated)?;
        Ok(Tree { at: start..inner.at.end, kind: Kind::Unary(UnaryOperator::Negate, Box::new(inner)) })
    }

    fn postfix(&mut self) -> Parsed {
        let mut value = self.primary()?;
        let mut links = 0;
        loop {
            links += 1;
            if links > limits::EXPRESSION_DEPTH {
                let message = format!("a path has at most {} steps", limits::EXPRESSION_DEPTH);
                return Err(Box::new(Fault::new(Code::BAD_EXPRESSION, message, self.at())));
            }
            if self.sign(".") {
                let at = self.at();
                let Some(Token::Word(name)) = self.peek().cloned() else {
                    return Err(self.unexpected("a member's name"));
                };
                self.next += 1;
                value = Tree { at: value.at.start..at.end, kind: Kind::Member(Box::new(value), name, at) };
            } else if self.sign("[") {
                let index = self.expression()?;
                let end = self.at().end;
                if !self.sign("]") {
                    return Err(self.unexpected("`]`"));
                }
                value = Tree { at: value.at.start..end, kind: Kind::Index(Box::new(value), Box::new(index)) };
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        let kind = match self.peek().cloned() {
            Some(Token::Int(value)) => Kind::Int(value),
            Some(Token::Float(value)) => Kind::Float(value),
            Some(Token::Text(value)) => Kind::Text(value),
            Some(Token::Word(word)) => match word.as_str() {
                "true" | "True" => Kind::Bool(true),
                "false" | "False" => Kind::Bool(false),
                "none" | "None" => Kind::Null,
                "if" | "else" | "and" | "or" | "not" | "in" | "is" => return Err(self.unexpected("a value")),
                _ => Kind::Name(word),
            },
            Some(Token::Sign("(")) => {
                self.next += 1;
                let mut inner = self.expression()?;
                let end = self.at().end;
                if !self.sign(")") {
                    return Err(self.unexpected("`)`"));
                }
                inner.at = at.start..end;
                return Ok(inner);
            }
            Some(Token::Sign("[")) => return self.list(),
            _ => return Err(self.unexpected("a value")),
        };
        self.next += 1;
        Ok(Tree { at, kind })
    }

    fn list(&mut self) -> Parsed {
        let start = self.at().start;
        self.next += 1;
        let mut items = Vec::new();
        while self.peek() != Some(&Token::Sign("]")) {
            items.push(self.expression()?);
            if self.peek() != Some(&Token::Sign("]")) && !self.sign(",") {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
        let end = self.at().end;
        self.next += 1;
        Ok(Tree { at: start..end, kind: Kind::List(items) })
    }
}

fn binary(operator: BinaryOperator, left: Tree, right: Tree) -> Tree {
    Tree { at: left.at.start..right.at.end, kind: Kind::Binary(operator, Box::new(left), Box::new(right)) }
}
