//! Source files: text with a name, and places in it.

use crate::limits;

/// A file of a connector, as read from wherever it lies.
///
/// Its text has no byte order mark and its lines end with `\n`, so that equal manifests compile equally
/// whatever wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    /// The bytes that a file may have.
    pub const MAX_BYTES: usize = limits::FILE_BYTES;

    /// The bytes that another description of providers may have, for an import.
    pub const MAX_IMPORT_BYTES: usize = limits::IMPORT_BYTES;

    /// A file. The path is what diagnostics show; nothing is read from it.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        let text = if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text };
        Self { path: path.into(), text }
    }

    /// A file from bytes.
    ///
    /// # Errors
    ///
    /// A sentence, where the bytes are too many or not UTF-8.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Result<Self, String> {
        Self::check_size(bytes.len() as u64)?;
        String::from_utf8(bytes).map(|text| Self::new(path, text)).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("the file is not UTF-8: the byte at offset {at} begins no character; save it as UTF-8")
        })
    }

    /// Judges a file's size before it is read.
    ///
    /// # Errors
    ///
    /// A sentence, where it is too large.
    pub fn check_size(bytes: u64) -> Result<(), String> {
        if bytes <= Self::MAX_BYTES as u64 {
            return Ok(());
        }
        let most = Self::MAX_BYTES;
        Err(format!("the file has {bytes} bytes, and may have {most} (1 MiB): split it with `include`"))
    }

    /// What diagnostics call the file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and the column of a byte, both from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = before.matches('\n').count() + 1;
        let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1;
        (line, column)
    }
}

/// The files of one connector: the manifest, then what it includes, by their names in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    files: Vec<SourceFile>,
    names: Vec<String>,
}

impl Sources {
    /// The bytes that a connector may have with all that it includes.
    pub const MAX_BYTES: usize = limits::CONNECTOR_BYTES;
    /// The files that a connector may have.
    pub const MAX_FILES: usize = limits::FILES;

    /// A connector that is one file.
    #[must_use]
    pub fn new(manifest: SourceFile) -> Self {
        Self { files: vec![manifest], names: vec![String::new()] }
    }

    /// Adds a file that `include` names. The name is its path within the manifest's folder, with `/`.
    #[must_use]
    pub fn with_included(mut self, name: impl Into<String>, file: SourceFile) -> Self {
        let name = name.into();
        let at = self.names[1..].partition_point(|known| *known < name) + 1;
        self.names.insert(at, name);
        self.files.insert(at, file);
        self
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> &SourceFile {
        &self.files[0]
    }

    /// All files, the manifest first.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// All files with their names in the folder; the manifest's is empty.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &SourceFile)> {
        self.names.iter().map(String::as_str).zip(&self.files)
    }

    /// The included files: name in the folder, place in the list, file.
    pub(crate) fn included(&self) -> impl Iterator<Item = (&str, FileId, &SourceFile)> {
        self.names.iter().zip(&self.files).enumerate().skip(1).map(|(index, (name, file))| {
            (name.as_str(), FileId(u16::try_from(index).unwrap_or(u16::MAX)), file)
        })
    }

    /// The file of a span.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        self.files.get(usize::from(id.0)).unwrap_or(&self.files[0])
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text().get(span.start..span.end).unwrap_or_default()
    }
}

/// Which of a connector's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub(crate) u16);

impl FileId {
    /// The manifest itself.
    pub const MANIFEST: Self = Self(0);

    /// Its place in [`Sources::files`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A place in a file: bytes from `start` up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

impl Span {
    /// A part of this span, by bytes from its start.
    #[must_use]
    pub fn part(self, start: usize, end: usize) -> Self {
        let start = (self.start + start).min(self.end);
        Self { start, end: (self.start + end).clamp(start, self.end), ..self }
    }

    /// Whether no text stands there.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The empty place at the end of this span.
    #[must_use]
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
