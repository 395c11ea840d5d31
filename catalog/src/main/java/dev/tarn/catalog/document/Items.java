package dev.tarn.catalog.document;

import java.util.ArrayList;
import java.util.List;

/// Elements of an array, without its brackets. Immutable: what is appended to is shared.
///
/// The last elements are deflated one by one. Once they are many they are deflated again as one
/// block, which is smaller and takes their place; then their plain text is given up, and inflated
/// should somebody want it.
public final class Items implements Piece {
    /// Plain text of a block.
    private static final int BLOCK_BYTES = 64 << 10;

    /// None yet.
    public static final Items NONE = none(BLOCK_BYTES);

    /// None yet, and the first ones will not stay for ever: no blocks are made of them.
    public static final Items NONE_SLIDING = none(Integer.MAX_VALUE);

    private final int blockBytes;

    private final List<byte[]> blocks;
    private final int blocksLength;
    private final List<Item> tail;
    private final int length;
    private final Crc crc;

    /// @param blocksLength of the plain text in all blocks
    private Items(
            int blockBytes,
            List<byte[]> blocks,
            int blocksLength,
            List<Item> tail,
            int length,
            Crc crc) {
        this.blockBytes = blockBytes;
        this.blocks = blocks;
        this.blocksLength = blocksLength;
        this.tail = tail;
        this.length = length;
        this.crc = crc;
    }

    private static Items none(int blockBytes) {
        return new Items(blockBytes, List.of(), 0, List.of(), 0, Crc.EMPTY);
    }

    /// @param texts JSON values, not copied
    public Items append(List<byte[]> texts) {
        var growing = new Growing(this);
        texts.forEach(growing::add);
        return growing.items();
    }

    /// Without elements at the beginning, if none of them is in a block.
    public Items withoutFirst(int count) {
        if (count == 0) {
            return this;
        }
        if (!blocks.isEmpty() || count > tail.size()) {
            throw new IllegalStateException(
                    "Cannot drop %s of %s items behind %s blocks"
                            .formatted(count, tail.size(), blocks.size()));
        }
        if (count == tail.size()) {
            return none(blockBytes);
        }
        Item next = tail.get(count);
        Item first = Item.first(next.text());
        List<Item> left = new ArrayList<>(tail.subList(count, tail.size()));
        left.set(0, first);

        Crc dropped = Crc.EMPTY;
        int droppedLength = 0;
        for (Item item : tail.subList(0, count + 1)) {
            dropped = dropped.then(item.crc());
            droppedLength += item.plain().length;
        }
        int behindFirst = length - droppedLength;
        return new Items(
                blockBytes,
                List.of(),
                0,
                List.copyOf(left),
                first.plain().length + behindFirst,
                first.crc().then(crc.without(dropped, behindFirst)));
    }

    /// What it takes of memory, in bytes.
    public int weight() {
        int weight = 0;
        for (byte[] block : blocks) {
            weight += block.length;
        }
        return weight + 2 * (length - blocksLength);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int deflatedLength() {
        int sum = 0;
        for (byte[] block : blocks) {
            sum += block.length;
        }
        for (Item item : tail) {
            sum += item.deflated().length;
        }
        return sum;
    }

    @Override
    public Crc crc() {
        return crc;
    }

    @Override
    public int plainTo(byte[] target, int position) {
        int end = position + blocksLength;
        Deflate.inflate(blocks, target, position, end);
        for (Item item : tail) {
            end = Document.copy(item.plain(), target, end);
        }
        return end;
    }

    @Override
    public int deflatedTo(byte[] target, int position) {
        int end = position;
        for (byte[] block : blocks) {
            end = Document.copy(block, target, end);
        }
        for (Item item : tail) {
            end = Document.copy(item.deflated(), target, end);
        }
        return end;
    }

    /// Items while they are appended to.
    private static final class Growing {
        private final int blockBytes;
        private final List<byte[]> blocks;
        private int blocksLength;
        private final List<Item> tail;
        private int length;
        private Crc crc;

        Growing(Items from) {
            this.blockBytes = from.blockBytes;
            this.blocks = new ArrayList<>(from.blocks);
            this.blocksLength = from.blocksLength;
            this.tail = new ArrayList<>(from.tail);
            this.length = from.length;
            this.crc = from.crc;
        }

        void add(byte[] text) {
            Item item = tail.isEmpty() ? Item.first(text) : Item.following(tail.getLast(), text);
            if (length - blocksLength >= blockBytes) {
                close();
            }
            tail.add(item);
            length += item.plain().length;
            crc = crc.then(item.crc());
        }

        private void close() {
            byte[] plain = new byte[length - blocksLength];
            int position = 0;
            for (Item item : tail) {
                position = Document.copy(item.plain(), plain, position);
            }
            blocks.add(tail.getFirst().deflateAll(plain));
            blocksLength = length;
            tail.clear();
        }

        Items items() {
            return new Items(
                    blockBytes, List.copyOf(blocks), blocksLength, List.copyOf(tail), length, crc);
        }
    }
}
