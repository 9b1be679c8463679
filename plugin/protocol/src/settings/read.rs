//! The rules of each setting.

use std::time::Duration;

use super::{Given, Problem, api_base, form, key};
use crate::config::{AesKey, AesKeyError, CallbackKey, Config, FieldMap, REQUEST_NUMBER};
use crate::describe::{API_ORIGIN, FIELDS};
use crate::model::{CorpId, TemplateId};
use crate::secret::Secret;
use crate::text::{Text, text};

/// The callback window, unless set: WeCom does not publish how far apart its retries are, and a replay inside the
/// window changes nothing, because its de-duplication key is known. A replay of an older event is stale by the
/// time that is sealed in it.
const WINDOW_SECONDS: u64 = 3_600;

/// Reads everything that was given; `None` when something that a [`Config`] needs is missing or wrong. What is
/// missing has been reported already.
pub(super) fn config(given: &Given<'_>, problems: &mut Vec<Problem>) -> (Option<Config>, Vec<Problem>) {
    let corp_id = field(given, key::CORP_ID, problems, corp_id);
    let provider_corp_id = field(given, key::PROVIDER_CORP_ID, problems, provider_corp_id);
    let agent_id = field(given, key::AGENT_ID, problems, agent_id);
    let token = field(given, key::SIGN_TOKEN, problems, sign_token);
    let aes_key = field(given, key::AES_KEY, problems, aes_key);
    let previous_token = field(given, key::PREVIOUS_SIGN_TOKEN, problems, sign_token);
    let previous_key = field(given, key::PREVIOUS_AES_KEY, problems, aes_key_of_before);
    let user_attribute = field(given, key::USER_ATTRIBUTE, problems, user_attribute);
    field(given, key::WECOM_ATTRIBUTE, problems, wecom_attribute);
    let template_id = field(given, key::TEMPLATE_ID, problems, template);
    let former = field(given, key::FORMER_TEMPLATE_IDS, problems, templates);
    let field_map = field(given, key::FIELD_MAP, problems, field_map);
    let api_base = field(given, key::API_BASE_URL, problems, api_base_url);
    let window = field(given, key::CALLBACK_WINDOW, problems, window);

    if given.value(key::TEMPLATE_ID).is_some() {
        let broken = given.value(key::FIELD_MAP).is_some() && field_map.is_none();
        let carries_number = field_map.as_ref().is_some_and(|map| map.control_id(REQUEST_NUMBER).is_some());
        if !broken && !carries_number {
            problems.push(no_request_number());
        }
    }

    let notices = if template_id.is_none() { vec![no_template()] } else { Vec::new() };
    let config = (|| {
        let (corp_id, agent_id) = (corp_id?, agent_id?);
        Some(Config {
            credential_key: format!("access-token:{}:{agent_id}", corp_id.as_str()),
            corp_id,
            provider_corp_id,
            agent_id,
            callback_keys: callback_keys(token?, aes_key?, previous_token, previous_key),
            callback_window: window.unwrap_or(Duration::from_secs(WINDOW_SECONDS)),
            user_attribute: user_attribute?,
            template_id,
            former_template_ids: former.unwrap_or_default(),
            field_map: field_map.unwrap_or_default(),
            api_base: api_base.unwrap_or_else(|| API_ORIGIN.to_owned()),
        })
    })();
    (config, notices)
}

/// What a rule says of a value it does not take.
struct Unfit {
    code: &'static str,
    sentence: Text,
    remedy: Text,
}

/// Applies a rule to a setting, if it was given.
fn field<T>(
    given: &Given<'_>,
    key: &'static str,
    problems: &mut Vec<Problem>,
    rule: impl FnOnce(&str) -> Result<T, Unfit>,
) -> Option<T> {
    match rule(given.value(key)?) {
        Ok(value) => Some(value),
        Err(unfit) => {
            refuse(key, unfit, problems);
            None
        }
    }
}

/// Cold, so that the fourteen copies of [`field`] stay small.
#[cold]
fn refuse(key: &str, Unfit { code, sentence, remedy }: Unfit, problems: &mut Vec<Problem>) {
    problems.push(Problem { key: key.to_owned(), code, sentence, remedy });
}

/// A remedy that leads to the place where the value is found.
fn copy_again(key: &str) -> Text {
    let Some(field) = FIELDS.iter().find(|field| field.key == key) else {
        return text("copy it again", "请重新复制");
    };
    Text::filled(
        format_args!("copy it again, without spaces, from: {}", field.place.en),
        format_args!("请重新复制（不含空格），来源：{}", field.place.zh_cn),
    )
}

/// To a customised-development app WeCom tells the ids of companies encrypted: `wp` and more than 30 characters of another
/// alphabet (D97104). It publishes no longest one.
const ENCRYPTED_CHARACTERS: core::ops::RangeInclusive<usize> = 32..=128;

fn corp_id(value: &str) -> Result<CorpId, Unfit> {
    let is_encrypted = value.starts_with("wp")
        && ENCRYPTED_CHARACTERS.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_encrypted {
        return Ok(CorpId(value.to_owned()));
    }
    plain_corp_id(value).ok_or_else(|| Unfit {
        code: "wrong-format",
        sentence: text(
            "CorpId must be ww (older: wx) and 16 letters or digits; for a customised-development app, wp and 30 \
             characters or more",
            "企业 ID 应为 ww（较早的为 wx）加 16 位字母或数字；代开发应用为 wp 加至少 30 个字符",
        ),
        remedy: copy_again(key::CORP_ID),
    })
}

fn provider_corp_id(value: &str) -> Result<CorpId, Unfit> {
    plain_corp_id(value).ok_or_else(|| Unfit {
        code: "wrong-format",
        sentence: text(
            "the provider's CorpId must be ww (older: wx) and 16 letters or digits",
            "服务商企业 ID 应为 ww（较早的为 wx）加 16 位字母或数字",
        ),
        remedy: copy_again(key::PROVIDER_CORP_ID),
    })
}

fn plain_corp_id(value: &str) -> Option<CorpId> {
    let tail = value.strip_prefix("ww").or_else(|| value.strip_prefix("wx"))?;
    let sound = tail.len() == 16 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric());
    sound.then(|| CorpId(value.to_owned()))
}

fn agent_id(value: &str) -> Result<u64, Unfit> {
    let digits = value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|id| digits && *id > 0).ok_or_else(|| Unfit {
        code: "wrong-format",
        sentence: text("Agent ID must be a number such as 3010040", "应用 ID 应为数字，例如 3010040"),
        remedy: copy_again(key::AGENT_ID),
    })
}

fn sign_token(value: &str) -> Result<Secret, Unfit> {
    if !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Unfit {
            code: "wrong-character",
            sentence: text(
                "the Sign Token has a character other than letters and digits",
                "签名令牌包含字母和数字以外的字符",
            ),
            remedy: copy_again(key::SIGN_TOKEN),
        });
    }
    if value.len() > 32 {
        return Err(Unfit {
            code: "wrong-length",
            sentence: Text::filled(
                format_args!("the Sign Token has {} characters; WeCom allows at most 32", value.len()),
                format_args!("签名令牌有 {} 个字符；企业微信最多允许 32 个", value.len()),
            ),
            remedy: copy_again(key::SIGN_TOKEN),
        });
    }
    Ok(Secret::new(value.to_owned()))
}

fn aes_key(value: &str) -> Result<AesKey, Unfit> {
    AesKey::read(value).map_err(|unfit| match unfit {
        AesKeyError::Length(length) => Unfit {
            code: "wrong-length",
            sentence: Text::filled(
                format_args!("the Aes Key has {length} characters; WeCom's have exactly 43"),
                format_args!("加密密钥有 {length} 个字符；企业微信的密钥固定为 43 个"),
            ),
            remedy: copy_again(key::AES_KEY),
        },
        AesKeyError::Character => Unfit {
            code: "wrong-character",
            sentence: text(
                "the Aes Key has a character other than letters and digits",
                "加密密钥包含字母和数字以外的字符",
            ),
            remedy: copy_again(key::AES_KEY),
        },
    })
}

fn aes_key_of_before(value: &str) -> Result<AesKey, Unfit> {
    aes_key(value).map_err(|unfit| Unfit {
        remedy: text(
            "enter the Aes Key as it was before the change, or leave the field empty",
            "请填写更换前的加密密钥，或留空",
        ),
        ..unfit
    })
}

/// The pair in use, and the one before. Where only one half was changed, the other is taken from the pair in use.
fn callback_keys(
    token: Secret,
    aes_key: AesKey,
    previous_token: Option<Secret>,
    previous_key: Option<AesKey>,
) -> Vec<CallbackKey> {
    let current = CallbackKey { token, aes_key };
    if previous_token.is_none() && previous_key.is_none() {
        return vec![current];
    }
    let previous = CallbackKey {
        token: previous_token.unwrap_or_else(|| current.token.clone()),
        aes_key: previous_key.unwrap_or_else(|| current.aes_key.clone()),
    };
    if previous == current { vec![current] } else { vec![current, previous] }
}

fn user_attribute(value: &str) -> Result<String, Unfit> {
    // What the described pattern calls blank and a line's end, so that a host that reads it refuses the same.
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let sound = !value.starts_with(blank) && !value.ends_with(blank) && !value.contains(breaks);
    // Without the flag `v` a pattern counts UTF-16 code units.
    if sound && value.encode_utf16().count() <= 128 {
        return Ok(value.to_owned());
    }
    Err(Unfit {
        code: "wrong-format",
        sentence: text(
            "the attribute's name has spaces at an end, control characters, or more than 128 characters",
            "属性名首尾有空格、含控制字符，或超过 128 个字符",
        ),
        remedy: text(
            "choose the directory field that holds each account's WeCom userId",
            "请选择目录中存放企业微信 userId 的字段",
        ),
    })
}

fn wecom_attribute(value: &str) -> Result<(), Unfit> {
    if value == "userId" {
        return Ok(());
    }
    Err(Unfit {
        code: "not-allowed",
        sentence: text("members are identified by userId alone", "成员只能以 userId 标识"),
        remedy: text("set it to userId or leave it empty", "请设为 userId 或留空"),
    })
}

fn template(value: &str) -> Result<TemplateId, Unfit> {
    form::template_id(value).ok_or_else(|| Unfit {
        code: "wrong-format",
        sentence: text(
            "the template id has other characters than letters, digits, _ and -",
            "模板 ID 包含字母、数字、_ 和 - 以外的字符",
        ),
        remedy: copy_again(key::TEMPLATE_ID),
    })
}

fn templates(value: &str) -> Result<Vec<TemplateId>, Unfit> {
    form::template_ids(value).ok_or_else(|| Unfit {
        code: "wrong-format",
        sentence: text(
            "the former template ids are no list of ids separated by commas",
            "曾用模板 ID 不是以逗号分隔的 ID 列表",
        ),
        remedy: text("enter ids separated by commas", "请填写以逗号分隔的 ID"),
    })
}

fn field_map(value: &str) -> Result<FieldMap, Unfit> {
    form::field_map(value).map_err(|unfit| Unfit {
        code: "wrong-format",
        sentence: match unfit {
            form::Unfit::Shape => {
                text("the field map is no JSON object of texts", "字段映射不是由文本组成的 JSON 对象")
            }
            form::Unfit::Entry(name) => Text::filled(
                format_args!("the field map's entry {name} is no name with a control id"),
                format_args!("字段映射中的 {name} 不是有效的字段名与控件 ID"),
            ),
            form::Unfit::Twice(control) => Text::filled(
                format_args!("the field map leads to the control {control} twice"),
                format_args!("字段映射中控件 {control} 出现了两次"),
            ),
            form::Unfit::Repeated(name) => Text::filled(
                format_args!("the field map has the name {name} twice"),
                format_args!("字段映射中字段名 {name} 出现了两次"),
            ),
        },
        remedy: text(
            "write it like {\"request-number\": \"Text-01\", \"reason\": \"Textarea-02\"}",
            "请写成 {\"request-number\": \"Text-01\", \"reason\": \"Textarea-02\"} 的形式",
        ),
    })
}

fn api_base_url(value: &str) -> Result<String, Unfit> {
    api_base::read(value).map(str::to_owned).map_err(|unfit| Unfit {
        code: "not-allowed",
        sentence: match unfit {
            api_base::Unfit::Scheme => {
                text("the API base address must begin with https://", "接口地址必须以 https:// 开头")
            }
            api_base::Unfit::Shape => text(
                "the API base address is no address of scheme, host, port and path",
                "接口地址不是由协议、主机、端口和路径组成的地址",
            ),
        },
        remedy: text(
            "enter it like https://qyapi.weixin.qq.com, or leave it empty for WeCom's public service",
            "请写成 https://qyapi.weixin.qq.com 的形式；使用公有云企业微信时留空",
        ),
    })
}

fn window(value: &str) -> Result<Duration, Unfit> {
    let digits = value.len() <= 5 && value.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = value.parse().ok().filter(|seconds| digits && (60..=86_400).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| Unfit {
        code: "out-of-range",
        sentence: text(
            "the callback window must be 60 to 86400 seconds",
            "回调时间窗口应在 60 到 86400 秒之间",
        ),
        remedy: text("enter 3600, or leave it empty", "请填写 3600，或留空"),
    })
}

fn no_request_number() -> Problem {
    Problem {
        key: key::FIELD_MAP.to_owned(),
        code: "inconsistent",
        sentence: text(
            "there is a template, and the field map names no control for request-number",
            "已填写模板，但字段映射没有为 request-number 指定控件",
        ),
        remedy: text(
            "add a text control for the request's number to the template and map request-number to its id",
            "请在模板中添加一个承载申请编号的文本控件，并将 request-number 映射到其 ID",
        ),
    }
}

fn no_template() -> Problem {
    Problem {
        key: key::TEMPLATE_ID.to_owned(),
        code: "template-not-set",
        sentence: text(
            "without a template nothing can be submitted, and events of every form are reported",
            "未填写模板时无法提交审批，且会上报所有表单的事件",
        ),
        remedy: text("enter the id of the template and the field map", "请填写模板 ID 与字段映射"),
    }
}
