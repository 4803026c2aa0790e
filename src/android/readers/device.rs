//! Model, maker and Android version.

use super::shared::{BASE, base};
use super::{Out, Reader, View, settle};
use crate::android::section::Section;
use crate::android::stream::value;
use crate::evidence::{Fact, Reading, Value};

pub struct Device;

impl Reader for Device {
    fn name(&self) -> &'static str {
        "device"
    }

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
        if base(view).is_ok_and(|base| base.sdk.is_some_and(|sdk| !(26..=37).contains(&sdk))) {
            out.warn("This Android version is outside 8 to 17, for which the readings are described: look at the phone before you trust them.");
        }
    }
}
