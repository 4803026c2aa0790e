//! `spotcheck android`
