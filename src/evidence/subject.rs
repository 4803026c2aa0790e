use std::fmt;

/// A messaging app of the catalogue in one Android user (iPhones have only user 0).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppCopy {
    /// Id in the app catalogue, e.g. `whatsapp`.
    pub app: String,
    /// Android user that holds the copy; 0 is the owner.
    pub user: u32,
}

/// What a fact or a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The phone as a whole.
    Device,
    /// One messaging app on it, or its copy in another Android user.
    App(AppCopy),
}

impl Subject {
    /// The app `app` of the phone's owner.
    pub fn app(app: &str) -> Self {
        Subject::copy(app, 0)
    }

    /// The app `app` in Android user `user`.
    pub fn copy(app: &str, user: u32) -> Self {
        Subject::App(AppCopy {
            app: app.to_owned(),
            user,
        })
    }
}

impl fmt::Display for AppCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user {
            0 => f.write_str(&self.app),
            user => write!(f, "{}@{user}", self.app),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Device => f.write_str("device"),
            Subject::App(copy) => copy.fmt(f),
        }
    }
}
