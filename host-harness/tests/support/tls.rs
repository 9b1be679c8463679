//! A server that speaks TLS, with a certificate for `tls.example`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request that came over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The name that the handshake asked for.
    pub(crate) name: Option<String>,
    /// The request's first line.
    pub(crate) line: String,
}

#[derive(Clone)]
pub(crate) struct TlsServer {
    pub(crate) address: SocketAddr,
    pub(crate) heard: Arc<Mutex<Vec<Heard>>>,
}

impl TlsServer {
    /// Answers every request with 204. Who breaks the handshake off is not heard.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = Self { address: listener.local_addr().unwrap(), heard: Arc::default() };
        let (own, config) = (server.clone(), Arc::new(config()));
        thread::spawn(move || {
            for stream in listener.incoming() {
                own.serve(stream.unwrap(), &config);
            }
        });
        server
    }

    fn serve(&self, stream: TcpStream, config: &Arc<ServerConfig>) {
        let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
        let mut head = vec![0; 16 << 10];
        // Includes the handshake.
        let Some(read) = stream.read(&mut head).ok().filter(|read| *read > 0) else { return };
        let head = String::from_utf8_lossy(head.get(..read).unwrap()).into_owned();
        self.heard.lock().unwrap().push(Heard {
            name: stream.conn.server_name().map(str::to_owned),
            line: head.lines().next().unwrap_or_default().to_owned(),
        });
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    }
}

fn config() -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../tls/server.key")).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}
