//! The keys of the settings.

/// CorpId.
pub const CORP_ID: &str = "corp-id";
/// Agent ID.
pub const AGENT_ID: &str = "agent-id";
/// Secret, held by the host.
pub const SECRET: &str = "secret";
/// Aes Key.
pub const AES_KEY: &str = "aes-key";
/// Sign Token.
pub const SIGN_TOKEN: &str = "sign-token";
/// Associated WeCom Side Attribute.
pub const WECOM_ATTRIBUTE: &str = "associated-wecom-attribute";
/// Associated System User Attribute.
pub const USER_ATTRIBUTE: &str = "associated-user-attribute";
/// The template that requests are submitted with.
pub const TEMPLATE_ID: &str = "template-id";
/// Field names to control ids.
pub const FIELD_MAP: &str = "field-map";
/// Templates that are still followed.
pub const FORMER_TEMPLATE_IDS: &str = "former-template-ids";
/// The Sign Token before the last change.
pub const PREVIOUS_SIGN_TOKEN: &str = "previous-sign-token";
/// The Aes Key before the last change.
pub const PREVIOUS_AES_KEY: &str = "previous-aes-key";
/// Where WeCom's API is.
pub const API_BASE_URL: &str = "api-base-url";
/// How far a callback's time may lie from its arrival.
pub const CALLBACK_WINDOW: &str = "callback-window-seconds";
/// The company of the provider whose customised-development app is used.
pub const PROVIDER_CORP_ID: &str = "provider-corp-id";
