//! The example company, ready to be called.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use fake_wecom::crypto::{AesKey, open, sign};
use fake_wecom::setup::{control, member, option};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, Answer, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, FakeWeCom, ManualClock,
    ReceiveServer, SECRET, Setup,
};
use http::{Request, Response};
use serde_json::{Value, json};

/// 2026-01-01 08:00 in China.
pub(crate) const T0: u64 = 1_767_225_600;

/// The address most calls come from.
pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));

/// A fake, its clock, and a client that holds a token.
pub(crate) struct Company {
    pub(crate) fake: FakeWeCom,
    pub(crate) clock: ManualClock,
    pub(crate) token: String,
}

pub(crate) fn example() -> Company {
    company(Setup::example())
}

/// The example company with something changed, and a token of its first app.
pub(crate) fn changed(change: impl FnOnce(&mut Setup)) -> Company {
    let mut setup = Setup::example();
    change(&mut setup);
    company(setup)
}

fn company(setup: Setup) -> Company {
    let clock = ManualClock::new(T0);
    let fake = FakeWeCom::new(setup, clock.clone(), 1);
    let mut company = Company { fake, clock, token: String::new() };
    company.renew_token();
    company
}

impl Company {
    /// Asks for a token with the right secret.
    pub(crate) fn gettoken(&self) -> Value {
        self.get(&format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}"))
    }

    pub(crate) fn renew_token(&mut self) {
        self.token = self.gettoken()["access_token"].as_str().unwrap_or_default().to_owned();
    }

    pub(crate) fn get(&self, target: &str) -> Value {
        json_of(self.raw(Request::get(target).body(Bytes::new()).unwrap()))
    }

    /// POSTs `body` to an API with the token.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.post_text(path, &body.to_string())
    }

    pub(crate) fn post_text(&self, path: &str, body: &str) -> Value {
        json_of(self.raw(self.request(path, body)))
    }

    pub(crate) fn request(&self, path: &str, body: &str) -> Request<Bytes> {
        let target = format!("/cgi-bin/{path}?access_token={}", self.token);
        Request::post(target).body(Bytes::from(body.to_owned())).unwrap()
    }

    pub(crate) fn answer(&self, path: &str, body: &Value) -> Answer {
        self.fake.handle(self.request(path, &body.to_string()), PEER)
    }

    pub(crate) fn raw(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.fake.handle(request, PEER).into_response().expect("an answer")
    }

    /// Submits an access request of 张三, and gives its number.
    pub(crate) fn submit(&self) -> String {
        let answer = self.post("oa/applyevent", &access_request());
        answer["sp_no"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Submits an access request that takes the nodes in `process`.
    pub(crate) fn submit_with(&self, nodes: Value) -> String {
        let mut request = access_request();
        request["use_template_approver"] = json!(0);
        request["process"] = json!({ "node_list": nodes });
        let answer = self.post("oa/applyevent", &request);
        answer["sp_no"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// `info` of a form.
    pub(crate) fn detail(&self, sp_no: &str) -> Value {
        let mut answer = self.post("oa/getapprovaldetail", &json!({ "sp_no": sp_no }));
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer["info"].take()
    }

    /// Saves a receive-event-server that ticks the access template, answering its check rightly.
    pub(crate) fn save_server(&self) {
        let check = self.fake.begin_save(receive_server()).unwrap();
        let echo = opened_query(&check);
        self.fake.finish_save(&Response::new(Bytes::from(echo))).unwrap();
    }
}

pub(crate) fn json_of(response: Response<Bytes>) -> Value {
    assert_eq!(response.status(), 200);
    serde_json::from_slice(response.body()).expect("JSON")
}

pub(crate) fn receive_server() -> ReceiveServer {
    ReceiveServer {
        url: "http://idaas.example.com/callback/wecom".to_owned(),
        token: EXAMPLE_CALLBACK_TOKEN.into(),
        aes_key: EXAMPLE_AES_KEY.into(),
        templates: [ACCESS_TEMPLATE_ID.to_owned()].into(),
    }
}

/// An access request of 张三 along the template's own flow.
pub(crate) fn access_request() -> Value {
    json!({
        "creator_userid": member::ZHANG_SAN,
        "template_id": ACCESS_TEMPLATE_ID,
        "use_template_approver": 1,
        "apply_data": { "contents": [
            { "control": "Text", "id": control::TITLE, "value": { "text": "申请访问 ERP 只读角色" } },
            { "control": "Textarea", "id": control::REASON, "value": { "text": "原因:季度对账\n第二行" } },
            { "control": "Selector", "id": control::APPLICATION,
              "value": { "selector": { "type": "single", "options": [{ "key": option::ERP }] } } },
            { "control": "Text", "id": control::REQUEST_NUMBER, "value": { "text": "REQ-2026-0007" } },
        ] },
        "summary_list": [{ "summary_info": [{ "text": "应用:ERP", "lang": "zh_CN" }] }],
    })
}

/// Values of a query, decoded once.
pub(crate) fn query_of(request: &Request<Bytes>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.uri().query().unwrap().as_bytes()).into_owned().collect()
}

pub(crate) fn value_of(request: &Request<Bytes>, name: &str) -> String {
    let found = query_of(request).into_iter().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name}")).1
}

/// The echo text of an address check, after checking its signature and receiver.
pub(crate) fn opened_query(request: &Request<Bytes>) -> String {
    opened(request, &value_of(request, "echostr"))
}

/// The XML of a callback, after checking its signature and receiver.
pub(crate) fn opened_body(request: &Request<Bytes>) -> String {
    let body = std::str::from_utf8(request.body()).unwrap();
    let (_, rest) = body.split_once("<Encrypt><![CDATA[").unwrap();
    opened(request, rest.split_once("]]>").unwrap().0)
}

fn opened(request: &Request<Bytes>, sealed: &str) -> String {
    let (timestamp, nonce) = (value_of(request, "timestamp"), value_of(request, "nonce"));
    let signature = sign(EXAMPLE_CALLBACK_TOKEN, &timestamp, &nonce, sealed);
    assert_eq!(value_of(request, "msg_signature"), signature);
    let opened = open(&AesKey::parse(EXAMPLE_AES_KEY).unwrap(), sealed).unwrap();
    assert_eq!(opened.receive_id, CORP_ID);
    String::from_utf8(opened.message).unwrap()
}
