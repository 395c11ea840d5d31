/// Objects as files: [dev.tarn.storage.local.FolderStore] for buckets behind the S3 endpoint,
/// [dev.tarn.storage.local.LocalStore] for `file:` locations. What a write does, and what is left
/// if the machine stops behind a step:
///
/// ```
/// bytes  ->  .tarn/temporary/<uuid>            nothing: swept at the next start
/// footer     (entity tag, headers, tags)       nothing
/// fsync      the file                          nothing
/// lock       one of many, chosen by the key
///   condition read from the file that is there
///   mkdir    parents, fsync each new entry     empty folders, which no listing shows
///   rename   to the name of the key            the old object or the new one, whole
/// unlock
/// fsync      the folder                        the new object
/// answer
/// ```
@NullMarked
package dev.tarn.storage.local;

import org.jspecify.annotations.NullMarked;
