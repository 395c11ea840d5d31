package dev.tarn.store;

/// How to reach PostgreSQL.
///
/// @param url `jdbc:postgresql://host:port/database`
/// @param connectionsMax how many connections one process may hold
public record PostgresSettings(String url, String user, String password, int connectionsMax) {

    private static final int CONNECTIONS_MAX = 16;

    public PostgresSettings(String url, String user, String password) {
        this(url, user, password, CONNECTIONS_MAX);
    }

    @Override
    public String toString() {
        return "PostgresSettings[url=%s, user=%s, password=***, connectionsMax=%s]"
                .formatted(url, user, connectionsMax);
    }
}
