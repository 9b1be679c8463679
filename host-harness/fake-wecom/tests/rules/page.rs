//! The page for people.

use fake_wecom::setup::member::{LI_SI, WANG_WU, ZHANG_SAN};
use fake_wecom::{ACCESS_TEMPLATE_ID, FormStatus};

use crate::serving::wire::{get, press};
use crate::serving::{Served, served};

async fn with_form() -> (Served, String) {
    let served = served().await;
    let sp_no = served.fake.submit_foreign(ACCESS_TEMPLATE_ID, ZHANG_SAN).unwrap();
    (served, sp_no)
}

fn status(served: &Served, sp_no: &str) -> FormStatus {
    served.fake.form(sp_no).unwrap().status
}

#[tokio::test]
async fn the_page_lists_forms_with_their_steps_and_buttons() {
    let (served, sp_no) = with_form().await;
    let page = get(served.address, "/").await;
    assert_eq!(page.status, 200);
    for part in [
        sp_no.as_str(),
        "应用访问权限申请",
        "张三",
        "李四",
        "All approve 会签",
        "Agree 同意",
        "Withdraw 撤销",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(page.head.contains("content-security-policy: default-src 'none'"), "{}", page.head);
    assert_eq!(get(served.address, "/page/style.css").await.status, 200);
    assert!(served.fake.calls().is_empty(), "the page is not the API");
}

#[tokio::test]
async fn pressing_agree_changes_the_form_and_goes_back_to_the_list() {
    let (served, sp_no) = with_form().await;
    let origin = format!("http://{}", served.address);
    for user in [LI_SI, WANG_WU] {
        let form = format!("user={user}&speech=%E5%90%8C%E6%84%8F");
        let told = press(served.address, &format!("/page/forms/{sp_no}/agree"), &origin, &form).await;
        assert_eq!(told.status, 303);
        assert!(told.head.contains("location: /"), "{}", told.head);
    }
    assert_eq!(status(&served, &sp_no), FormStatus::Approved);
    assert_eq!(served.fake.form(&sp_no).unwrap().nodes[0].steps[0].speech, "同意");
    let told = press(served.address, &format!("/page/forms/{sp_no}/revoke"), &origin, "").await;
    assert_eq!((told.status, status(&served, &sp_no)), (303, FormStatus::Revoked));
}

#[tokio::test]
async fn a_button_pressed_on_another_site_does_nothing() {
    let (served, sp_no) = with_form().await;
    let target = format!("/page/forms/{sp_no}/withdraw");
    for origin in ["http://evil.example", "null", "", &format!("http://{}.evil.example", served.address)] {
        assert_eq!(press(served.address, &target, origin, "").await.status, 403, "{origin}");
    }
    assert_eq!(status(&served, &sp_no), FormStatus::Pending);
}

#[tokio::test]
async fn a_refused_action_says_why() {
    let (served, sp_no) = with_form().await;
    let origin = format!("http://{}", served.address);
    let told = press(served.address, &format!("/page/forms/{sp_no}/revoke"), &origin, "").await;
    assert_eq!(told.status, 409);
    assert!(told.body.contains("does not allow this"), "{}", told.body);
    let told = press(served.address, &format!("/page/forms/{sp_no}/explode"), &origin, "").await;
    assert_eq!(told.status, 404);
}

#[tokio::test]
async fn what_people_wrote_is_text_on_the_page() {
    let (served, sp_no) = with_form().await;
    served.fake.comment(&sp_no, LI_SI, "<script>alert('x')</script>").unwrap();
    let page = get(served.address, "/").await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    assert!(page.body.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "{}", page.body);
}
