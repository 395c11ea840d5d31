package dev.tarn.store;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/// Everything in which SQLite and PostgreSQL differ, except how connections are held.
enum Dialect {
    SQLITE("TEXT", "BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT") {
        @Override
        boolean isDuplicateKey(SQLException e) {
            return isCode(e, SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE)
                    || isCode(e, SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY);
        }

        @Override
        boolean isForeignKey(SQLException e) {
            return isCode(e, SQLiteErrorCode.SQLITE_CONSTRAINT_FOREIGNKEY)
                    || isCode(e, SQLiteErrorCode.SQLITE_CONSTRAINT_TRIGGER);
        }

        /// Nothing was committed if the database was locked, full, or a constraint checked at the
        /// end does not hold. After an I/O error the log may hold the transaction or not.
        @Override
        boolean surelyRolledBack(SQLException commit) {
            int code = commit.getErrorCode() & 0xff;
            return code == SQLiteErrorCode.SQLITE_BUSY.code
                    || code == SQLiteErrorCode.SQLITE_FULL.code
                    || code == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
        }

        @Override
        boolean isWorthAnotherTry(SQLException e) {
            return false;
        }

        private boolean isCode(SQLException e, SQLiteErrorCode code) {
            return e instanceof org.sqlite.SQLiteException s && s.getResultCode() == code;
        }
    },

    POSTGRES("TEXT COLLATE \"C\"", "BYTEA", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY") {
        @Override
        boolean isDuplicateKey(SQLException e) {
            return "23505".equals(e.getSQLState());
        }

        @Override
        boolean isForeignKey(SQLException e) {
            return "23503".equals(e.getSQLState());
        }

        /// Only an answer of the server proves a rollback: a violated constraint (23) or a
        /// transaction given up for another one (40). 40003 is the server's own "unknown".
        @Override
        boolean surelyRolledBack(SQLException commit) {
            String state = commit.getSQLState();
            return state != null
                    && (state.startsWith("23")
                            || (state.startsWith("40") && !state.equals("40003"))
                            || state.startsWith("25"));
        }

        @Override
        boolean isWorthAnotherTry(SQLException e) {
            return "40P01".equals(e.getSQLState()) || "40001".equals(e.getSQLState());
        }
    };

    private final String text;
    private final String bytes;
    private final String sequence;

    Dialect(String text, String bytes, String sequence) {
        this.text = text;
        this.bytes = bytes;
        this.sequence = sequence;
    }

    /// The statements of a migration in this dialect.
    String translate(String sql) {
        return sql.replace("${text}", text)
                .replace("${bytes}", bytes)
                .replace("${sequence}", sequence);
    }

    abstract boolean isDuplicateKey(SQLException e);

    abstract boolean isForeignKey(SQLException e);

    abstract boolean surelyRolledBack(SQLException commit);

    abstract boolean isWorthAnotherTry(SQLException e);

    RuntimeException translate(String sql, SQLException e) {
        String message = "Cannot run %s: %s".formatted(sql, e.getMessage());
        if (isDuplicateKey(e)) {
            return new DuplicateKeyException(message, e);
        }
        if (isForeignKey(e)) {
            return new ForeignKeyException(message, e);
        }
        return new StoreException(message, e);
    }
}
