import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.format.Json;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's engine by itself: PROPERTIES [OUT].
 *
 * <p>Each event goes to OUT as a line of JSON, its value alone; without OUT events of tables are counted and their number is
 * printed after each batch. It ends with its standard input.
 */
final class Capture {
    private Capture() {}

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(in);
        }
        DebeziumEngine<?> engine = args.length > 1 ? writing(properties, Path.of(args[1])) : counting(properties);
        Thread running = new Thread(engine, "engine");
        running.start();
        while (System.in.read() >= 0) {}
        engine.close();
        running.join();
    }

    private static DebeziumEngine<?> writing(Properties properties, Path file) throws IOException {
        Writer out = Files.newBufferedWriter(file);
        DebeziumEngine.ChangeConsumer<ChangeEvent<String, String>> lines = (events, committer) -> {
            try {
                for (ChangeEvent<String, String> event : events) {
                    if (event.value() != null) {
                        out.write(event.value());
                        out.write('\n');
                    }
                    committer.markProcessed(event);
                }
                out.flush();
                committer.markBatchFinished();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
        return DebeziumEngine.create(Json.class)
                .using(properties)
                .notifying(lines)
                .using(Capture::end)
                .build();
    }

    private static DebeziumEngine<?> counting(Properties properties) {
        long[] count = new long[1];
        DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> counter = (events, committer) -> {
            for (RecordChangeEvent<SourceRecord> event : events) {
                if (event.record().value() instanceof Struct value && value.schema().field("op") != null) {
                    count[0]++;
                }
                committer.markProcessed(event);
            }
            committer.markBatchFinished();
            System.out.println(count[0]);
        };
        return DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(properties)
                .notifying(counter)
                .using(Capture::end)
                .build();
    }

    private static void end(boolean success, String message, Throwable error) {
        if (!success) {
            System.err.println("Ended: " + message);
            Runtime.getRuntime().halt(1);
        }
    }
}
