//! A WeCom (企业微信) that enforces WeCom's rules, so that an approval engine tested against it is tested against
//! something that says no.
//!
//! The core is sans-IO: [`FakeWeCom`] is told the time by a [`Clock`], answers calls with
//! [`FakeWeCom::handle`], and says with [`FakeWeCom::due_deliveries`] which callbacks it wants sent.
//! [`serve`] puts it behind a socket, with a page on which a person taps Agree or Reject.
//!
//! ```
//! use fake_wecom::{AGENT_ID, CORP_ID, FakeWeCom, ManualClock, SECRET, Setup};
//!
//! let fake = FakeWeCom::new(Setup::example(), ManualClock::new(1_767_225_600), 1);
//! let request = http::Request::get(format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}"))
//!     .body(bytes::Bytes::new())?;
//! let answer = fake.handle(request, std::net::Ipv4Addr::LOCALHOST.into());
//!
//! assert!(answer.into_response().is_some_and(|response| response.status() == 200));
//! assert_eq!(fake.calls_to("gettoken").len(), 1);
//! # Ok::<(), http::Error>(())
//! ```
//!
//! Numbers such as D91853 name pages of `https://developer.work.weixin.qq.com/document/path/91853`. Where
//! WeCom's documents are silent, the item says which choice the fake makes.
//!
//! It is a test double. Its randomness follows from a seed, and its secrets are printed in this
//! documentation.

#![forbid(unsafe_code)]

mod answer;
mod api;
mod callback;
mod china_time;
mod clock;
pub mod crypto;
mod fake;
pub mod fault;
pub mod form;
pub mod journal;
mod limits;
mod page;
mod random;
mod refusal;
mod secret;
pub mod serve;
pub mod setup;
mod state;
pub mod template;
mod token;

pub use answer::Answer;
pub use callback::{
    Delivered, Delivery, DeliveryId, NoReceiveServer, RETRIES, RETRY_SPACING, ReceiveServer, SaveRefused,
    UnknownDelivery,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use fake::FakeWeCom;
pub use fault::{CallFault, DeliveryFault, FaultPlan, When};
pub use form::{ActionRefused, ChangeEvent, Form, FormStatus, StepStatus};
pub use journal::{CallEntry, CallOutcome, DeliveryOutcome, Effect, Entry};
pub use secret::Secret;
pub use setup::{
    ACCESS_TEMPLATE_ID, AGENT_ID, App, CORP_ID, Department, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN,
    LEAVE_TEMPLATE_ID, Layout, Member, MemberStatus, Patience, SECRET, Setup, Visible,
};
pub use template::{Flow, FlowNode, NodeKind, Relation, Template};
