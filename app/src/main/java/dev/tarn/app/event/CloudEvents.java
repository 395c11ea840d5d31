package dev.tarn.app.event;

import dev.tarn.catalog.event.Event;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Events as [CloudEvents](https://cloudevents.io) 1.0 in JSON, see `docs/reference/events.md`.
public final class CloudEvents {
    private final String source;

    /// @param installation whose events they are; with the id it makes an event unlike all others
    public CloudEvents(String installation) {
        this.source = "urn:uuid:" + installation;
    }

    public SequencedMap<String, Object> json(Event event) {
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("specversion", "1.0");
        json.put("id", Long.toString(event.cursor()));
        json.put("source", source);
        json.put("type", event.type().text());
        json.put("subject", subject(event));
        json.put("time", event.at().toString());
        json.put("datacontenttype", "application/json");
        json.put("data", data(event));
        return json;
    }

    private static SequencedMap<String, Object> data(Event event) {
        SequencedMap<String, Object> data = new LinkedHashMap<>();
        data.put("warehouse", event.warehouse());
        if (!event.namespace().isEmpty()) {
            data.put("namespace", List.of(event.namespace().levels()));
        }
        if (event.name() != null) {
            data.put("name", event.name());
        }
        data.putAll(event.details());
        return data;
    }

    /// The path of the thing below `/v1`.
    private static String subject(Event event) {
        var subject = new StringBuilder(encode(event.warehouse()));
        if (!event.namespace().isEmpty()) {
            subject.append("/namespaces/")
                    .append(
                            Arrays.stream(event.namespace().levels())
                                    .map(CloudEvents::encode)
                                    .collect(Collectors.joining("%1F")));
        }
        if (event.name() != null) {
            subject.append('/')
                    .append(event.type().object())
                    .append("s/")
                    .append(encode(event.name()));
        }
        return subject.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
