//! Bodies: JSON, forms, bytes and XML.

use super::*;

#[test]
fn json_bodies_keep_the_text_of_their_inputs() {
    let request = built(0, &CREATE, &[("a", r#"{"n": 1.50, "big": 123456789012345678901}"#), ("b", "null")]);
    assert_eq!(body(&request), r#"{"a":{"n": 1.50, "big": 123456789012345678901},"B-b":null}"#);
    assert_eq!(header(&request, "content-type").as_deref(), Some("application/json"));
    assert_eq!(body(&built(0, &CREATE, &[("a", "1")])), r#"{"a":1}"#);
    assert_eq!(body(&built(0, &TREE, &[("a", "1.50")])), r#"{"fixed":[1,null],"a":1.50,"text":"<1.50>"}"#);
    assert_eq!(
        body(&built(0, &TREE, &[("a", "\"x\""), ("b", "[true]")])),
        r#"{"fixed":[1,null],"a":"x","b":[true],"text":"<x>"}"#
    );
}

#[test]
fn forms_are_urlencoded() {
    let request = built(0, &FORM, &[("a", r#"{"b": ["c d", "e+f"]}"#), ("b", "\"é\"")]);
    assert_eq!(body(&request), "a%5Bb%5D%5B0%5D=c+d&a%5Bb%5D%5B1%5D=e%2Bf&b=%C3%A9");
    assert_eq!(header(&request, "content-type").as_deref(), Some("application/x-www-form-urlencoded"));
}

#[test]
fn bytes_are_sent_as_they_are() {
    static UPLOAD: Action<'static> =
        Action::new("upload", Method::Post, &[PathPart::Literal("/up")], Effect::Create)
            .with_inputs(&[Input::new("a", Location::Expression).bytes()])
            .with_body(Body::new(BodyKind::Binary).with_value(input("a")).with_content_type("image/png"));
    static INLINE: Action<'static> =
        Action::new("inline", Method::Post, &[PathPart::Literal("/up")], Effect::Create)
            .with_inputs(&[Input::new("a", Location::Expression).bytes()])
            .with_body(Body::new(BodyKind::Json).with_value(Expression::map(&[
                Entry::new("raw", input("a")),
                Entry::new("hex", Expression::filter(Filter::Hex, &input("a"), &[])),
            ])));
    let given = |action: &Action<'static>| {
        let mut call = call(0, action, &[]);
        call.set_bytes("a", &b"\xff\0"[..]).unwrap();
        call.build_request().unwrap()
    };
    for request in [given(&UPLOAD), built(0, &UPLOAD, &[("a", "\"/wA=\"")])] {
        assert_eq!(&request.body()[..], b"\xff\0");
        assert_eq!(header(&request, "content-type").as_deref(), Some("image/png"));
    }
    for request in [given(&INLINE), built(0, &INLINE, &[("a", "\"/wA=\"")])] {
        assert_eq!(body(&request), r#"{"raw":"/wA=","hex":"ff00"}"#);
    }
}

#[test]
fn xml_is_written_from_a_tree() {
    const A: Expression<'static> = input("a");
    const NOW: Expression<'static> = Expression::reference(Scope::Now, &[]);
    static DOCUMENT: Action<'static> =
        Action::new("document", Method::Post, &[PathPart::Literal("/xml")], Effect::Create)
            .with_inputs(&[
                Input::new("a", Location::Expression),
                Input::new("b", Location::Expression).optional(),
            ])
            .with_body(Body::new(BodyKind::Xml).with_value(Expression::map(&[Entry::new(
                "request",
                Expression::map(&[
                    Entry::new("@version", Expression::int(1)),
                    Entry::new("name", A),
                    Entry::new("tag", input("b")).optional(),
                    Entry::new("later", Expression::binary(BinaryOperator::Greater, &NOW, &NOW)),
                ]),
            )])));
    let request = built(0, &DOCUMENT, &[("a", r#""A&B""#), ("b", r#"["x", "y"]"#)]);
    assert_eq!(
        body(&request),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><request version=\"1\"><name>A&amp;B</name>\
         <tag>x</tag><tag>y</tag><later>false</later></request>"
    );
    assert_eq!(header(&request, "content-type").as_deref(), Some("application/xml"));
    let request = built(0, &DOCUMENT, &[("a", r#""é""#)]);
    assert!(body(&request).ends_with("<name>é</name><later>false</later></request>"), "{}", body(&request));
    let mut wrong = call(0, &DOCUMENT, &[]);
    wrong.set_json("a", r#""\u0007""#).unwrap();
    let error = wrong.build_request().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Input, "document: the XML body has a control character, which XML cannot hold")
    );
    let mut key_in_body = call(5, &DOCUMENT, &[]);
    key_in_body.set_json("a", "\"x\"").unwrap();
    assert_eq!(key_in_body.build_request().unwrap_err().kind(), ErrorKind::Config);
}
