//! What people do about their own account, whether they are web users or mobile workers.

mod change_password;

pub use change_password::change_password;
