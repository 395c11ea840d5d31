package org.apache.iceberg.rest;

import java.util.Map;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/// Iceberg's own REST server of its test fixtures, as its main class assembles it, but on loopback:
/// `LoopbackRestServer PORT JDBC-URL FOLDER`. It is in Iceberg's package since the parts are not
/// public.
final class LoopbackRestServer {
    private LoopbackRestServer() {}

    public static void main(String[] arguments) throws Exception {
        // Two connections to SQLite lock each other up for good under concurrent commits.
        Map<String, String> properties =
                Map.of(
                        "catalog-impl", JdbcCatalog.class.getName(),
                        "uri", arguments[1],
                        "clients", "1",
                        "jdbc.schema-version", "V1",
                        "warehouse", arguments[2],
                        "io-impl", PlainFileIO.class.getName());
        Catalog catalog = CatalogUtil.buildIcebergCatalog("rest_backend", properties, null);
        RESTCatalogAdapter adapter =
                new RESTServerCatalogAdapter(
                        new RESTCatalogServer.CatalogContext(catalog, properties));
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new RESTCatalogServlet(adapter)), "/*");
        context.insertHandler(new GzipHandler());
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(arguments[0]));
        server.addConnector(connector);
        server.setHandler(context);
        server.start();
        server.join();
    }
}
