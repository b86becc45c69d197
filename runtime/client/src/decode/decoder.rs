//! Reads JSON, value by value.

use jiter::{Jiter, JiterError, Peek};

use super::Misfit;

/// How deep values may lie in each other.
const DEEPEST: usize = 128;
/// How often a text may be read in all, where unions try several types on the same value.
const REREAD: usize = 64;

/// Reads one JSON text.
pub struct Decoder<'j> {
    jiter: Jiter<'j>,
    depth: usize,
    /// Numbers and booleans may stand as texts: headers have nothing else.
    lenient: bool,
    /// How many bytes may still be read for nothing: by types of a union that did not fit.
    spare: usize,
}

impl<'j> Decoder<'j> {
    /// Reads this text.
    #[must_use]
    pub fn new(json: &'j [u8]) -> Self {
        let spare = json.len().saturating_mul(REREAD).saturating_add(1024 * 1024);
        Self { jiter: Jiter::new(json), depth: 0, lenient: false, spare }
    }

    /// Reads a part of the text anew.
    pub(super) fn within(&self, raw: &'j str) -> Result<Self, Misfit> {
        let mut inner = Self {
            jiter: Jiter::new(raw.as_bytes()),
            depth: self.depth,
            lenient: self.lenient,
            spare: self.spare,
        };
        inner.deeper()?;
        if inner.spare == 0 {
            return Err(Misfit::new("the value fits too many types in too many ways", self.at()).finally());
        }
        Ok(inner)
    }

    /// Takes over what reading a part has cost.
    pub(super) fn spend(&mut self, inner: &Self, raw: &str) {
        self.spare = inner.spare.saturating_sub(inner.at().min(raw.len()));
    }

    /// Takes numbers and booleans that stand as texts.
    pub(crate) fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Insists that nothing follows.
    ///
    /// # Errors
    ///
    /// Something follows.
    pub fn finish(&mut self) -> Result<(), Misfit> {
        self.jiter.finish().map_err(|error| failed(&error))
    }

    pub(crate) fn at(&self) -> usize {
        self.jiter.current_index()
    }

    fn peek(&mut self) -> Result<Peek, Misfit> {
        self.jiter.peek().map_err(|error| failed(&error))
    }

    #[cold]
    fn unlike(&self, wanted: &str, peek: Peek) -> Misfit {
        Misfit::new(format!("{wanted} was expected, and {} stands there", kind(peek)), self.at())
    }

    /// Reads a null, where one stands.
    pub(crate) fn null(&mut self) -> Result<bool, Misfit> {
        if self.peek()? != Peek::Null {
            return Ok(false);
        }
        self.jiter.known_null().map_err(|error| failed(&error))?;
        Ok(true)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Misfit> {
        match self.peek()? {
            peek @ (Peek::True | Peek::False) => self.jiter.known_bool(peek).map_err(|error| failed(&error)),
            Peek::String if self.lenient => match self.text()? {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(Misfit::new("a boolean was expected, and another text stands there", self.at())),
            },
            peek => Err(self.unlike("a boolean", peek)),
        }
    }

    pub(crate) fn text(&mut self) -> Result<&str, Misfit> {
        let peek = self.peek()?;
        if peek != Peek::String {
            return Err(self.unlike("a text", peek));
        }
        self.jiter.known_str().map_err(|error| failed(&error))
    }

    /// The text of a number.
    pub(crate) fn number(&mut self) -> Result<&str, Misfit> {
        let peek = self.peek()?;
        if peek == Peek::String && self.lenient {
            return self.text();
        }
        if !peek.is_num() || peek == Peek::NaN || peek == Peek::Infinity {
            return Err(self.unlike("a number", peek));
        }
        let at = self.at();
        let bytes = self.jiter.known_number_bytes(peek).map_err(|error| failed(&error))?;
        std::str::from_utf8(bytes).map_err(|_| Misfit::new("a number was expected", at))
    }

    /// A text or a number, as its text; and whether it was a text.
    pub(crate) fn text_or_number(&mut self) -> Result<(&str, bool), Misfit> {
        if self.peek()? == Peek::String { Ok((self.text()?, true)) } else { Ok((self.number()?, false)) }
    }

    /// The raw text of a whole value.
    pub(crate) fn raw(&mut self) -> Result<&'j str, Misfit> {
        self.peek()?;
        let start = self.at();
        self.jiter.next_skip().map_err(|error| failed(&error))?;
        let raw = self.jiter.slice_to_current(start);
        std::str::from_utf8(raw).map_err(|_| Misfit::new("the text is not UTF-8", start))
    }

    pub(crate) fn skip(&mut self) -> Result<(), Misfit> {
        self.jiter.next_skip().map_err(|error| failed(&error))
    }

    /// Reads an object: `member` is called with each name's place, as `find` tells it, and reads the value.
    pub(crate) fn object<P>(
        &mut self,
        find: &mut dyn FnMut(&str) -> P,
        member: &mut dyn FnMut(P, &mut Self) -> Result<(), Misfit>,
    ) -> Result<(), Misfit> {
        let peek = self.peek()?;
        if peek != Peek::Object {
            return Err(self.unlike("an object", peek));
        }
        self.deeper()?;
        let mut next = self.jiter.known_object().map_err(|error| failed(&error))?.map(&mut *find);
        while let Some(place) = next {
            member(place, self)?;
            next = self.jiter.next_key().map_err(|error| failed(&error))?.map(&mut *find);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads a list: `element` is called before each element, and reads it.
    pub(crate) fn list(
        &mut self,
        element: &mut dyn FnMut(&mut Self) -> Result<(), Misfit>,
    ) -> Result<(), Misfit> {
        let peek = self.peek()?;
        if peek != Peek::Array {
            return Err(self.unlike("a list", peek));
        }
        self.deeper()?;
        let mut next = self.jiter.known_array().map_err(|error| failed(&error))?;
        let mut place = 0;
        while next.is_some() {
            element(self).map_err(|misfit| misfit.in_element(place))?;
            place += 1;
            next = self.jiter.array_step().map_err(|error| failed(&error))?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), Misfit> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Misfit::new(
                format!("values lie in each other deeper than {DEEPEST} levels"),
                self.at(),
            )
            .finally());
        }
        Ok(())
    }
}

#[cold]
fn failed(error: &JiterError) -> Misfit {
    Misfit::new(format!("not JSON: {}", error.error_type), error.index)
}

fn kind(peek: Peek) -> &'static str {
    match peek {
        Peek::Null => "null",
        Peek::True | Peek::False => "a boolean",
        Peek::String => "a text",
        Peek::Array => "a list",
        Peek::Object => "an object",
        _ if peek.is_num() => "a number",
        _ => "no JSON value",
    }
}
