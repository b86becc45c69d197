//! A small server that does to each connection what a script says.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What happens to one connection once its request is read.
#[derive(Clone)]
pub(crate) enum Step {
    /// These bytes are written, and the connection is closed.
    Write(Vec<u8>),
    /// These bytes are written, and the connection stays open until the client gives up.
    Stall(Vec<u8>),
}

/// A server on this machine. It plays one step for each connection and then takes no more.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server for as many connections as there are steps.
    pub(crate) fn start(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for step in steps {
                let Ok((stream, _)) = listener.accept() else { return };
                play(stream, &step, &seen);
            }
        });
        Self { address, requests }
    }

    /// One answer, written as it is.
    pub(crate) fn answering(answer: &str) -> Self {
        Self::start(vec![Step::Write(answer.as_bytes().to_vec())])
    }

    /// Its origin.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer with its length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

fn play(mut stream: TcpStream, step: &Step, seen: &Mutex<Vec<String>>) {
    seen.lock().unwrap().push(read_request(&mut stream));
    match step {
        Step::Write(bytes) => {
            let _ = stream.write_all(bytes);
        }
        Step::Stall(bytes) => {
            let _ = stream.write_all(bytes);
            let _ = stream.read(&mut [0]);
        }
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        match stream.read(&mut chunk) {
            Ok(read @ 1..) => request.extend_from_slice(&chunk[..read]),
            _ => return text,
        }
    }
}
