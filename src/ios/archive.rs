//! NSKeyedArchiver archives, walked step by step: no recursion, every reference checked.

use ::plist::{Dictionary, Value};

use super::plist::{self as list, Damage, Keep};

/// A parsed archive.
pub struct Archive {
    objects: Vec<Value>,
    root: Value,
}

/// One object of an archive: a dictionary whose values may be references.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    archive: &'a Archive,
    fields: &'a Dictionary,
}

impl Archive {
    /// Parses an archive.
    ///
    /// # Errors
    /// Text for people if it is no archive or has no root.
    pub fn parse(bytes: &[u8]) -> Result<Archive, Damage> {
        let value = list::pick(bytes, &Keep::keys(&["$archiver", "$top", "$objects"]))?;
        if list::string(&value, &["$archiver"])? != Some("NSKeyedArchiver") {
            return Err("the archive is not of the expected kind".into());
        }
        let Some(Value::Uid(root)) = list::at(&value, &["$top", "root"])? else {
            return Err("the archive has no root".into());
        };
        let root = Value::Uid(*root);
        let Some(Value::Array(objects)) = value
            .into_dictionary()
            .and_then(|mut dict| dict.remove("$objects"))
        else {
            return Err("the archive holds no objects".into());
        };
        Ok(Archive { objects, root })
    }

    /// The root object.
    ///
    /// # Errors
    /// Text for people if it is not there or no object.
    pub fn root(&self) -> Result<Object<'_>, Damage> {
        match self.resolve(&self.root)? {
            Some(Value::Dictionary(fields)) => Ok(Object {
                archive: self,
                fields,
            }),
            _ => Err("the archive's root is not an object".into()),
        }
    }

    /// What a value stands for: itself, or the object that it refers to; `None` for the archive's null.
    fn resolve<'a>(&'a self, value: &'a Value) -> Result<Option<&'a Value>, Damage> {
        let Value::Uid(uid) = value else {
            return Ok(Some(value));
        };
        if uid.get() == 0 {
            return Ok(None);
        }
        let object = usize::try_from(uid.get())
            .ok()
            .and_then(|index| self.objects.get(index))
            .ok_or("the archive refers to an object that it does not hold")?;
        match object {
            // One step is all that an archiver makes; a reference to a reference could go round in circles.
            Value::Uid(_) => Err("the archive refers to a reference".into()),
            _ => Ok(Some(object)),
        }
    }
}

impl<'a> Object<'a> {
    /// The field's value; `None` if it is not there or null.
    ///
    /// # Errors
    /// Text for people if it refers to nothing.
    pub fn get(self, key: &str) -> Result<Option<&'a Value>, Damage> {
        match self.fields.get(key) {
            None => Ok(None),
            Some(value) => self.archive.resolve(value),
        }
    }

    /// Whether the field is there at all (it may be null).
    pub fn has(self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The object in a field; `None` if it is not there or null.
    ///
    /// # Errors
    /// Text for people if it is no object.
    pub fn object(self, key: &str) -> Result<Option<Object<'a>>, Damage> {
        match self.get(key)? {
            None => Ok(None),
            Some(Value::Dictionary(fields)) => Ok(Some(Object {
                archive: self.archive,
                fields,
            })),
            Some(other) => Err(wrong(key, other, "an object")),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// Text for people if it is anything else.
    pub fn integer(self, key: &str) -> Result<Option<i64>, Damage> {
        match self.get(key)? {
            None => Ok(None),
            Some(value) => value
                .as_signed_integer()
                .map(Some)
                .ok_or_else(|| wrong(key, value, "a whole number")),
        }
    }

    /// A yes or no.
    ///
    /// # Errors
    /// Text for people if it is anything else.
    pub fn boolean(self, key: &str) -> Result<Option<bool>, Damage> {
        match self.get(key)? {
            None => Ok(None),
            Some(value) => value
                .as_boolean()
                .map(Some)
                .ok_or_else(|| wrong(key, value, "yes or no")),
        }
    }

    /// Text.
    ///
    /// # Errors
    /// Text for people if it is anything else.
    pub fn string(self, key: &str) -> Result<Option<&'a str>, Damage> {
        match self.get(key)? {
            None => Ok(None),
            Some(value) => value
                .as_string()
                .map(Some)
                .ok_or_else(|| wrong(key, value, "text")),
        }
    }

    /// The name of the object's class.
    ///
    /// # Errors
    /// Text for people if there is none.
    pub fn class(self) -> Result<&'a str, Damage> {
        self.object("$class")?
            .map(|class| class.string("$classname"))
            .transpose()?
            .flatten()
            .ok_or_else(|| "an object of the archive has no class".into())
    }
}

fn wrong(key: &str, value: &Value, what: &str) -> Damage {
    format!("{key} is {} where {what} belongs", list::kind(value))
}
