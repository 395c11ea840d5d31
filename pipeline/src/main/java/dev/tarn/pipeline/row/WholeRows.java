package dev.tarn.pipeline.row;

/// Takes each row as the text of its only column.
public final class WholeRows implements Rows {

    @Override
    public void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit {
        if (!PlainText.isUtf8(bytes, offset, offset + length)) {
            throw new Misfit(batch.schema().columns().getFirst().name(), "expected text in UTF-8");
        }
        ((Vector.Bytes) batch.vector(0)).set(batch.size(), bytes, offset, length);
        batch.endRow();
    }
}
