//! What users of iceberg-rust do, against the running platform.
//!
//!     tarn-iceberg-rust cases                          one line for each case: case <name> passed
//!     tarn-iceberg-rust make NAMESPACE TABLE ROWS      a table with the rows 0 .. ROWS - 1
//!     tarn-iceberg-rust append NAMESPACE TABLE ID      one row more
//!     tarn-iceberg-rust read NAMESPACE TABLE           its rows, sorted: id|name|amount

mod cases;
mod lake;

use std::process::ExitCode;

use lake::{Lake, Outcome};

async fn run(words: &[&str]) -> Outcome<bool> {
    let lake = Lake::connect().await?;
    match words {
        ["cases"] => return cases::run(&lake).await,
        ["make", namespace, table, rows] => {
            let name = Lake::name(&[namespace], table)?;
            lake.create(&name).await?;
            lake.append(&name, 0..rows.parse()?).await?;
        }
        ["append", namespace, table, id] => {
            let id: i64 = id.parse()?;
            lake.append(&Lake::name(&[namespace], table)?, id..id + 1).await?;
        }
        ["read", namespace, table] => {
            for row in lake.rows(&Lake::name(&[namespace], table)?).await? {
                println!("{row}");
            }
        }
        _ => return Err(format!("unknown words: {words:?}").into()),
    }
    Ok(true)
}

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words.iter().map(String::as_str).collect::<Vec<_>>()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
