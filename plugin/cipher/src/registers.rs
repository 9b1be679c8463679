//! Both on 128-bit registers, for a sandbox.

pub(crate) use base64::decoded;
pub(crate) use bitsliced::decrypt;

mod base64;
mod bitsliced;
mod lanes;
