//! Writes the engines that are wrong on purpose into a folder, to look at what one of them fails with `host-harness conform
//! FILE --provider sample`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use wrong_engines::{Mistake, engine};

fn main() -> ExitCode {
    match env::args_os().nth(1).map(PathBuf::from).ok_or_else(usage).and_then(|folder| write(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wrong-engines: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> io::Error {
    io::Error::other("name the folder to write to")
}

fn write(folder: &std::path::Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let none = [(None, String::from("no-mistake"))];
    let mistakes = Mistake::ALL.iter().map(|mistake| (Some(*mistake), mistake.name().to_owned()));
    for (mistake, name) in none.into_iter().chain(mistakes) {
        let component =
            engine(mistake).ok_or_else(|| io::Error::other("the component has no place for it"))?;
        fs::write(folder.join(name).with_extension("wasm"), component)?;
    }
    Ok(())
}
