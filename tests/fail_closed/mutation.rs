//! What a mutation is: what it does, what it leaves of the evidence, and what would be wrong.

use spotcheck::android::readers;

use super::dice::Dice;
use super::look::Damage;
use super::world::World;

/// What is done to a value, a file or a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Drop,
    Cut,
    Double,
    Swap,
    Retype,
    Contradict,
    OutOfRange,
    Unfinished,
    Replace,
    BitFlip,
}

impl Kind {
    pub const ALL: [Kind; 10] = [
        Kind::Drop,
        Kind::Cut,
        Kind::Double,
        Kind::Swap,
        Kind::Retype,
        Kind::Contradict,
        Kind::OutOfRange,
        Kind::Unfinished,
        Kind::Replace,
        Kind::BitFlip,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Drop => "dropped",
            Kind::Cut => "cut",
            Kind::Double => "doubled",
            Kind::Swap => "swapped",
            Kind::Retype => "retyped",
            Kind::Contradict => "contradicted",
            Kind::OutOfRange => "out of range",
            Kind::Unfinished => "unfinished",
            Kind::Replace => "replaced",
            Kind::BitFlip => "bit flips",
        }
    }
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    Value,
    Row,
    File,
    Section,
    Key,
}

impl Of {
    pub const ALL: [Of; 5] = [Of::Value, Of::Row, Of::File, Of::Section, Of::Key];

    pub fn name(self) -> &'static str {
        match self {
            Of::Value => "values",
            Of::Row => "rows and columns",
            Of::File => "files",
            Of::Section => "sections",
            Of::Key => "wrapped keys",
        }
    }
}

/// What the damaged evidence can still support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// No more than before: something is gone, or stands elsewhere.
    NoMore,
    /// No more than before, and nothing that the value alone could have made fail may pass: the value is there, and
    /// says nothing that the reference knows.
    Nothing,
    /// No more than before, and no more than either of two statements that exclude each other.
    TwoStatements,
    /// The file has a seal, and it is broken: nothing may be read.
    BrokenSeal,
    /// A key is damaged: nothing may come to a verdict that does not come to the same without the password.
    BrokenKey,
    /// Nothing can be said: a flipped bit can make another sound value. Only crashes, memory and time count.
    Anything,
}

/// A statement that the damaged evidence holds where another stood. `None`: it holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// The file, as origins call it, or the id of the section.
    pub place: String,
    pub key: String,
    pub says: Option<String>,
}

/// Other sound values of one place, made only when they are asked for, under a name by which the answer is kept.
pub type Others = (String, Box<dyn Fn(&World) -> Vec<Damage> + Send + Sync>);

/// One mutation.
pub struct Mutation {
    pub damage: Damage,
    pub left: Left,
    pub now: Vec<Now>,
    /// The second of two statements, alone.
    pub other: Option<Damage>,
    pub others: Option<Others>,
    /// The sample that a replaced file or section is from, and what origins call it.
    pub donor: Option<(usize, String)>,
    pub note: String,
    /// What it is done to, as the plan names it.
    pub site: String,
}

impl Mutation {
    pub fn new(damage: Damage, left: Left) -> Mutation {
        Mutation {
            damage,
            left,
            now: Vec::new(),
            other: None,
            others: None,
            donor: None,
            note: String::new(),
            site: String::new(),
        }
    }

    pub fn now(mut self, place: &str, key: &str, says: Option<String>) -> Mutation {
        self.now.push(Now {
            place: place.into(),
            key: key.into(),
            says,
        });
        self
    }

    /// How the findings that rest on the place call it; empty where that is not known.
    pub fn place(&self) -> String {
        let Some(now) = self.now.first() else {
            return String::new();
        };
        let id = now.place.split(' ').next().unwrap_or_default();
        match readers::all_sections()
            .iter()
            .find(|section| section.id == id)
        {
            // A section is known by its command there.
            Some(section) => {
                let command = section.place.split("USER").next().unwrap_or_default();
                let command = command.split("PACKAGE").next().unwrap_or_default();
                command.trim_end().to_owned()
            }
            None => now.place.clone(),
        }
    }

    pub fn note(mut self, note: impl Into<String>) -> Mutation {
        self.note = note.into();
        self
    }

    pub fn others(mut self, others: Others) -> Mutation {
        self.others = Some(others);
        self
    }

    pub fn other(mut self, other: Damage) -> Mutation {
        self.other = Some(other);
        self
    }

    pub fn donor(mut self, sample: usize, place: &str) -> Mutation {
        self.donor = Some((sample, place.into()));
        self
    }
}

type Make = Box<dyn Fn(&World, &mut Dice) -> Option<Mutation> + Send + Sync>;

/// Something that can be done to a sample; the dice say how exactly.
pub struct Plan {
    pub sample: usize,
    pub kind: Kind,
    pub of: Of,
    /// File and key, or section and line.
    pub site: String,
    pub make: Make,
}

impl Plan {
    pub fn new(
        sample: usize,
        kind: Kind,
        of: Of,
        site: impl Into<String>,
        make: impl Fn(&World, &mut Dice) -> Option<Mutation> + Send + Sync + 'static,
    ) -> Plan {
        Plan {
            sample,
            kind,
            of,
            site: site.into(),
            make: Box::new(make),
        }
    }
}
