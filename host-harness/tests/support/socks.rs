//! A SOCKS5 proxy that keeps what it was asked for and leads to one server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Socks {
    pub(crate) address: SocketAddr,
    /// What connections were asked for: address type, address and port as they came (RFC 1928).
    pub(crate) asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Socks {
    /// Wherever it is asked to go, it goes to `server`.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = asked.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, server, kept.clone()));
            }
        });
        Self { address, asked }
    }
}

async fn serve(mut stream: TcpStream, server: SocketAddr, asked: Arc<Mutex<Vec<Vec<u8>>>>) {
    let [_version, methods] = read(&mut stream).await;
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).await.unwrap();
    stream.write_all(&[5, 0]).await.unwrap();
    let [_version, _command, _reserved, kind] = read(&mut stream).await;
    let length = match kind {
        1 => 4,
        4 => 16,
        _name => usize::from(stream.read_u8().await.unwrap()),
    };
    let mut target = vec![0; length + 2];
    stream.read_exact(&mut target).await.unwrap();
    target.insert(0, kind);
    asked.lock().unwrap().push(target);
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
    let mut onward = TcpStream::connect(server).await.unwrap();
    // Either side may leave at any time.
    drop(copy_bidirectional(&mut stream, &mut onward).await);
}

async fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}
