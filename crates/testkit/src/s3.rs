//! An S3 server over a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Result, s3_error};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::servers::Port;

/// The key that it takes.
pub const ACCESS_KEY: &str = "AKTESTKEY";
/// The secret of that key.
pub const SECRET_KEY: &str = "very-secret-key-0123";
/// The session token of [`S3Server::start_with_token`].
pub const TOKEN: &str = "session-token-4567";

/// A server with one bucket, `data`. It stops when it is dropped.
pub struct S3Server {
    root: tempfile::TempDir,
    port: Port,
    endpoint: String,
    guard: Guard,
    uploads: Uploads,
    runtime: Option<Runtime>,
}

/// What goes wrong with uploads in parts.
#[derive(Clone, Default)]
struct Uploads {
    /// So many are completed, but the answer that says so gets lost.
    unanswered: Arc<AtomicUsize>,
    /// So many are forgotten before they are completed.
    forgotten: Arc<AtomicUsize>,
    /// The queries of those that are known no more.
    gone: Arc<Mutex<Vec<String>>>,
}

/// Whether one of so many is left, which is then used up.
pub(crate) fn is_left(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

impl Uploads {
    async fn serve(&self, service: &S3Service, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let query = request.uri().query().filter(|query| query.contains("uploadId=")).map(str::to_owned);
        let Some(query) = query else { return Service::call(service, request).await.map_err(io::Error::other) };
        let is_end = request.method() == Method::POST;
        if is_end && is_left(&self.forgotten) {
            self.gone.lock().unwrap().push(query.clone());
        }
        if self.gone.lock().unwrap().contains(&query) {
            let told = "<Error><Code>NoSuchUpload</Code><Message>There is no such upload.</Message></Error>".to_owned();
            return Response::builder().status(StatusCode::NOT_FOUND).body(Body::from(told)).map_err(io::Error::other);
        }
        let answer = Service::call(service, request).await.map_err(io::Error::other)?;
        if is_end && is_left(&self.unanswered) {
            self.gone.lock().unwrap().push(query);
            return Err(io::Error::other("the answer is lost"));
        }
        Ok(answer)
    }
}

/// Lets only one identity in and, where the server wants one, only with the session token of the day.
#[derive(Clone)]
struct Guard {
    token: Arc<Mutex<Option<String>>>,
    /// Whether requests without a signature are let in.
    is_open: bool,
}

#[async_trait::async_trait]
impl S3Access for Guard {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            if self.is_open {
                return Ok(());
            }
            return Err(s3_error!(AccessDenied, "anonymous"));
        }
        let sent = context.headers().get("x-amz-security-token").and_then(|v| v.to_str().ok());
        let wanted = self.token.lock().unwrap().clone();
        if wanted.is_some() && sent != wanted.as_deref() {
            return Err(s3_error!(ExpiredToken, "The provided token has expired."));
        }
        Ok(())
    }
}

impl S3Server {
    /// A server that takes [`ACCESS_KEY`].
    #[must_use]
    pub fn start() -> Self {
        Self::start_with_changing_token(Arc::default())
    }

    /// A server that takes temporary credentials only.
    #[must_use]
    pub fn start_with_token() -> Self {
        Self::start_with_changing_token(Arc::new(Mutex::new(Some(TOKEN.to_owned()))))
    }

    /// A server that takes the session token that is accepted at the moment of a request; without one, any.
    #[must_use]
    pub fn start_with_changing_token(token: Arc<Mutex<Option<String>>>) -> Self {
        Self::start_guarded(Guard { token, is_open: false })
    }

    /// A server that asks for no signature and looks at no token. Google's XML API is the same for objects without conditions.
    #[must_use]
    pub fn start_open() -> Self {
        Self::start_guarded(Guard { token: Arc::default(), is_open: true })
    }

    fn start_guarded(guard: Guard) -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        let (port, uploads) = (Port::take(), Uploads::default());
        let runtime = Self::serve(root.path(), listen(&port), guard.clone(), uploads.clone());
        let endpoint = format!("http://{}", port.address());
        Self { root, port, endpoint, guard, uploads, runtime: Some(runtime) }
    }

    fn serve(root: &Path, listener: std::net::TcpListener, guard: Guard, uploads: Uploads) -> Runtime {
        let is_open = guard.is_open;
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        builder.set_access(guard);
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let Ok((socket, _)) = listener.accept().await else { return };
                // without it each small answer waits for an acknowledgement
                socket.set_nodelay(true).unwrap();
                let (service, uploads) = (service.clone(), uploads.clone());
                tokio::spawn(async move {
                    let connection = Builder::new(TokioExecutor::new());
                    let service = service_fn(move |mut request: Request<Incoming>| {
                        if is_open {
                            request.headers_mut().remove(AUTHORIZATION);
                        }
                        let (service, uploads) = (service.clone(), uploads.clone());
                        async move { uploads.serve(&service, request).await }
                    });
                    let _ = connection.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        runtime
    }

    /// Ends it at once; what it keeps stays.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Starts it again at the same address.
    pub fn restart(&mut self) {
        self.stop();
        let listener = listen(&self.port);
        self.runtime = Some(Self::serve(self.root.path(), listener, self.guard.clone(), self.uploads.clone()));
    }

    /// The next uploads in parts are completed, so many of them, but the answer that says so gets lost; asked again, the server
    /// knows them no more, as Amazon's does.
    pub fn lose_answers(&self, times: usize) {
        self.uploads.unanswered.store(times, Ordering::SeqCst);
    }

    /// The next uploads in parts are forgotten before they are completed, so many of them.
    pub fn forget_uploads(&self, times: usize) {
        self.uploads.forgotten.store(times, Ordering::SeqCst);
    }

    /// Its address.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The environment in which a program finds it and has the right keys.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ]
    }

    /// Where the server keeps an object.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.path().join("data").join(key)
    }

    /// Puts an object without the network.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Listens as a test of another runtime can, which must not wait inside this one.
fn listen(port: &Port) -> std::net::TcpListener {
    let mut bound = std::net::TcpListener::bind(port.address());
    // a server that was ended before may take a moment to let its socket go
    for _ in 0..600 {
        if bound.is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        bound = std::net::TcpListener::bind(port.address());
    }
    let listener = bound.unwrap_or_else(|e| panic!("{}: {e}", port.address()));
    listener.set_nonblocking(true).unwrap();
    listener
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}
