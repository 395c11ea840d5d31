package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer.CompatibilityMode;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The events of a server's log, from the client's thread to the reader's.
final class LogFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

    /// An event is some 8 kB of rows, so a feed holds a few megabytes.
    private static final int EVENTS_MAX = 256;

    private final BinaryLogClient client;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable IOException failure;

    LogFeed(BinaryLogClient client) {
        this.client = client;
        var deserializer = new EventDeserializer();
        deserializer.setCompatibilityMode(
                CompatibilityMode.DATE_AND_TIME_AS_LONG_MICRO,
                CompatibilityMode.INVALID_DATE_AND_TIME_AS_MIN_VALUE,
                CompatibilityMode.CHAR_AND_BINARY_AS_BYTE_ARRAY);
        client.setEventDeserializer(deserializer);
        // What it has read is known here, so going on after trouble is the next run's.
        client.setKeepAlive(false);
        client.registerEventListener(this::put);
        client.registerLifecycleListener(new Listener());
        this.thread = Thread.ofPlatform().name("mysql-log").daemon().unstarted(this::run);
    }

    private void run() {
        try {
            client.connect();
            fail(new IOException("The server ended the connection to its log"));
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    void start() {
        thread.start();
    }

    private void put(Event event) {
        try {
            if (!closed) {
                events.put(event);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(Exception e) {
        if (failure == null) {
            failure = new IOException("The log cannot be read: " + Sql.reason(e), e);
        }
    }

    /// The next event, null if there is none now.
    ///
    /// @throws IOException if there will be none
    @Nullable Event pollOrNull() throws IOException {
        IOException failed = failure;
        Event event = events.poll();
        if (event == null && failed != null) {
            throw failed;
        }
        return event;
    }

    @Override
    public void close() {
        closed = true;
        events.clear();
        try {
            client.disconnect();
        } catch (IOException e) {
            LOG.debug("the connection to the log ended badly", e);
        }
        thread.interrupt();
    }

    private final class Listener extends BinaryLogClient.AbstractLifecycleListener {
        @Override
        public void onCommunicationFailure(BinaryLogClient from, Exception e) {
            fail(e);
        }

        @Override
        public void onEventDeserializationFailure(BinaryLogClient from, Exception e) {
            fail(e);
        }
    }
}
