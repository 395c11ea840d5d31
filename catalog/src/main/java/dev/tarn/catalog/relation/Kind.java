package dev.tarn.catalog.relation;

import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;

/// What a name stands for.
public enum Kind {
    TABLE("table", "Table") {
        @Override
        public RuntimeException missing(TableIdentifier name) {
            return new NoSuchTableException("Table does not exist: %s", name);
        }
    },
    VIEW("view", "View") {
        @Override
        public RuntimeException missing(TableIdentifier name) {
            return new NoSuchViewException("View does not exist: %s", name);
        }
    };

    private final String text;
    private final String title;

    Kind(String text, String title) {
        this.text = text;
        this.title = title;
    }

    /// As it stands in rows and in the names of events.
    public String text() {
        return text;
    }

    public String title() {
        return title;
    }

    public static Kind of(String text) {
        return text.equals(VIEW.text) ? VIEW : TABLE;
    }

    public abstract RuntimeException missing(TableIdentifier name);
}
