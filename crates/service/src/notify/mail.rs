//! Mail, as text and HTML, over SMTP with STARTTLS or TLS.

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::error::{Result, ServiceError};
use crate::http::Documents;
use crate::jobs::{JobRecord, JobRequest, JobStatus, OutputFile};

/// How long a server may take to answer at first.
const TO_CONNECT: Duration = Duration::from_secs(30);
/// How long it may take to say that it has a mail, which it may look at before: who gives up earlier sends it twice (RFC 5321, 4.5.3.2.6).
const TO_TAKE: Duration = Duration::from_secs(600);

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailSecurity {
    /// Plain first, then TLS; refused if the server has none.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: for a server on this machine.
    None,
}

/// A mail server and who is to be the sender.
#[derive(Clone)]
pub struct MailSettings {
    /// Its name, which its certificate must have.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Name and password.
    pub login: Option<(String, String)>,
    /// A file with a further authority (PEM) that the server's certificate may be of.
    pub authority: Option<std::path::PathBuf>,
    /// The sender: `Eventscape <events@example.org>`.
    pub from: String,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // no password in any log
        write!(f, "MailSettings {{ {}:{}, {:?}, from {} }}", self.server, self.port, self.security, self.from)
    }
}

/// Sends mail.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

impl Mailer {
    pub(super) fn new(settings: &MailSettings) -> Result<Self> {
        let wrong = |key: &str, why: String| ServiceError::config(format!("mail.{key}"), why);
        let from: Mailbox =
            settings.from.parse().map_err(|e| wrong("from", format!("`{}` is no sender: {e}", settings.from)))?;
        let mut tls = TlsParameters::builder(settings.server.clone());
        if let Some(path) = &settings.authority {
            let pem = std::fs::read(path).map_err(|e| wrong("authority", format!("`{}`: {e}", path.display())))?;
            let certificate = Certificate::from_pem(&pem).map_err(|e| wrong("authority", e.to_string()))?;
            tls = tls.add_root_certificate(certificate);
        }
        let parameters = || tls.build().map_err(|e| wrong("security", e.to_string()));
        let tls = match settings.security {
            MailSecurity::StartTls => Tls::Required(parameters()?),
            MailSecurity::Tls => Tls::Wrapper(parameters()?),
            MailSecurity::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.server.clone())
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TO_CONNECT));
        if let Some((name, password)) = settings.login.clone() {
            transport = transport.credentials(Credentials::new(name, password));
        }
        let domain = from.email.domain().to_owned();
        Ok(Self { transport: transport.build(), from, domain })
    }

    /// Connects and logs in, without sending anything.
    pub(super) async fn test(&self) -> Result<()> {
        let failed = |why: String| ServiceError::config("mail.server", why);
        match tokio::time::timeout(TO_CONNECT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(failed("it does not answer as a mail server does".to_owned())),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("it did not answer within {} s", TO_CONNECT.as_secs()))),
        }
    }

    /// Sends a letter. `key` is the same at each attempt and makes the Message-ID, so that mail programs show one that came
    /// twice once.
    pub(super) async fn send(&self, to: &str, key: &str, letter: Letter) -> Result<()> {
        let failed = |why: String| ServiceError::Conflict(format!("no mail could be sent to {to}: {why}"));
        let to_whom: Mailbox = to.parse().map_err(|e| failed(format!("{e}")))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to_whom)
            .subject(letter.subject)
            .message_id(Some(format!("<notification-{key}@{}>", self.domain)))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|e| failed(e.to_string()))?;
        let sent = tokio::time::timeout(TO_TAKE, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed(format!("the server did not answer within {} s", TO_TAKE.as_secs()))),
        }
    }
}

/// What a mail says.
pub(super) struct Letter {
    subject: String,
    text: String,
    html: String,
}

impl Letter {
    /// That a job has ended.
    pub(super) fn of(job: &JobRecord, outputs: &[OutputFile], documents: &Documents) -> Self {
        let stage = match job.stage {
            crate::jobs::JobStage::Phdef => "Phenomenon definition",
            crate::jobs::JobStage::Curation => "Data curation",
        };
        let is_complete = job.status == JobStatus::Complete;
        let state = if is_complete { "is complete" } else { "has failed" };
        let subject = format!("Eventscape job {} {state}: {}", job.job_id, job.description);
        let link = format!("{}/jobs/{}{}", documents.address, job.job_id, if is_complete { "/results" } else { "" });
        let mut rows = vec![("Stage", stage.to_owned()), ("Data", format!("{} of {}", job.variable, job.dataset))];
        rows.extend(asked(job));
        let message = job.message.clone().filter(|text| !text.is_empty());
        if is_complete {
            let bytes: i64 = outputs.iter().map(|file| file.size).sum();
            rows.extend(message.map(|found| ("Found", found)));
            rows.push(("Folder", job.location.clone().unwrap_or_default()));
            rows.push(("Products", format!("{} files, {:.1} MB", outputs.len(), bytes as f64 / 1e6)));
            rows.push(("Links", link));
        } else {
            rows.push(("Reason", message.unwrap_or_default()));
            rows.push(("Status", link));
        }
        let text: String = rows.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let cells: String = rows
            .iter()
            .map(|(name, value)| format!("<tr><th align=\"left\">{name}</th><td>{}</td></tr>", escaped(value)))
            .collect();
        let head = format!("{}\n\nJob {} {state}.\n\n", job.description, job.job_id);
        let html = format!(
            "<html><body><h2>{}</h2><p>Job {} {state}.</p><table cellpadding=\"4\">{cells}</table></body></html>",
            escaped(&job.description),
            job.job_id
        );
        Self { subject, text: head + &text, html }
    }
}

/// What was asked for, as far as it was said.
fn asked(job: &JobRecord) -> Vec<(&'static str, String)> {
    // one that cannot be read any more has ended, too
    let Ok(request) = JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request) else { return Vec::new() };
    let mut rows = Vec::new();
    if let (Some(operator), Some(value)) = request.condition() {
        rows.push(("Condition", format!("{} {operator} {value}", job.variable)));
    }
    if let (Some(start), Some(end)) = request.span() {
        rows.push(("Time", format!("{start} to {end}")));
    }
    if let Some(phdef) = job.phdef_job_id {
        rows.push(("Events", format!("of job {phdef}")));
    }
    rows
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
