package dev.tarn.app.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.app.cli.sql.SqlText.Part;
import org.junit.jupiter.api.Test;

class SqlTextTest {
    @Test
    void semicolonsInQuotesAndCommentsEndNothing() {
        String text =
                """
                SELECT ';' AS "a;b", 'it''s; fine' -- no; not here
                  /* nor; here */ ;

                -- only a comment;
                ;
                SELECT 2;
                SELECT 3
                """;

        SqlText parsed = SqlText.parse(text);

        assertThat(parsed.statements()).extracting(Part::line).containsExactly(1, 6);
        assertThat(parsed.statements())
                .extracting(Part::sql)
                .containsExactly(
                        "SELECT ';' AS \"a;b\", 'it''s; fine' -- no; not here\n  /* nor; here */",
                        "SELECT 2");
        assertThat(parsed.rest()).isEqualTo(new Part("SELECT 3", 7, false));
        assertThat(parsed.all()).hasSize(3);
    }

    @Test
    void whatIsOpenIsNotComplete() {
        assertThat(SqlText.parse("SELECT ';").statements()).isEmpty();
        assertThat(SqlText.parse("SELECT /* ;").statements()).isEmpty();
        assertThat(SqlText.parse("SELECT \"x;").rest().isBlank()).isFalse();
    }

    @Test
    void spacesAndCommentsAreNoStatement() {
        assertThat(SqlText.parse(" \n -- nothing\n /* at all */").all()).isEmpty();
        assertThat(SqlText.parse(";;;").all()).isEmpty();
    }
}
