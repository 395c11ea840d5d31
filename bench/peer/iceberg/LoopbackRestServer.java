package org.apache.iceberg.rest;

import java.util.HashMap;
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
/// `LoopbackRestServer PORT KEY=VALUE...`, the properties being those of the JDBC catalog. It is in
/// Iceberg's package since the parts are not public.
final class LoopbackRestServer {
    private LoopbackRestServer() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put("catalog-impl", JdbcCatalog.class.getName());
        properties.put("jdbc.schema-version", "V1");
        for (int i = 1; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            properties.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
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
