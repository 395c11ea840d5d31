package dev.tarn.app.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.ServerUnreachableException;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.StatementException;
import dev.tarn.engine.statement.Statements;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;

/// Completes keywords, and the tables of the schema in use and schemas of the catalog, asked for
/// anew each time: they cost two calls to the catalog.
final class Words implements Completer {
    private static final List<String> KEYWORDS =
            List.of(
                    "SELECT",
                    "FROM",
                    "WHERE",
                    "GROUP BY",
                    "ORDER BY",
                    "HAVING",
                    "LIMIT",
                    "JOIN",
                    "LEFT JOIN",
                    "ON",
                    "AS",
                    "AND",
                    "OR",
                    "NOT",
                    "NULL",
                    "IN",
                    "BETWEEN",
                    "LIKE",
                    "CASE",
                    "WHEN",
                    "THEN",
                    "ELSE",
                    "END",
                    "DISTINCT",
                    "UNION ALL",
                    "WITH",
                    "CREATE TABLE",
                    "CREATE SCHEMA",
                    "CREATE VIEW",
                    "INSERT INTO",
                    "VALUES",
                    "UPDATE",
                    "SET",
                    "DELETE FROM",
                    "MERGE INTO",
                    "USING",
                    "ALTER TABLE",
                    "ADD COLUMN",
                    "RENAME TO",
                    "DROP TABLE",
                    "DROP SCHEMA",
                    "DROP VIEW",
                    "EXECUTE",
                    "SHOW SCHEMAS",
                    "SHOW TABLES",
                    "SHOW COLUMNS FROM",
                    "SHOW CREATE TABLE",
                    "DESCRIBE",
                    "EXPLAIN",
                    "EXPLAIN ANALYZE",
                    "ANALYZE",
                    "USE",
                    "FOR VERSION AS OF",
                    "FOR TIMESTAMP AS OF",
                    "CAST",
                    "COUNT",
                    "SUM",
                    "AVG",
                    "MIN",
                    "MAX");

    private final Statements statements;

    Words(Statements statements) {
        this.statements = statements;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String typed = line.word();
        boolean lower = !typed.isEmpty() && Character.isLowerCase(typed.charAt(0));
        for (String keyword : KEYWORDS) {
            candidates.add(new Candidate(lower ? keyword.toLowerCase(Locale.ROOT) : keyword));
        }
        int dot = typed.lastIndexOf('.');
        Session session = statements.session();
        if (session.catalog() == null) {
            return;
        }
        if (dot > 0) {
            String schema = typed.substring(0, dot);
            names("SHOW TABLES FROM " + schema)
                    .forEach(name -> candidates.add(new Candidate(schema + "." + name)));
            return;
        }
        names("SHOW SCHEMAS").forEach(name -> candidates.add(partial(name + ".")));
        if (session.schema() != null) {
            names("SHOW TABLES").forEach(name -> candidates.add(new Candidate(name)));
        }
    }

    private static Candidate partial(String text) {
        @Nullable String none = null;
        return new Candidate(text, text, none, none, none, none, false);
    }

    /// No names where the server does not give them: the statement itself will say why.
    private List<String> names(String sql) {
        try {
            List<String> names = new ArrayList<>();
            for (List<JsonNode> row : statements.start(sql).rowsToEnd()) {
                String name = row.getFirst().asText();
                names.add(
                        name.matches("[a-z_][a-z0-9_]*")
                                ? name
                                : '"' + name.replace("\"", "\"\"") + '"');
            }
            return names;
        } catch (StatementException | ServerUnreachableException nothing) {
            return List.of();
        }
    }
}
