//! Model, maker and Android version.

use super::shared::{BASE, base};
use super::{Out, Reader, View, settle};
use crate::android::section::Section;
use crate::android::stream::value;
use crate::evidence::{Fact, Reading, Value};

pub struct Device;

impl Reader for Device {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::DeviceModel, Fact::DeviceMaker, Fact::DeviceOs]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        for (fact, key, prefix) in [
            (Fact::DeviceModel, "ro.product.model", ""),
            (Fact::DeviceMaker, "ro.product.manufacturer", ""),
            (Fact::DeviceOs, "ro.build.version.release", "Android "),
        ] {
            let stated = view
                .once(&BASE)
                .and_then(|body| Ok(value(body.lines()?, key)?.map(Value::text)))
                .map(|text| match text {
                    Some(Value::Text(text)) if !text.is_empty() => {
                        Reading::known(Value::Text(format!("{prefix}{text}")))
                    }
                    _ => Reading::absent("the phone does not state it"),
                });
            out.device(fact, settle(stated).from(view.origin(&BASE).key(key)));
        }
        match base(view).ok().and_then(|base| base.sdk) {
            Some(38..) => out.warn("This Android version is newer than this program knows (8 to 17). What it answers decides nothing. Look at the phone."),
            Some(..26) => out.warn("This Android version is older than this program knows (8 to 17). What it answers decides nothing. Look at the phone."),
            Some(_) => {}
            None => out.warn("The phone does not state its Android version. What it answers decides nothing. Look at the phone."),
        }
    }
}
