//! The cases, each on a namespace of its own.

use std::collections::HashMap;

use futures::future::join_all;
use iceberg::spec::{PrimitiveType, Type};
use iceberg::transaction::{AddColumn, ApplyTransactionAction, Transaction};
use iceberg::{Catalog, ErrorKind, NamespaceIdent};

use crate::lake::{Lake, Outcome};

/// Returns whether all passed.
pub async fn run(lake: &Lake) -> Outcome<bool> {
    let mut passed = true;
    macro_rules! case {
        ($name:ident) => {
            match $name(lake).await {
                Ok(()) => println!("case {} passed", stringify!($name)),
                Err(error) => {
                    passed = false;
                    println!("case {} failed {}", stringify!($name), error.to_string().replace('\n', " "));
                }
            }
        };
    }
    case!(namespaces_nest);
    case!(rows_are_appended_and_read);
    case!(names_may_have_odd_characters);
    case!(properties_and_columns_change);
    case!(tables_are_renamed_registered_and_purged);
    case!(what_is_missing_is_told);
    case!(concurrent_appends_lose_nothing);
    Ok(passed)
}

fn check(holds: bool, what: impl Into<String>) -> Outcome<()> {
    if holds { Ok(()) } else { Err(what.into().into()) }
}

fn expected(ids: impl Iterator<Item = i64>) -> Vec<String> {
    ids.map(|id| format!("{id}|name {id}|{}", id * 2)).collect()
}

async fn namespaces_nest(lake: &Lake) -> Outcome<()> {
    let top = lake.namespace().await?;
    let inner = NamespaceIdent::from_strs([&top, "a.b", "c"])?;
    let middle = NamespaceIdent::from_strs([&top, "a.b"])?;
    lake.catalog.create_namespace(&middle, HashMap::from([("owner".to_string(), "ann".to_string())])).await?;
    lake.catalog.create_namespace(&inner, HashMap::new()).await?;
    check(lake.catalog.namespace_exists(&inner).await?, "inner namespace is not there")?;
    let properties = lake.catalog.get_namespace(&middle).await?;
    check(properties.properties().get("owner").is_some_and(|owner| owner == "ann"), "owner is not ann")?;
    let listed = lake.catalog.list_namespaces(Some(&middle)).await?;
    check(listed == vec![inner.clone()], format!("listed {listed:?}"))?;
    let name = Lake::name(&[&top, "a.b", "c"], "t")?;
    lake.create(&name).await?;
    lake.append(&name, 0..3).await?;
    check(lake.rows(&name).await? == expected(0..3), "rows differ")?;
    lake.catalog.drop_table(&name).await?;
    lake.catalog.drop_namespace(&inner).await?;
    check(!lake.catalog.namespace_exists(&inner).await?, "inner namespace is still there")
}

async fn rows_are_appended_and_read(lake: &Lake) -> Outcome<()> {
    let name = Lake::name(&[&lake.namespace().await?], "t")?;
    lake.create(&name).await?;
    check(lake.rows(&name).await?.is_empty(), "a new table has rows")?;
    lake.append(&name, 0..10).await?;
    lake.append(&name, 10..20).await?;
    check(lake.rows(&name).await? == expected(0..20), "rows differ")?;
    let table = lake.catalog.load_table(&name).await?;
    check(table.metadata().snapshots().count() == 2, "snapshots are missing")
}

/// The name goes into the path as it is, but for what no URL can have.
async fn names_may_have_odd_characters(lake: &Lake) -> Outcome<()> {
    let namespace = lake.namespace().await?;
    for odd in ["a b", "a+b", "a*b", "a=b", "a&b", "a'b", "a\"b", "a.b", "a|b", "a[b]", "ünï-湖", "a😀b"] {
        let name = Lake::name(&[&namespace], odd)?;
        lake.create(&name).await?;
        check(lake.catalog.table_exists(&name).await?, format!("{odd} is not there"))?;
        lake.append(&name, 0..3).await?;
        check(lake.rows(&name).await? == expected(0..3), format!("rows of {odd} differ"))?;
        check(lake.catalog.list_tables(name.namespace()).await? == vec![name.clone()], format!("{odd} is not listed"))?;
        lake.catalog.drop_table(&name).await?;
    }
    Ok(())
}

async fn properties_and_columns_change(lake: &Lake) -> Outcome<()> {
    let name = Lake::name(&[&lake.namespace().await?], "t")?;
    let table = lake.create(&name).await?;
    let transaction = Transaction::new(&table);
    let set = transaction.update_table_properties().set("owner".to_string(), "ann".to_string());
    let table = set.apply(transaction)?.commit(&lake.catalog).await?;
    let transaction = Transaction::new(&table);
    let add = transaction.update_schema().add_column(AddColumn::optional("note", Type::Primitive(PrimitiveType::String)));
    add.apply(transaction)?.commit(&lake.catalog).await?;
    let table = lake.catalog.load_table(&name).await?;
    check(table.metadata().properties().get("owner").is_some_and(|owner| owner == "ann"), "owner is not ann")?;
    check(table.metadata().current_schema().field_by_name("note").is_some(), "column is not there")?;
    check(table.metadata().last_column_id() == 4, "last column is not the fourth")
}

async fn tables_are_renamed_registered_and_purged(lake: &Lake) -> Outcome<()> {
    let name = Lake::name(&[&lake.namespace().await?], "t")?;
    let moved = Lake::name(&[&lake.namespace().await?], "moved")?;
    lake.create(&name).await?;
    lake.append(&name, 0..3).await?;
    lake.catalog.rename_table(&name, &moved).await?;
    check(!lake.catalog.table_exists(&name).await?, "the old name is still there")?;
    check(lake.rows(&moved).await? == expected(0..3), "rows differ")?;
    let location = lake.catalog.load_table(&moved).await?.metadata_location().ok_or("no metadata location")?.to_string();
    lake.catalog.drop_table(&moved).await?;
    lake.catalog.register_table(&name, location).await?;
    check(lake.rows(&name).await? == expected(0..3), "rows differ after register")?;
    lake.catalog.purge_table(&name).await?;
    check(!lake.catalog.table_exists(&name).await?, "a purged table is still there")
}

async fn what_is_missing_is_told(lake: &Lake) -> Outcome<()> {
    let name = Lake::name(&[&lake.namespace().await?], "none")?;
    check(!lake.catalog.table_exists(&name).await?, "a table is there")?;
    let error = lake.catalog.load_table(&name).await.err().ok_or("a missing table was loaded")?;
    check(error.kind() == ErrorKind::TableNotFound, format!("found {error}"))?;
    let other = Lake::name(&["none"], "t")?;
    check(!lake.catalog.namespace_exists(other.namespace()).await?, "a namespace is there")?;
    check(lake.create(&other).await.is_err(), "a table was made in a missing namespace")
}

async fn concurrent_appends_lose_nothing(lake: &Lake) -> Outcome<()> {
    let name = Lake::name(&[&lake.namespace().await?], "t")?;
    let table = lake.create(&name).await?;
    let transaction = Transaction::new(&table);
    let set = transaction.update_table_properties().set("commit.retry.num-retries".to_string(), "40".to_string());
    set.apply(transaction)?.commit(&lake.catalog).await?;
    let appends = join_all((0..8).map(|writer| lake.append(&name, writer * 10..writer * 10 + 10))).await;
    let mut ids = Vec::new();
    for (writer, outcome) in (0i64..).zip(&appends) {
        if outcome.is_ok() {
            ids.extend(writer * 10..writer * 10 + 10);
        }
    }
    check(ids.len() >= 50, format!("most appends were refused: {appends:?}"))?;
    check(lake.rows(&name).await? == expected(ids.into_iter()), "rows differ from those acknowledged")
}
