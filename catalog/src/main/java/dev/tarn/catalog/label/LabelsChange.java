package dev.tarn.catalog.label;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.FieldLabel;
import org.apache.iceberg.ImmutableFieldLabel;
import org.apache.iceberg.ImmutableLabels;
import org.apache.iceberg.Labels;
import org.apache.iceberg.exceptions.BadRequestException;

/// A change of labels somebody wants. Computes, and touches nothing.
///
/// @param object of the table or view itself
/// @param fields of columns, by field id
public record LabelsChange(Entries object, Map<Integer, Entries> fields) {
    private static final int KEY_LENGTH_MAX = 128;
    private static final int VALUE_LENGTH_MAX = 1_024;

    public LabelsChange {
        fields = Map.copyOf(fields);
    }

    /// @param set labels to have these values
    /// @param remove labels to be gone; those that are not there do no harm
    public record Entries(Map<String, String> set, Set<String> remove) {
        public static final Entries NONE = new Entries(Map.of(), Set.of());

        public Entries {
            set = Map.copyOf(set);
            remove = Set.copyOf(remove);
            for (Map.Entry<String, String> label : set.entrySet()) {
                check(label.getKey(), label.getValue());
                if (remove.contains(label.getKey())) {
                    throw new BadRequestException(
                            "Label must not be both set and removed: %s", label.getKey());
                }
            }
        }

        private static void check(String key, String value) {
            if (key.isBlank() || key.length() > KEY_LENGTH_MAX) {
                throw new BadRequestException(
                        "Name of a label must have 1 to %s characters, found: %s",
                        KEY_LENGTH_MAX, key);
            }
            if (value.length() > VALUE_LENGTH_MAX) {
                throw new BadRequestException(
                        "Value of label %s is too long, expected at most %s characters, found %s",
                        key, VALUE_LENGTH_MAX, value.length());
            }
        }

        private SequencedMap<String, String> applyTo(Map<String, String> base) {
            var next = new TreeMap<>(base);
            next.keySet().removeAll(remove);
            next.putAll(set);
            return next;
        }
    }

    /// All labels as `wanted` has them, and no others.
    static Labels replace(Labels wanted) {
        var fields = new TreeMap<Integer, Entries>();
        for (FieldLabel field : wanted.fields()) {
            if (fields.put(field.fieldId(), new Entries(field.labels(), Set.of())) != null) {
                throw new BadRequestException("Field is there twice: %s", field.fieldId());
            }
        }
        return new LabelsChange(new Entries(wanted.objectLabels(), Set.of()), fields)
                .applyTo(Labels.EMPTY);
    }

    /// In the order of names and ids, without columns that have none.
    Labels applyTo(Labels base) {
        var before = new TreeMap<Integer, Map<String, String>>();
        base.fields().forEach(field -> before.put(field.fieldId(), field.labels()));
        var ids = new TreeSet<>(before.keySet());
        ids.addAll(fields.keySet());
        List<FieldLabel> next =
                ids.stream()
                        .<FieldLabel>map(id ->
                                ImmutableFieldLabel.builder()
                                        .fieldId(id)
                                        .labels(
                                                fields.getOrDefault(id, Entries.NONE)
                                                        .applyTo(before.getOrDefault(id, Map.of())))
                                        .build())
                        .filter(field -> !field.labels().isEmpty())
                        .toList();
        return ImmutableLabels.builder()
                .objectLabels(object.applyTo(base.objectLabels()))
                .fields(next)
                .build();
    }
}
