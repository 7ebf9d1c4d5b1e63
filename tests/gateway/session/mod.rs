mod attack;
mod login;
mod logout;
mod refresh;
