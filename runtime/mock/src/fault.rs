//! What can go wrong.

/// Something that goes wrong with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer is an error of this status.
    Status(u16),
    /// The connection ends before an answer.
    Disconnect,
    /// The answer's body ends in the middle.
    CutBody,
    /// The answer is HTML, as a proxy's or a captive portal's.
    Html,
}
