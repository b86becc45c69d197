//! What the types of generated crates are made able to do. The types themselves are spelled out; these macros add
//! reading, writing and serde.
//!
//! All functions are `#[inline]`: a crate of a thousand types compiles only the few that a program uses.
//!
//! Invariant: these macros are a part of the versioned interface. Their grammar may grow, and never changes.

/// A struct: `record!(Name { field = "wire", other = "wire" optional })`, and `; rest further` before the end for a
/// field that keeps further members.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_record {
    ($name:ident { $($field:ident = $wire:literal $($mode:ident)?),* $(,)? $(; rest $more:ident)? }) => {
        const _: () = {
            use $crate::generated::v1;

            static SHAPE: v1::Shape = v1::Shape::new(&[$($crate::__couplet_member!($wire $($mode)?)),*]);

            impl v1::Slot for $name {
                #[inline]
                fn empty() -> Self {
                    Self { $($field: v1::Slot::empty(),)* $($more: v1::Slot::empty(),)? }
                }

                #[inline]
                fn set(&mut self, decoder: &mut v1::Decoder<'_>) -> ::core::result::Result<(), v1::Misfit> {
                    let more = $crate::__couplet_more!(mut self $($more)?);
                    v1::read_record(&mut [$(&mut self.$field),*], &SHAPE, more, decoder)
                }

                #[inline]
                fn clear(&mut self) {
                    *self = v1::Slot::empty();
                }

                #[inline]
                fn put(&self, encoder: &mut v1::Encoder<'_>) {
                    let more = $crate::__couplet_more!(ref self $($more)?);
                    v1::write_record(&[$(&self.$field),*], &SHAPE, more, encoder);
                }
            }
        };

        $crate::__couplet_json!($name);
    };
}

/// A member of a shape.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_member {
    ($wire:literal) => {
        $crate::generated::v1::required($wire)
    };
    ($wire:literal nullable) => {
        $crate::generated::v1::required($wire)
    };
    ($wire:literal optional) => {
        $crate::generated::v1::optional($wire)
    };
}

/// The field of further members.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_more {
    (mut $this:ident $more:ident) => {
        ::core::option::Option::Some(&mut $this.$more as &mut dyn $crate::generated::v1::More)
    };
    (ref $this:ident $more:ident) => {
        ::core::option::Option::Some(&$this.$more as &dyn $crate::generated::v1::More)
    };
    ($mode:tt $this:ident) => {
        ::core::option::Option::None
    };
}

/// An open enum: `open_enum!(Name { Variant = "wire" })`; the enum has the variant `Unknown(String)` besides.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_open_enum {
    ($name:ident { $($variant:ident = $wire:literal),* $(,)? }) => {
        impl $name {
            /// The value on the wire.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &::core::primitive::str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(other) => other,
                }
            }
        }

        impl ::core::convert::From<&::core::primitive::str> for $name {
            #[inline]
            fn from(text: &::core::primitive::str) -> Self {
                match text {
                    $($wire => Self::$variant,)*
                    other => Self::Unknown(other.into()),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        const _: () = {
            use $crate::generated::v1;

            impl v1::Slot for $name {
                #[inline]
                fn empty() -> Self {
                    Self::Unknown(::core::default::Default::default())
                }

                #[inline]
                fn set(&mut self, decoder: &mut v1::Decoder<'_>) -> ::core::result::Result<(), v1::Misfit> {
                    *self = Self::from(decoder.take_text()?);
                    ::core::result::Result::Ok(())
                }

                #[inline]
                fn put(&self, encoder: &mut v1::Encoder<'_>) {
                    encoder.put_text(self.as_str());
                }
            }
        };

        $crate::__couplet_json!($name);
    };
}

/// One of several types: `union!(Name { A(Type) if "kind" = "a", B(Type) })`; the enum has the variant
/// `Unknown(Json)` besides, which keeps what none of them fits.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_union {
    ($name:ident { $($variant:ident($ty:ty) $(if $member:literal = $value:literal)?),* $(,)? }) => {
        const _: () = {
            use $crate::generated::v1;

            impl v1::Slot for $name {
                #[inline]
                fn empty() -> Self {
                    Self::Unknown(v1::Slot::empty())
                }

                #[inline]
                fn set(&mut self, decoder: &mut v1::Decoder<'_>) -> ::core::result::Result<(), v1::Misfit> {
                    let raw = decoder.take_raw()?;
                    let tag = &mut v1::Tag::new(raw);
                    let _ = &tag;
                    $(
                        if $crate::__couplet_fits!(tag $($member = $value)?) {
                            let mut value = <$ty as v1::Slot>::empty();
                            if decoder.attempt(raw, &mut value)? {
                                *self = Self::$variant(value);
                                return ::core::result::Result::Ok(());
                            }
                        }
                    )*
                    *self = Self::Unknown(v1::keep(raw));
                    ::core::result::Result::Ok(())
                }

                #[inline]
                fn put(&self, encoder: &mut v1::Encoder<'_>) {
                    match self {
                        $(Self::$variant(value) => v1::Slot::put(value, encoder),)*
                        Self::Unknown(value) => v1::Slot::put(value, encoder),
                    }
                }
            }
        };

        $crate::__couplet_json!($name);
    };
}

/// Whether an object's discriminator has a value.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_fits {
    ($tag:ident) => {
        true
    };
    ($tag:ident $member:literal = $value:literal) => {
        $tag.is($member, $value)
    };
}

/// JSON and serde, for every type.
#[macro_export]
#[doc(hidden)]
macro_rules! __couplet_json {
    ($name:ident) => {
        impl $name {
            /// Reads a value from JSON text, for tests and stored values.
            ///
            /// # Errors
            ///
            /// The text is not JSON, or not of this type; the error says where.
            #[inline]
            pub fn from_json(json: &::core::primitive::str) -> ::core::result::Result<Self, $crate::Error> {
                $crate::generated::v1::from_json(json)
            }

            /// The value as JSON text.
            #[inline]
            #[must_use]
            pub fn to_json(&self) -> $crate::generated::v1::Text {
                $crate::generated::v1::to_json(self)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::v1::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::v1::deserialize(deserializer)
            }
        }
    };
}
