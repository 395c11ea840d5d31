package dev.tarn.app.form;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What ARCHITECTURE.md draws and the compiler does not see.
class WallsTest {
    /// A project of its own, with none of our dependencies.
    private static final Path BENCHMARKS = Checkout.root().resolve("bench");

    private static JavaClasses program;

    @BeforeAll
    static void readTheProgram() {
        program =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.tarn");
    }

    @Test
    void onlyTheStoreAndTheSourcesThatReadDatabasesSpeakSql() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.tarn.store..",
                        "dev.tarn.pipeline.source.jdbc..",
                        "dev.tarn.pipeline.source.mysql..",
                        "dev.tarn.pipeline.source.postgres..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..")
                .check(program);
    }

    @Test
    void theCatalogKnowsNothingOfHttp() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tarn.catalog..", "dev.tarn.store..", "dev.tarn.pipeline..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.jetty..", "java.net.http..")
                .check(program);
    }

    @Test
    void theStoresKnowNothingOfTables() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tarn.store..", "dev.tarn.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.iceberg..", "dev.tarn.catalog..")
                .check(program);
    }

    @Test
    void theDomainDoesNotDependOnTheFace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tarn.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tarn.app..")
                .check(program);
    }

    @Test
    void nobodySleeps() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(program);
    }

    @Test
    void noPackageIsNamedByKind() {
        classes()
                .should()
                .resideOutsideOfPackages(
                        "..util..",
                        "..utils..",
                        "..common..",
                        "..impl..",
                        "..helper..",
                        "..manager..")
                .check(program);
    }

    @Test
    void everyPackageTellsItsFlowAndForbidsNull() throws Exception {
        try (Stream<Path> files = Files.walk(Checkout.root())) {
            List<Path> silent =
                    files.filter(file -> file.toString().contains("/src/main/java/"))
                            .filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.startsWith(BENCHMARKS))
                            .map(Path::getParent)
                            .distinct()
                            .filter(folder -> !tells(folder.resolve("package-info.java")))
                            .toList();
            Assertions.assertThat(silent).as("packages without a marked package-info").isEmpty();
        }
    }

    private static boolean tells(Path packageInfo) {
        try {
            String text = Files.readString(packageInfo);
            return text.startsWith("///") && text.contains("@NullMarked");
        } catch (java.io.IOException missing) {
            return false;
        }
    }
}
