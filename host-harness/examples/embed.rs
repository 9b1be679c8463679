//! A host in one page: an engine, a tenant, a submission and its callback. `cargo run --example embed`
use fake_wecom::{self as wecom, Answer, FakeWeCom, ReceiveServer, Setup, setup::control};
use host_harness::contract::{CallbackRequest, Disposition, SettingProblem};
use host_harness::outbound::{InProcess, SendError};
use host_harness::{Allocation, Digest, Grant, Limits, Registry, Runtime, Services, Settings};
use host_harness::{clock::SystemClock, log::TracingLog};
use serde_json::{Value, json};
use std::{error::Error, io::Write as _, net::Ipv4Addr, process::ExitCode, sync::Arc};

#[tokio::main]
pub(crate) async fn main() -> ExitCode {
    let Err(error) = embed().await else { return ExitCode::SUCCESS };
    // `Display` says who has to act. `Debug`, which a `main` that returns the error prints, does not.
    let (mut told, mut cause) = (error.to_string(), error.source());
    while let Some(next) = cause {
        told.push_str(&format!(": {next}"));
        cause = next.source();
    }
    eprintln!("embed: {told}");
    ExitCode::FAILURE
}

async fn embed() -> Result<(), Box<dyn Error>> {
    // WeCom, in this process. `outbound::https::Https` in its place goes to the real one.
    let fake = FakeWeCom::new(Setup::example(), wecom::SystemClock, 1);
    let provider = fake.clone();
    let outbound = Arc::new(InProcess::new(move |request| {
        let answer = provider.handle(request, Ipv4Addr::LOCALHOST.into());
        let Answer::Response(response) = answer else { return Err(SendError::Interrupted("cut".into())) };
        Ok(response)
    }));
    let services = Services::in_memory(outbound, Arc::new(TracingLog), Arc::new(SystemClock));
    // The operator pins what may run. A swap is another `load` and `activate`, a roll-back an `activate`.
    let runtime = Runtime::new(Limits::default(), &Allocation::OnDemand, services)?;
    let engines = Registry::new(runtime, [Digest::of(wecom_component::WECOM_ENGINE)]);
    engines.activate(engines.load(wecom_component::WECOM_ENGINE).await?.digest())?;
    // What an administrator enters; the settings page is made from `describe`.
    let map = json!({ "title": control::TITLE, "reason": control::REASON, "app": control::APPLICATION,
        "request-number": control::REQUEST_NUMBER });
    let (token, key) = (wecom::EXAMPLE_CALLBACK_TOKEN, wecom::EXAMPLE_AES_KEY);
    let provider = [("corp-id", wecom::CORP_ID), ("agent-id", "3010040"), ("secret", wecom::SECRET)];
    let inbound = [("sign-token", token), ("aes-key", key), ("associated-user-attribute", "wecomUserId")];
    let form = [("template-id", wecom::ACCESS_TEMPLATE_ID), ("field-map", &map.to_string())];
    let entered: Settings = provider.into_iter().chain(inbound).chain(form).collect();
    let engine = engines.active("wecom")?;
    let settings = entered.held_as_described(engine.description());
    let tenant = engine.tenant("acme", &settings, &Grant::trusting_description(&engine, &settings));
    let told = |problem: SettingProblem| format!("{}: {}", problem.key, problem.sentence.en);
    tenant.configure().await?.map_err(|problems| problems.into_iter().map(told).collect::<String>())?;
    // The callback address hands every request to the engine and answers what the engine says.
    let callback = async |request: http::Request<bytes::Bytes>| {
        let (method, query) =
            (request.method().to_string(), request.uri().query().unwrap_or_default().into());
        let (body, received_at) = (request.into_body().to_vec(), fake.now());
        tenant.handle_callback(&CallbackRequest { method, query, headers: vec![], body, received_at }).await
    };
    let (token, aes_key) = (wecom::Secret::new(token), wecom::Secret::new(key));
    let (url, templates) = ("https://idaas.example/acme".into(), [wecom::ACCESS_TEMPLATE_ID.into()].into());
    let check = fake.begin_save(ReceiveServer { url, token, aes_key, templates })?;
    fake.finish_save(&http::Response::new(callback(check).await?.response.body.into()))?;
    let field = |name: &str, content: Value| json!({ "name": name, "content": { "single": content } });
    let submission = json!({ "idempotency-key": "REQ-1", "route": "template-flow", "summary": [],
        "applicant": { "id": "u-1", "display-name": "张三",
            "attributes": [{ "name": "wecomUserId", "values": ["zhang.san"] }] },
        "fields": [field("title", json!({ "text": "ERP" })), field("reason", json!({ "text": "audit" })),
            field("app", json!({ "choices": ["ERP"] }))] });
    writeln!(std::io::stdout(), "submitted: {}", tenant.call_json("submit", &submission).await?)?;
    for delivery in fake.due_deliveries(fake.now()) {
        let Disposition::Accepted(events) = callback(delivery.request).await?.disposition else { continue };
        writeln!(std::io::stdout(), "news: {:?}", events.first().map(|event| event.approval.status))?;
    }
    Ok(())
}
