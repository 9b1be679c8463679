//! The component's custom sections: without the names for debuggers, with what the package says about itself.
//!
//! `wasm-tools metadata`, and registries that take components, read these sections. None of them changes what the
//! component does.

use std::borrow::Cow;

use wasm_encoder::{ComponentNameSection, ComponentSection, CustomSection};

/// What a component says about itself. Texts that the package's manifest does not have are left out.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) licenses: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) authors: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) homepage: Option<String>,
}

/// The component with this about itself. `None` when it is not a sequence of sections.
pub(crate) fn described(component: &[u8], about: &About) -> Option<Vec<u8>> {
    let mut described = without_names(component)?;
    let mut name = ComponentNameSection::new();
    name.component(&about.name);
    name.append_to_component(&mut described);
    let texts = [
        ("version", &about.version),
        ("licenses", &about.licenses),
        ("description", &about.description),
        ("authors", &about.authors),
        ("source", &about.source),
        ("homepage", &about.homepage),
    ];
    for (name, text) in texts {
        let Some(text) = text else { continue };
        let section = CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(text.as_bytes()) };
        section.append_to_component(&mut described);
    }
    Some(described)
}

/// The component without its section of names for debuggers: 3.4 KB that nothing reads.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    const NAME: &[u8] = b"\x0ecomponent-name";

    let (header, mut rest) = component.split_at_checked(HEADER)?;
    let mut kept = header.to_vec();
    while let Some((id, after_id)) = rest.split_first() {
        // The size of a section is an unsigned LEB128.
        let digits = after_id.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let (size, body) = after_id.split_at_checked(digits)?;
        let size = size.iter().rev().fold(0, |size: usize, byte| size << 7 | usize::from(byte & 0x7f));
        let (section, following) = rest.split_at_checked(1 + digits + size)?;
        if *id != CUSTOM || !body.starts_with(NAME) {
            kept.extend_from_slice(section);
        }
        rest = following;
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: [u8; 8] = *b"\0asm\x0d\0\x01\0";

    fn about() -> About {
        About {
            name: "acme-engine".into(),
            version: Some("1.2.3".into()),
            licenses: Some("MIT".into()),
            description: None,
            authors: None,
            source: None,
            homepage: None,
        }
    }

    #[test]
    fn names_for_debuggers_give_way_to_the_name_of_the_component() {
        let mut named = EMPTY.to_vec();
        let mut names = ComponentNameSection::new();
        names.component("what the linker called it");
        names.append_to_component(&mut named);
        let mut expected = EMPTY.to_vec();
        expected.extend_from_slice(b"\0\x1d\x0ecomponent-name\0\x0c\x0bacme-engine");
        expected.extend_from_slice(b"\0\x0d\x07version1.2.3");
        expected.extend_from_slice(b"\0\x0c\x08licensesMIT");
        assert_eq!(described(&named, &about()), Some(expected));
    }

    #[test]
    fn what_ends_inside_a_section_is_not_described() {
        let mut cut = EMPTY.to_vec();
        cut.extend_from_slice(b"\0\x0d\x07version1.2");
        assert_eq!(described(&cut, &about()), None);
    }
}
