//! D37: the tricks by which a URL says one thing to the policy and another to the connection.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};

use host_harness::egress::{Denied, Egress, Origin, PathPrefix};
use host_harness::outbound::Addresses;
use url::Url;

const API: &str = "https://api.example.com";

fn granting(origins: &[&str]) -> Egress {
    let origins = origins.iter().map(|origin| Origin::of(origin).unwrap()).collect();
    Egress { origins, ..Egress::default() }
}

/// What is sent where the URL passes; otherwise the setting. A URL that is none never reaches the policy.
fn outcome(egress: &Egress, url: &str) -> Result<String, &'static str> {
    let url = Url::parse(url).map_err(|_malformed| "no URL")?;
    egress.check(&url).map(|_addresses| url.to_string()).map_err(|denied| denied.setting)
}

fn denied(egress: &Egress, url: &str) -> Denied {
    egress.check(&Url::parse(url).unwrap()).unwrap_err()
}

/// Spelt differently, it is the granted host, and that is where the request goes.
#[test]
fn other_spellings_of_the_granted_origin_go_to_the_granted_host() {
    let egress = granting(&[API]);
    for (spelling, sent) in [
        ("https://api.example.com", "/"),
        ("https://API.EXAMPLE.COM/x", "/x"),
        ("HTTPS://api.example.com:443/x", "/x"),
        ("https://api.example.com:0443/x", "/x"),
        ("https://api.example.com:/x", "/x"),
        ("https:/api.example.com/x", "/x"),
        ("https:api.example.com/x", "/x"),
        ("https:////api.example.com/x", "/x"),
        ("https:\\\\api.example.com\\x", "/x"),
        ("https://@api.example.com/x", "/x"),
        (" https://api.example.com/x\n", "/x"),
        ("https://ap\ti.exam\r\nple.com/x", "/x"),
        ("https://ａｐｉ.example.com/x", "/x"),
        ("https://api。example．com/x", "/x"),
        ("https://api.exam\u{ad}ple.com/x", "/x"),
        ("https://api%2eexample%2Ecom/x", "/x"),
        ("https://%61pi.example.com/x", "/x"),
        // What looks like another host is path, query or fragment.
        ("https://api.example.com\\@evil.example/x", "/@evil.example/x"),
        ("https://api.example.com/@evil.example/", "/@evil.example/"),
        ("https://api.example.com?@evil.example/", "/?@evil.example/"),
        ("https://api.example.com#@evil.example/", "/#@evil.example/"),
        ("https://api.example.com/https://evil.example/", "/https://evil.example/"),
        ("https://api.example.com//evil.example/", "//evil.example/"),
        ("https://api.example.com/../../x", "/x"),
        ("https://api.example.com/a/%2e%2E/x", "/x"),
        ("https://api.example.com/x\r\nHost: evil.example", "/xHost:%20evil.example"),
        ("https://api.example.com/x%0d%0aHost:%20evil", "/x%0d%0aHost:%20evil"),
        ("https://api.example.com/x?a=\r\n\r\nGET / HTTP/1.1", "/x?a=GET%20/%20HTTP/1.1"),
    ] {
        assert_eq!(outcome(&egress, spelling), Ok(format!("{API}{sent}")), "{spelling:?}");
    }
}

#[test]
fn what_only_looks_like_the_granted_origin_is_denied() {
    let egress = granting(&[API]);
    for other in [
        "https://api.example.com@evil.example/",
        "https://api.example.com:443@evil.example/",
        "https://api.example.com%2f@evil.example/",
        "https://user@api.example.com/",
        "https://user:password@api.example.com/",
        "https://:password@api.example.com/",
        "https://evil.example\\@api.example.com/",
        "https://evil.example/@api.example.com/",
        "https://evil.example#@api.example.com/",
        "https://evil.example?@api.example.com/",
        "https://api.example.com.evil.example/",
        "https://api.example.com./",
        "https://api-example.com/",
        "https://xapi.example.com/",
        "https://example.com/",
        "https://evil.api.example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com:80/",
        "https://api.example.com:0/",
        "https://аpi.example.com/",
        "https://api.exаmple.com/",
        "https://xn--pi-7kc.example.com/",
        "https://apı.example.com/",
        "http://api.example.com/",
        "http://api.example.com:443/",
        "https://127.0.0.0x1g/",
        "ws://api.example.com/",
        "wss://api.example.com/",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "file://api.example.com/etc/passwd",
        "gopher://api.example.com/",
        "blob:https://api.example.com/x",
        "view-source:https://api.example.com/",
        "data:text/plain,https://api.example.com/",
        "javascript:https://api.example.com/",
        "unix:/run/docker.sock",
        "https+unix://api.example.com/",
    ] {
        assert_eq!(outcome(&egress, other), Err("egress.origins"), "{other:?}");
    }
}

#[test]
fn what_has_no_one_reading_is_no_url() {
    let egress = granting(&[API]);
    for text in [
        "",
        "/x",
        "//api.example.com/x",
        "api.example.com/x",
        "https://",
        "https://api.example.com:65536/",
        "https://api.example.com:-1/",
        "https://api.example.com:443:443/",
        "https://api.example.com:44x3/",
        "https://api.example.com%40evil.example/",
        "https://api.example.com%2fevil.example/",
        "https://api.example.com%00.evil.example/",
        "https://api.example.com%0d%0a.evil.example/",
        "https://api example.com/",
        "https://[api.example.com]/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://256.256.256.256/",
        "https://4294967296/",
        "https://xn--/",
    ] {
        assert_eq!(outcome(&egress, text), Err("no URL"), "{text:?}");
    }
}

/// Whoever grants an address by any of its names has granted that address, and its class still counts.
#[test]
fn every_notation_of_an_address_is_that_address() {
    for (setting, notations) in [
        (
            "egress.loopback",
            [
                "https://127.0.0.1",
                "https://127.1",
                "https://127.0.1",
                "https://2130706433",
                "https://0x7f000001",
                "https://0X7F.1",
                "https://0x7f.0x0.0x0.0x1",
                "https://017700000001",
                "https://0177.0.0.01",
                "https://127.0.0.1.",
                "https://１２７.0.0.1",
                "https://①②⑦.0.0.1",
                "https://127。0。0。1",
                "https://%31%32%37.0.0.1",
                "https://127.255.255.254",
                "https://[::1]",
                "https://[0:0:0:0:0:0:0:1]",
                "https://[::ffff:127.0.0.1]",
                "https://[::ffff:7f00:1]",
                "https://[::127.0.0.1]",
                "https://[64:ff9b::7f00:1]",
                "https://[2002:7f00:1::]",
                "https://localhost",
                "https://LOCALHOST",
                "https://ｌocalhost",
            ]
            .as_slice(),
        ),
        (
            "egress.private_origins",
            &[
                "https://10.0.0.1",
                "https://167772161",
                "https://012.1",
                "https://192.168.257",
                "https://0xc0a80101",
                "https://172.16.1",
                "https://100.64.0.1",
                "https://[fd00::1]",
                "https://[::ffff:a00:1]",
                "https://[64:ff9b::192.168.0.1]",
            ],
        ),
        (
            "egress.origins",
            &[
                "https://169.254.169.254",
                "https://2852039166",
                "https://0xa9fea9fe",
                "https://0251.0376.0251.0376",
                "https://169.254.43518",
                "https://[::ffff:169.254.169.254]",
                "https://[64:ff9b::a9fe:a9fe]",
                "https://[fe80::a9fe:a9fe]",
                "https://[fd00:ec2::254]",
                "https://100.100.100.200",
                "https://168.63.129.16",
                "https://0",
                "https://0.0.0.0",
                "https://[::]",
                "https://224.0.0.1",
                "https://255.255.255.255",
                "https://198.18.0.1",
                "https://192.0.2.1",
                "https://[2001:db8::1]",
            ],
        ),
    ] {
        for notation in notations {
            let ungranted = granting(&[API]);
            assert_eq!(outcome(&ungranted, notation), Err("egress.origins"), "{notation}");
            assert_eq!(outcome(&granting(&[notation]), notation), Err(setting), "{notation}");
        }
    }
}

/// The grants for inside are for what they name.
#[test]
fn private_and_loopback_grants_do_not_open_each_other_or_what_is_never_allowed() {
    let check =
        |egress: &Egress, url: &str| egress.check(&Url::parse(url).unwrap()).map_err(|denied| denied.setting);
    let origins = ["https://10.0.0.1", "https://127.0.0.1", "https://169.254.169.254", API];
    let mut inside = granting(&origins);
    inside.private_origins = inside.origins.clone();
    assert_eq!(check(&inside, "https://10.0.0.1/"), Ok(Addresses::Private));
    assert_eq!(check(&inside, "https://127.0.0.1/"), Err("egress.loopback"));
    assert_eq!(check(&inside, "https://169.254.169.254/"), Err("egress.origins"));
    assert_eq!(check(&inside, API), Ok(Addresses::Private));

    let local = Egress { loopback: true, ..granting(&origins) };
    assert_eq!(check(&local, "https://127.0.0.1/"), Ok(Addresses::Loopback));
    assert_eq!(check(&local, "https://10.0.0.1/"), Err("egress.private_origins"));
    assert_eq!(check(&local, API), Ok(Addresses::Public));
    assert_eq!(check(&local, "http://api.example.com/"), Err("egress.origins"));
}

/// Plain http is for this machine alone.
#[test]
fn loopback_over_http_needs_its_own_grant() {
    let mut local = granting(&["http://127.0.0.1:8080", "http://[::1]:8080", "http://10.0.0.1"]);
    assert_eq!(outcome(&local, "http://127.0.0.1:8080/x"), Err("egress.loopback"));
    local.loopback = true;
    for granted in ["http://127.0.0.1:8080/x", "http://[::1]:8080/x"] {
        assert_eq!(outcome(&local, granted), Ok(granted.to_owned()));
    }
    for other in
        ["http://127.0.0.1:8081/x", "http://127.0.0.2:8080/x", "http://localhost:8080/", "http://10.0.0.1/"]
    {
        assert_eq!(outcome(&local, other), Err("egress.origins"), "{other}");
    }
}

#[test]
fn a_granted_path_is_left_by_no_spelling() {
    let prefixes = BTreeSet::from([PathPrefix::new("/v1/").unwrap(), PathPrefix::new("/status").unwrap()]);
    let origin = Origin::of(API).unwrap();
    let egress = Egress { paths: BTreeMap::from([(origin, prefixes)]), ..granting(&[API]) };
    for (path, sent) in [
        ("/v1", "/v1"),
        ("/v1/orders?path=/../admin", "/v1/orders?path=/../admin"),
        ("/v1/a%2fb", "/v1/a%2fb"),
        ("/status", "/status"),
        ("/admin/../v1/x", "/v1/x"),
        ("\\v1\\x", "/v1/x"),
        ("/./v1//x", "/v1//x"),
        ("/v1/;/../x", "/v1/x"),
    ] {
        assert_eq!(outcome(&egress, &format!("{API}{path}")), Ok(format!("{API}{sent}")), "{path}");
    }
    for path in [
        "",
        "/",
        "/admin",
        "/v10",
        "/V1/x",
        "//v1/x",
        "/v1/../admin",
        "/v1/./../admin",
        "/v1/%2e%2e/admin",
        "/v1/%2E%2E/%2e%2e/admin",
        "/v1/..%2fadmin",
        "/v1/..%5cadmin",
        "/v1/..\\admin",
        "/v1/%2e%2e%2fadmin",
        "/v1/%252e%252e/admin",
        "/v1/..;/admin",
        "/v1%2f../admin",
        "/v1%2fx",
        "/%76%31/x",
        "/v1/%00",
        "?/v1/",
        "#/v1/",
    ] {
        assert_eq!(outcome(&egress, &format!("{API}{path}")), Err("egress.paths"), "{path}");
    }
}

#[test]
fn every_denial_that_a_setting_can_lift_says_what_to_enter() {
    let prefixes = BTreeSet::from([PathPrefix::new("/v1").unwrap()]);
    let all = ["https://10.0.0.1:8443", "https://127.0.0.1", "https://169.254.169.254", API];
    let paths = BTreeMap::from([(Origin::of(API).unwrap(), prefixes)]);
    let egress = Egress { paths, ..granting(&all) };
    for (url, add) in [
        ("https://Bücher.example/x?key=S3", Some(r#"egress.origins = ["https://xn--bcher-kva.example"]"#)),
        ("https://api.example.com:8443/", Some(r#"egress.origins = ["https://api.example.com:8443"]"#)),
        ("https://10.0.0.1:8443/", Some(r#"egress.private_origins = ["https://10.0.0.1:8443"]"#)),
        ("https://127.0.0.1/", Some("egress.loopback = true")),
        (
            "https://api.example.com/v2/x",
            Some(r#"egress.paths = { "https://api.example.com" = ["/v2/x/"] }"#),
        ),
        // These no setting allows.
        ("https://api.example.com/v1/..%2fv2", None),
        ("https://169.254.169.254/", None),
        ("https://user@api.example.com/", None),
        ("http://api.example.com/", None),
        ("ftp://api.example.com/", None),
    ] {
        assert_eq!(denied(&egress, url).add.as_deref(), add, "{url}");
        assert!(!denied(&egress, url).reason.contains("S3"));
    }
}
