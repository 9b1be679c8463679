//! Components that come to much more than they have bytes, made from a number.

use std::fmt::Write as _;

/// A component from text.
pub(crate) fn component(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).unwrap()
}

/// A core module's worth of text, in a component that does not even instantiate it.
pub(crate) fn module(text: &str) -> Vec<u8> {
    component(&format!("(core module {text})"))
}

/// A component that takes a component and gives one that instantiates it twice, applied to its own result `times` times:
/// 2^`times` instances of `leaf`.
pub(crate) fn doubling_arguments(times: usize, leaf: &str) -> Vec<u8> {
    let mut text = format!(
        r#"(component $leaf {leaf})
        (component $F
            (import "d" (component $d))
            (component $g
                (alias outer 1 $d (component $x))
                (instance (instantiate $x))
                (instance (instantiate $x)))
            (export "g" (component $g)))"#
    );
    let mut last = String::from("$leaf");
    for level in 0..times {
        write!(
            text,
            r#"(instance $i{level} (instantiate $F (with "d" (component {last}))))
            (alias export $i{level} "g" (component $g{level}))"#
        )
        .unwrap();
        last = format!("$g{level}");
    }
    component(&format!("{text} (instance (instantiate {last}))"))
}

/// The same, but each layer takes another name, so that nothing in it is ever the same twice.
pub(crate) fn differing_arguments(count: usize) -> Vec<u8> {
    let mut text = String::from(r#"(component $F (import "d" (instance)))"#);
    for number in 0..count {
        write!(
            text,
            r#"(component $c{number} (import "x{number}" (type (sub resource))))
            (instance $i{number} (export "e{number}" (component $c{number})))
            (instance (instantiate $F (with "d" (instance $i{number}))))"#
        )
        .unwrap();
    }
    component(&text)
}

/// The bytes that begin a component.
const HEADER: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

fn leb128(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn section(id: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(id);
    leb128(content.len(), out);
    out.extend_from_slice(content);
}

/// An empty component in a component in a component.
pub(crate) fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(HEADER.to_vec(), |inner, _| {
        let mut outer = HEADER.to_vec();
        section(4, &inner, &mut outer);
        outer
    })
}

/// Empty components beside each other.
pub(crate) fn side_by_side(count: usize) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    for _ in 0..count {
        section(4, &HEADER, &mut out);
    }
    out
}

/// The type of a component that declares the type of a component, and so on: three bytes for each.
pub(crate) fn nested_types(depth: usize) -> Vec<u8> {
    let mut content = vec![1];
    for _ in 0..depth {
        content.extend([0x41, 1, 1]);
    }
    content.extend([0x41, 0]);
    let mut out = HEADER.to_vec();
    section(7, &content, &mut out);
    out
}

/// More bytes that mean nothing.
pub(crate) fn padded(bytes: usize) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    section(0, &[&[1, b'x'], vec![0; bytes].as_slice()].concat(), &mut out);
    out
}

/// Functions with nothing in them.
pub(crate) fn functions(count: usize) -> Vec<u8> {
    module(&"(func)".repeat(count))
}

/// One function of so many locals and loops.
pub(crate) fn loops(locals: usize, loops: usize) -> Vec<u8> {
    module(&format!("(func (local {}) {})", "i64 ".repeat(locals), "loop end ".repeat(loops)))
}

/// Tuples of so many parts.
pub(crate) fn tuples(count: usize, parts: usize) -> Vec<u8> {
    component(&format!("(type (tuple {}))", "u8 ".repeat(parts)).repeat(count))
}

/// A tuple of two tuples of two tuples.
pub(crate) fn doubling_tuples(times: usize) -> Vec<u8> {
    let mut text = String::from("(type $t0 (tuple u8 u8))");
    for level in 1..=times {
        let below = level - 1;
        write!(text, "(type $t{level} (tuple $t{below} $t{below}))").unwrap();
    }
    component(&text)
}

/// Functions that are lowered, beside a type of so many parts.
pub(crate) fn lowered(count: usize, parts: usize) -> Vec<u8> {
    component(&format!(
        r#"(type (tuple {})) (import "f" (func $f)) {}"#,
        "u8 ".repeat(parts),
        "(core func (canon lower (func $f)))".repeat(count)
    ))
}

/// Calls of a function that takes so many values and gives as many.
pub(crate) fn wide_calls(count: usize, width: usize) -> Vec<u8> {
    let values = "i32 ".repeat(width);
    module(&format!(
        "(func $wide (param {values}) (result {values}) unreachable) (func {} {} {})",
        "i32.const 0 ".repeat(width),
        "call $wide ".repeat(count),
        "drop ".repeat(width)
    ))
}

/// Branches out of a block that gives so many values.
pub(crate) fn wide_branches(count: usize, width: usize) -> Vec<u8> {
    module(&format!(
        "(func (block (result {}) {} {}) {})",
        "i32 ".repeat(width),
        "i32.const 0 ".repeat(width),
        "(br_if 0 (i32.const 0)) ".repeat(count),
        "drop ".repeat(width)
    ))
}
