//! Reading an Android phone over ADB.

pub mod transport;
