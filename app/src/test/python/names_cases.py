"""Names with every odd character, for namespaces and tables, end to end; a case for each character."""

from cases import expect_error, fresh
from pyiceberg.exceptions import BadRequestError
from pyiceberg_cases import SCHEMA, connect, ids, rows

ODD = {
    "space": "a b",
    "plus": "a+b",
    "percent": "a%b",
    "what_looks_encoded": "a%20b",
    "slash": "a/b",
    "backslash": "a\\b",
    "dot": "a.b",
    "question_mark": "a?b",
    "hash": "a#b",
    "star": "a*b",
    "ampersand": "a&b",
    "equals": "a=b",
    "quote": "a'b",
    "double_quote": 'a"b',
    "colon_and_semicolon": "a:b;c,d",
    "brackets": "a[b]{c}<d>(e)",
    "pipe_caret_tilde": "a|b^c~d`e",
    "at_and_dollar": "a@b$c!",
    "letters_beyond_ascii": "ünï-湖-ж",
    "emoji": "a😀b",
    "two_dots": "a..b",
    "dots_at_the_end": "a..",
}


def lives_with(odd):
    catalog = connect()
    top = fresh("names")
    namespace, other = (top, odd), (top, odd + " other")
    for name in ((top,), namespace, other):
        catalog.create_namespace(name)
    assert sorted(catalog.list_namespaces(top)) == sorted([namespace, other]), catalog.list_namespaces(top)
    assert catalog.namespace_exists(namespace)
    catalog.update_namespace_properties(namespace, updates={"owner": odd})
    assert catalog.load_namespace_properties(namespace)["owner"] == odd
    inner = (*namespace, "inner " + odd)
    catalog.create_namespace(inner)
    assert catalog.list_namespaces(namespace) == [inner], catalog.list_namespaces(namespace)
    catalog.drop_namespace(inner)

    identifier = (*namespace, "t " + odd)
    catalog.create_table(identifier, schema=SCHEMA).append(rows(0, 3))
    assert catalog.list_tables(namespace) == [identifier], catalog.list_tables(namespace)
    assert catalog.table_exists(identifier)
    table = catalog.load_table(identifier)
    table.append(rows(3, 6))
    assert ids(connect().load_table(identifier)) == list(range(6))
    moved = (*other, odd)
    catalog.rename_table(identifier, moved)
    assert not catalog.table_exists(identifier)
    assert ids(catalog.load_table(moved)) == list(range(6))
    location = catalog.load_table(moved).metadata_location
    catalog.drop_table(moved)
    assert ids(catalog.register_table(identifier, location)) == list(range(6))
    catalog.purge_table(identifier)
    assert not catalog.table_exists(identifier)
    for name in (namespace, other, (top,)):
        catalog.drop_namespace(name)


for label, text in ODD.items():
    globals()[f"case_a_name_with_{label}"] = lambda text=text: lives_with(text)


def case_the_separator_is_refused_by_name():
    catalog = connect()
    namespace = fresh("names")
    catalog.create_namespace(namespace)
    for action in (
        lambda: catalog.create_namespace((namespace, "a\x1fb")),
        lambda: catalog.create_table((namespace, "a\x1fb"), schema=SCHEMA),
    ):
        expect_error(BadRequestError, action, "must not contain control characters")
    assert catalog.list_namespaces(namespace) == [] and catalog.list_tables(namespace) == []
