/// Keys that open a few folders of an object store for a while, so that whoever is to read or write
/// one table never holds the keys of the whole store. Knows nothing of tables.
///
/// ```
/// Scope      folders, and whether they may be written
///   -> KeyVendor     SealedKeys  the built-in endpoint: the session token is the sealed scope itself
///                    StsKeys     another S3: AssumeRole with a session policy
///                    StaticKeys  another S3 that has neither: its own keys, only if told to
///   -> VendedKeys    key id, secret, session token, when they expire
/// ```
///
/// What is assumed of an attacker: holds valid keys of one scope, chooses object keys, prefixes and
/// the names of folders, replays and alters every byte of a request, and knows this source. What
/// holds then:
///
/// - A session token is authenticated whole (HMAC-SHA256 under a key derived from the endpoint's
///   own secret), so neither folder, mode nor expiry can be changed; key id and secret are derived
///   from the same bytes, so that no token serves another's keys.
/// - A folder is matched with its slash on the literal object key, decoded once: `orders` opens
///   neither `orders2` nor, by `..`, anything else. It is never a pattern, and a whole bucket is no
///   folder.
/// - A folder whose name some policy language could read as a pattern or a variable gets no keys
///   from STS at all.
///
/// What does not: keys cannot be called back before they expire, and folders that contain each
/// other open each other. Whoever may choose a table's location chooses what its keys open.
@NullMarked
package dev.tarn.storage.vending;

import org.jspecify.annotations.NullMarked;
