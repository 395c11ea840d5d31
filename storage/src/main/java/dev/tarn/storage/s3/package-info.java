/// S3 from both sides: [dev.tarn.storage.s3.S3Endpoint] serves a folder to engines,
/// [dev.tarn.storage.s3.S3Store] uses any S3 as a store. How a request goes through the endpoint:
///
/// ```
/// head   ->  S3Request   path and query taken apart once; a key is literal
///        ->  Signatures  who signed it, when, and does it cover all that is acted upon
///        ->  Operation   which call it is
///        ->  Rights      and whether the signer's keys are for it
///        ->  Calls       condition looked at early, so that a loser sends no body
/// body   ->  Body        out of its chunks into a staged file, hashes and checksums alongside
///        ->  commit      only if all of them are right: see dev.tarn.storage.local
/// answer <-  Reply       or S3's error document; what is left of a refused body is read and dropped
/// ```
@NullMarked
package dev.tarn.storage.s3;

import org.jspecify.annotations.NullMarked;
