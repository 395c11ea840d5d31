package dev.tarn.storage.s3;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// S3's documents, which are flat enough to write by hand and to read as a list of leaves.
final class Xml {
    private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final XMLInputFactory FACTORY = factory();

    private final StringBuilder text;
    private final List<String> open = new ArrayList<>();

    private Xml(StringBuilder text) {
        this.text = text;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    static Xml document(String root) {
        var xml = new Xml(new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        xml.text.append('<').append(root).append(" xmlns=\"").append(NAMESPACE).append("\">");
        xml.open.add(root);
        return xml;
    }

    static Xml error() {
        return new Xml(new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
                .begin("Error");
    }

    Xml begin(String name) {
        text.append('<').append(name).append('>');
        open.add(name);
        return this;
    }

    Xml end() {
        text.append("</").append(open.removeLast()).append('>');
        return this;
    }

    Xml leaf(String name, Object value) {
        text.append('<').append(name).append('>');
        escape(String.valueOf(value));
        text.append("</").append(name).append('>');
        return this;
    }

    byte[] bytes() {
        while (!open.isEmpty()) {
            end();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                default -> {
                    if (c < ' ' || c == '\uFFFE' || c == '\uFFFF') {
                        text.append("&#x").append(Integer.toHexString(c)).append(';');
                    } else {
                        text.append(c);
                    }
                }
            }
        }
    }

    /// An element without children.
    ///
    /// @param parent the name of the element around it
    record Leaf(String parent, String name, String value) {}

    /// @throws Refusal if the document is not well-formed
    static List<Leaf> leaves(byte[] document) {
        var leaves = new ArrayList<Leaf>();
        var path = new ArrayList<String>();
        var value = new StringBuilder();
        boolean leaf = false;
        try {
            XMLStreamReader in =
                    FACTORY.createXMLStreamReader(
                            new ByteArrayInputStream(document), StandardCharsets.UTF_8.name());
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        path.add(in.getLocalName());
                        value.setLength(0);
                        leaf = true;
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                            value.append(in.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        String name = path.removeLast();
                        if (leaf) {
                            leaves.add(
                                    new Leaf(
                                            path.isEmpty() ? "" : path.getLast(),
                                            name,
                                            value.toString()));
                        }
                        leaf = false;
                    }
                    case XMLStreamConstants.DTD -> throw malformed("it has a DOCTYPE");
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
        return leaves;
    }

    private static Refusal malformed(String why) {
        return new Refusal(400, "MalformedXML", "Document is not well-formed XML: " + why);
    }
}
