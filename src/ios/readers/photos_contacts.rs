//! What each messaging app may do with photos and contacts: rows of the phone's permission database (TCC.db).

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::{AppOnPhone, Line, Reader, Scope, alike, device, missing, origin};
use crate::evidence::{Fact, Origin, Reading, State, Strength, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, Place, Plain};
use crate::ios::plist::Keep;
use crate::ios::sqlite;

const DATABASE: Place = Place::home("Library/TCC/TCC.db");
const LOG: Place = Place::home("Library/TCC/TCC.db-wal");
const JOURNAL: Place = Place::home("Library/TCC/TCC.db-journal");
const PHOTOS: &str = "kTCCServicePhotos";
const PHOTOS_ADD: &str = "kTCCServicePhotosAdd";
const CONTACTS: &str = "kTCCServiceAddressBook";
/// The column of iOS 14 and later.
const AUTH_VALUE: &str = "auth_value";
/// The column of iOS 12 and 13.
const ALLOWED: &str = "allowed";
const FACTS: [Fact; 3] = [Fact::AppPhotos, Fact::AppPhotosAdd, Fact::AppContacts];

/// Reads which apps may use photos and contacts.
pub struct PhotosContacts;

impl Reader for PhotosContacts {
    fn facts(&self) -> &'static [Fact] {
        &FACTS
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                device::info(&FACTS),
                device::manifest(&FACTS),
                Need::read(
                    DATABASE,
                    &FACTS,
                    "the permissions for photos and contacts of the messaging apps asked for",
                ),
                Need::read(
                    LOG,
                    &FACTS,
                    "the same; changes that are not yet in TCC.db are applied in memory",
                ),
                Need::read(
                    JOURNAL,
                    &FACTS,
                    "only whether it is empty; if not, a change of TCC.db was never finished",
                ),
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        device::keeps(list)
    }

    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line> {
        if scope.apps.is_empty() {
            return Vec::new();
        }
        let database = files.bytes(DATABASE);
        let mut beside = |place| match database {
            Ok(_) => files.bytes(place),
            Err(_) => Err(Missing::Absent(String::new())),
        };
        let (log, journal) = (beside(LOG), beside(JOURNAL));
        permissions(
            database.as_deref().map(|bytes| bytes.as_slice()),
            log.as_deref().map(|bytes| bytes.as_slice()),
            journal.as_deref().map(|bytes| bytes.as_slice()),
            device::Versions::of(files).defaults(),
            scope.apps,
        )
    }
}

/// Permissions of each app, from the database, its write-ahead log and its rollback journal. That no row means no
/// access carries so far as documented defaults do.
pub fn permissions(
    database: Result<&[u8], &Missing>,
    log: Result<&[u8], &Missing>,
    journal: Result<&[u8], &Missing>,
    defaults: Strength,
    apps: &[AppOnPhone],
) -> Vec<Line> {
    let opened = match (database, log, journal) {
        (Err(why), _, _) => Err(missing(why)),
        // Without its log the database may be old, and lack the row that matters.
        (_, Err(Missing::Unreadable(why)), _) | (_, _, Err(Missing::Unreadable(why))) => {
            Err(Reading::unreadable(format!(
                "TCC.db has changes beside it that cannot be read: {why}"
            )))
        }
        // It holds what the database was before a change that broke off half-way.
        (_, _, Ok([_, ..])) => Err(Reading::unreadable(
            "TCC.db-journal beside TCC.db holds a change that was never finished",
        )),
        (Ok(database), Ok(log), _) => Permissions::open(database, Some(log)),
        (Ok(database), Err(Missing::Absent(_)), _) => Permissions::open(database, None),
    };
    apps.iter()
        .flat_map(|app| {
            let subject = Subject::app(&app.id);
            match &opened {
                Err(reading) => alike(
                    &FACTS,
                    &subject,
                    &reading.clone().from(origin(DATABASE, "access")),
                ),
                Ok(permissions) => permissions.of(app, &subject, defaults),
            }
        })
        .collect()
}

struct Permissions {
    connection: Connection,
    /// Whether this is the table of iOS 14 and later.
    graded: bool,
}

/// What a row allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    None,
    Full,
    Limited,
    AddOnly,
}

impl Grant {
    fn word(self) -> Value {
        Value::Word(match self {
            Grant::None => "none",
            Grant::Full => "full",
            Grant::Limited => "limited",
            Grant::AddOnly => "add-only",
        })
    }
}

impl Permissions {
    fn open(database: &[u8], log: Option<&[u8]>) -> Result<Permissions, Reading> {
        let open = || -> Result<Permissions, String> {
            let connection = sqlite::open_in_memory(database, log)?;
            let columns =
                sqlite::plain_table(&connection, "access", &["service", "client", "client_type"])?;
            sqlite::check_integrity(&connection)?;
            let has = |name: &str| columns.iter().any(|column| column == name);
            let graded = match (has(AUTH_VALUE), has(ALLOWED)) {
                (true, false) => true,
                (false, true) => false,
                _ => return Err("the database is of an unfamiliar form".into()),
            };
            check_types(&connection, if graded { AUTH_VALUE } else { ALLOWED })?;
            Ok(Permissions { connection, graded })
        };
        open().map_err(|why| Reading::unreadable(format!("TCC.db: {why}")))
    }

    fn of(&self, app: &AppOnPhone, subject: &Subject, defaults: Strength) -> Vec<Line> {
        let photos = self.row(PHOTOS, app, defaults);
        let add = self.row(PHOTOS_ADD, app, defaults);
        let contacts = self.row(CONTACTS, app, defaults);
        let may_add = may_add(&photos, &add);
        vec![
            (
                Fact::AppPhotos,
                subject.clone(),
                photos.reading(Grant::word),
            ),
            (Fact::AppPhotosAdd, subject.clone(), may_add),
            (
                Fact::AppContacts,
                subject.clone(),
                contacts.reading(Grant::word),
            ),
        ]
    }

    /// What the table says of one service and app.
    fn row(&self, service: &str, app: &AppOnPhone, defaults: Strength) -> Row {
        let column = if self.graded { AUTH_VALUE } else { ALLOWED };
        let origin = origin(
            DATABASE,
            &format!("access.{column} of {service}, {}", app.bundle),
        );
        let row = |grant, strength, origin| Row {
            grant,
            strength,
            origin,
        };
        match self.grants(service, &app.bundle, column) {
            Err(why) => row(Err(why), Strength::Direct, origin),
            Ok(grants) => match grants.as_slice() {
                [] => row(
                    Ok(Grant::None),
                    defaults,
                    origin.note("absent: documented default"),
                ),
                [first, rest @ ..] if rest.iter().all(|grant| grant == first) => {
                    // "Add only" rests on a header of another system and on one phone.
                    let strength = match first {
                        Ok(Grant::AddOnly) => Strength::Indicative,
                        _ => Strength::Direct,
                    };
                    row(first.clone(), strength, origin)
                }
                _ => row(
                    Err("two rows of TCC.db contradict each other".into()),
                    Strength::Direct,
                    origin,
                ),
            },
        }
    }

    fn grants(
        &self,
        service: &str,
        bundle: &str,
        column: &str,
    ) -> Result<Vec<Result<Grant, String>>, String> {
        let grants = || -> rusqlite::Result<Vec<Result<Grant, String>>> {
            self.connection
                .prepare(&format!(
                    "SELECT client_type, {column} FROM access WHERE service = ?1 AND client = ?2 LIMIT 10"
                ))?
                .query_map([service, bundle], |row| {
                    Ok(match (row.get_ref(0)?, row.get_ref(1)?) {
                        // 0 says that the client is named by its bundle id; 1 would be a path.
                        (ValueRef::Integer(0), ValueRef::Integer(n)) => {
                            self.grant(n, service, column)
                        }
                        _ => Err("the row in TCC.db is of an unfamiliar kind of client".into()),
                    })
                })?
                .collect()
        };
        grants().map_err(|e| format!("TCC.db: {}", sqlite::plain_english(&e)))
    }

    fn grant(&self, n: i64, service: &str, column: &str) -> Result<Grant, String> {
        match (self.graded, n) {
            (_, 0) => Ok(Grant::None),
            (true, 2) | (false, 1) => Ok(Grant::Full),
            (true, 3) if service != PHOTOS_ADD => Ok(Grant::Limited),
            (true, 4) if service != CONTACTS => Ok(Grant::AddOnly),
            _ => Err(format!("{column} in TCC.db is {n}, which is unfamiliar")),
        }
    }
}

/// Makes sure that every row is of the types that the phone writes: a name that is no text equals no text, so its row
/// would look as if it were not there.
fn check_types(connection: &Connection, column: &str) -> Result<(), String> {
    let odd: bool = connection
        .query_row(
            &format!(
                "SELECT EXISTS (SELECT 1 FROM access WHERE typeof(service) <> 'text' OR typeof(client) <> 'text' \
                 OR typeof(client_type) <> 'integer' OR typeof({column}) <> 'integer')"
            ),
            [],
            |row| row.get(0),
        )
        .map_err(|e| sqlite::plain_english(&e).to_owned())?;
    if odd {
        return Err("the database holds a row with a value of an unexpected type".into());
    }
    Ok(())
}

struct Row {
    grant: Result<Grant, String>,
    strength: Strength,
    origin: Origin,
}

impl Row {
    fn reading(&self, value: impl Fn(Grant) -> Value) -> Reading {
        let reading = match &self.grant {
            Err(why) => Reading::unreadable(why),
            Ok(grant) => Reading::known(value(*grant)),
        };
        reading
            .with_strength(self.strength)
            .from(self.origin.clone())
    }
}

/// Whether the app may add pictures: by a permission of its own, or as part of its access to the library.
fn may_add(photos: &Row, add: &Row) -> Reading {
    let adds = |row: &Row| row.reading(|grant| Value::Bool(grant != Grant::None));
    let (own, through_library) = (adds(add), adds(photos));
    let yes = |reading: &Reading| reading.value() == Some(&Value::Bool(true));
    let proved = |reading: &Reading| reading.proved() == Some(&Value::Bool(true));
    if proved(&own) {
        return own;
    }
    if proved(&through_library) || !yes(&own) && yes(&through_library) {
        return through_library;
    }
    if yes(&own) {
        return own;
    }
    let unknown = |reading: &Reading| !matches!(reading.state, State::Known(_));
    if unknown(&own) {
        return own;
    }
    if unknown(&through_library) {
        return through_library;
    }
    // Neither: that takes both rows to prove.
    own.with_strength(through_library.strength)
        .with_origins(through_library.origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_cannot_be_looked_through_are_not_taken_for_sound() {
        let empty = Connection::open_in_memory().expect("opens");
        assert_eq!(
            check_types(&empty, AUTH_VALUE),
            Err("the database is damaged or of an unfamiliar form".to_owned())
        );
    }
}
