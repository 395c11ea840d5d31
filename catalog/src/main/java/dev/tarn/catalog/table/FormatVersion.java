package dev.tarn.catalog.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.MetadataUpdate.UpgradeFormatVersion;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.BadRequestException;

/// The format version that a client asks for by the property of that name. It is honoured or
/// refused; kept as a property it would only say what the table is not.
final class FormatVersion {
    private static final String PROPERTY = TableProperties.FORMAT_VERSION;

    /// Iceberg makes a table of whatever is lower.
    private static final int MIN = 1;

    /// Of the protocol. Iceberg's library reads one version more, whose form may still change: a
    /// table in it might be unreadable tomorrow.
    private static final int MAX = 3;

    private FormatVersion() {}

    /// @throws BadRequestException if the properties name a version that there is not
    static void check(Map<String, String> properties) {
        String version = properties.get(PROPERTY);
        if (version != null) {
            parse(version);
        }
    }

    /// @throws BadRequestException if there is no such version
    static int require(int version) {
        if (version < MIN || version > MAX) {
            throw new BadRequestException(
                    "Format version must be %s to %s, found %s", MIN, MAX, version);
        }
        return version;
    }

    /// The same updates, with an upgrade in the place of the property.
    static List<MetadataUpdate> honour(List<MetadataUpdate> updates) {
        List<MetadataUpdate> honoured = new ArrayList<>();
        for (MetadataUpdate update : updates) {
            String version =
                    update instanceof SetProperties set ? set.updated().get(PROPERTY) : null;
            if (version == null) {
                honoured.add(update);
            } else {
                SequencedMap<String, String> others =
                        new LinkedHashMap<>(((SetProperties) update).updated());
                others.remove(PROPERTY);
                honoured.add(new UpgradeFormatVersion(parse(version)));
                honoured.add(new SetProperties(others));
            }
        }
        return List.copyOf(honoured);
    }

    private static int parse(String version) {
        try {
            return require(Integer.parseInt(version));
        } catch (NumberFormatException e) {
            throw new BadRequestException(
                    e, "Property %s must be a number, found %s", PROPERTY, version);
        }
    }
}
