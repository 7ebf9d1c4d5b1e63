mod login;
mod logout;
mod refresh;
