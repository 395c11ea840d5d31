package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.SetLocation;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.MetadataUpdate.UpgradeFormatVersion;
import org.apache.iceberg.RetryableValidationException;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.UpdateRequirement.AssertTableDoesNotExist;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

/// A change somebody wants: what must hold, and what is to be done. Computes, and touches nothing.
record TableChange(
        TableIdentifier name, List<UpdateRequirement> requirements, List<MetadataUpdate> updates) {

    TableChange {
        requirements = List.copyOf(requirements);
        updates = FormatVersion.honour(updates);
    }

    boolean creates() {
        return requirements.stream().anyMatch(AssertTableDoesNotExist.class::isInstance);
    }

    void checkLocations(Warehouse warehouse, Locations locations) {
        for (MetadataUpdate update : updates) {
            if (update instanceof SetLocation set) {
                locations.require(warehouse, "Location of " + name, set.location());
            } else if (update instanceof SetProperties set) {
                locations.requireProperties(warehouse, set.updated());
            } else if (update instanceof UpgradeFormatVersion upgrade) {
                FormatVersion.require(upgrade.formatVersion());
            }
        }
    }

    /// The table after this change; `base` itself if nothing changes.
    ///
    /// @param base null if the table does not exist
    /// @throws CommitFailedException if a requirement does not hold
    /// @throws BadRequestException if an update makes no sense
    TableMetadata applyTo(@Nullable TableMetadata base) {
        if (creates()) {
            return create(base);
        }
        if (base == null) {
            throw new NoSuchTableException("Table does not exist: %s", name);
        }
        checkRequirements(base);
        return apply(TableMetadata.buildFrom(base));
    }

    private TableMetadata create(@Nullable TableMetadata base) {
        if (base != null) {
            throw new CommitFailedException("Requirement failed: table already exists: %s", name);
        }
        if (requirements.size() > 1) {
            throw new BadRequestException(
                    "Create must require nothing but assert-create, found %s requirements",
                    requirements.size());
        }
        TableMetadata.Builder builder =
                updates.stream()
                        .filter(UpgradeFormatVersion.class::isInstance)
                        .map(update -> ((UpgradeFormatVersion) update).formatVersion())
                        .map(FormatVersion::require)
                        .findFirst()
                        .map(TableMetadata::buildFromEmpty)
                        .orElseGet(TableMetadata::buildFromEmpty);
        return apply(builder).withUUID();
    }

    private void checkRequirements(TableMetadata base) {
        try {
            requirements.forEach(requirement -> requirement.validate(base));
        } catch (ValidationException e) {
            throw new BadRequestException(e, "%s", e.getMessage());
        }
    }

    private TableMetadata apply(TableMetadata.Builder builder) {
        try {
            updates.forEach(update -> update.applyTo(builder));
            return builder.build();
        } catch (RetryableValidationException e) {
            // The values in the request are stale: only the client can make new ones.
            throw new CommitFailedException(e, "Cannot commit to %s: %s", name, e.getMessage());
        } catch (ValidationException
                | IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new BadRequestException(e, "Cannot change %s: %s", name, e.getMessage());
        }
    }
}
