//! WeCom's approval protocol, pure: it is told the time, handed what WeCom sent, and says what it wants sent.
//!
//! One module a story. [`callback`] reads what WeCom sends. [`user`], [`submit`], [`tracking`], [`diagnostics`] and
//! [`token`] ask WeCom through an [`exchange::Outbound`]. [`errcode`] says what WeCom's refusals mean and who has to act.
#![forbid(unsafe_code)]

pub mod api;
pub mod callback;
pub mod config;
pub mod describe;
pub mod diagnostics;
pub mod errcode;
pub mod exchange;
pub mod form;
pub mod json;
pub mod settings;
pub mod submit;
pub mod template;
pub mod text;
pub mod token;
pub mod tracking;
pub mod user;

pub use wecom_callback::{model, secret};

mod address;
