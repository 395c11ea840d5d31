import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.format.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's engine by itself: [OUT]. Each line of its standard input names a file of properties, with which an engine begins
 * in place of the one before; it ends with its input.
 *
 * <p>Each event goes to OUT as a line of JSON, its value alone; without OUT events of tables are counted and the engine's
 * number is printed after each batch.
 */
final class Capture {
    private Capture() {}

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        DebeziumEngine<?> engine = null;
        Thread running = null;
        for (String line = in.readLine(); ; line = in.readLine()) {
            if (engine != null) {
                engine.close();
                running.join();
            }
            if (line == null) {
                return;
            }
            Properties properties = new Properties();
            try (Reader file = Files.newBufferedReader(Path.of(line))) {
                properties.load(file);
            }
            engine = args.length > 0 ? writing(properties, Path.of(args[0])) : counting(properties);
            running = new Thread(engine, "engine");
            running.start();
        }
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
