/** Bounds on what clients may ask of our registry. Sizes of content: src/oci/limits.ts. */

/** Node answers 431 beyond. */
export const HEADER_BYTES_MAX = 16 << 10;
export const HEADERS_MAX = 100;
export const URL_CHARACTERS_MAX = 8 << 10;
export const CONNECTIONS_MAX = 512;
/** Uploads that were begun and not ended. */
export const UPLOADS_MAX = 256;
/** An upload that nothing was added to for so long is thrown away. */
export const UPLOAD_IDLE_MS_MAX = 60 * 60 * 1000;
/** All of a request's headers must have come by then. */
export const HEADERS_MS_MAX = 10_000;
/** A connection on which nothing moves for so long is closed. */
export const IDLE_MS_MAX = 60_000;
/** A connection without a request is kept for so long. */
export const KEEP_ALIVE_MS = 30_000;
/** Over each such time a body must bring so much, or it is one of those that hold servers up. */
export const BODY_WINDOW_MS = 30_000;
export const BODY_WINDOW_BYTES_MIN = 4 << 10;
/** A form to ask for a token. */
export const FORM_BYTES_MAX = 8 << 10;
/** Entries of one page of tags, repositories. */
export const PAGE_ENTRIES_MAX = 10_000;
/** Tags that one push may set (end-7b). */
export const TAGS_PER_PUSH_MAX = 32;
/** Everything that a registry in memory holds. */
export const MEMORY_BYTES_MAX = 2 ** 30;
