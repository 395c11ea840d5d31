//! The catalog of the platform, and tables of one form in it.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use futures::TryStreamExt;
use iceberg::spec::{DataFileFormat, NestedField, PrimitiveType, Schema, Type};
use iceberg::table::Table;
use iceberg::transaction::{ApplyTransactionAction, Transaction};
use iceberg::writer::base_writer::data_file_writer::DataFileWriterBuilder;
use iceberg::writer::file_writer::location_generator::{DefaultFileNameGenerator, DefaultLocationGenerator};
use iceberg::writer::file_writer::rolling_writer::RollingFileWriterBuilder;
use iceberg::writer::file_writer::ParquetWriterBuilder;
use iceberg::writer::{IcebergWriter, IcebergWriterBuilder};
use iceberg::{Catalog, CatalogBuilder, NamespaceIdent, TableCreation, TableIdent};
use iceberg_catalog_rest::{RestCatalog, RestCatalogBuilder};
use iceberg_storage_opendal::OpenDalStorageFactory;
use parquet::file::properties::WriterProperties;

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub struct Lake {
    pub catalog: RestCatalog,
}

impl Lake {
    pub async fn connect() -> Outcome<Lake> {
        let property = |name: &str, variable: &str| Ok::<_, env::VarError>((name.to_string(), env::var(variable)?));
        let properties = HashMap::from([
            property("uri", "CATALOG_URI")?,
            property("warehouse", "WAREHOUSE")?,
            property("s3.endpoint", "S3_ENDPOINT")?,
            property("s3.region", "S3_REGION")?,
            property("s3.access-key-id", "S3_ACCESS_KEY")?,
            property("s3.secret-access-key", "S3_SECRET_KEY")?,
            ("s3.path-style-access".to_string(), "true".to_string()),
        ]);
        let storage = OpenDalStorageFactory::S3 { customized_credential_load: None };
        let catalog =
            RestCatalogBuilder::default().with_storage_factory(Arc::new(storage)).load("lake", properties).await?;
        Ok(Lake { catalog })
    }

    pub fn name(levels: &[&str], table: &str) -> Outcome<TableIdent> {
        Ok(TableIdent::new(NamespaceIdent::from_strs(levels)?, table.to_string()))
    }

    /// A namespace nobody has used.
    pub async fn namespace(&self) -> Outcome<String> {
        let name = format!("rs_{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos());
        self.catalog.create_namespace(&NamespaceIdent::new(name.clone()), HashMap::new()).await?;
        Ok(name)
    }

    pub async fn create(&self, name: &TableIdent) -> Outcome<Table> {
        let schema = Schema::builder()
            .with_fields([
                NestedField::optional(1, "id", Type::Primitive(PrimitiveType::Long)).into(),
                NestedField::optional(2, "name", Type::Primitive(PrimitiveType::String)).into(),
                NestedField::optional(3, "amount", Type::Primitive(PrimitiveType::Long)).into(),
            ])
            .build()?;
        let creation = TableCreation::builder().name(name.name().to_string()).schema(schema).build();
        Ok(self.catalog.create_table(name.namespace(), creation).await?)
    }

    /// Appends a row for each id, in one commit.
    pub async fn append(&self, name: &TableIdent, ids: Range<i64>) -> Outcome<()> {
        let table = self.catalog.load_table(name).await?;
        let label = format!("rust-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos());
        let parquet =
            ParquetWriterBuilder::new(WriterProperties::default(), table.metadata().current_schema().clone());
        let files = RollingFileWriterBuilder::new_with_default_file_size(
            parquet,
            table.file_io().clone(),
            DefaultLocationGenerator::new(table.metadata())?,
            DefaultFileNameGenerator::new(label, None, DataFileFormat::Parquet),
        );
        let mut writer = DataFileWriterBuilder::new(files).build(None).await?;
        let schema = Arc::new(iceberg::arrow::schema_to_arrow_schema(table.metadata().current_schema())?);
        let id = Int64Array::from_iter_values(ids.clone());
        let label = StringArray::from_iter_values(ids.clone().map(|id| format!("name {id}")));
        let amount = Int64Array::from_iter_values(ids.map(|id| id * 2));
        writer.write(RecordBatch::try_new(schema, vec![Arc::new(id), Arc::new(label), Arc::new(amount)])?).await?;
        let written = writer.close().await?;
        let transaction = Transaction::new(&table);
        let transaction = transaction.fast_append().add_data_files(written).apply(transaction)?;
        transaction.commit(&self.catalog).await?;
        Ok(())
    }

    /// All rows, sorted by id.
    pub async fn rows(&self, name: &TableIdent) -> Outcome<Vec<String>> {
        let table = self.catalog.load_table(name).await?;
        let batches: Vec<RecordBatch> =
            table.scan().select(["id", "name", "amount"]).build()?.to_arrow().await?.try_collect().await?;
        let mut rows = Vec::new();
        for batch in &batches {
            let id = whole_numbers(batch, 0)?;
            let label = batch.column(1).as_any().downcast_ref::<StringArray>().ok_or("name is no text")?;
            let amount = whole_numbers(batch, 2)?;
            for n in 0..batch.num_rows() {
                rows.push((id.value(n), format!("{}|{}|{}", id.value(n), label.value(n), amount.value(n))));
            }
        }
        rows.sort();
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

fn whole_numbers(batch: &RecordBatch, column: usize) -> Outcome<&Int64Array> {
    Ok(batch.column(column).as_any().downcast_ref::<Int64Array>().ok_or("column has no whole numbers")?)
}
