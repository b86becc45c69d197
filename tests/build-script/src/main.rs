//! Calls a connector that build.rs compiled, against a server on this machine that answers once.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use acuity_scheduling::{ApiKey, Client};

mod acuity_scheduling {
    include!(concat!(env!("OUT_DIR"), "/acuity_scheduling.rs"));
}

const ANSWER: &str = r#"{"id": 54321, "firstName": "Ada", "lastName": "Lovelace", "datetime": "2026-02-03T14:00:00-0500"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base_url = format!("http://{}/api/v1", listener.local_addr()?);
    let server = thread::spawn(move || answer_once(&listener));

    let credentials = ApiKey { username: "12345".into(), password: "not-a-real-key".into() };
    let client = Client::api_key(credentials).with_base_url(base_url).build()?;
    let call = client.get_appointment(54321).send();
    let appointment = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(call)?;

    println!("{}", server.join().map_err(|_| "the server stopped")??);
    println!("{} {} {}", appointment.id, appointment.first_name, appointment.datetime);
    Ok(())
}

/// Answers one request, and gives its first line.
fn answer_once(listener: &TcpListener) -> std::io::Result<String> {
    let (mut stream, _) = listener.accept()?;
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => break,
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    let length = ANSWER.len();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{ANSWER}")?;
    Ok(String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned())
}
