//! A server on this machine that answers as a test wants.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that answers every connection with the same bytes, and keeps what it was sent.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    /// From whom connections came.
    pub(crate) peers: Arc<Mutex<Vec<SocketAddr>>>,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `None` never answers.
    pub(crate) async fn answering(answer: Option<String>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            peers: Arc::default(),
            requests: Arc::default(),
        };
        let own = server.clone();
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut stream, peer) = listener.accept().await.unwrap();
                own.peers.lock().unwrap().push(peer);
                own.connections.fetch_add(1, Ordering::SeqCst);
                let mut head = vec![0; 16 << 10];
                let read = stream.read(&mut head).await.unwrap();
                own.requests
                    .lock()
                    .unwrap()
                    .push(String::from_utf8_lossy(head.get(..read).unwrap()).into_owned());
                match &answer {
                    // The client may stop reading: that is what a limit is for.
                    Some(answer) => drop(stream.write_all(answer.as_bytes()).await),
                    None => open.push(stream),
                }
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A whole answer, after which the connection ends.
pub(crate) fn ok(body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()))
}
