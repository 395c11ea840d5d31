package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.AddPartitionSpec;
import org.apache.iceberg.MetadataUpdate.AddSchema;
import org.apache.iceberg.MetadataUpdate.RemovePartitionSpecs;
import org.apache.iceberg.MetadataUpdate.RemoveSchemas;
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
            TableMetadata changed = build(builder);
            // Iceberg adds without looking, and lets a removed schema become the current one.
            ValidationException.check(
                    changed.nextRowId() >= 0, "Row ids overflow: %s", changed.nextRowId());
            ValidationException.check(
                    changed.schema() != null,
                    "Current schema does not exist: %s",
                    changed.currentSchemaId());
            return changed;
        } catch (RetryableValidationException e) {
            // The values in the request are stale: only the client can make new ones.
            throw new CommitFailedException(e, "Cannot commit to %s: %s", name, e.getMessage());
        } catch (ValidationException
                | IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new BadRequestException(e, "Cannot change %s: %s", name, e.getMessage());
        } catch (NullPointerException e) {
            // Iceberg takes any id for the default spec or sort order, and misses it at the end.
            throw new BadRequestException(
                    e, "Cannot change %s: no schema, spec or sort order of a given id", name);
        }
    }

    /// Iceberg's builder still knows a removed schema or spec by its id, and takes another that
    /// gets the same id for the one removed; so it is given what is left before another is added.
    private TableMetadata build(TableMetadata.Builder start) {
        TableMetadata.Builder builder = start;
        boolean removed = false;
        for (MetadataUpdate update : updates) {
            if (removed && (update instanceof AddSchema || update instanceof AddPartitionSpec)) {
                builder = TableMetadata.buildFrom(builder.build());
                removed = false;
            }
            update.applyTo(builder);
            removed |= update instanceof RemoveSchemas || update instanceof RemovePartitionSpecs;
        }
        return builder.build();
    }
}
