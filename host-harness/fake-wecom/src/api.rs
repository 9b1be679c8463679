//! The HTTP API: which paths exist, and the checks that come before every call.

mod addresses;
mod applyevent;
mod body;
mod create_template;
mod detail;
mod gettoken;
mod listing;
mod template_detail;
mod user;

use std::net::IpAddr;

use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::journal::Effect;
use crate::refusal::Refusal;
use crate::setup::App;
use crate::state::State;

/// A call, taken apart.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) now: u64,
    pub(crate) peer: IpAddr,
    pub(crate) method: &'a Method,
    /// Path behind `/cgi-bin/`.
    pub(crate) path: &'a str,
    /// The query, decoded once.
    pub(crate) query: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

impl Call<'_> {
    /// The first value of a query parameter; empty if there is none.
    fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// A success: the fields beside `errcode` and `errmsg`, and what was changed.
#[derive(Debug, Default)]
struct Success {
    fields: Map<String, Value>,
    effect: Option<Effect>,
}

impl Success {
    /// `fields` is an object; anything else counts as no fields.
    fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self { fields, effect: None },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Self::default()
            }
        }
    }

    fn with(self, effect: Effect) -> Self {
        Self { effect: Some(effect), ..self }
    }
}

/// The answer, and what the journal says about it.
pub(crate) struct Answered {
    pub(crate) response: Response<Bytes>,
    pub(crate) errcode: Option<i64>,
    pub(crate) effect: Option<Effect>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    GetToken,
    UserGet,
    CallbackAddresses,
    ServerAddresses,
    TemplateDetail,
    CreateTemplate,
    ApplyEvent,
    ApprovalInfo,
    ApprovalDetail,
}

impl Api {
    fn at(path: &str) -> Option<Self> {
        Some(match path {
            "gettoken" => Self::GetToken,
            "user/get" => Self::UserGet,
            "getcallbackip" => Self::CallbackAddresses,
            "get_api_domain_ip" => Self::ServerAddresses,
            "oa/gettemplatedetail" => Self::TemplateDetail,
            "oa/approval/create_template" => Self::CreateTemplate,
            "oa/applyevent" => Self::ApplyEvent,
            "oa/getapprovalinfo" => Self::ApprovalInfo,
            "oa/getapprovaldetail" => Self::ApprovalDetail,
            _ => return None,
        })
    }

    /// The APIs for which the app must be listed under 可调用接口的应用, all of them called by POST.
    fn is_approval(self) -> bool {
        match self {
            Self::TemplateDetail
            | Self::CreateTemplate
            | Self::ApplyEvent
            | Self::ApprovalInfo
            | Self::ApprovalDetail => true,
            Self::GetToken | Self::UserGet | Self::CallbackAddresses | Self::ServerAddresses => false,
        }
    }

    /// Business fields that a failure carries, empty: whoever reads them before `errcode` is fooled.
    fn defaulted_fields(self) -> Map<String, Value> {
        let fields = match self {
            Self::TemplateDetail => json!({ "template_names": [] }),
            Self::UserGet => {
                json!({ "department": [], "order": [], "is_leader_in_dept": [], "direct_leader": [] })
            }
            Self::GetToken
            | Self::CallbackAddresses
            | Self::ServerAddresses
            | Self::CreateTemplate
            | Self::ApplyEvent
            | Self::ApprovalInfo
            | Self::ApprovalDetail => json!({}),
        };
        Success::of(fields).fields
    }
}

/// Answers a call. Unknown paths get 404 and an empty body; everything else is HTTP 200.
pub(crate) fn respond(state: &mut State, call: &Call<'_>) -> Answered {
    let Some(api) = Api::at(call.path) else {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Answered { response, errcode: None, effect: None };
    };
    match run(state, api, call) {
        Ok(success) => {
            let response = answer(0, "ok", success.fields);
            Answered { response, errcode: Some(0), effect: success.effect }
        }
        Err(refusal) => {
            let errmsg = refusal.errmsg(call.now, call.peer, &mut state.random);
            let response = answer(refusal.errcode, &errmsg, api.defaulted_fields());
            Answered { response, errcode: Some(refusal.errcode), effect: None }
        }
    }
}

/// The answer that the fault plan wants instead.
pub(crate) fn planned_error(state: &mut State, call: &Call<'_>, errcode: i64) -> Response<Bytes> {
    let errmsg =
        Refusal::new(errcode, "planned by the fault plan").errmsg(call.now, call.peer, &mut state.random);
    answer(errcode, &errmsg, Api::at(call.path).map(Api::defaulted_fields).unwrap_or_default())
}

/// Order of checks: ban, token, address, frequency, right, and only then what the call says.
fn run(state: &mut State, api: Api, call: &Call<'_>) -> Result<Success, Refusal> {
    state.limits.check_ban(call.peer, call.now)?;
    if api == Api::GetToken {
        return gettoken::run(state, call);
    }
    let app = caller(state, call)?;
    if call.parameter("debug") == "1" {
        state.limits.count_debug(call.path, call.now)?;
    }
    if api.is_approval() {
        state.limits.count(call.path, state.setup.rate_limit_per_minute, call.now)?;
        if !app.may_use_approval && api == Api::CreateTemplate {
            return Err(Refusal::new(301_088, "no permission to create template"));
        }
        if !app.may_use_approval {
            return Err(Refusal::no_approval_auth(""));
        }
        if call.method != Method::POST {
            return Err(Refusal::parameter("POST expected"));
        }
    }
    match api {
        Api::GetToken => gettoken::run(state, call),
        Api::UserGet => user::run(state, &app, call),
        Api::CallbackAddresses => Ok(addresses::callback()),
        Api::ServerAddresses => Ok(addresses::api()),
        Api::TemplateDetail => template_detail::run(state, &body::read(call)?),
        Api::CreateTemplate => create_template::run(state, &body::read(call)?),
        Api::ApplyEvent => applyevent::run(state, &app, call.now, &body::read(call)?),
        Api::ApprovalInfo => listing::run(state, &app, call.now, &body::read(call)?),
        Api::ApprovalDetail => detail::run(state, &app, call.now, &body::read(call)?),
    }
}

/// The app behind the token of the query. A token in a header or in the body is not looked at.
fn caller(state: &State, call: &Call<'_>) -> Result<App, Refusal> {
    let agent_id = state.tokens.check(call.parameter("access_token"), call.now)?;
    let app = state.setup.app(agent_id).filter(|app| app.enabled);
    let app = app.ok_or_else(|| Refusal::new(50003, "app is disabled"))?;
    match &app.trusted_addresses {
        Some(trusted) if !trusted.contains(&call.peer) => {
            Err(Refusal::new(60020, "not allow to access from your ip"))
        }
        Some(_) | None => Ok(app.clone()),
    }
}

fn answer(errcode: i64, errmsg: &str, fields: Map<String, Value>) -> Response<Bytes> {
    let mut body = fields;
    body.insert("errcode".to_owned(), Value::from(errcode));
    body.insert("errmsg".to_owned(), Value::from(errmsg));
    json_response(&Value::Object(body))
}

/// What WeCom says that its answers are.
pub(crate) const JSON: &str = "application/json; charset=UTF-8";

fn json_response(body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    let kind = header::HeaderValue::from_static(JSON);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
