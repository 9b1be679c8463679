//! Bodies that a server or a proxy has compressed although no request of the host's allows it.
//!
//! The host sends no `accept-encoding`, and RFC 9110 lets an answer be coded all the same. `gzip`, the one that proxies
//! use, is decoded here. Any other coding stays as it is, with its header, and the engine names it.

use std::io::Read as _;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

use super::SendError;

/// The answer with its body decoded from `gzip`. A body that is no gzip in spite of its header is left as it is.
///
/// # Errors
/// - [`SendError::TooLarge`]: decoded, the body has more than `limit` bytes. No more than one byte beyond them is
///   decoded.
pub(crate) fn decoded(response: Response<Bytes>, limit: usize) -> Result<Response<Bytes>, SendError> {
    if !is_gzip(&response) {
        return Ok(response);
    }
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    if MultiGzDecoder::new(response.body().as_ref()).take(bound).read_to_end(&mut plain).is_err() {
        return Ok(response);
    }
    if plain.len() > limit {
        return Err(SendError::TooLarge);
    }
    let mut response = response.map(|_coded| Bytes::from(plain));
    response.headers_mut().remove(CONTENT_ENCODING);
    response.headers_mut().remove(CONTENT_LENGTH);
    Ok(response)
}

/// Whether gzip is the one coding.
pub(crate) fn is_gzip(response: &Response<Bytes>) -> bool {
    let mut codings = response.headers().get_all(CONTENT_ENCODING).iter();
    let first = codings.next().and_then(|coding| coding.to_str().ok()).map(str::trim);
    codings.next().is_none()
        && first.is_some_and(|coding| {
            coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip")
        })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn answer(coding: &str, body: &[u8]) -> Response<Bytes> {
        let builder = Response::builder().header(CONTENT_ENCODING, coding).header(CONTENT_LENGTH, body.len());
        builder.body(Bytes::copy_from_slice(body)).unwrap()
    }

    #[test]
    fn gzip_is_decoded_and_its_headers_go() {
        for coding in ["gzip", "GZIP", "x-gzip", " gzip"] {
            let plain = decoded(answer(coding, &gzip(b"{}")), 2).unwrap();
            assert_eq!((plain.body().as_ref(), plain.headers().len()), (b"{}".as_slice(), 0), "{coding}");
        }
        let members = [gzip(b"{"), gzip(b"}")].concat();
        assert_eq!(decoded(answer("gzip", &members), 2).unwrap().body().as_ref(), b"{}");
    }

    #[test]
    fn the_limit_is_that_of_the_decoded_body() {
        let bomb = gzip(&vec![b' '; 50 << 20]);
        assert!(bomb.len() < 60_000, "{}", bomb.len());
        assert_eq!(decoded(answer("gzip", &bomb), 1_000_000).unwrap_err(), SendError::TooLarge);
        assert_eq!(decoded(answer("gzip", &gzip(b"{ }")), 2).unwrap_err(), SendError::TooLarge);
    }

    #[test]
    fn what_is_no_gzip_or_not_gzip_alone_stays_as_it_is() {
        let sound = gzip(b"{\"errcode\":0}");
        let cut = sound.get(..sound.len() - 9).unwrap();
        for (coding, body) in
            [("gzip", b"{}".as_slice()), ("gzip", cut), ("br", b"x"), ("gzip, gzip", &sound)]
        {
            let left = decoded(answer(coding, body), 1_000).unwrap();
            assert_eq!(left.body().as_ref(), body);
            assert_eq!(left.headers().get(CONTENT_ENCODING).unwrap(), coding);
        }
    }
}
