//! serde over slots: thin on every type, and no generic inside.

use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de, ser};

use crate::decode::{Decoder, Encoder, Slot};

/// Serializes a value through JSON. Decimals become texts, which keep their digits.
///
/// # Errors
///
/// The serializer's own.
pub fn serialize<S: Serializer>(value: &dyn Slot, serializer: S) -> Result<S::Ok, S::Error> {
    tree(value).map_err(ser::Error::custom)?.serialize(serializer)
}

fn tree(value: &dyn Slot) -> Result<serde_json::Value, serde_json::Error> {
    let mut json = String::new();
    let mut encoder = Encoder::new(&mut json);
    encoder.exact = true;
    value.put(&mut encoder);
    serde_json::from_str(&json)
}

/// Deserializes a value through JSON.
///
/// # Errors
///
/// The deserializer's own, and where the value is not of the type.
pub fn deserialize<'de, T: Slot, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let tree = serde_json::Value::deserialize(deserializer)?;
    let mut value = T::empty();
    read(&mut value, &tree).map_err(de::Error::custom)?;
    Ok(value)
}

fn read(slot: &mut dyn Slot, tree: &serde_json::Value) -> Result<(), String> {
    let json = tree.to_string();
    slot.set(&mut Decoder::new(json.as_bytes())).map_err(|misfit| misfit.to_string())
}
