//! Rust's standard library at work: inside the directory that the first argument names, and reading
//! the file that the second one does.

use std::collections::HashMap;
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, process, thread};

fn words(text: &str) -> Vec<(&str, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort();
    sorted
}

fn files(home: &str) -> io::Result<()> {
    let path = format!("{home}/words.txt");
    fs::write(&path, "one two two three three three\n")?;
    println!("{:?}", words(&fs::read_to_string(&path)?));
    let mut file = fs::OpenOptions::new().read(true).append(true).open(&path)?;
    writeln!(file, "appended")?;
    file.seek(SeekFrom::Start(4))?;
    let mut three = [0; 3];
    file.read_exact(&mut three)?;
    println!("{} of {} bytes", String::from_utf8_lossy(&three), file.metadata()?.len());
    fs::create_dir_all(format!("{home}/a/b"))?;
    fs::rename(&path, format!("{home}/a/b/moved.txt"))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(format!("{home}/a/b"))? {
        let entry = entry?;
        names.push(format!("{} {}", entry.file_name().to_string_lossy(), entry.metadata()?.is_file()));
    }
    names.sort();
    println!("{names:?}");
    fs::remove_dir_all(format!("{home}/a"))
}

fn clocks() {
    let before = Instant::now();
    thread::sleep(Duration::from_millis(10));
    println!("slept {}", before.elapsed() >= Duration::from_millis(9));
    let year = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|time| time.as_secs() / 31_556_952 + 1970);
    println!("this century {}", matches!(year, Ok(2001..=2100)));
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    println!("arguments {arguments:?}");
    println!("GREETING {:?}", env::var("GREETING").ok());
    for line in io::stdin().lock().lines().flatten() {
        println!("line {line}");
    }
    clocks();
    if let Some(home) = arguments.first() {
        if let Err(error) = files(home) {
            eprintln!("tour: {home}: {error}");
            process::exit(2);
        }
    }
    if let Some(file) = arguments.get(1) {
        match fs::read_to_string(file) {
            Ok(text) => println!("{:?}", text.lines().next()),
            Err(error) => eprintln!("tour: {file}: {error}"),
        }
    }
    process::exit(7);
}
